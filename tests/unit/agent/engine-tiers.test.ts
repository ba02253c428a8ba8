import { describe, expect, it } from 'vitest';
import { tierFor } from '../../../agent/src/engine-tiers.js';
import { icmpConfig } from './support/rig.js';

describe('the optimising compiler', () => {
  const addresses = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  it.each([
    { devices: 0, intervalMs: 5_000, tier: '--no-opt' },
    { devices: 50, intervalMs: 5_000, tier: '--no-opt' },
    { devices: 199, intervalMs: 1_000, tier: '--no-opt' },
    { devices: 200, intervalMs: 1_000, tier: '--opt' },
    { devices: 1_000, intervalMs: 5_000, tier: '--opt' },
  ])('with $devices devices every $intervalMs ms: $tier', ({ devices, intervalMs, tier }) => {
    expect(tierFor(icmpConfig(1, addresses(devices), intervalMs))).toBe(tier);
  });
});
