import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonBytes } from '../../../agent/src/json-bytes.js';

const integer = fc.oneof(
  fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  fc.constantFrom(0, -1, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 2_147_483_647, -2_147_483_648),
);

describe('JSON as bytes', () => {
  it('is what JSON.stringify says, whatever was written before (property)', () => {
    const json = createJsonBytes();
    fc.assert(
      fc.property(fc.array(fc.array(integer, { maxLength: 2_000 })), (columns) => {
        json.begin();
        json.text('[');
        for (const [place, column] of columns.entries()) {
          json.text(place === 0 ? '[' : ',[');
          json.integers(column, column.length);
          json.text(']');
        }
        json.text(']');
        expect(Buffer.from(json.bytes()).toString()).toBe(JSON.stringify(columns));
      }),
    );
  });

  it('writes as much of a column as it is asked to', () => {
    const json = createJsonBytes();
    json.begin();
    json.integers(new Int32Array([1, 22, 333, 0, 0]), 3);
    expect(Buffer.from(json.bytes()).toString()).toBe('1,22,333');
  });
});
