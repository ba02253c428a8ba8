import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import type { Judge, JudgedListener } from '../telemetry/ports.js';
import { createEngine, DEFAULT_SETTINGS, type SettingsByClass } from './engine/index.js';
import { createHealer } from './healer.js';
import { BadStepError, judgeGroup, type Judged } from './judging.js';
import { createJudgedTimes } from './judged-times.js';
import { createLateSamples } from './late.js';
import { loadEngine } from './loading.js';
import { createDetectionMetrics } from './metrics.js';
import { createPresence } from './presence.js';
import { createQueue, type Waiting } from './queue.js';
import { FencedError, UncertainCommitError, type GroupChange, type SavedGroup } from './store.js';
import type { JudgedUntil, Leases, VerdictStore } from './store.js';
import { createVerdicts, type Verdict } from './verdicts.js';

/** Changes wait this long for company before their transaction. */
const GROUP_MS = 50;
/** Samples stepped without giving the event loop a turn: some 10 ms of work. */
const GROUP_SAMPLES = 20_000;
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 2_000;
const TICK_MS = 1_000;
/** Staleness is looked for, and the lease renewed, every so many ticks. */
const STALE_TICKS = 5;
const RENEW_TICKS = 10;
/** So much more than is on record may be reported as judged: it counts as unknown where the hub is killed. */
const MAX_UNRECORDED_MS = 15_000;
/** A longer pause between two ticks is the hub's own, not the devices'. */
const TICK_CREDIT_MS = 10_000;

export interface Detection extends Judge {
  /** Loads verdicts and takes the shards' leases; rejects while PostgreSQL is away. */
  start(): Promise<void>;
  /** Judges what waits, as far as PostgreSQL lets it. */
  stop(): Promise<void>;
  /** As last committed. A device without a verdict is `unknown` since its creation. */
  verdict(deviceId: string): Verdict;
  /** Why it does not judge (any more), or null. */
  problem(): string | null;
}

export interface RunnerDeps {
  store: VerdictStore;
  directory: FleetDirectory;
  events: EventBus;
  clock: Clock;
  /** Random, new at each start of the hub. */
  run: string;
  log: Logger;
  metrics: Registry;
  settings?: SettingsByClass;
}

/**
 * Drives the engine: batches in their order, changes in group transactions, then the reports (telemetry.md, "Hub").
 * One group at a time; what arrives meanwhile is the next one. Nothing is stepped while a transaction is under way, so
 * that a failed group can be undone whole.
 */
