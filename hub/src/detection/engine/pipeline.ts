import { startAnewOverGap } from './rules/gap.js';
import { raiseOrResolve } from './rules/incident.js';
import { countCycle, judgeReachability } from './rules/reachability.js';
import type { CycleRule } from './tracked.js';

/** The rules a judged cycle passes, in this order; each is a file of its own. */
export const CYCLE_RULES: readonly CycleRule[] = [
  startAnewOverGap,
  countCycle,
  judgeReachability,
  raiseOrResolve,
];
