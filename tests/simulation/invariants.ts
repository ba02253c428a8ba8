import { OUTCOME } from '@siaga/shared';
import type { Cycle } from './ledger.js';
import { EPOCH_MS } from './machine.js';
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
    const isSettled = cycle.mayDouble || rows.rows.has(cycle.key) || rows.refused.has(cycle.key);
    if (!isSettled && cycle.kept && cycle.excuse === undefined && cycle.atMs < scheduler.nowMs() - YOUNG_MS)
      fail(
        `sample ${cycle.serial} (${cycle.key}) of agent ${cycle.agent} reached its disk and is not stored`,
      );
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
    checkEvidence(world, deviceId, cycles, evidence);
    openings.push({ run: runOf.get(evidence[0]!)! });
  }
  checkDistinct(world, deviceId, runs, openings);
  checkComplete(world, deviceId, runs, history);
};

/** An incident rests on failed cycles that came in time, with no good one between them. */
const checkEvidence = (
  { submitted }: World,
  deviceId: string,
  cycles: readonly Cycle[],
  evidence: readonly Cycle[],
): void => {
  if (evidence.length < DOWN_AFTER) fail(`incident of ${deviceId} with ${evidence.length} cycles`);
  for (const { outcome, serial } of evidence) {
    if (outcome !== OUTCOME.failed) fail(`incident of ${deviceId} rests on the good sample ${serial}`);
    if (!submitted.has(serial))
      fail(`incident of ${deviceId} rests on sample ${serial}, which came too late to be judged`);
  }
  const first = evidence[0]!.serial;
  const last = evidence.at(-1)!.serial;
  const passedOver = cycles.find(
    ({ serial, outcome }) =>
      serial > first && serial < last && outcome === OUTCOME.ok && submitted.has(serial),
  );
  if (passedOver) fail(`incident of ${deviceId} passes over the good sample ${passedOver.serial}`);
};

/** No fault has two, and between two faults with an incident each lies what resolves one. */
const checkDistinct = (
  { submitted }: World,
  deviceId: string,
  runs: readonly Run[],
  openings: readonly Opening[],
): void => {
  for (const [place, { run }] of openings.entries()) {
    const next = openings[place + 1];
    if (!next) continue;
    if (next.run <= run) fail(`a fault of ${deviceId} has two incidents`);
    const isResolved = runs
      .slice(run + 1, next.run)
      .some(
        ({ failed, cycles }) =>
          !failed && cycles.filter(({ serial }) => submitted.has(serial)).length >= RESOLVE_AFTER,
      );
    if (!isResolved) fail(`an incident of ${deviceId} was resolved while it failed`);
  }
};

/** While nothing stands in an agent's way, a fault has its incident soon, and a device that is well again has none. */
const checkComplete = (
  world: World,
  deviceId: string,
  runs: readonly Run[],
  history: readonly IncidentEvent[],
): void => {
  const { faults } = world.story;
  if (faults.some((fault) => fault.kind === 'refused' && world.devices[fault.device]!.id === deviceId))
    return;
  const { intervalMs } = world.devices.find(({ id }) => id === deviceId)!;
  const wasOpen = (isOpen: boolean, { atMs }: Cycle): boolean => {
    if (openAt(history, atMs) === isOpen) return true;
    return history.some(
      ({ event, committedMs }) =>
        (event !== 'resolved') === isOpen && committedMs >= atMs && committedMs <= atMs + NOTICED_MS,
    );
  };
  for (const [place, { failed, cycles }] of runs.entries()) {
    const lossy = mayBeLossy(runs, place) ? DOWN_AFTER_ON_LOSSY_LINK : DOWN_AFTER;
    const needed = failed ? lossy : RESOLVE_AFTER;
    const judged = firstInARow(cycles, needed, intervalMs * GAP_CYCLES, (cycle) => isFree(world, cycle));
    if (!judged || wasOpen(failed, judged)) continue;
    const which = `${cycles[0]!.serial}–${cycles.at(-1)!.serial}`;
    fail(
      failed
        ? `the fault of ${deviceId} with samples ${which} has no incident`
        : `${deviceId} was well with samples ${which}, and its incident stayed open`,
    );
  }
};

const openAt = (history: readonly IncidentEvent[], atMs: number): boolean => {
  const last = history.findLast(({ committedMs }) => committedMs <= atMs);
  return last !== undefined && last.event !== 'resolved';
};

/**
 * Counters start anew over a gap of more than two cycles (telemetry.md), and a gap is one of stamps: where a hub is set
 * forward, its agents' time leaps once they believe it, and cycles made a second apart lie minutes apart.
 */
