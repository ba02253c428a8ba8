import { describe, expect, it } from 'vitest';
import { createCheckTable } from '../../../hub/src/detection/engine/check-table.js';

describe('the table of checks', () => {
  it('knows what was put in, over pages and beyond any page, and nothing else', () => {
    const table = createCheckTable();
    const ids = [1, 2, 4_095, 4_096, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 40];
    ids.forEach((id, place) => table.set(id, place + 1));
    expect(ids.map(table.get)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // What an agent may name is not for us to choose.
    for (const stranger of [0, 3, -1, 1.5, -4_096, 2 ** 31 + 1, NaN, Infinity])
      expect(table.get(stranger)).toBe(0);
  });

  it('forgets, and takes another row', () => {
    const table = createCheckTable();
    for (const id of [7, 2 ** 33]) {
      table.set(id, 1);
      table.delete(id);
      expect(table.get(id)).toBe(0);
      table.set(id, 2);
      expect(table.get(id)).toBe(2);
    }
  });
});
