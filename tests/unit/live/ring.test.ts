import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRing, eventText } from '../../../hub/src/live/ring.js';

test('an event is sent as its id, name and data', () => {
  const ring = createRing('run7', 4);
  expect(ring.push('device', '{"a":1}', false).text).toBe('id: run7.1\nevent: device\ndata: {"a":1}\n\n');
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
  ['of a run that begins the same', 'run77.5', undefined],
  ['no number', 'run7.five', undefined],
  ['a negative number', 'run7.-1', undefined],
  ['leading zeros', 'run7.05', undefined],
  ['nothing', '', undefined],
])('after %s', (_what, id, places) => {
  const ring = createRing('run7', 4);
  for (let i = 0; i < 6; i += 1) ring.push('device', '{}', false);
  expect(ring.after(id)?.map((frame) => frame.n)).toEqual(places);
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
            ring.push('device', String(pushed), false);
            continue;
          }
          const missed = ring.after(ring.idOf(had));
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
