import { resetCounters } from '../state.js';
import type { CycleRule } from '../tracked.js';
import { isWatched, turnUnknown } from './blind.js';

/**
 * telemetry.md: counters start anew over a gap of more than two cycles, and nobody looked in between, whatever it was
 * that kept the samples away: that time is on record as unknown, so that late ones find their place. Only a stamp's
 * difference to the last one counts (rule 15); a clock that was set back shows no gap, for the record's order comes from
 * (stream, seq, place).
 */
export const startAnewOverGap: CycleRule = ({ state, stampMs, tracked, nowMs, out }) => {
  if (stampMs - tracked.seenMs > tracked.gapMs && isWatched(tracked))
    turnUnknown(tracked, 'no-samples', undefined, nowMs, out);
  if (state.stampMs !== 0 && stampMs - state.stampMs > tracked.gapMs) resetCounters(state);
};
