import { resetCounters } from '../state.js';
import type { CycleRule } from '../tracked.js';

/**
 * telemetry.md: counters start anew over a gap of more than two cycles. Only a stamp's difference to the last one
 * counts (rule 15); a clock that was set back shows no gap, for the record's order comes from (stream, seq, place).
 */
export const startAnewOverGap: CycleRule = ({ state, stampMs, tracked }) => {
  if (state.stampMs !== 0 && stampMs - state.stampMs > tracked.gapMs) resetCounters(state);
};
