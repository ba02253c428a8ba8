import type { TimelineEntry } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byDay, leavesGap, merged } from '../../../web/src/devices/timeline.js';

const entry = (id: string, atMs: number): TimelineEntry => ({
  id,
  at: new Date(atMs).toISOString(),
  kind: 'health',
  code: 'two-cycles-good',
  text: '',
  data: {},
  ticket_id: null,
  ticket_number: null,
});

describe('pages put together', () => {
  test('whatever comes in whatever order: each entry once, newest first', () => {
    const pages = fc.array(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 10 }), { maxLength: 8 });
    fc.assert(
      fc.property(pages, (arrivals) => {
        const all = arrivals.reduce<TimelineEntry[]>(
          (known, page) =>
            merged(
              known,
              [...new Set(page)].map((n) => entry(`e${n}`, n * 1000)),
            ),
          [],
        );
        const ids = all.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(ids)).toEqual(new Set(arrivals.flat().map((n) => `e${n}`)));
        const times = all.map(({ at }) => Date.parse(at));
        expect(times).toEqual([...times].sort((a, b) => b - a));
      }),
    );
  });

  test('entries of one moment keep the order of the hub', () => {
    expect(merged([], [entry('b', 5), entry('a', 5)]).map(({ id }) => id)).toEqual(['b', 'a']);
  });
});

test.each([
  ['nothing was known', [], [9, 8], true, false],
  ['they touch', [8, 7], [9, 8], true, false],
  ['nothing in common, and more behind', [5, 4], [9, 8], true, true],
  ['nothing in common, but that is all', [5, 4], [9, 8], false, false],
])('a gap between pages: %s', (_name, known, arrived, hasMore, gap) => {
  const of = (places: readonly number[]): TimelineEntry[] => places.map((n) => entry(`e${n}`, n));
  expect(leavesGap(of(known), of(arrived), hasMore)).toBe(gap);
});

test('days in their order', () => {
  const days = byDay([entry('c', 25), entry('b', 21), entry('a', 9)], (atMs) =>
    String(Math.floor(atMs / 10)),
  );
  expect(days.map(({ key, entries }) => [key, entries.map(({ id }) => id)])).toEqual([
    ['2', ['c', 'b']],
    ['0', ['a']],
  ]);
});
