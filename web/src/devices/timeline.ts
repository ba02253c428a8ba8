import type { TimelineEntry } from '@siaga/shared';

/** Newest first; entries of one moment keep the order in which the hub gave them. */
export const merged = (
  known: readonly TimelineEntry[],
  arrived: readonly TimelineEntry[],
): TimelineEntry[] => {
  const ids = new Set(arrived.map(({ id }) => id));
  const others = known.filter(({ id }) => !ids.has(id));
  const all = [...arrived, ...others];
  return all
    .map((entry, place) => ({ entry, place, atMs: Date.parse(entry.at) }))
    .sort((a, b) => b.atMs - a.atMs || a.place - b.place)
    .map(({ entry }) => entry);
};

/** True where the newest page and what is known have nothing in common: something between them may be missing. */
export const leavesGap = (
  known: readonly TimelineEntry[],
  arrived: readonly TimelineEntry[],
  hasMore: boolean,
): boolean => {
  if (known.length === 0 || !hasMore) return false;
  const ids = new Set(known.map(({ id }) => id));
  return !arrived.some(({ id }) => ids.has(id));
};

export interface Day {
  /** Distinguishes days in the shown zone. */
  key: string;
  atMs: number;
  entries: TimelineEntry[];
}

/** Entries by day, in their order; `dayOf` names a moment's day in the shown zone. */
export const byDay = (entries: readonly TimelineEntry[], dayOf: (atMs: number) => string): Day[] => {
  const days: Day[] = [];
  for (const entry of entries) {
    const atMs = Date.parse(entry.at);
    const key = dayOf(atMs);
    const last = days.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else days.push({ key, atMs, entries: [entry] });
  }
  return days;
};