const firstInARow = (
  cycles: readonly Cycle[],
  needed: number,
  gapMs: number,
  isGood: (cycle: Cycle) => boolean,
): Cycle | undefined => {
  let row = 0;
  let beforeMs = Infinity;
  for (const cycle of cycles) {
    if (!isGood(cycle)) row = 0;
    else if (cycle.stampMs - beforeMs > gapMs) row = 1;
    else row += 1;
    if (row === needed) return cycle;
    beforeMs = cycle.stampMs;
  }
  return undefined;
};

const isFree = ({ obstacles }: World, { agent, atMs }: Cycle): boolean =>
  !obstacles[agent]!.some(({ fromMs, toMs }) => atMs + NOTICED_MS >= fromMs && atMs - FREE_AFTER_MS <= toMs);

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

/** A stamp this far from the truth was made without the hub's time (known limit), ms. */
const TRUE_STAMP_MS = 3_000;

/**
 * The record of availability has no holes. Where cycles that are stored follow each other without a gap, it says what
 * they were, from the first to the last: neither the contrary nor that nobody knew.
 */
const checkIntervals = (world: World, deviceId: string, cycles: readonly Cycle[]): void => {
  const intervals = world.verdicts.tables.devices.get(deviceId)?.intervals ?? [];
  const fault = faultOfIntervals(intervals);
  if (fault) fail(`intervals of ${deviceId}: ${fault}`);
  // A hub whose clock was set tells other times than it told before; there is no truth to compare with then.
  if (world.story.faults.some(({ kind }) => kind === 'wall-step')) return;
  const { intervalMs } = world.devices.find(({ id }) => id === deviceId)!;
  const known = runsOf(cycles);
  for (const [place, run] of known.entries()) {
    const needed = !run.failed ? 2 : mayBeLossy(known, place) ? DOWN_AFTER_ON_LOSSY_LINK : DOWN_AFTER;
    for (const span of spansOf(world, run.cycles, intervalMs * GAP_CYCLES)) {
      if (span.length < needed + 2) continue;
      // Its ends belong to what lies beside it, as far as a cycle speaks.
      const fromMs = span[1]!.stampMs;
      const toMs = span.at(-2)!.stampMs;
      for (const { health, startedAtMs, endedAtMs } of intervals) {
        if (startedAtMs >= toMs || (endedAtMs ?? Infinity) <= fromMs) continue;
        if (health === (run.failed ? 'down' : 'up')) continue;
        // Late cycles need as many as live ones to tell something, and neither count goes on with the other's. A rest up to
        // a gap has the health of a neighbour, and what a hub judged in its last seconds may be on no record. So less than a
        // verdict's worth may lie there of each of the three: judged by the hub before, late, and from the ring.
        const within = span.filter(
          ({ stampMs }) => stampMs >= startedAtMs && stampMs < (endedAtMs ?? Infinity),
        ).length;
        const overlapMs = Math.min(toMs, endedAtMs ?? Infinity) - Math.max(fromMs, startedAtMs);
        if (within > 3 * (needed - 1) && (health === 'unknown' || overlapMs > intervalMs * GAP_CYCLES))
          fail(
            `${deviceId} was ${health} from ${startedAtMs} to ${endedAtMs ?? 'now'}, and samples ${span[1]!.serial}–${span.at(-2)!.serial} (${fromMs}–${toMs}) ${run.failed ? 'failed' : 'were good'}`,
          );
      }
    }
  }
};

/**
 * The parts of a run that are stored with true stamps and without a gap. What was lost with a disk, or never lay on one
 * (it was full, and the process ended), ends them, stored or not: its rows may have come while nothing could be judged, and
 * then it was to come again as history to be healed.
 */
const spansOf = ({ rows }: World, cycles: readonly Cycle[], gapMs: number): Cycle[][] => {
  const spans: Cycle[][] = [];
  let before: Cycle | undefined;
  for (const cycle of cycles) {
    const isKnown =
      cycle.key !== undefined &&
      rows.rows.has(cycle.key) &&
      cycle.kept &&
      !cycle.isGone &&
      Math.abs(cycle.stampMs - EPOCH_MS - cycle.atMs) < TRUE_STAMP_MS;
    const goesOn = before !== undefined && cycle.stampMs - before.stampMs <= gapMs;
    if (isKnown && goesOn) spans.at(-1)!.push(cycle);
    else if (isKnown) spans.push([cycle]);
    before = isKnown ? cycle : undefined;
  }
  return spans;
};
