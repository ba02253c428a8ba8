import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, createLineWriter } from '../../../hub/src/telemetry/line-writer.js';

describe('createLineWriter', () => {
  it.each([
    0, 7, 10, 99, 100, 999_999_999, 1_000_000_000, 1_000_000_001, 9_007_199_254_740_991, -1, -1_000_000_007,
  ])('writes %d as JavaScript does', (n) => {
    const writer = createLineWriter();
    writer.int(n);
    expect(writer.take().toString()).toBe(String(n));
  });

  it('writes whatever pieces come, in order, past its first buffer', () => {
    const piece = fc.oneof(
      fc.record({ kind: fc.constant('int' as const), n: fc.maxSafeInteger() }),
      fc.record({
        kind: fc.constant('decimal' as const),
        n: fc.double({ noNaN: true, noDefaultInfinity: true }),
      }),
      fc.record({ kind: fc.constant('text' as const), text: fc.stringMatching(/^[ -~]{0,200}$/) }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 1_000 }), (pieces) => {
        const writer = createLineWriter();
        let expected = '';
        for (const each of pieces) {
          if (each.kind === 'text') writer.text(ascii(each.text));
          else if (each.kind === 'int') writer.int(each.n);
          else writer.decimal(each.n);
          expected += each.kind === 'text' ? each.text : String(each.n);
        }
        expect(writer.take().toString()).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('hands out copies: what comes next does not change what was taken', () => {
    const writer = createLineWriter();
    writer.text(ascii('first\n'));
    const first = writer.take();
    writer.text(ascii('other\n'));
    expect(writer.take().toString()).toBe('other\n');
    expect(first.toString()).toBe('first\n');
    expect(writer.take()).toHaveLength(0);
  });
});
