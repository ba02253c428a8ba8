import type { TicketSummary } from '@siaga/shared';
import { begunAt, isAcknowledged, PRESSING } from '../incidents/order.js';

/** What the wall shows and how bright. Pure. */

/** As many as can be read from four metres. */
const WALL_INCIDENTS = 12;

/** What nobody has acknowledged first, then the most pressing, then the longest standing. */
const compareIncidents = (a: TicketSummary, b: TicketSummary): number => {
  const acknowledged = Number(isAcknowledged(a)) - Number(isAcknowledged(b));
  if (acknowledged !== 0) return acknowledged;
  const priority = PRESSING[a.priority] - PRESSING[b.priority];
  if (priority !== 0) return priority;
  const [one, other] = [begunAt(a), begunAt(b)];
  if (one !== other) return one < other ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};

/** The worst of these, worst first, and how many more there are. */
export const worstIncidents = (
  incidents: Iterable<TicketSummary>,
  limit = WALL_INCIDENTS,
): { shown: TicketSummary[]; more: number } => {
  const all = [...incidents].sort(compareIncidents);
  return { shown: all.slice(0, limit), more: Math.max(0, all.length - limit) };
};

export const DIMS = ['auto', 'on', 'off'] as const;
export type Dim = (typeof DIMS)[number];

export const readDim = (query: URLSearchParams): Dim =>
  DIMS.find((dim) => dim === query.get('dim')) ?? 'auto';

const NIGHT_BEGINS_HOUR = 22;
const NIGHT_ENDS_HOUR = 6;

/** Whether the wall is dimmed at this hour (0–23) of the place where it hangs. */
export const isDimmed = (dim: Dim, hour: number): boolean =>
  dim === 'auto' ? hour >= NIGHT_BEGINS_HOUR || hour < NIGHT_ENDS_HOUR : dim === 'on';

/**
 * Whether this is the app's page, and one that wants other files than those that are loaded. What is no page of the app
 * (a proxy's error, say) is no reason to reload.
 */
export const isOtherVersion = (page: string, loadedFiles: readonly string[]): boolean => {
  if (!/<title>Siaga<\/title>/.test(page) || !/<script[^>]+src=/.test(page)) return false;
  return loadedFiles.some((file) => !page.includes(`"${file}"`));
};
