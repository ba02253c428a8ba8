import { OUTCOME } from '@siaga/shared';
import { createEngine, DEFAULT_SETTINGS } from '../../hub/src/detection/engine/index.js';
import { medianOf, printFigure } from './figure.js';

/**
 * Steps of the running engine a second, one device in a thousand failing, groups of 20,000 as the runner makes them.
 * Sizes are interleaved over the rounds, so that a noisy moment of the machine meets all of them.
 */
const SIZES = [100, 1_000, 10_000, 100_000];
const STEPS = 1_000_000;
const GROUP = 20_000;
const ROUNDS = 5;
const CYCLE_MS = 5_000;

const fleetOf = (size: number) => {
  const engine = createEngine({ all: DEFAULT_SETTINGS });
  engine.begin();
  for (let id = 1; id <= size; id++) {
    const device = { id: `d${id}`, agentId: 'a', kind: 'atm' as const, link: 'fibre' as const };
    engine.apply(
      { kind: 'device-watched', device: { ...device, checkId: id, intervalMs: CYCLE_MS, createdAtMs: 0 } },
      0,
    );
  }
  engine.commit();
  return { engine, size, seq: 0, nowMs: CYCLE_MS };
};
const fleets = SIZES.map(fleetOf);

/** Answers steps a second. */
const run = (fleet: (typeof fleets)[number]): number => {
  const { engine, size } = fleet;
  const beganAtMs = performance.now();
  engine.begin();
  for (let step = 0, check = 0; step < STEPS; step++) {
    if (check === size) {
      check = 0;
      fleet.nowMs += CYCLE_MS;
    }
    check++;
    if (check === 1) fleet.seq++;
    const failed = (check + fleet.seq) % 1000 === 0;
    const answer = engine.outcome(
      'a',
      check,
      1,
      fleet.seq,
      check,
      fleet.nowMs,
      failed ? OUTCOME.failed : OUTCOME.ok,
      failed ? 3 : 0,
      fleet.nowMs,
    );
    if (answer !== 'judged') throw new Error(`a step that judges nothing measures nothing: ${answer}`);
    if (step % GROUP === GROUP - 1) {
      engine.commit();
      engine.begin();
    }
  }
  engine.commit();
  return (STEPS / (performance.now() - beganAtMs)) * 1000;
};

fleets.forEach(run); // warm
const rates = new Map<number, number[]>(SIZES.map((size) => [size, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const fleet of fleets) rates.get(fleet.size)?.push(run(fleet));
for (const [devices, values] of rates)
  printFigure({
    name: 'detect.steps',
    devices,
    value: Math.round(medianOf(values)),
    unit: 'steps/s',
    bar: '>= 200000',
  });
