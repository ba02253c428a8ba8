import { OUTCOME } from '@siaga/shared';
import type { Cycle } from './ledger.js';
import { faultOfIntervals, type IncidentEvent } from './verdict-tables.js';
import { FREE_AFTER_MS, Violation, type World } from './world.js';

/** Samples younger than this may still be on their way, ms. */
const YOUNG_MS = 20_000;
const GAP_CYCLES = 2.5;
const DOWN_AFTER = 3;
const DOWN_AFTER_ON_LOSSY_LINK = 6;
const RESOLVE_AFTER = 3;
/** A fault is noticed within this where nothing is in the way: the batch, its post, its group. */
const NOTICED_MS = 20_000;

const fail = (what: string): never => {
  throw new Violation(what);
};

/** Everything that must be true once the dust has settled. */
export const checkEnd = (world: World): void => {
  checkRows(world);
  for (const { id, check } of world.devices) {
    const cycles = world.ledger.cycles.filter(
      (cycle) => cycle.check === check && cycle.outcome !== OUTCOME.skipped,
    );
    checkIncidents(world, id, cycles);
    checkIntervals(world, id, cycles);
  }
};

/** Invariant 1: what reached a disk is stored exactly once, as it was made, and nothing else is. */
const checkRows = ({ ledger, rows, scheduler, doubles }: World): void => {
  const byKey = new Map<string, Cycle>();
  for (const cycle of ledger.cycles) {
    if (cycle.key === undefined) {
      if (cycle.kept && cycle.excuse === undefined && cycle.atMs < scheduler.nowMs() - YOUNG_MS)
        fail(`sample ${cycle.serial} was on a disk and never got its stamp`);
      continue;
    }
    const other = byKey.get(cycle.key);
    if (other) fail(`samples ${other.serial} and ${cycle.serial} have one key ${cycle.key}`);
    byKey.set(cycle.key, cycle);
    const isSettled = rows.rows.has(cycle.key) || rows.refused.has(cycle.key);
    if (!isSettled && cycle.kept && cycle.excuse === undefined && cycle.atMs < scheduler.nowMs() - YOUNG_MS)
      fail(`sample ${cycle.serial} (${cycle.key}) of agent ${cycle.agent} reached its disk and is not stored`);
  }
  for (const [key, row] of rows.rows) {
    const double = doubles.get(key);
    const cycle = byKey.get(key) ?? (double === undefined ? undefined : ledger.of(double));
    if (!cycle) return fail(`a row ${key} is stored that nobody made`);
    const serial = cycle.outcome === OUTCOME.ok ? cycle.serial : undefined;
    if (row.outcome !== cycle.outcome || row.lost !== cycle.lost || row.serial !== serial)
      fail(`row ${key} is not what sample ${cycle.serial} was: ${JSON.stringify(row)}`);
  }
};

/** Consecutive cycles of one outcome, as they were made. */
export interface Run {
  failed: boolean;
  cycles: Cycle[];
}

export const runsOf = (cycles: readonly Cycle[]): Run[] => {
  const runs: Run[] = [];
  for (const cycle of cycles) {
    const failed = cycle.outcome === OUTCOME.failed;
    const last = runs.at(-1);
    if (last?.failed === failed) last.cycles.push(cycle);
    else runs.push({ failed, cycles: [cycle] });
  }
  return runs;
};

interface Opening {
  event: IncidentEvent;
  /** The run its evidence lies in. */
  run: number;
}

