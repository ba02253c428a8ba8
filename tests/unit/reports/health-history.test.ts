import { HEALTHS, type Health } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coverSpan,
  isWorse,
  mergePieces,
  type HealthPiece,
} from '../../../hub/src/reports/health-history.js';

const FROM = 1_000_000;

/** Pieces end to end from FROM on: `up 30`, `down 5 late`, in ms. */
const pieces = (...words: string[]): HealthPiece[] => {
  let at = FROM;
  return words.map((word) => {
    const [health, length, late] = word.split(' ') as [Health, string, string | undefined];
    const startMs = at;
    at += Number(length);
    return { health, startMs, endMs: at, late: late === 'late' };
  });
};
const words = (list: readonly HealthPiece[]): string[] =>
  list.map(({ health, startMs, endMs, late }) => `${health} ${endMs - startMs}${late ? ' late' : ''}`);

const stored = fc
  .array(
    fc.record({
      gap: fc.integer({ min: -20, max: 40 }),
      length: fc.integer({ min: 0, max: 60 }),
      health: fc.constantFrom(...HEALTHS),
      late: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let at = FROM - 50;
    return steps.map(({ gap, length, health, late }): HealthPiece => {
      const startMs = (at += gap);
      at += length;
      return { health, startMs, endMs: at, late };
    });
  });

const isWhole = (list: readonly HealthPiece[], fromMs: number, toMs: number): void => {
  let reachedMs = fromMs;
  for (const piece of list) {
    expect(piece.startMs).toBe(reachedMs);
    expect(piece.endMs).toBeGreaterThan(piece.startMs);
    reachedMs = piece.endMs;
  }
  expect(reachedMs).toBe(toMs);
};

describe('coverSpan', () => {
  test('neither gap nor overlap, whatever is stored', () => {
    fc.assert(
      fc.property(stored, fc.integer({ min: 1, max: 1_000 }), fc.boolean(), (list, length, isSifted) => {
        isWhole(coverSpan(list, FROM, FROM + length, isSifted), FROM, FROM + length);
      }),
    );
  });

  test('what is on record end to end comes back as it is, cut at the ends', () => {
    const list = pieces('up 30', 'down 5 late', 'up 40');
    expect(coverSpan(list, FROM, FROM + 75)).toEqual(list);
    expect(words(coverSpan(list, FROM + 10, FROM + 33))).toEqual(['up 20', 'down 3 late']);
  });

  test('a gap is unknown; where pieces were left out it is the worse of its neighbours', () => {
    const [first, , last] = pieces('up 30', 'degraded 5', 'down 40') as [
      HealthPiece,
      HealthPiece,
      HealthPiece,
    ];
    expect(words(coverSpan([first, last], FROM, FROM + 80))).toEqual([
      'up 30',
      'unknown 5',
      'down 40',
      'unknown 5',
    ]);
    expect(words(coverSpan([first, last], FROM, FROM + 80, true))).toEqual([
      'up 30',
      'down 5',
      'down 40',
      'down 5',
    ]);
    expect(words(coverSpan([], FROM, FROM + 10))).toEqual(['unknown 10']);
  });
});

describe('mergePieces', () => {
  test.each<[string[], number, string[]]>([
    [['up 30', 'down 5', 'up 40'], 3, ['up 30', 'down 5', 'up 40']],
    // One of a kind beside another become one before anything is lost.
    [['up 30', 'up 5 late', 'down 40'], 2, ['up 35', 'down 40']],
    [['up 30 late', 'up 5 late', 'down 40'], 2, ['up 35 late', 'down 40']],
    [['up 30', 'degraded 5', 'down 40'], 2, ['up 30', 'down 45']],
    [['down 30', 'degraded 5', 'unknown 40'], 2, ['down 35', 'unknown 40']],
    // At the ends there is one neighbour only.
    [['down 3', 'up 30', 'down 40'], 2, ['up 33', 'down 40']],
    // What is taken over joins its neighbours of the same health.
    [['down 30', 'up 5', 'down 40', 'unknown 20'], 3, ['down 75', 'unknown 20']],
    [['up 1', 'down 1'], 1, ['down 2']],
  ])('%j into %d', (list, most, expected) => {
    expect(words(mergePieces(pieces(...list), most))).toEqual(expected);
  });

  const contiguous = fc
    .array(
      fc.record({
        length: fc.integer({ min: 1, max: 1_000 }),
        health: fc.constantFrom(...HEALTHS),
        late: fc.boolean(),
      }),
      { minLength: 1, maxLength: 200 },
    )
    .map((steps) =>
      pieces(...steps.map((step) => `${step.health} ${step.length}${step.late ? ' late' : ''}`)),
    );

  test('at most so many, whole, in order; the longest piece keeps its health', () => {
    fc.assert(
      fc.property(contiguous, fc.integer({ min: 1, max: 50 }), (list, most) => {
        const end = list.at(-1)!.endMs;
        const merged = mergePieces(list, most);
        isWhole(merged, FROM, end);
        expect(merged.length).toBeLessThanOrEqual(most);
        if (list.length <= most) expect(merged).toEqual(list);
        // Where more than one piece may stay, no piece that is longer than all others together is lost.
        const longest = list.reduce((a, b) => (b.endMs - b.startMs > a.endMs - a.startMs ? b : a));
        const isMost = 2 * (longest.endMs - longest.startMs) > end - FROM;
        if (isMost) {
          const middle = (longest.startMs + longest.endMs) / 2;
          const now = merged.find(({ startMs, endMs }) => startMs <= middle && middle < endMs)!;
          if (most > 1) expect(isWorse(longest.health, now.health)).toBe(false);
        }
        for (const [place, piece] of merged.entries())
          if (list.length > most && place > 0) expect(piece.health).not.toBe(merged[place - 1]!.health);
      }),
    );
  });

  test('as many pieces as a page is ever made from', () => {
    const list = pieces(
      ...Array.from({ length: 8_000 }, (_, n) => `${n % 2 ? 'down' : 'up'} ${1 + ((n * 7919) % 997)}`),
    );
    const merged = mergePieces(list, 2_000);
    expect(merged.length).toBeLessThanOrEqual(2_000);
    expect(merged.length).toBeGreaterThan(1_900);
    isWhole(merged, FROM, list.at(-1)!.endMs);
  });
});
