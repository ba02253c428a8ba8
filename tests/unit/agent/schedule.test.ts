import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDueHeap, type Due } from '../../../agent/src/due-heap.js';
import { createBeat, hashUnit } from '../../../agent/src/schedule.js';

describe('the beat of a check', () => {
  it('is steady: beat n stands within 5 % of its place for ever (property)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 2_147_483_647 }),
        fc.integer({ min: 1_000, max: 3_600_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (seed, check, intervalMs, number) => {
          const beat = createBeat(seed, check, intervalMs, 500);
          const drift = beat.at(number) - beat.at(0) - number * intervalMs;
          expect(Math.abs(drift)).toBeLessThanOrEqual(0.1 * intervalMs + 1e-3);
          expect(beat.at(number + 1)).toBeGreaterThan(beat.at(number));
        },
      ),
    );
  });

  it('finds the first beat after a moment (property)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: -10_000, max: 1e9, noNaN: true }),
        (check, monoMs) => {
          const beat = createBeat(1, check, 5_000, 0);
          const number = beat.after(monoMs);
          expect(beat.at(number)).toBeGreaterThan(monoMs);
          if (number > 0) expect(beat.at(number - 1)).toBeLessThanOrEqual(monoMs);
        },
      ),
    );
  });

  it('spreads a thousand checks evenly over the interval', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let check = 1; check <= 1_000; check++) {
      const tenth = Math.floor(hashUnit(42, check, -1) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(140);
  });

  it('is the same for the same seed and another for another', () => {
    const at = (seed: number): number => createBeat(seed, 5, 5_000, 0).at(3);
    expect(at(1)).toBe(at(1));
    expect(at(1)).not.toBe(at(2));
  });
});

describe('the heap of what is due', () => {
  interface Item extends Due {
    id: number;
  }

  it('gives the earliest first, through moves and removals (property)', () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 20 }),
      dueMs: fc.integer({ min: 0, max: 1_000 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = createDueHeap<Item>();
        const items = Array.from({ length: 21 }, (_, id): Item => ({ id, dueMs: 0, heapIndex: -1 }));
        const inside = new Set<Item>();
        for (const { id, dueMs, remove } of steps) {
          const item = items[id] as Item;
          if (remove) {
            heap.remove(item);
            inside.delete(item);
          } else {
            item.dueMs = dueMs;
            heap.set(item);
            inside.add(item);
          }
          const earliest = Math.min(...[...inside].map((one) => one.dueMs));
          expect(heap.first()?.dueMs).toBe(inside.size === 0 ? undefined : earliest);
        }
      }),
    );
  });
});
