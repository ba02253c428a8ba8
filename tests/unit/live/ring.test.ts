import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRing, eventText } from '../../../hub/src/live/ring.js';

test('an event is sent as its id, name and data', () => {
  const ring = createRing('run7', 4);
  const frames = [ring.push('device', '{"a":1}', '{}'), ring.push('incident', '{"b":2}', undefined)];
  expect(ring.textOf(frames, 'all')).toBe(
    'id: run7.1\nevent: device\ndata: {"a":1}\n\nid: run7.2\nevent: incident\ndata: {"b":2}\n\n',
  );
  expect(ring.textOf(frames, 'no-tickets')).toBe('id: run7-r.1\nevent: device\ndata: {}\n\n');
  expect(ring.textOf(frames.slice(1), 'no-tickets')).toBe('');
  expect(eventText('x.1', 'n', '{}')).toBe('id: x.1\nevent: n\ndata: {}\n\n');
});

// Four held of six: 3, 4, 5, 6.
test.each([
  ['the newest', 'run7.6', []],
  ['one behind', 'run7.5', [6]],
  ['the oldest held', 'run7.3', [4, 5, 6]],
  ['just before the oldest held', 'run7.2', [3, 4, 5, 6]],
  ['no longer held', 'run7.1', undefined],
  ['the beginning', 'run7.0', undefined],
  ['of the future', 'run7.7', undefined],
  ['of another run', 'run8.5', undefined],
  ['of another audience', 'run7-r.5', undefined],
  ['of a run that begins the same', 'run77.5', undefined],
  ['no number', 'run7.five', undefined],
  ['a negative number', 'run7.-1', undefined],
  ['leading zeros', 'run7.05', undefined],
  ['nothing', '', undefined],
])('after %s', (_what, id, places) => {
  const ring = createRing('run7', 4);
  for (let i = 0; i < 6; i += 1) ring.push('device', '{}', '{}');
  const place = ring.placeOf(id, 'all');
  const after = place === undefined ? undefined : ring.after(place, 100);
  expect(after?.map((frame) => frame.n)).toEqual(places);
});

test('whoever comes back in time gets exactly what he missed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.oneof(fc.constant('push' as const), fc.constant('come' as const)), { maxLength: 60 }),
      (capacity, steps) => {
        const ring = createRing('r', capacity);
        let had = 0;
        let pushed = 0;
        for (const step of steps) {
          if (step === 'push') {
            pushed += 1;
            ring.push('device', String(pushed), String(pushed));
            continue;
          }
          const place = ring.placeOf(ring.idOf(had, 'no-tickets'), 'no-tickets');
          const missed = place === undefined ? undefined : ring.after(place, 1_000);
          if (pushed - had > capacity) expect(missed).toBeUndefined();
          else
            expect(missed?.map((frame) => frame.n)).toEqual(
              Array.from({ length: pushed - had }, (_, i) => had + i + 1),
            );
          had = pushed;
        }
      },
    ),
  );
});
