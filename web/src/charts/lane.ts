import type { TicketSummary } from '@siaga/shared';
import { lengthOf, type Span } from './ranges.js';

/** What a chart needs of an incident. */
export const MARKED_FIELDS = [
  'id',
  'ticket_number',
  'title',
  'status',
  'condition',
  'device_id',
  'created_at',
  'first_failed_at',
  'resolved_at',
] as const satisfies readonly (keyof TicketSummary)[];
export type MarkedIncident = Pick<TicketSummary, (typeof MARKED_FIELDS)[number]>;

/** An incident with its span; one still open ends with the time. */
export interface Mark extends Span {
  incident: MarkedIncident;
  open: boolean;
}

/** From the first failure to the end (or now). */
export const markOf = (incident: MarkedIncident, nowMs: number): Mark => {
  const fromMs = Date.parse(incident.first_failed_at ?? incident.created_at);
  const open = incident.resolved_at === null;
  const toMs = incident.resolved_at === null ? nowMs : Date.parse(incident.resolved_at);
  return { incident, open, fromMs, toMs: Math.max(fromMs, toMs) };
};

/** The marks that overlap a span, oldest first. */
export const marksIn = (marks: readonly Mark[], span: Span): Mark[] =>
  marks
    .filter(({ fromMs, toMs }) => fromMs < span.toMs && toMs >= span.fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);

/** A place in the lane above the charts, in pixels: one incident, or several that stand too close to be told apart. */
export interface LanePlace {
  leftPx: number;
  widthPx: number;
  marks: Mark[];
}

/** Lays marks out along a lane: none narrower than `leastPx` (it must be hit by a finger), none over another. */
export const laneOf = (
  marks: readonly Mark[],
  span: Span,
  laneWidthPx: number,
  leastPx: number,
): LanePlace[] => {
  const pxOf = (atMs: number): number =>
    Math.min(laneWidthPx, Math.max(0, ((atMs - span.fromMs) / lengthOf(span)) * laneWidthPx));
  const places: LanePlace[] = [];
  for (const mark of marksIn(marks, span)) {
    const from = pxOf(mark.fromMs);
    const width = Math.min(laneWidthPx, Math.max(leastPx, pxOf(mark.toMs) - from));
    const left = Math.max(0, Math.min(from, laneWidthPx - width));
    const last = places.at(-1);
    if (last && left < last.leftPx + last.widthPx) {
      last.marks.push(mark);
      last.widthPx = Math.max(last.widthPx, left + width - last.leftPx);
    } else places.push({ leftPx: left, widthPx: width, marks: [mark] });
  }
  return places;
};
