import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { laneOf, markOf, marksIn, type Mark, type MarkedIncident } from '../../../web/src/charts/lane.js';

const incident = (n: number, fromMs: number, toMs: number | null): MarkedIncident => ({
  id: `${n}`,
  ticket_number: `INC-${n}`,
  title: 'It does not answer',
  status: toMs === null ? 'new' : 'resolved',
  condition: 'unreachable',
  device_id: 'd',
  created_at: new Date(fromMs + 15_000).toISOString(),
  first_failed_at: new Date(fromMs).toISOString(),
  resolved_at: toMs === null ? null : new Date(toMs).toISOString(),
});
const mark = (n: number, fromMs: number, toMs: number): Mark => markOf(incident(n, fromMs, toMs), toMs);
const SPAN = { fromMs: 100_000, toMs: 200_000 };

test('an open incident goes on until now, and never ends before it began', () => {
  expect(markOf(incident(1, 5000, null), 9000)).toMatchObject({ fromMs: 5000, toMs: 9000, open: true });
  expect(markOf(incident(1, 5000, null), 4000)).toMatchObject({ fromMs: 5000, toMs: 5000 });
  expect(markOf({ ...incident(1, 5000, 8000), first_failed_at: null }, 9000)).toMatchObject({
    fromMs: 20_000,
    toMs: 20_000,
    open: false,
  });
});

test.each([
  ['before', 0, 99_999, 0],
  ['until its beginning', 0, 100_000, 1],
  ['over all of it', 0, 900_000, 1],
  ['from its end', 200_000, 300_000, 0],
])('what lies %s', (_name, fromMs, toMs, count) => {
  expect(marksIn([mark(1, fromMs, toMs)], SPAN)).toHaveLength(count);
});

describe('the lane', () => {
  const within = fc
    .tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 60_000 }))
    .map(([fromMs, lengthMs]) => ({ fromMs, toMs: fromMs + lengthMs }));

  test('shows each incident once, inside, large enough for a finger, and none over another', () => {
    fc.assert(
      fc.property(fc.array(within, { maxLength: 40 }), fc.integer({ min: 60, max: 900 }), (times, width) => {
        const marks = times.map(({ fromMs, toMs }, n) => mark(n, fromMs, toMs));
        const places = laneOf(marks, SPAN, width, 24);
        expect(places.flatMap((place) => place.marks)).toEqual(marksIn(marks, SPAN));
        let endPx = 0;
        for (const { leftPx, widthPx } of places) {
          expect(leftPx).toBeGreaterThanOrEqual(endPx - 1e-6);
          expect(widthPx).toBeGreaterThanOrEqual(24 - 1e-6);
          endPx = leftPx + widthPx;
        }
        expect(endPx).toBeLessThanOrEqual(width + 1e-6);
      }),
    );
  });
});
