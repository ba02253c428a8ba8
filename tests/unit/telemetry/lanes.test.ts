import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_STREAM_JUMP,
  admit,
  createPrefix,
  orderOf,
  type Lane,
} from '../../../hub/src/telemetry/lanes.js';

describe('createPrefix', () => {
  it('moves over settled places only, in whatever order they are settled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ pass: fc.boolean(), seq: fc.integer({ min: 1, max: 30 }) }), { maxLength: 60 }),
        (steps) => {
          const prefix = createPrefix(0);
          const settled = new Set<number>();
          let last = 0;
          for (const { pass, seq } of steps) {
            if (pass) {
              prefix.passTo(seq);
              for (let place = 1; place <= seq; place++) settled.add(place);
            } else {
              prefix.mark(seq);
              settled.add(seq);
            }
            let expected = 0;
            while (settled.has(expected + 1)) expected++;
            expect(prefix.value()).toBe(expected);
            expect(expected).toBeGreaterThanOrEqual(last);
            last = expected;
          }
        },
      ),
    );
  });
});

describe('orderOf', () => {
  it.each([
    ['a newer stream', { stream: 4, process: 'b' }, 'newer'],
    ['the same process', { stream: 3, process: 'a' }, 'current'],
    ['the same stream under another process', { stream: 3, process: 'b' }, 'older'],
    ['an older stream', { stream: 2, process: 'a' }, 'older'],
    ['as far ahead as may be', { stream: 3 + MAX_STREAM_JUMP, process: 'b' }, 'newer'],
    ['farther ahead', { stream: 4 + MAX_STREAM_JUMP, process: 'b' }, 'older'],
    ['as far ahead as numbers go', { stream: Number.MAX_SAFE_INTEGER, process: 'b' }, 'older'],
  ])('%s', (_what, told, order) => {
    expect(orderOf({ stream: 3, process: 'a' }, told)).toBe(order);
  });
});

/** [stream, seq, from] of each batch in turn, what becomes of it, and where next and the pointers stand afterwards. */
type Step = [
  place: [stream: number, seq: number, from: number],
  outcome: string,
  state: [next: number, stored: number],
];

describe('admit', () => {
  const take = (lane: Lane, store: boolean): void => {
    const seq = lane.next++;
    if (store) lane.stored.mark(seq);
    lane.judged.mark(seq);
  };

  const tables: [string, Step[]][] = [
    [
      'takes batches in order',
      [
        [[1, 1, 1], 'take', [2, 1]],
        [[1, 2, 1], 'take', [3, 2]],
      ],
    ],
    ['begins a stream at from, wherever that is', [[[1, 7, 7], 'take', [8, 7]]]],
    [
      'does not begin one in its middle',
      [
        [[1, 8, 7], 'unknown', [0, 0]],
        [[1, 7, 7], 'take', [8, 7]],
        [[1, 8, 7], 'take', [9, 8]],
      ],
    ],
    [
      'answers a duplicate again',
      [
        [[1, 1, 1], 'take', [2, 1]],
        [[1, 1, 1], 'duplicate', [2, 1]],
      ],
    ],
    [
      'ignores what comes after a gap until it is filled',
      [
        [[1, 1, 1], 'take', [2, 1]],
        [[1, 3, 1], 'gap', [2, 1]],
        [[1, 2, 1], 'take', [3, 2]],
        [[1, 3, 1], 'take', [4, 3]],
      ],
    ],
    [
      'does not wait for what the agent has given up',
      [
        [[1, 1, 1], 'take', [2, 1]],
        [[1, 5, 4], 'gap', [4, 3]],
        [[1, 4, 4], 'take', [5, 4]],
      ],
    ],
    [
      'moves the pointers with from, also by a duplicate',
      [
        [[1, 1, 1], 'take, unstored', [2, 0]],
        [[1, 2, 1], 'take, unstored', [3, 0]],
        [[1, 2, 2], 'duplicate', [3, 1]],
      ],
    ],
    [
      'never moves them back',
      [
        [[1, 5, 5], 'take', [6, 5]],
        [[1, 4, 3], 'duplicate', [6, 5]],
      ],
    ],
    [
      'turns to a new stream at its beginning only',
      [
        [[1, 1, 1], 'take', [2, 1]],
        [[2, 3, 2], 'unknown', [2, 1]],
        [[2, 2, 2], 'take', [3, 2]],
      ],
    ],
  ];
  it.each(tables)('%s', (_what, steps) => {
    let lane: Lane | undefined;
    for (const [[stream, seq, from], outcome, [next, stored]] of steps) {
      const admission = admit(lane, { stream, seq, from });
      lane = admission.lane;
      if (admission.take) take(admission.lane, !outcome.endsWith('unstored'));
      expect(admission.take ? 'take' : admission.reason).toBe(outcome.split(',')[0]);
      expect([lane?.next ?? 0, lane?.stored.value() ?? 0]).toEqual([next, stored]);
    }
  });
});
