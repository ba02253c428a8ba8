import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  healIntervals,
  judgeRuns,
  type HealthInterval,
  type LateNumbers,
  type LateRun,
} from '../../../hub/src/detection/engine/index.js';

const NUMBERS: LateNumbers = { downAfterFails: 3, upAfterGoods: 2, gapMs: 12_500, intervalMs: 5_000 };
const NOW = 10_000_000;

/** `.` good, `x` failed, `_` nothing, a letter each 5 s from 0 on. */
const runsOf = (story: string): LateRun[] => {
  const runs: LateRun[] = [];
  [...story].forEach((letter, place) => {
    if (letter === '_') return;
    const at = place * 5_000;
    const last = runs.at(-1);
    const failed = letter === 'x';
    if (last?.failed === failed && at - last.toMs <= NUMBERS.gapMs)
      Object.assign(last, { toMs: at, cycles: last.cycles + 1 });
    else runs.push({ failed, fromMs: at, toMs: at, cycles: 1 });
  });
  return runs;
};
const unknown = (from: number, to: number | null): HealthInterval => ({
  health: 'unknown',
  startedAtMs: from * 1000,
  endedAtMs: to === null ? null : to * 1000,
  late: false,
});
/** `unknown 0-10, up 10-25`, in seconds. */
const told = (pieces: readonly HealthInterval[]): string =>
  pieces
    .map(
      ({ health, startedAtMs, endedAtMs }) =>
        `${health} ${startedAtMs / 1000}-${endedAtMs === null ? '' : endedAtMs / 1000}`,
    )
    .join(', ');

