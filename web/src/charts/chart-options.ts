import uPlot from 'uplot';
import { axisTime, shownTimeZone } from '../i18n/time.js';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';
import type { Span } from './ranges.js';
import { lonePlaces } from './series.js';

/** What is drawn: a band with its mean, bars, or a line with its ground filled. */
export type ChartKind = 'band' | 'bars' | 'line';

/** What a chart looks like now. It is asked at every drawing, so that a change of it needs no new chart. */
export interface ChartLook {
  span: Span;
  /** Top of the value axis, which starts at 0. */
  top: number;
  locale: string;
  /** Spans shaded behind, e.g. an incident. */
  marks: readonly Span[];
  valueLabel: (value: number) => string;
  /** Resolves one of our colour tokens to what a canvas takes. */
  colour: (token: string) => string;
}

const LONE_POINT_PX = 3;
/** Pixels that a label on the time axis wants, in wide and in narrow charts. */
const WIDE_LABEL_PX = 72;
const NARROW_LABEL_PX = 56;
const NARROW_CHART_PX = 480;
/** About the width of a figure at 12 px. */
const LABEL_CHARACTER_PX = 7;

const series = (kind: ChartKind, look: () => ChartLook): uPlot.Series[] => {
  const colour = (token: string) => (): string => look().colour(token);
  const line = colour('--chart-line');
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
  const mean: uPlot.Series = {
    stroke: line,
    width: 1.75,
    points: {
      show: true,
      size: LONE_POINT_PX,
      fill: line,
      // Answers the only points that are drawn; the others are on the line.
      filter: (chart, at) => lonePlaces(chart.data[at] ?? []),
    },
  };
  if (kind === 'band') return [{}, edge, mean, edge];
  if (kind === 'line') return [{}, { ...mean, fill: colour('--chart-band') }];
  const bars = uPlot.paths.bars?.({ size: [0.9, 12], align: 1 });
  return [
    {},
    {
      fill: colour('--chart-loss'),
      stroke: colour('--chart-loss'),
      width: 0,
      points: { show: false },
      ...(bars ? { paths: bars } : {}),
    },
  ];
};

const drawMarks = (chart: uPlot, { colour, marks }: ChartLook): void => {
  const { ctx, bbox } = chart;
  const right = bbox.left + bbox.width;
  const place = (atMs: number): number =>
    Math.min(right, Math.max(bbox.left, chart.valToPos(atMs / 1000, 'x', true)));
  ctx.save();
  ctx.fillStyle = colour('--chart-shade');
  for (const { fromMs, toMs } of marks) {
    const from = place(fromMs);
    const to = place(toMs);
    // A short incident in a long span is still to be seen.
    if (to > bbox.left && from < right) {
      ctx.fillRect(from, bbox.top, Math.max(to - from, devicePixelRatio), bbox.height);
    }
  }
  ctx.restore();
};

/** Whether a label of the time axis would stand within the picture; at its edge one would be cut in half. */
const isWhole = (words: string, atMs: number, { fromMs, toMs }: Span, width: number): boolean => {
  const left = ((toMs - atMs) / Math.max(1, toMs - fromMs)) * (width - PLOT_LEFT_PX - PLOT_RIGHT_PX);
  return left + PLOT_RIGHT_PX >= (words.length * LABEL_CHARACTER_PX) / 2;
};

/** What a chart is from its beginning to its end. */
export interface ChartMake {
  kind: ChartKind;
  timeAxis: boolean;
  font: string;
  width: number;
  height: number;
}

/** uPlot's options for one of our charts. Pointer and keys are the brush's business. */
export const chartOptions = (make: ChartMake, look: () => ChartLook): uPlot.Options => {
  const stroke = (): string => look().colour('--text-quiet');
  const grid: uPlot.Axis.Grid = { stroke: () => look().colour('--chart-grid'), width: 1 };
  const shared: uPlot.Axis = { stroke, font: make.font, grid, ticks: { show: false } };
  return {
    width: make.width,
    height: make.height,
    padding: [8, PLOT_RIGHT_PX, make.timeAxis ? 0 : 4, 0],
    legend: { show: false },
    // Without it the steps of the time axis would fall on the midnights of another zone.
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), shownTimeZone()),
    cursor: { show: false },
    scales: {
      x: { time: true, range: () => [look().span.fromMs / 1000, look().span.toMs / 1000] },
      y: { range: () => [0, look().top] },
    },
    axes: [
      {
        ...shared,
        show: make.timeAxis,
        size: 28,
        space: (chart) => (chart.width < NARROW_CHART_PX ? NARROW_LABEL_PX : WIDE_LABEL_PX),
        values: (chart, splits, _axis, _space, stepS) =>
          splits.map((second) => {
            const words = axisTime(second * 1000, stepS * 1000, look().locale);
            return isWhole(words, second * 1000, look().span, chart.width) ? words : '';
          }),
      },
      {
        ...shared,
        size: PLOT_LEFT_PX,
        space: make.kind === 'bars' ? 24 : 36,
        values: (_chart, splits) => splits.map((value) => look().valueLabel(value)),
      },
    ],
    series: series(make.kind, look),
    ...(make.kind === 'band'
      ? { bands: [{ series: [3, 1] as uPlot.Band.Bounds, fill: () => look().colour('--chart-band') }] }
      : {}),
    hooks: { drawClear: [(chart) => drawMarks(chart, look())] },
  };
};
