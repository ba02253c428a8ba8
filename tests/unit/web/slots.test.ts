import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Slots } from '../../../web/src/board/slots.js';

const keysOf = (slots: Slots, text: string, inPlace = false): string =>
  [...slots.assign([...text], inPlace)].map(([id, key]) => `${id}${key}`).join(' ');

describe('slots', () => {
  test.each([
    ['the first ones are made', '', 'abc', false, 'a0 b1 c2'],
    ['what stays keeps its element, what is new takes a free one', 'abc', 'bcd', false, 'b1 c2 d0'],
    ['what moves takes its element along', 'abc', 'cab', false, 'c2 a0 b1'],
    ['in place: what stays in order keeps its element', 'abc', 'bcd', true, 'b1 c2 d0'],
    ['in place: what changed order is filled anew from the first', 'abc', 'cab', true, 'c0 a1 b2'],
    ['in place: more of them, in another order', 'abc', 'cabd', true, 'c0 a1 b2 d3'],
    ['another site altogether takes all that is there', 'abc', 'xy', false, 'x0 y1'],
    ['nothing left', 'abc', '', false, ''],
  ] as const)('%s', (_, before, now, inPlace, expected) => {
    const slots = new Slots();
    slots.assign([...before]);
    expect(keysOf(slots, now, inPlace)).toBe(expected);
  });

  test('no two share an element, and none is made while one is free', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.boolean()), { maxLength: 12 }), (rounds) => {
        const slots = new Slots();
        let before: readonly number[] = [];
        for (const [now, inPlace] of rounds) {
          const keys = [...slots.assign(now, inPlace).values()];
          expect(new Set(keys).size).toBe(now.length);
          const again = keys.filter((key) => before.includes(key));
          expect(again).toHaveLength(Math.min(before.length, now.length));
          before = keys;
        }
      }),
    );
  });
});
