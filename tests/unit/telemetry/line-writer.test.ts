import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, createLineWriter, type Lines } from '../../../hub/src/telemetry/line-writer.js';

describe('createLineWriter', () => {
  it.each([
    0, 7, 10, 99, 100, 999_999_999, 1_000_000_000, 1_000_000_001, 9_007_199_254_740_991, -1, -1_000_000_007,
  ])('writes %d as JavaScript does', (n) => {
    const writer = createLineWriter();
    writer.int(n);
    expect(writer.take().bytes.toString()).toBe(String(n));
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
        expect(writer.take().bytes.toString()).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('writes over nothing that was not released, whatever is released when', () => {
    const step = fc.record({ length: fc.integer({ min: 0, max: 700 }), release: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const writer = createLineWriter(1_024);
        const held: { expected: string; lines: Lines }[] = [];
        for (const [place, { length, release }] of steps.entries()) {
          const letter = String.fromCharCode(97 + (place % 26));
          for (let written = 0; written < length; written += 50) writer.text(ascii(letter.repeat(50)));
          held.push({ expected: letter.repeat(Math.ceil(length / 50) * 50), lines: writer.take() });
          if (release < held.length) held.splice(release, 1)[0]!.lines.release();
          for (const { expected, lines } of held) expect(lines.bytes.toString()).toBe(expected);
        }
      }),
    );
  });
});
