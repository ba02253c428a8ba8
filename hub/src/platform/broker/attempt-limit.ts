import type { Clock } from '../clock.js';

/** Failed sign-ins an address may have at once, and how soon one of them is forgiven. */
const BURST = 20;
const FORGIVEN_AFTER_MS = 3_000;
/** Addresses remembered; past it the one that failed longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

/** A bucket of failures per address; it only ever slows down those who fail. */
export interface AttemptLimit {
  blocked(address: string): boolean;
  failed(address: string): void;
}

export const createAttemptLimit = (clock: Clock): AttemptLimit => {
  const addresses = new Map<string, { failures: number; atMs: number }>();
  const failuresNow = (address: string): number => {
    const entry = addresses.get(address);
    if (!entry) return 0;
    return Math.max(0, entry.failures - (clock.monotonicMs() - entry.atMs) / FORGIVEN_AFTER_MS);
  };
  return {
    blocked: (address) => failuresNow(address) > BURST - 1,
    failed: (address) => {
      const failures = failuresNow(address) + 1;
      addresses.delete(address);
      addresses.set(address, { failures, atMs: clock.monotonicMs() });
      if (addresses.size <= MAX_ADDRESSES) return;
      for (const oldest of addresses.keys()) {
        addresses.delete(oldest);
        break;
      }
    },
  };
};
