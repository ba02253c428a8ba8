import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_LIMITS, createRateLimit } from '../../../hub/src/platform/broker/rate.js';

const LIMITS = { bytesPerS: 1_000, burstBytes: 5_000, messagesPerS: 10, burstMessages: 20 };

describe('createRateLimit', () => {
  it('lets a burst through, then asks to wait until it is paid', () => {
    const limit = createRateLimit(LIMITS, 0);
    limit.charge(5_000, 1, 0);
    expect(limit.waitMs(0)).toBe(0);
    limit.charge(500, 1, 0);
    expect(limit.waitMs(0)).toBe(500);
    expect(limit.waitMs(400)).toBe(100);
    expect(limit.waitMs(500)).toBe(0);
  });

  it('counts messages beside bytes; the dearer one decides', () => {
    const limit = createRateLimit(LIMITS, 0);
    limit.charge(5_100, 25, 0);
    expect(limit.waitMs(0)).toBe(500);
  });

  it('saves up no more than a burst', () => {
    const limit = createRateLimit(LIMITS, 0);
    limit.charge(6_000, 0, 1_000_000);
    expect(limit.waitMs(1_000_000)).toBe(1_000);
  });

  it('lets nobody who waits as asked send more than burst and rate, over any time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }), (sizes) => {
        const limit = createRateLimit(LIMITS, 0);
        let [nowMs, sent] = [0, 0];
        for (const size of sizes) {
          limit.charge(size, 1, nowMs);
          sent += size;
          // What it was just charged may still be owed.
          expect(sent - size).toBeLessThanOrEqual(
            LIMITS.burstBytes + (nowMs / 1_000) * LIMITS.bytesPerS + 1e-6,
          );
          nowMs += limit.waitMs(nowMs);
        }
      }),
    );
  });

  it.each<[what: string, bytesPerS: number, messagesPerS: number]>([
    ['20,000 checks each second, in the clear', 20_000 * 40, 400],
    ['100,000 samples each second in messages of 50, in the clear', 4_000_000, 2_000],
  ])('leaves an honest agent alone: %s, after its ring of 60 s', (_what, bytesPerS, messagesPerS) => {
    const limit = createRateLimit(AGENT_LIMITS, 0);
    limit.charge(12_000_000, 60 * 200, 0);
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
      limit.charge(bytesPerS / 10, messagesPerS / 10, nowMs);
      expect(limit.waitMs(nowMs)).toBe(0);
    }
  });
});
