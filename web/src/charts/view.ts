import { rangeNamed, RANGES, spanOf, type RangeName, type Span } from './ranges.js';

/** What the charts show: a range that moves on with the time, or a span that was zoomed into and stands still. */
export interface View {
  /** Shown where there is no span, and gone back to from one. */
  range: RangeName;
  span: Span | undefined;
}

/** Below a minute there is no more to see: probes are seconds apart. */
export const MIN_SPAN_MS = 60_000;
/** A year and a month, as long as anything is kept. */
export const MAX_SPAN_MS = 400 * 24 * 3_600_000;

const EPOCH_MS = /^\d{1,15}$/;

/** A view's query is `range`, and `from` with `to` in epoch ms. What cannot be one counts as not said. */
export const viewOf = (query: URLSearchParams): View => {
  const range = rangeNamed(query.get('range'));
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  const span = { fromMs: Number(from), toMs: Number(to) };
  const lengthMs = span.toMs - span.fromMs;
  const isSpan =
    EPOCH_MS.test(from) && EPOCH_MS.test(to) && lengthMs >= MIN_SPAN_MS && lengthMs <= MAX_SPAN_MS;
  return { range, span: isSpan ? span : undefined };
};

/** The query values of a view; an empty one is left out of the address. */
export const queryOf = ({ range, span }: View): Record<'range' | 'from' | 'to', string> => ({
  range: range === '1h' ? '' : range,
  from: span ? String(Math.round(span.fromMs)) : '',
  to: span ? String(Math.round(span.toMs)) : '',
});

export const sameView = (a: View, b: View): boolean =>
  a.range === b.range && a.span?.fromMs === b.span?.fromMs && a.span?.toMs === b.span?.toMs;

/** The span to show at `nowMs`. */
export const spanOfView = ({ range, span }: View, nowMs: number): Span => span ?? spanOf(range, nowMs);

/** How long the view stands before it is asked for again, in ms; undefined where it stands still. */
export const refreshOf = ({ range, span }: View): number | undefined =>
  span ? undefined : RANGES[range].refreshMs;

/**
 * The views on the way to this one, itself last. A range begins a new way; a view that is on it already (gone back to,
 * by a key or by the browser) ends it there.
 */
export const trailWith = (trail: readonly View[], view: View): readonly View[] => {
  const place = trail.findIndex((known) => sameView(known, view));
  if (place >= 0) return trail.slice(0, place + 1);
  if (!view.span) return [view];
  return [...(trail.length === 0 ? [{ range: view.range, span: undefined }] : trail), view];
};
