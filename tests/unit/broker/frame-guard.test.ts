import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameGuard } from '../../../hub/src/platform/broker/frame-guard.js';

/** A frame with a body of that length, as MQTT writes it. */
const frame = (type: number, bodyBytes: number): Buffer => {
  const length: number[] = [];
  let left = bodyBytes;
  do {
    length.push((left % 128) | (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([type, ...length]), Buffer.alloc(bodyBytes, 0xff)]);
};

describe('createFrameGuard', () => {
  it('finds the first frame that is too long, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }),
        (bodies, allowed, cuts) => {
          const bytes = Buffer.concat(bodies.map((body) => frame(0x30, body)));
          const guard = createFrameGuard(allowed);
          let [at, fine] = [0, true];
          for (let i = 0; at < bytes.length && fine; i++) {
            const end = at + cuts[i % cuts.length]!;
            fine = guard.accept(bytes.subarray(at, end));
            at = end;
          }
          expect(fine).toBe(bodies.every((body) => body <= allowed));
        },
      ),
    );
  });

  it('tells it from the length alone, and stays with its verdict', () => {
    const guard = createFrameGuard(8192);
    expect(guard.accept(frame(0x10, 190_000_000 / 1000).subarray(0, 2))).toBe(true);
    expect(guard.accept(Buffer.from([0x80, 0x80, 0x01]))).toBe(false);
    expect(guard.accept(frame(0xc0, 0))).toBe(false);
  });

  it.each([
    ['a length of five bytes', [0x10, 0x80, 0x80, 0x80, 0x80]],
    ['a length of five bytes, all zero', [0x10, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])('refuses %s', (_what, bytes) => {
    expect(createFrameGuard(2 ** 28).accept(Buffer.from(bytes))).toBe(false);
  });

  it('allows more from the next frame on', () => {
    const guard = createFrameGuard(10);
    expect(guard.accept(frame(0x10, 10))).toBe(true);
    guard.allow(1000);
    expect(guard.accept(frame(0x30, 1000))).toBe(true);
    expect(guard.accept(frame(0x30, 1001))).toBe(false);
  });
});
