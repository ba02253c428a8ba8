import { lengthOf, type Span } from './ranges.js';
import { MAX_SPAN_MS, MIN_SPAN_MS } from './view.js';

/** Choosing a span on a chart: the sums behind the brush, for the pointer and the keyboard alike. */

/** Where a moment lies in a span: 0 at its beginning, 1 at its end. */
export const fractionOf = (span: Span, atMs: number): number => (atMs - span.fromMs) / lengthOf(span);

/** The moment at a fraction of a span, held within it. */
export const momentAt = (span: Span, fraction: number): number =>
  span.fromMs + Math.min(1, Math.max(0, fraction)) * lengthOf(span);

/** The cursor moved by a time, held within the span. It starts in the middle. */
export const movedCursor = (span: Span, cursorMs: number | undefined, byMs: number): number => {
  const from = cursorMs ?? (span.fromMs + span.toMs) / 2;
  return Math.min(span.toMs, Math.max(span.fromMs, from + byMs));
};

/** A span of whole milliseconds from one of at least 0, with a length that can be shown, ending at `nowMs` at the latest. */
const fitted = (fromMs: number, toMs: number, nowMs: number): Span => {
  const wantedMs = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, toMs - fromMs));
  const grownMs = wantedMs - (toMs - fromMs);
  const end = Math.min(Math.max(toMs + grownMs / 2, wantedMs), nowMs);
  const start = Math.max(0, Math.round(end - wantedMs));
  return { fromMs: start, toMs: Math.max(Math.round(end), start + MIN_SPAN_MS) };
};

/** The span between two chosen moments, in whichever order; one too short to show is grown around its middle. */
export const spanBetween = (oneMs: number, otherMs: number, nowMs: number): Span =>
  fitted(Math.min(oneMs, otherMs), Math.max(oneMs, otherMs), nowMs);

/** The span zoomed by a factor (2: half as long), with the moment `aroundMs` staying where it is. */
export const zoomed = (span: Span, aroundMs: number, factor: number, nowMs: number): Span => {
  const place = Math.min(1, Math.max(0, fractionOf(span, aroundMs)));
  const lengthMs = lengthOf(span) / factor;
  const fromMs = span.fromMs + place * (lengthOf(span) - lengthMs);
  return fitted(fromMs, fromMs + lengthMs, nowMs);
};

/** Index of the last of ascending times that is not after `atMs`; the first where all are. -1 where there are none. */
export const placeAt = (times: readonly number[], atMs: number): number => {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((times[middle] ?? Infinity) <= atMs) low = middle;
    else high = middle - 1;
  }
  return times.length === 0 ? -1 : low;
};
