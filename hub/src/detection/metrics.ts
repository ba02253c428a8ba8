import { Counter, Gauge, type Registry } from 'prom-client';
import type { OutcomeAnswer } from './engine/index.js';

/** What /metrics tells of judging. */
export const createDetectionMetrics = (
  registry: Registry,
  devices: () => number,
  lateRunsDropped: () => number,
) => {
  const registers = [registry];
  new Counter({
    name: 'siaga_detection_late_runs_dropped_total',
    help: 'Runs of late samples that were given up unhealed, because too many of one device waited',
    registers,
    collect() {
      this.reset();
      this.inc(lateRunsDropped());
    },
  });
  new Gauge({
    name: 'siaga_detection_devices',
    help: 'Devices the engine watches',
    registers,
    collect() {
      this.set(devices());
    },
  });
  return {
    outcomes: new Counter({
      name: 'siaga_detection_outcomes_total',
      help: 'Probe cycles handed to the engine, by what became of them',
      labelNames: ['answer'],
      registers,
    }),
    groups: new Counter({
      name: 'siaga_detection_groups_total',
      help: 'Groups of batches: without a change, saved, failed, or uncertain in the commit',
      labelNames: ['result'],
      registers,
    }),
    changes: new Counter({
      name: 'siaga_detection_changes_total',
      help: 'Devices whose verdict was saved',
      registers,
    }),
    parked: new Counter({
      name: 'siaga_detection_parked_total',
      help: 'Effects that the database refused',
      registers,
    }),
    notJudged: new Counter({
      name: 'siaga_detection_not_judged_batches_total',
      help: 'Live batches that waited too long to be judged',
      registers,
    }),
    lag: new Gauge({
      name: 'siaga_detection_lag_seconds',
      help: 'How long the oldest batch of the last group waited until it was judged',
      registers,
    }),
  };
};
export type DetectionMetrics = ReturnType<typeof createDetectionMetrics>;
/** Outcomes of one group by answer, added to the counters once a group. */
export type OutcomeCounts = Record<OutcomeAnswer, number>;