describe('rule 12: late data heals what was unknown', () => {
  const cases: [name: string, interval: HealthInterval, story: string, pieces: string][] = [
    ['good all the time', unknown(0, 30), '......', 'up 0-30'],
    ['failed all the time', unknown(0, 30), 'xxxxxx', 'down 0-30'],
    ['a fault wholly inside', unknown(0, 60), '...xxxx.....', 'up 0-15, down 15-35, up 35-60'],
    ['two failed cycles are no fault', unknown(0, 45), '...xx....', 'up 0-45'],
    ['one good cycle ends none', unknown(0, 45), 'xxx.xxxxx', 'down 0-45'],
    ['one cycle alone tells nothing', unknown(0, 30), '.', ''],
    ['two failed ones alone tell nothing', unknown(0, 30), 'xx', ''],
    [
      'what is not covered stays unknown',
      unknown(0, 100),
      '____......__________',
      'unknown 0-20, up 20-45, unknown 45-100',
    ],
    [
      'a hole of more than two cycles stays unknown',
      unknown(0, 60),
      '....____....',
      'up 0-20, unknown 20-40, up 40-60',
    ],
    ['a hole of one cycle is none', unknown(0, 45), '...._....', 'up 0-45'],
    ['a rest at the edges that is no gap is healed as well', unknown(0, 52), '__.......', 'up 0-52'],
    ['an interval that goes on stays unknown at its end', unknown(0, null), '....', 'up 0-15, unknown 15-'],
    ['an interval inside of the samples', unknown(12, 23), '..........', 'up 12-23'],
    [
      'the end of a run that may still grow waits',
      unknown(0, 100),
      '.....x______________',
      'up 0-25, unknown 25-100',
    ],
    ['samples outside of it change nothing', unknown(500, 600), '.....', ''],
  ];
  it.each(cases)('%s: %s', (_name, interval, story, pieces) => {
    const healings = healIntervals([interval], runsOf(story), null, NUMBERS, NOW);
    expect(told(healings.flatMap((healing) => healing.pieces))).toBe(pieces);
  });

  it('touches nothing but unknown', () => {
    const up: HealthInterval = { health: 'up', startedAtMs: 0, endedAtMs: 30_000, late: false };
    expect(healIntervals([up], runsOf('xxxxxx'), null, NUMBERS, NOW)).toEqual([]);
  });
  it('goes on where the runs before ended', () => {
    expect(judgeRuns(runsOf('x..'), 'up', NUMBERS).spans).toEqual([
      { health: 'up', fromMs: 0, toMs: 10_000 },
    ]);
    expect(judgeRuns(runsOf('x'), 'up', NUMBERS).after).toBe('up');
  });

  // Found by the simulation (seed 2027): the run was healed for a whole interval beyond its last cycle, and the good
  // re-probes that the next batch brought came too late to say otherwise.
  it('says nothing of the time after the last cycle, which the next batch may know better', () => {
    const failed = { failed: true, fromMs: 0, toMs: 10_000, cycles: 3 };
    const good = { failed: false, fromMs: 12_000, toMs: 14_000, cycles: 3 };
    const [first] = healIntervals([unknown(0, 60)], [failed], null, NUMBERS, NOW);
    expect(told(first!.pieces)).toBe('down 0-10, unknown 10-60');
    const [second] = healIntervals([first!.pieces[1]!], [failed, good], null, NUMBERS, NOW);
    expect(told(second!.pieces)).toBe('down 10-12, up 12-14, unknown 14-60');
  });
  // Found by the simulation (seeds 2032 and 2059): the rest up to the next live sample was healed with the failures beside
  // it, before the good samples came that lay in it.
  it('gives the last word to samples that come later for a rest that was healed with its neighbour', () => {
    const failed = { failed: true, fromMs: 0, toMs: 10_000, cycles: 3 };
    const good = { failed: false, fromMs: 15_000, toMs: 20_000, cycles: 2 };
    const [first] = healIntervals([unknown(0, 22)], [failed], null, NUMBERS, NOW);
    expect(told(first!.pieces)).toBe('down 0-22');
    const [second] = healIntervals(first!.pieces, [failed, good], null, NUMBERS, NOW);
    expect(told(second!.pieces)).toBe('down 0-15, up 15-22');
    expect(second!.pieces.every(({ late }) => late)).toBe(true);
    expect(told(second!.news)).toBe('up 15-22');
  });
  it('never reaches over a hole to a run that comes behind it', () => {
    const runs = [
      { failed: true, fromMs: 0, toMs: 10_000, cycles: 3 },
      { failed: false, fromMs: 100_000, toMs: 100_000, cycles: 1 },
      { failed: true, fromMs: 105_000, toMs: 115_000, cycles: 3 },
    ];
    expect(judgeRuns(runs, null, NUMBERS).spans).toEqual([
      { health: 'down', fromMs: 0, toMs: 15_000 },
      { health: 'down', fromMs: 105_000, toMs: 115_000 },
    ]);
  });

  it('covers an interval without holes or overlaps, and heals it only once', () => {
    const story = fc
      .array(fc.constantFrom('.', '.', '.', 'x', 'x', '_'), { maxLength: 60 })
      .map((letters) => letters.join(''));
    fc.assert(
      fc.property(story, fc.nat(100), fc.nat(200), fc.boolean(), (letters, from, length, open) => {
        const interval = unknown(from, open ? null : from + length + 1);
        for (const { pieces } of healIntervals([interval], runsOf(letters), null, NUMBERS, NOW)) {
          expect(pieces[0]!.startedAtMs).toBe(interval.startedAtMs);
          expect(pieces.at(-1)!.endedAtMs).toBe(interval.endedAtMs);
          pieces.forEach((piece, place) => {
            expect(piece.late).toBe(piece.health !== 'unknown');
            if (place > 0) expect(piece.startedAtMs).toBe(pieces[place - 1]!.endedAtMs);
            if (piece.endedAtMs !== null) expect(piece.endedAtMs).toBeGreaterThan(piece.startedAtMs);
          });
          // What is still unknown is so because the runs do not tell.
          expect(healIntervals(pieces, runsOf(letters), null, NUMBERS, NOW)).toEqual([]);
        }
      }),
    );
  });
});
