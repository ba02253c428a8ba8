import type { TicketSummary } from '@siaga/shared';

/** The rows of a list that stays as it was asked for while the feed tells what changed in it. */
export interface ListRows {
  /** Takes a page of the hub in; rows that are newer than before are marked. */
  take(tickets: readonly TicketSummary[]): void;
  /** Takes what the feed told; answers whether one of the rows changed by it. */
  tell(ticket: TicketSummary): boolean;
  readonly rows: readonly TicketSummary[];
  /** Rows that changed while they were looked at. */
  readonly changed: ReadonlySet<string>;
  /** Begins anew: another list is asked for. */
  clear(): void;
}

export const createListRows = (): ListRows => {
  let rows: TicketSummary[] = [];
  const changed = new Set<string>();
  const known = new Map<string, string>();

  const note = (ticket: TicketSummary): void => {
    const before = known.get(ticket.id);
    if (before !== undefined && ticket.updated_at > before) changed.add(ticket.id);
    if (before === undefined || ticket.updated_at > before) known.set(ticket.id, ticket.updated_at);
  };
  return {
    take(tickets) {
      const newest = new Map(rows.map((ticket) => [ticket.id, ticket]));
      rows = tickets.map((ticket) => {
        const told = newest.get(ticket.id);
        return told && told.updated_at > ticket.updated_at ? told : ticket;
      });
      for (const ticket of rows) note(ticket);
    },
    tell(ticket) {
      const place = rows.findIndex(({ id }) => id === ticket.id);
      const before = rows[place];
      if (!before || ticket.updated_at <= before.updated_at) return false;
      rows = rows.with(place, ticket);
      note(ticket);
      return true;
    },
    get rows() {
      return rows;
    },
    changed,
    clear() {
      rows = [];
      changed.clear();
      known.clear();
    },
  };
};
