import { HEALTHS } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  piecesOf,
  sharesOf,
  stretchAt,
  stretchesOf,
  totalsIn,
  type Stretch,
} from '../../../web/src/devices/strip.js';
import { SEVERITY } from '../../../web/src/live/state.js';

const SPAN = { fromMs: 1000, toMs: 2000 };
const stretch = (health: Stretch['health'], fromMs: number, toMs: number, late = false): Stretch => ({
  health,
  fromMs,
  toMs,
  late,
});

/** Stretches that follow one another without a gap from the beginning of the span. */
const histories = fc
  .array(
    fc.record({
      health: fc.constantFrom(...HEALTHS),
      lengthMs: fc.integer({ min: 1, max: 400 }),
      late: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((pieces) => {
    let fromMs = SPAN.fromMs;
    const stretches: Stretch[] = [];
    for (const { health, lengthMs, late } of pieces) {
      if (fromMs >= SPAN.toMs) break;
      const toMs = Math.min(SPAN.toMs, fromMs + lengthMs);
      stretches.push(stretch(health, fromMs, toMs, late));
      fromMs = toMs;
    }
    return stretches;
  });

describe('the strip', () => {
  test('covers what is known without gap or overlap, and shows the worst of each pixel', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 300 }), (stretches, width) => {
        const pieces = piecesOf(stretches, SPAN, width);
        let px = 0;
        for (const piece of pieces) {
          expect(piece.fromPx).toBe(px);
          expect(piece.toPx).toBeGreaterThan(piece.fromPx);
          px = piece.toPx;
        }
        const endMs = stretches.at(-1)?.toMs ?? SPAN.fromMs;
        expect(px).toBe(Math.ceil(((endMs - SPAN.fromMs) / 1000) * width));
        const worst = (health: Stretch['health'][]): number =>
          Math.min(...health.map((one) => SEVERITY[one]));
        if (stretches.length > 0)
          expect(worst(pieces.map(({ health }) => health))).toBe(
            worst(stretches.map(({ health }) => health)),
          );
        expect(pieces.some(({ late }) => late)).toBe(stretches.some(({ late }) => late));
      }),
    );
  });

  test('an outage of a second in a day is still to be seen', () => {
    const day = { fromMs: 0, toMs: 86_400_000 };
    const stretches = [
      stretch('up', 0, 40_000_000),
      stretch('down', 40_000_000, 40_001_000),
      stretch('up', 40_001_000, 86_400_000),
    ];
    expect(piecesOf(stretches, day, 700).map(({ health }) => health)).toEqual(['up', 'down', 'up']);
  });

  test('time before the device existed is left out', () => {
    expect(piecesOf([stretch('up', 1500, 2000)], SPAN, 10)).toEqual([
      { health: 'up', late: false, fromPx: 5, toPx: 10 },
    ]);
  });

  test.each([
    ['no width', 0],
    ['less than a pixel', 0.4],
  ])('%s shows nothing', (_name, width) => {
    expect(piecesOf([stretch('up', 1000, 2000)], SPAN, width)).toEqual([]);
  });
});

describe('what is told at a moment', () => {
  const stretches = [stretch('up', 0, 100), stretch('down', 100, 101), stretch('up', 101, 200)];
  test.each([
    // at, within, health told
    [50, 1, 'up'],
    [99.5, 1, 'down'],
    [102.5, 1, 'up'],
    [100, 0, 'down'],
  ] as const)('%d ± %d: %s', (atMs, withinMs, health) => {
    expect(stretchAt(stretches, atMs, withinMs)?.health).toBe(health);
  });
  test('the stretch itself before its neighbour of the same health', () => {
    const two = [stretch('up', 0, 100), stretch('up', 100, 200, true)];
    expect(stretchAt(two, 100.5, 5)).toBe(two[1]);
  });
  test('nothing where nothing is known', () => {
    expect(stretchAt(stretches, 900, 1)).toBeUndefined();
  });
});

describe('totals', () => {
  test('add up to the time that is known', () => {
    fc.assert(
      fc.property(histories, (stretches) => {
        const { up, degraded, down, unknown } = totalsIn(stretches, SPAN);
        expect(up + degraded + down + unknown).toBe((stretches.at(-1)?.toMs ?? SPAN.fromMs) - SPAN.fromMs);
        const shares = sharesOf({ up, degraded, down, unknown });
        if (!shares) return;
        expect(shares.up + shares.degraded + shares.down + shares.unknown).toBeCloseTo(100);
      }),
    );
  });
  test('of no time at all there are no shares', () => {
    expect(sharesOf({ up: 0, degraded: 0, down: 0, unknown: 0 })).toBeUndefined();
  });
  test('the contract’s intervals', () => {
    const [one] = stretchesOf({
      intervals: [
        {
          health: 'down',
          late: true,
          started_at: '2026-11-29T00:00:00.000Z',
          ended_at: '2026-11-29T00:12:00.000Z',
        },
      ],
    });
    expect(one).toEqual({
      health: 'down',
      late: true,
      fromMs: Date.UTC(2026, 10, 29),
      toMs: Date.UTC(2026, 10, 29, 0, 12),
    });
  });
});
