import { describe, expect, it } from 'vitest';
import { createFairShare, type FairShare } from '../../../hub/src/telemetry/fair-share.js';

const MINUTE_MS = 60_000;
/** How many of `tries` at this moment it gets. */
const draw = (share: FairShare, who: string, tries: number, nowMs: number): number =>
  Array.from({ length: tries }, () => share.take(who, nowMs)).filter(Boolean).length;

describe('createFairShare', () => {
  it('gives one no more than its own share, and the rest to others', () => {
    const share = createFairShare(60, 10, 0);
    expect(draw(share, 'noisy', 1_000, 0)).toBe(10);
    expect(draw(share, 'other', 5, 0)).toBe(5);
  });

  it('gives it back over a minute', () => {
    const share = createFairShare(60, 10, 0);
    draw(share, 'noisy', 1_000, 0);
    expect(draw(share, 'noisy', 1_000, MINUTE_MS / 2)).toBe(5);
    expect(draw(share, 'noisy', 1_000, 10 * MINUTE_MS)).toBe(10);
  });

  it('hears one that was quiet, however many are noisy', () => {
    const share = createFairShare(60, 10, 0);
    const noisy = Array.from({ length: 15 }, (_, i) => `noisy-${i}`);
    for (let second = 0; second < 600; second++)
      for (const who of noisy) draw(share, who, 100, second * 1_000);
    expect(draw(share, 'quiet', 1, 600_000)).toBe(1);
  });

  it('never gives more than all may have', () => {
    const share = createFairShare(60, 10, 0);
    let given = 0;
    for (let who = 0; who < 5_000; who++) given += draw(share, `agent-${who}`, 3, 0);
    expect(given).toBe(60);
  });
});
