import type { Output, Tracked } from '../tracked.js';
import type { HealthReason } from '../types.js';
import { changeHealth } from './health.js';

/**
 * Rule 7, plain form: nobody looks, so nothing is known. Health turns `unknown` from the last sample on; counters and an
 * open incident stay. Samples that later close the gap without a hole therefore go on counting where they stopped.
 */
export const turnUnknown = (
  tracked: Tracked,
  code: HealthReason,
  sinceMs: number | undefined,
  nowMs: number,
  out: Output,
): void => {
  changeHealth(tracked, 'unknown', sinceMs ?? tracked.seenMs, nowMs, code, {}, out);
};

/** True where a device's health would change by nobody looking at it. */
export const isWatched = (tracked: Tracked): boolean => tracked.state.health !== 'unknown';
