import { describe, expect, it } from 'vitest';
import { createLatest } from '../../../hub/src/telemetry/latest.js';

/** Outcome, mean µs and lost packets of cycles in turn, and the figures after the last. */
const tables: [string, [o: number, us: number, lost: number][], rttMs: number | null, loss: number][] = [
  ['one good cycle', [[0, 1500, 0]], 1.5, 0],
  ['one of three lost', [[0, 1500, 1]], 1.5, 100 / 3],
  [
    'all lost',
    [
      [0, 1500, 0],
      [1, 0, 3],
    ],
    null,
    50,
  ],
  [
    'a skipped cycle tells nothing',
    [
      [0, 1500, 0],
      [2, 0, 0],
    ],
    1.5,
    0,
  ],
  [
    'six cycles',
    [
      [1, 0, 3],
      [1, 0, 3],
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
    ],
    0.001,
    100 / 3,
  ],
  ['the last 20 packets: two of the seventh cycle', [[1, 0, 3], ...good(6)], 0.001, 10],
  ['no more than those', [[1, 0, 3], [1, 0, 3], ...good(7)], 0.001, 0],
];
function good(cycles: number): [number, number, number][] {
  return Array.from({ length: cycles }, () => [0, 1, 0]);
}

describe('createLatest', () => {
  it.each(tables)('%s', (_what, cycles, rttMs, lossPercent) => {
    const latest = createLatest();
    cycles.forEach(([outcome, us, lost], i) => latest.note(7, 'device', 1000 + i, outcome, us, lost));
    const figures = latest.of(7)!;
    expect(figures.rttMs).toBe(rttMs);
    expect(figures.lossPercent).toBeCloseTo(lossPercent);
  });

  it('knows nothing of a check without samples, or of a device that is gone', () => {
    const latest = createLatest();
    latest.note(7, 'device', 1000, 0, 1, 0);
    latest.note(8, 'other', 1000, 0, 1, 0);
    latest.forgetDevice('device');
    expect(latest.of(7)).toBeUndefined();
    expect(latest.of(8)).toMatchObject({ atMs: 1000 });
  });
});