export const createRunner = (deps: RunnerDeps): Detection => {
  const { store, directory, events, clock, run, log } = deps;
  const settings = deps.settings ?? { all: DEFAULT_SETTINGS };
  const verdicts = createVerdicts(events);
  const metrics = createDetectionMetrics(
    deps.metrics,
    () => verdicts.size(),
    () => late.dropped(),
  );
  const listeners: JudgedListener[] = [];
  const queue = createQueue();
  let engine = createEngine(settings);
  let leases: Leases = new Map();
  /** Stepped, and not committed or undone yet. */
  let isGroupOpen = false;
  /** A group of which nobody knows whether it was committed; the engine's group stays open until that is known. */
  let uncertain: { error: UncertainCommitError; items: Waiting[]; change: GroupChange } | undefined;
  let problem: string | null = 'not started';
  let running: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let cancelTicks: (() => void) | undefined;
  let failures = 0;
  let renewDue = false;
  /** Judged, but their agents are not told so yet. */
  let unreported: Waiting[] = [];
  const judgedTimes = createJudgedTimes({ directory, clock, isBlind: (agentId) => engine.isBlind(agentId) });
  /** All that waited then was judged, hub's epoch ms. */
  let judgedAtMs = 0;
  /** Until when this hub judged, as it is on record. */
  let recorded: JudgedUntil | undefined;
  /** What is submitted later is not taken any more. */
  let hearsUntilMs = Infinity;

  const isRecorded = (deviceId: string, untilMs: number): boolean => {
    if (isGroupOpen) return false;
    const tracked = engine.tracked(deviceId);
    if (!tracked || tracked.state.health === 'unknown') return true;
    // What was stamped ahead of all time waits for nothing.
    return tracked.seenMs >= untilMs || untilMs > clock.nowMs();
  };
  const late = createLateSamples((checkId, agentId) => {
    const tracked = engine.trackedByCheck(checkId);
    if (tracked?.device.agentId !== agentId) return undefined;
    const { device, settings: own, gapMs } = tracked;
    return { deviceId: device.id, numbers: { ...own, gapMs, intervalMs: device.intervalMs } };
  }, isRecorded);
  const healer = createHealer({ late, heal: (requests) => store.heal(requests, leases, clock.nowMs()), log });
  let cancelHeal: (() => void) | undefined;
  /** Not while verdicts cannot be saved: the blind time that late samples heal is not on record yet. */
  const heal = (): void => {
    if (failures === 0 && !uncertain && problem === null) void healer.run();
  };
  const enqueue = (item: Waiting): void => {
    // Nobody takes anything out any more.
    if (problem !== null) return;
    queue.add(item);
    arm(GROUP_MS);
  };
  const presence = createPresence({
    directory,
    events,
    clock,
    happened: (event) => enqueue({ kind: 'event', event }),
  });

  /** Makes sure that a turn comes within `delayMs`. */
  const arm = (delayMs: number): void => {
    if (cancelTimer || running || problem !== null) return;
    cancelTimer = clock.after(delayMs, () => {
      cancelTimer = undefined;
      running = turn().finally(() => {
        running = undefined;
        if (failures > 0) arm(Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** (failures - 1)));
        else if (!queue.isEmpty() || renewDue) arm(queue.samples() > GROUP_SAMPLES ? 0 : GROUP_MS);
      });
    });
  };

  /** Never rejects: what fails stays in the queue and is tried again. */
  const turn = async (): Promise<void> => {
    try {
      if (uncertain) await settle(uncertain);
      // What is steady needs no transaction; but where the lease cannot be renewed nothing is reported as judged, or the
      // next hub would take that time for one in which nobody looked, and nobody would bring it again.
      if (failures > 0) await renew();
      const beganAtMs = clock.nowMs();
      await judge();
      judgedAtMs = Math.min(beganAtMs, hearsUntilMs);
      // First the record, then the report: an agent that was told keeps nothing to heal that time with.
      if (judgedAtMs - (recorded?.atMs ?? -Infinity) > MAX_UNRECORDED_MS) renewDue = true;
      await renew();
      report();
      failures = 0;
    } catch (error) {
      if (error instanceof FencedError) return fenceOff(error);
      failures += 1;
      log.warn({ err: error, failures }, 'verdicts could not be saved; trying again');
    }
  };

  /** Puts on record until when this hub has judged. */
  const renew = async (): Promise<void> => {
    if (!renewDue) return;
    // A tick that comes meanwhile asks for the next one.
    renewDue = false;
    const until = judgedTimes.until(judgedAtMs);
    try {
      await store.renewLeases(leases, until);
    } catch (error) {
      renewDue = true;
      throw error;
    }
    recorded = until;
  };

  const judge = async (): Promise<void> => {
    metrics.notJudged.inc(queue.passOver(clock.monotonicMs()));
    const items = queue.take(GROUP_SAMPLES);
    if (items.length === 0) return;
    const { change, counts } = judgeOrReturn(items);
    let saved: SavedGroup | undefined;
    try {
      if (change) saved = await save(change);
    } catch (error) {
      const isUncertain = error instanceof UncertainCommitError;
      metrics.groups.inc({ result: isUncertain ? 'uncertain' : 'failed' });
      if (isUncertain) uncertain = { error, items, change: change! };
      else undo(items);
      throw error;
    }
    for (const [answer, count] of Object.entries(counts))
      if (count > 0) metrics.outcomes.inc({ answer }, count);
    finish(items, change, saved);
  };

  /** A step that throws is a fault of ours: the group goes back, and what it was about is not tried again. */
  const judgeOrReturn = (items: Waiting[]): Judged => {
    isGroupOpen = true;
    try {
      return judgeGroup(items, engine, directory, clock.nowMs());
    } catch (error) {
      undo(items);
      if (error instanceof BadStepError) {
        log.error({ err: error.cause, item: error.item.kind }, 'an item cannot be judged and is passed over');
        queue.setAside(error.item);
      }
      throw error;
    }
  };

  const undo = (items: readonly Waiting[]): void => {
    engine.rollback();
    isGroupOpen = false;
    queue.putBack(items);
  };

  const save = async (change: GroupChange): Promise<SavedGroup> => {
    const missing = change.shards.filter((shard) => !leases.has(shard));
    if (missing.length > 0) {
      const taken = await store.takeLeases(missing, run, clock.nowMs());
      leases = new Map([...leases, ...[...taken].map(([shard, { fence }]) => [shard, fence] as const)]);
    }
    // What belongs to no shard any more (its agent is gone) must not slip past the fence.
    const shards = change.shards.length > 0 ? change.shards : [...leases.keys()];
    return store.save({ ...change, shards }, leases);
  };

  /** Finds out what became of a group, under a raised fence: whatever was in flight has ended by then. */
  const settle = async ({ error, items, change }: NonNullable<typeof uncertain>): Promise<void> => {
    const until = judgedTimes.until(judgedAtMs);
    leases = await store.raiseLeases(leases, run, until);
    recorded = until;
    const isCommitted = await store.wasCommitted(error.receipt);
    uncertain = undefined;
    if (isCommitted) finish(items, change, error.saved);
    else undo(items);
  };

  /** The group is committed, or there was nothing to commit. Its agents are told once the record says so too. */
  const finish = (items: readonly Waiting[], change?: GroupChange, saved?: SavedGroup): void => {
    engine.commit();
    isGroupOpen = false;
    metrics.groups.inc({ result: change ? 'saved' : 'steady' });
    if (change && saved) {
      verdicts.publish(change, saved);
      for (const { deviceId, verdict } of change.devices) if (!verdict) late.forget(deviceId);
      for (const { deviceId, reason } of saved.parked)
        log.error({ deviceId, reason }, 'an effect was parked');
      metrics.changes.inc(change.devices.length);
      metrics.parked.inc(saved.parked.length);
    }
    for (const item of items) {
      if (item.kind === 'event') continue;
      unreported.push(item);
      if (item.kind === 'passed') continue;
      judgedTimes.judged(item.batch);
      // It caught up: where that were not put on record, its devices would count as unknown after a kill.
      if (isBehindOnRecord(item.batch.agentId)) renewDue = true;
    }
  };

  const isBehindOnRecord = (agentId: string): boolean => {
    const shard = directory.agent(agentId)?.shard;
    return shard !== undefined && recorded?.behind.get(shard)?.[agentId] !== undefined;
  };

  const report = (): void => {
    let oldestMs = Infinity;
    for (const item of unreported.splice(0)) {
      if (item.kind === 'event') continue;
      const { agentId, stream, seq } = item.kind === 'batch' ? item.batch : item;
      if (item.kind === 'batch') oldestMs = Math.min(oldestMs, item.batch.arrivedMs);
      for (const listener of listeners) listener(agentId, stream, seq, item.kind === 'passed');
    }
    if (oldestMs !== Infinity) metrics.lag.set((clock.monotonicMs() - oldestMs) / 1000);
  };

  const fenceOff = (error: FencedError): void => {
    problem = error.message;
    engine.rollback();
    queue.clear();
    unreported = [];
    uncertain = undefined;
    log.fatal({ shard: error.shard }, 'another hub judges now; this one stops judging');
    events.emit('judging.lost', error.shard);
  };

  const beginTicks = (): void => {
    let ticks = 0;
    let lastMs = clock.monotonicMs();
    let elapsedMs = 0;
    cancelTicks = clock.every(TICK_MS, () => {
      ticks += 1;
      const nowMs = clock.monotonicMs();
      elapsedMs += Math.min(nowMs - lastMs, TICK_CREDIT_MS);
      lastMs = nowMs;
      presence.tick();
      // While verdicts cannot be saved, time stands still for the devices, and their blind time is not on record yet.
      if (failures > 0 || uncertain || problem !== null) {
        elapsedMs = 0;
        return;
      }
      late.expire();
      heal();
      if (ticks % STALE_TICKS === 0) {
        enqueue({ kind: 'event', event: { kind: 'tick', elapsedMs } });
        elapsedMs = 0;
      }
      if (ticks % RENEW_TICKS === 0) {
        renewDue = true;
        arm(GROUP_MS);
      }
    });
  };

  const flush = async (): Promise<void> => {
    while (!queue.isEmpty() || uncertain) {
      await turn();
      if (failures > 0) return;
    }
    await healer.run();
    // The next start takes this for the moment from which on nobody judged.
    renewDue = true;
    await turn();
  };

  return {
    start: async () => {
      engine = createEngine(settings);
      uncertain = undefined;
      isGroupOpen = false;
      hearsUntilMs = Infinity;
      failures = 0;
      const loaded = await loadEngine({ store, directory, engine, run, nowMs: clock.nowMs() });
      leases = loaded.leases;
      recorded = undefined;
      unreported = [];
      verdicts.load(loaded.verdicts);
      judgedTimes.load(loaded.judgedUntilMs);
      queue.clear();
      for (const event of loaded.events) queue.add({ kind: 'event', event });
      while (!queue.isEmpty()) await judge();
      problem = null;
      presence.start();
      beginTicks();
      // No sign of life yet, for nothing was judged; with the first batch there will be one.
      judgedAtMs = clock.nowMs();
      renewDue = true;
    },
    stop: async () => {
      cancelTicks?.();
      cancelTimer?.();
      cancelTimer = undefined;
      cancelHeal?.();
      cancelHeal = undefined;
      presence.stop();
      if (problem !== null) return;
      problem = 'stopping';
      hearsUntilMs = clock.nowMs();
      await running;
      await flush();
      problem = 'stopped';
    },
    submit: (batch) => {
      if (problem !== null) return;
      presence.heard(batch.agentId);
      enqueue({ kind: 'batch', batch });
    },
    late: (agentId, body, healed) => {
      if (problem !== null) return;
      late.add(agentId, body, healed);
      // History goes on with what is acknowledged: it must not wait for the next tick.
      cancelHeal ??= clock.after(GROUP_MS, () => {
        cancelHeal = undefined;
        heal();
      });
    },
    onJudged: (listener) => {
      listeners.push(listener);
    },
    heard: (agentId) => presence.heard(agentId),
    verdict: (deviceId) =>
      verdicts.get(deviceId) ?? {
        health: 'unknown',
        sinceMs: directory.device(deviceId)?.createdAtMs ?? 0,
        openIncidentId: null,
      },
    problem: () => problem,
  };
};
