import type { CycleRule } from '../tracked.js';
import { failsUntilDown } from './reachability.js';

/**
 * Rules 2 and 9: an outage opens the device's one incident, three good cycles in a row resolve it. Whether one is open
 * survives blindness and restarts; the unique index of the tables has the last word.
 */
export const raiseOrResolve: CycleRule = ({ tracked, state, settings, nowMs, out }) => {
  const { id, checkId } = tracked.device;
  if (state.fails > 0) {
    if (state.incidentOpen || checkId === null || state.fails < failsUntilDown(state, settings)) return;
    state.incidentOpen = true;
    out.effects.push({
      kind: 'open',
      deviceId: id,
      condition: 'unreachable',
      firstFailedAtMs: state.runStartMs,
      detectedAtMs: nowMs,
      reason: state.lossyLink ? 'six-cycles-failed' : 'three-cycles-failed',
      cycles: state.failing.map((stampMs) => ({ checkId, stampMs })),
    });
  } else if (state.incidentOpen && state.goods >= settings.resolveAfterGoods) {
    state.incidentOpen = false;
    out.effects.push({
      kind: 'resolve',
      deviceId: id,
      condition: 'unreachable',
      resolvedAtMs: nowMs,
      reason: 'three-cycles-good',
    });
  }
};
