import { PACKETS_PER_CYCLE } from '@siaga/shared';
import type { DetectionSettings } from '../settings.js';
import {
  EVIDENCE_CYCLES,
  LOSS_WINDOW_CYCLES,
  lossShare,
  rememberLoss,
  rememberOutcome,
  resetCounters,
  type DeviceState,
} from '../state.js';
import type { CycleRule } from '../tracked.js';
import { changeHealth } from './health.js';

/** Failed cycles in a row that make this device `down` (rule 2). */
export const failsUntilDown = (state: DeviceState, settings: DetectionSettings): number =>
  state.lossyLink ? settings.downAfterFailsOnLossyLink : settings.downAfterFails;

/** Rule 2, counting: runs of equal outcomes, the link's losses outside of outages, the last outcomes. */
export const countCycle: CycleRule = ({ state, settings, stampMs, failed, lost }) => {
  rememberOutcome(state, failed);
  if (failed) {
    if (state.fails === 0) {
      resetCounters(state);
      state.runStartMs = stampMs;
      state.lossyLink = lossShare(state, settings.lossyLinkMinPackets) >= settings.lossyLinkShare;
    }
    state.fails += 1;
    if (state.fails <= EVIDENCE_CYCLES) state.failing = [...state.failing, stampMs];
    return;
  }
  if (state.goods === 0) {
    // Failures too short for an outage were the link's own loss; an outage's packets say nothing about the link.
    if (state.fails < failsUntilDown(state, settings)) {
      const cycles = Math.min(state.fails, LOSS_WINDOW_CYCLES);
      for (let cycle = 0; cycle < cycles; cycle += 1) rememberLoss(state, PACKETS_PER_CYCLE);
    }
    resetCounters(state);
    state.runStartMs = stampMs;
  }
  state.goods += 1;
  rememberLoss(state, lost);
};

/** Rule 2, verdict: `down` after three failed cycles in a row (six on a lossy link), `up` after two good ones. */
export const judgeReachability: CycleRule = ({ tracked, state, settings, nowMs, out }) => {
  if (state.fails > 0) {
    if (state.health === 'down' || state.fails < failsUntilDown(state, settings)) return;
    const code = state.lossyLink ? 'six-cycles-failed' : 'three-cycles-failed';
    changeHealth(tracked, 'down', state.runStartMs, nowMs, code, { cycles: state.fails }, out);
  } else if (state.health !== 'up' && state.goods >= settings.upAfterGoods) {
    changeHealth(tracked, 'up', state.runStartMs, nowMs, 'two-cycles-good', { cycles: state.goods }, out);
  }
};