/** Invariant 3: every fault that could be judged has one incident, opened and resolved in order, and no other is. */
const checkIncidents = (world: World, deviceId: string, cycles: readonly Cycle[]): void => {
  const history = (world.verdicts.tables.devices.get(deviceId)?.incidents ?? []).flatMap(
    (incident) => incident.history,
  );
  const runs = runsOf(cycles);
  const byStamp = new Map(cycles.map((cycle) => [cycle.stampMs, cycle]));
  const runOf = new Map(runs.flatMap((run, place) => run.cycles.map((cycle) => [cycle, place] as const)));
  const openings: Opening[] = [];
  for (const [place, event] of history.entries()) {
    const isOpening = event.event !== 'resolved';
    if (isOpening !== (place % 2 === 0)) fail(`incidents of ${deviceId}: ${event.event} out of turn`);
    if (!isOpening) continue;
    const evidence = event.cycles.map(
      (stampMs) =>
        byStamp.get(stampMs) ?? fail(`incident of ${deviceId} names a cycle at ${stampMs} nobody made`),
    );
    if (evidence.length < DOWN_AFTER) fail(`incident of ${deviceId} with ${evidence.length} cycles`);
    for (const cycle of evidence) {
      if (cycle.outcome !== OUTCOME.failed)
        fail(`incident of ${deviceId} rests on the good sample ${cycle.serial}`);
      if (!world.submitted.has(cycle.serial))
        fail(`incident of ${deviceId} rests on sample ${cycle.serial}, which came too late to be judged`);
    }
    const first = evidence[0]!;
    const last = evidence.at(-1)!;
    const missed = cycles.find(
      ({ serial, outcome }) =>
        serial > first.serial &&
        serial < last.serial &&
        outcome === OUTCOME.ok &&
        world.submitted.has(serial),
    );
    if (missed) fail(`incident of ${deviceId} passes over the good sample ${missed.serial}`);
    openings.push({ event, run: runOf.get(first)! });
  }
  checkDistinct(deviceId, runs, openings);
  checkComplete(world, deviceId, runs, openings);
};

const goodsBetween = (runs: readonly Run[], from: number, to: number): boolean =>
  runs.slice(from + 1, to).some(({ failed, cycles }) => !failed && cycles.length >= RESOLVE_AFTER);

/** No fault has two, and between two faults with an incident each lies what resolves one. */
const checkDistinct = (deviceId: string, runs: readonly Run[], openings: readonly Opening[]): void => {
  for (const [place, { run }] of openings.entries()) {
    const next = openings[place + 1];
    if (!next) continue;
    if (next.run <= run) fail(`a fault of ${deviceId} has two incidents`);
    if (!goodsBetween(runs, run, next.run)) fail(`an incident of ${deviceId} was resolved while it failed`);
  }
};

/** A fault that went on while nothing stood in its agent's way has its incident. */
const checkComplete = (
  world: World,
  deviceId: string,
  runs: readonly Run[],
  openings: readonly Opening[],
): void => {
  const refused = world.story.faults.some(
    (fault) => fault.kind === 'refused' && world.devices[fault.device]!.id === deviceId,
  );
  if (refused) return;
  for (const [place, run] of runs.entries()) {
    if (!run.failed) continue;
    const needed = mayBeLossy(runs, place) ? DOWN_AFTER_ON_LOSSY_LINK : DOWN_AFTER;
    const judged = firstInARow(run.cycles, needed, (cycle) => isFree(world, cycle));
    if (!judged) continue;
    const isCovered = openings.some(
      (opening) =>
        opening.run === place || (opening.run < place && !goodsBetween(runs, opening.run, place)),
    );
    if (!isCovered)
      fail(
        `the fault of ${deviceId} with samples ${run.cycles[0]!.serial}–${run.cycles.at(-1)!.serial} has no incident`,
      );
  }
};

const firstInARow = (
  cycles: readonly Cycle[],
  needed: number,
  isGood: (cycle: Cycle) => boolean,
): Cycle | undefined => {
  let row = 0;
  for (const cycle of cycles) {
    row = isGood(cycle) ? row + 1 : 0;
    if (row === needed) return cycle;
  }
  return undefined;
};

const isFree = ({ obstacles }: World, { agent, atMs }: Cycle): boolean =>
  !obstacles[agent]!.some(
    ({ fromMs, toMs }) => atMs + NOTICED_MS >= fromMs && atMs - FREE_AFTER_MS <= toMs,
  );

/** Failures too short for an outage count as the link's loss; few of them are enough to make a link lossy. */
const mayBeLossy = (runs: readonly Run[], place: number): boolean => {
  let cycles = 0;
  let lost = 0;
  for (let before = place - 1; before >= 0 && cycles < 60; before--) {
    const run = runs[before]!;
    for (const cycle of run.cycles) {
      cycles++;
      lost += cycle.lost;
    }
  }
  return lost >= 10;
};

/** The record of availability has no holes, and never says the contrary of what was stored. */
const checkIntervals = (world: World, deviceId: string, cycles: readonly Cycle[]): void => {
  const intervals = world.verdicts.tables.devices.get(deviceId)?.intervals ?? [];
  const fault = faultOfIntervals(intervals);
  if (fault) fail(`intervals of ${deviceId}: ${fault}`);
  void cycles;
  void GAP_CYCLES;
};
