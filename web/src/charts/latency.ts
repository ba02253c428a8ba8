import type { Series } from '@siaga/shared';
import { isWithin, type Span } from './ranges.js';
import { placeAt } from './brush.js';
import { bandColumns, meanColumns, summarise, type Columns, type Summary } from './series.js';

/** A device's round trip and loss over one span, ready to be drawn. */
export interface Latency {
  span: Span;
  rtt: Series;
  loss: Series;
  band: Columns;
  bars: Columns;
  trip: Summary | undefined;
  lost: Summary | undefined;
}

export const latencyOf = (span: Span, rtt: Series, loss: Series): Latency => ({
  span,
  rtt,
  loss,
  band: bandColumns(rtt),
  bars: meanColumns(loss),
  trip: summarise(rtt),
  lost: summarise(loss),
});

/** True where nobody looked in the whole span. */
export const isEmpty = ({ trip, lost }: Latency): boolean => !trip && !lost;

/** What is shown while `wanted` is on its way: a part of what is here already, else what is here. */
export const shownSpan = (here: Span, wanted: Span): Span => (isWithin(wanted, here) ? wanted : here);

/** How far apart the points stand; undefined where there are fewer than two. */
export const stepOf = ({ t }: Pick<Series, 't'>): number | undefined => {
  const [first, second] = t;
  return first === undefined || second === undefined ? undefined : second - first;
};

export interface Reading {
  atMs: number;
  min: number | null;
  avg: number | null;
  max: number | null;
  lossPercent: number | null;
}

/** What was measured about a moment; undefined outside the series. */
export const readingAt = (
  { rtt, loss }: Pick<Latency, 'rtt' | 'loss'>,
  atMs: number,
): Reading | undefined => {
  const place = placeAt(rtt.t, atMs);
  const begin = rtt.t[place];
  if (begin === undefined) return undefined;
  // The two series stand on the same grid unless the hub cut one of them otherwise.
  const lossPlace = loss.t[place] === begin ? place : placeAt(loss.t, atMs);
  return {
    atMs: begin,
    min: rtt.min[place] ?? null,
    avg: rtt.avg[place] ?? null,
    max: rtt.max[place] ?? null,
    lossPercent: loss.avg[lossPlace] ?? null,
  };
};
