import ipaddr from 'ipaddr.js';
import type { Clock } from '../platform/clock.js';

/** Failed sign-ins of one address in the window before it has to wait. */
export const FAILURES_PER_ADDRESS = 30;
export const THROTTLE_WINDOW_MS = 15 * 60_000;
const ADDRESSES_HELD = 10_000;

/** Slows one address down that guesses at many accounts; always on, whatever the rate limits are set to. */
export interface Throttle {
  /**
   * Takes one attempt; answers the seconds to wait where the address has none left, and otherwise how to give the
   * attempt back (it was no wrong guess). Taken beforehand, so that many at once count as many.
   */
  take(ip: string): { waitS: number } | { giveBack: () => void };
}

interface Attempts {
  count: number;
  /** Clock.monotonicMs. */
  endsAtMs: number;
}

export const createThrottle = (clock: Clock): Throttle => {
  const byAddress = new Map<string, Attempts>();
  return {
    take: (ip) => {
      const nowMs = clock.monotonicMs();
      const key = addressKey(ip);
      const held = byAddress.get(key);
      const attempts =
        held && held.endsAtMs > nowMs ? held : { count: 0, endsAtMs: nowMs + THROTTLE_WINDOW_MS };
      if (attempts.count >= FAILURES_PER_ADDRESS)
        return { waitS: Math.ceil((attempts.endsAtMs - nowMs) / 1000) };
      attempts.count += 1;
      remember(byAddress, key, attempts, ADDRESSES_HELD);
      return { giveBack: () => void (attempts.count -= 1) };
    },
  };
};

/** Sets the newest entry of a map of bounded size; the oldest goes. */
export const remember = <T>(map: Map<string, T>, key: string, value: T, most: number): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) {
    const oldest = map.keys().next().value;
    if (oldest !== undefined) map.delete(oldest);
  }
};

/** IPv6 by its /64, which one caller owns as a whole. */
const addressKey = (ip: string): string => {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return address
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
};
