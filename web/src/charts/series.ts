import type { Series } from '@siaga/shared';

/** A column of a chart: null is a gap, drawn as one. */
export type Column = (number | null)[];

/** Columns as uPlot wants them: x in epoch seconds first. */
export type Columns = [number[], ...Column[]];

const seconds = (t: readonly number[]): number[] => t.map((ms) => ms / 1000);

/** min, avg and max of a series, for a band with its mean. */
export const bandColumns = (series: Series): Columns => [
  seconds(series.t),
  series.min,
  series.avg,
  series.max,
];

/** The mean only. */
export const meanColumns = (series: Series): Columns => [seconds(series.t), series.avg];

export interface Summary {
  min: number;
  /** Mean of the points' means. */
  avg: number;
  max: number;
}

/** Lowest, mean and highest of what was measured; undefined where nothing was. */
export const summarise = (series: Pick<Series, 'min' | 'avg' | 'max'>): Summary | undefined => {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const [place, avg] of series.avg.entries()) {
    if (avg === null) continue;
    sum += avg;
    count += 1;
    min = Math.min(min, series.min[place] ?? avg);
    max = Math.max(max, series.max[place] ?? avg);
  }
  return count === 0 ? undefined : { min, avg: sum / count, max };
};

/** Places of points that stand alone between gaps: a line would not show them. */
export const lonePlaces = (column: ArrayLike<number | null | undefined>): number[] => {
  const lone: number[] = [];
  const isGap = (place: number): boolean => (column[place] ?? null) === null;
  for (let place = 0; place < column.length; place += 1) {
    if (!isGap(place) && isGap(place - 1) && isGap(place + 1)) lone.push(place);
  }
  return lone;
};

/** A round top for an axis that starts at 0 and shows `max`; `least` where there is little or nothing to show. */
export const niceTop = (max: number | undefined, least: number): number => {
  const wanted = Math.max(least, (max ?? 0) * 1.1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) {
    if (step * power >= wanted) return step * power;
  }
  return 10 * power;
};

/** The top to show after `before`: the same while the figures fit under it and fill a third of it, so that nothing jumps. */
export const steadyTop = (before: number | undefined, max: number | undefined, least: number): number => {
  const top = niceTop(max, least);
  if (before === undefined || (max ?? 0) > before || top < before / 3) return top;
  return Math.max(before, least);
};

/**
 * Points to ask for: one a pixel, and none so short that a probe every `intervalMs`, jittered, could miss it: that
 * would look like a gap. Within what the hub gives (2 to 2000).
 */
export const pointsFor = (widthPx: number, spanMs: number, intervalMs: number): number => {
  const byWidth = Math.max(60, Math.round(widthPx));
  const byInterval = Math.floor(spanMs / (2 * intervalMs));
  return Math.max(2, Math.min(2000, byWidth, byInterval));
};
