import type { TicketSummary } from '@siaga/shared';
import type { LiveChange, LiveState } from '../live/state.js';

/** What is news about incidents. */
export interface News {
  opened: TicketSummary[];
  resolved: TicketSummary[];
}

/**
 * Reads the news off the feed's changes. A snapshot that follows another (the feed was cut for long) is compared with
 * what was known before: what opened meanwhile is news too. The first one is none.
 */
export const createNewsReader = (): ((
  state: Pick<LiveState, 'ready' | 'incidents'>,
  change: LiveChange,
) => News) => {
  let known: Map<string, TicketSummary> | undefined;
  return (state, change) => {
    const before = known;
    known = state.ready ? new Map(state.incidents) : undefined;
    if (!change.snapshot) return { opened: change.opened, resolved: change.resolved };
    if (!before || !known) return { opened: [], resolved: [] };
    const now = known;
    return {
      opened: [...now.values()].filter(({ id }) => !before.has(id)),
      resolved: [...before.values()].filter(({ id }) => !now.has(id)),
    };
  };
};

export interface Burst {
  /** Takes news up; they are told together, soon, and not more often than every few seconds. */
  add(news: News): void;
  cancel(): void;
}

/** What stands together is told together: first after this, then at most every GAP_MS. */
const GATHER_MS = 700;
const GAP_MS = 5000;

/** Sums up bursts: a storm of incidents over several frames is one announcement, not twenty. */
export const createBurst = (tell: (news: News) => void, nowMs: () => number): Burst => {
  let opened = new Map<string, TicketSummary>();
  let resolved = new Map<string, TicketSummary>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let toldAtMs = -Infinity;

  const flush = (): void => {
    timer = undefined;
    const news = { opened: [...opened.values()], resolved: [...resolved.values()] };
    opened = new Map();
    resolved = new Map();
    if (news.opened.length + news.resolved.length === 0) return;
    toldAtMs = nowMs();
    tell(news);
  };
  return {
    add(news) {
      for (const ticket of news.opened) {
        resolved.delete(ticket.id);
        opened.set(ticket.id, ticket);
      }
      for (const ticket of news.resolved) {
        // Come and gone before anybody heard of it: nothing to tell.
        if (!opened.delete(ticket.id)) resolved.set(ticket.id, ticket);
      }
      if (opened.size + resolved.size === 0) return;
      timer ??= setTimeout(flush, Math.max(GATHER_MS, Math.min(GAP_MS, toldAtMs + GAP_MS - nowMs())));
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
};
