import type { Series } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangeNamed, RANGES, spanAroundFailure, spanOf } from '../../../web/src/charts/ranges.js';
import {
  bandColumns,
  lonePlaces,
  niceTop,
  pointsFor,
  steadyTop,
  summarise,
} from '../../../web/src/charts/series.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const series = (min: Series['min'], avg: Series['avg'], max: Series['max']): Series => ({
  metric: 'rtt',
  unit: 'ms',
  t: avg.map((_, n) => n * 5000),
  min,
  avg,
  max,
});

describe('a series in figures', () => {
  test.each([
    ['nothing was measured', series([null, null], [null, null], [null, null]), undefined],
    ['no points at all', series([], [], []), undefined],
    ['gaps do not count', series([1, null, 3], [2, null, 4], [5, null, 6]), { min: 1, avg: 3, max: 6 }],
    ['a mean without its extremes', series([null], [7], [null]), { min: 7, avg: 7, max: 7 }],
  ])('%s', (_name, of, summary) => {
    expect(summarise(of)).toEqual(summary);
  });

  test('columns keep the gaps and count seconds', () => {
    expect(bandColumns(series([1, null], [2, null], [3, null]))).toEqual([
      [0, 5],
      [1, null],
      [2, null],
      [3, null],
    ]);
  });
});

describe('the top of a value axis', () => {
  test.each([
    // highest value, least, top
    [undefined, 1, 1],
    [0, 1, 1],
    [0.4, 1, 1],
    [15.8, 1, 20],
    [100, 1, 150],
    [730, 1, 1000],
  ])('%s, at least %d', (max, least, top) => {
    expect(niceTop(max, least)).toBeCloseTo(top);
  });

  test.each([0.03, 0.9, 1, 7.7, 99, 4321, 88_888])('is above %d, and not by far', (max) => {
    const top = niceTop(max, 0.001);
    expect(top).toBeGreaterThan(max);
    expect(top).toBeLessThan(max * 2.1);
  });
});

describe('a top that stays', () => {
  test.each([
    // before, highest value, top
    [undefined, 15.8, 20],
    // what fits stays
    [20, 17, 20],
    [20, 19.9, 20],
    [20, 8, 20],
    // what does not fit, or shrinks to less than a third, does not
    [20, 21, 25],
    [20, 4, 5],
    [20, undefined, 1],
  ])('after %s with %s', (before, max, top) => {
    expect(steadyTop(before, max, 1)).toBeCloseTo(top);
  });

  test('shows every figure, and is not four times as high as need be', () => {
    const figure = fc.double({ min: 0.01, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(figure, { minLength: 1, maxLength: 30 }), (figures) => {
        let top: number | undefined;
        for (const max of figures) {
          top = steadyTop(top, max, 0.001);
          expect(top).toBeGreaterThanOrEqual(max);
          expect(top).toBeLessThanOrEqual(niceTop(max, 0.001) * 3);
        }
      }),
    );
  });
});

test.each([
  ['none', [], []],
  ['a line', [1, 2, 3], []],
  ['one alone', [null, 2, null, null, 5, 6], [1]],
  ['at the ends', [1, null, 3], [0, 2]],
])('points that stand alone: %s', (_name, column, places) => {
  expect(lonePlaces(column)).toEqual(places);
});

describe('spans', () => {
  test('end now and are as long as they are called', () => {
    expect(spanOf('6h', 10 * HOUR)).toEqual({ fromMs: 4 * HOUR, toMs: 10 * HOUR });
  });

  test.each([
    [null, '1h'],
    ['24h', '24h'],
    ['9d', '1h'],
    ['toString', '1h'],
  ])('an address that says %s', (said, range) => {
    expect(rangeNamed(said)).toBe(range);
    expect(RANGES[rangeNamed(said)].spanMs).toBeGreaterThan(0);
  });

  test.each([
    // failed, ended, now, from, to
    ['still failing', 100 * HOUR, undefined, 100 * HOUR + 5 * MINUTE, -10 * MINUTE, 5 * MINUTE],
    ['just ended', 100 * HOUR, 100 * HOUR + MINUTE, 100 * HOUR + 2 * MINUTE, -10 * MINUTE, 2 * MINUTE],
    ['ended long ago', 100 * HOUR, 101 * HOUR, 200 * HOUR, -10 * MINUTE, 70 * MINUTE],
    ['failing for days', 100 * HOUR, undefined, 200 * HOUR, -10 * MINUTE, 24 * HOUR - 10 * MINUTE],
    // the browser's clock is behind the hub's
    ['failed ahead of now', 100 * HOUR, undefined, 99 * HOUR, -10 * MINUTE, MINUTE],
  ])('around a failure: %s', (_name, failedAtMs, endedAtMs, nowMs, from, to) => {
    expect(spanAroundFailure(failedAtMs, endedAtMs, nowMs)).toEqual({
      fromMs: failedAtMs + from,
      toMs: failedAtMs + to,
    });
  });
});

describe('points to ask for', () => {
  test.each([
    // width, span, interval, points
    [0, HOUR, 5000, 60],
    [780, 6 * HOUR, 5000, 780],
    [9000, 7 * 24 * HOUR, 5000, 2000],
    // no place is shorter than two probes
    [780, 20 * MINUTE, 5000, 120],
    [780, HOUR, 60_000, 30],
    [780, 1000, 5000, 2],
  ])('for %d px, %d ms, every %d ms', (width, spanMs, intervalMs, points) => {
    expect(pointsFor(width, spanMs, intervalMs)).toBe(points);
  });
});
