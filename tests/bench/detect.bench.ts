import { OUTCOME } from '@siaga/shared';
import { createEngine, DEFAULT_SETTINGS } from '../../hub/src/detection/engine/index.js';
import { medianOf, printFigure } from './figure.js';

/**
 * Steps of the running engine a second, in groups of 20,000 as the runner makes them; one cycle in a thousand fails.
 * `order`: devices one after another as they lie in memory, or shuffled over the whole fleet, which no cache likes.
 * `links`: clean, or one cycle in ten loses a packet, so that no device is ever steady and each cycle passes the rules.
 * All are interleaved over the rounds, so that a noisy moment of the machine meets all of them.
 */
const SIZES = [100, 1_000, 10_000, 100_000];
const CASES = [
  { order: 'sequential', links: 'clean' },
  { order: 'shuffled', links: 'clean' },
  { order: 'shuffled', links: 'lossy' },
] as const;
type Case = (typeof CASES)[number];
const STEPS = 1_000_000;
const GROUP = 20_000;
const ROUNDS = 5;
const CYCLE_MS = 5_000;

/** The check ids 1 … size; shuffled always the same way. */
const checksIn = (order: Case['order'], size: number): Int32Array => {
  const checks = Int32Array.from({ length: size }, (_, place) => place + 1);
  if (order === 'sequential') return checks;
  let random = 1;
  for (let place = size - 1; place > 0; place--) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const other = random % (place + 1);
    const held = checks[place]!;
    checks[place] = checks[other]!;
    checks[other] = held;
  }
  return checks;
};

const fleetOf = (size: number, how: Case) => {
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
  return {
    ...how,
    engine,
    size,
    checks: checksIn(how.order, size),
    place: 0,
    seq: 1,
    nowMs: CYCLE_MS,
    rates: [] as number[],
  };
};
type Fleet = ReturnType<typeof fleetOf>;

/** Answers steps a second. */
const run = (fleet: Fleet, steps: number): number => {
  const { engine, size, checks } = fleet;
  const everyLost = fleet.links === 'lossy' ? 10 : Infinity;
  const beganAtMs = performance.now();
  engine.begin();
  for (let step = 0; step < steps; step++) {
    if (fleet.place === size) {
      fleet.place = 0;
      fleet.seq++;
      fleet.nowMs += CYCLE_MS;
    }
    const check = checks[fleet.place++]!;
    const failed = (check + fleet.seq) % 1000 === 0;
    const answer = engine.outcome(
      'a',
      check,
      1,
      fleet.seq,
      check,
      fleet.nowMs,
      failed ? OUTCOME.failed : OUTCOME.ok,
      failed ? 3 : (check + fleet.seq) % everyLost === 0 ? 1 : 0,
      fleet.nowMs,
    );
    if (answer !== 'judged') throw new Error(`a step that judges nothing measures nothing: ${answer}`);
    if (step % GROUP === GROUP - 1) {
      engine.commit();
      engine.begin();
    }
  }
  engine.commit();
  return (steps / (performance.now() - beganAtMs)) * 1000;
};

const fleets = SIZES.flatMap((size) => CASES.map((how) => fleetOf(size, how)));
// Warm, and every device seen often enough to be steady.
for (const fleet of fleets) run(fleet, Math.max(STEPS, 25 * fleet.size));
for (let round = 0; round < ROUNDS; round++) for (const fleet of fleets) fleet.rates.push(run(fleet, STEPS));
const rateOf = (size: number, { order, links }: Case): number =>
  medianOf(fleets.find((each) => each.size === size && each.order === order && each.links === links)!.rates);
for (const how of CASES) {
  for (const size of SIZES)
    printFigure({
      name: 'detect.steps',
      ...how,
      devices: size,
      value: Math.round(rateOf(size, how)),
      unit: 'steps/s',
      bar: '>= 200000',
    });
  printFigure({
    name: 'detect.flatness',
    ...how,
    value: Number((rateOf(SIZES[0]!, how) / rateOf(SIZES.at(-1)!, how)).toFixed(2)),
    unit: 'cost at 100,000 devices / cost at 100',
    bar: '<= 2',
  });
}
