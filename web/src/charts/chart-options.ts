import uPlot from 'uplot';
import { axisTime, shownTimeZone } from '../i18n/time.js';
import type { Span } from './ranges.js';

/** What is drawn: a band with its mean, bars, or a line with its ground filled. */
export type ChartKind = 'band' | 'bars' | 'line';

export interface ChartLook {
  kind: ChartKind;
  span: Span;
  /** Top of the value axis, which starts at 0. */
  top: number;
  locale: string;
  /** Charts with the same key show their cursors together. */
  syncKey: string;
  /** Spans shaded behind, e.g. an incident. */
  marks: readonly Span[];
  timeAxis: boolean;
  valueLabel: (value: number) => string;
  /** Resolves one of our colour tokens to what a canvas takes. */
  colour: (token: string) => string;
  font: string;
  onCursor: (place: number | undefined) => void;
}

const AXIS_WIDTH_PX = 64;

const series = ({ kind, colour }: ChartLook): uPlot.Series[] => {
  const line = colour('--chart-line');
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
  const mean: uPlot.Series = { stroke: line, width: 1.75, points: { show: false } };
  if (kind === 'band') return [{}, edge, mean, edge];
  if (kind === 'line') return [{}, { ...mean, fill: colour('--chart-band') }];
  const loss = colour('--chart-loss');
  const bars = uPlot.paths.bars?.({ size: [0.9, 12], align: 1 });
  return [
    {},
    { fill: loss, stroke: loss, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) },
  ];
};

const drawMarks = (chart: uPlot, look: ChartLook): void => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = look.colour('--chart-shade');
  for (const { fromMs, toMs } of look.marks) {
    const left = Math.max(bbox.left, chart.valToPos(fromMs / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(toMs / 1000, 'x', true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
};

/** uPlot's options for one of our charts; the size is the wrapper's business. */
export const chartOptions = (look: ChartLook, width: number, height: number): uPlot.Options => {
  const quiet = look.colour('--text-quiet');
  const grid: uPlot.Axis.Grid = { stroke: look.colour('--chart-grid'), width: 1 };
  const shared: uPlot.Axis = { stroke: quiet, font: look.font, grid, ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 8, look.timeAxis ? 0 : 4, 0],
    legend: { show: false },
    // Without it the steps of the time axis would fall on the midnights of another zone.
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), shownTimeZone()),
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: look.syncKey } },
    scales: {
      x: { time: true, range: () => [look.span.fromMs / 1000, look.span.toMs / 1000] },
      y: { range: () => [0, look.top] },
    },
    axes: [
      {
        ...shared,
        show: look.timeAxis,
        size: 28,
        space: 72,
        values: (_chart, splits, _axis, _space, stepS) =>
          splits.map((second) => axisTime(second * 1000, stepS * 1000, look.locale)),
      },
      {
        ...shared,
        size: AXIS_WIDTH_PX,
        space: look.kind === 'bars' ? 24 : 36,
        values: (_chart, splits) => splits.map(look.valueLabel),
      },
    ],
    series: series(look),
    ...(look.kind === 'band' ? { bands: [{ series: [3, 1], fill: look.colour('--chart-band') }] } : {}),
    hooks: {
      drawClear: [(chart) => drawMarks(chart, look)],
      setCursor: [(chart) => look.onCursor(chart.cursor.idx ?? undefined)],
    },
  };
};
