import type { TicketSummary } from '@siaga/shared';

/** The most pressing first. */
export const PRESSING: Readonly<Record<TicketSummary['priority'], number>> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
};

export const isAcknowledged = (ticket: Pick<TicketSummary, 'acknowledged_at'>): boolean =>
  ticket.acknowledged_at !== null;

/** When it began: the first failure where one is known. */
export const begunAt = (ticket: Pick<TicketSummary, 'first_failed_at' | 'created_at'>): string =>
  ticket.first_failed_at ?? ticket.created_at;

/** Wire times are UTC with milliseconds, so their texts sort as they do: no parsing in a storm of thousands. */
const descending = (a: string, b: string): number => (a === b ? 0 : a < b ? 1 : -1);

/** What wants a hand first: nobody has taken note of it, then the worse, then the newer. */
const byUrgency = (a: TicketSummary, b: TicketSummary): number =>
  Number(isAcknowledged(a)) - Number(isAcknowledged(b)) ||
  PRESSING[a.priority] - PRESSING[b.priority] ||
  descending(begunAt(a), begunAt(b)) ||
  descending(a.id, b.id);

/** Open incidents in the order of the pane, of its keys, and of "next". */
export const inUrgency = (tickets: Iterable<TicketSummary>): TicketSummary[] => [...tickets].sort(byUrgency);

export interface PaneOrder {
  fresh: readonly string[];
  acknowledged: readonly string[];
  /** What came while the order was held: below all, so that nothing moves. */
  meanwhile: readonly string[];
}

export const EMPTY_ORDER: PaneOrder = { fresh: [], acknowledged: [], meanwhile: [] };

/** The order as it should be now. */
export const paneOrder = (tickets: Iterable<TicketSummary>): PaneOrder => {
  const sorted = inUrgency(tickets);
  return {
    fresh: sorted.filter((ticket) => !isAcknowledged(ticket)).map(({ id }) => id),
    acknowledged: sorted.filter(isAcknowledged).map(({ id }) => id),
    meanwhile: [],
  };
};

/** The order while somebody points at it: nobody leaves, nobody moves, new ones come below. */
export const heldOrder = (held: PaneOrder, tickets: Iterable<TicketSummary>): PaneOrder => {
  const known = new Set([...held.fresh, ...held.acknowledged, ...held.meanwhile]);
  const added = inUrgency(tickets).filter(({ id }) => !known.has(id));
  return added.length === 0
    ? held
    : { ...held, meanwhile: [...held.meanwhile, ...added.map(({ id }) => id)] };
};

/** The neighbours of an incident among the open ones, going round; of one that is not open: the first and the last. */
export const neighboursOf = (
  id: string,
  sorted: readonly TicketSummary[],
): { previous: TicketSummary | undefined; next: TicketSummary | undefined; place: number } => {
  const place = sorted.findIndex((ticket) => ticket.id === id);
  if (place === -1) return { previous: sorted.at(-1), next: sorted[0], place };
  if (sorted.length < 2) return { previous: undefined, next: undefined, place };
  return { previous: sorted.at(place - 1), next: sorted[(place + 1) % sorted.length], place };
};
