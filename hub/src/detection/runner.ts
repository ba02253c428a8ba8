import type { Health } from '@siaga/shared';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import type { Judge, LiveBatch } from '../telemetry/ports.js';
import {
  createEngine,
  DEFAULT_SETTINGS,
  type BlindReason,
  type EngineEvent,
  type SettingsByClass,
} from './engine/index.js';
import { BadStepError, judgeGroup } from './judging.js';
import { createLateSamples } from './late.js';
import { loadEngine } from './loading.js';
import { createDetectionMetrics } from './metrics.js';
import { firstGroup, passOver, type Waiting } from './queue.js';
import { createSilenceWatch, type SilenceWatch } from './silence.js';
import {
  FencedError,
  UncertainCommitError,
  type GroupChange,
  type Leases,
  type SavedGroup,
  type VerdictStore,
} from './store.js';
import { blindnessOf, watchedOf } from './watched.js';

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
/** A longer pause between two ticks is the hub's own, not the devices'. */
const TICK_CREDIT_MS = 10_000;
const LATE_MS = 1_000;

export interface Verdict {
  health: Health;
  /** Epoch ms. */
  sinceMs: number;
  openIncidentId: string | null;
}

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
  const engine = createEngine(settings);
  const metrics = createDetectionMetrics(deps.metrics, () => published.size);
  const published = new Map<string, Verdict>();
  const listeners: ((agentId: string, stream: number, seq: number) => void)[] = [];
  const late = createLateSamples((checkId, agentId) => {
    const tracked = engine.trackedByCheck(checkId);
    if (tracked?.device.agentId !== agentId) return undefined;
    const { device, settings: own, gapMs } = tracked;
    return { deviceId: device.id, numbers: { ...own, gapMs, intervalMs: device.intervalMs } };
  });

  let queue: Waiting[] = [];
  let leases: Leases = new Map();
  let watch: SilenceWatch = createSilenceWatch(0);
  let uncertain: { error: UncertainCommitError; items: Waiting[]; change: GroupChange } | undefined;
  let problem: string | null = 'not started';
  let running: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let cancels: (() => void)[] = [];
  let failures = 0;
  let renewDue = false;
  let healing: Promise<void> | undefined;

  const arm = (delayMs: number): void => {
    if (cancelTimer || running || problem !== null) return;
    cancelTimer = clock.after(delayMs, () => {
      cancelTimer = undefined;
      running = work().finally(() => {
        running = undefined;
        if (queue.length === 0 && !uncertain && !renewDue) return;
        const busy = queue.length > 0 && failures === 0;
        arm(busy ? (waitingSamples() > GROUP_SAMPLES ? 0 : GROUP_MS) : retryMs());
      });
    });
  };
  const retryMs = (): number => Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1));
  const waitingSamples = (): number =>
    queue.reduce((sum, item) => sum + (item.kind === 'batch' ? (item.batch.body.icmp?.c.length ?? 0) : 0), 0);
  const enqueue = (item: Waiting): void => {
    queue.push(item);
    arm(GROUP_MS);
  };
  const happened = (event: EngineEvent): void => enqueue({ kind: 'event', event });

  /** One turn. Never rejects: what fails stays in the queue and is tried again. */
  const work = async (): Promise<void> => {
    try {
      if (uncertain) await settle();
      if (renewDue) {
        renewDue = false;
        await store.renewLeases(leases, clock.nowMs());
      }
      await judge();
      failures = 0;
    } catch (error) {
      if (error instanceof FencedError) return fenceOff(error);
      failures += 1;
      metrics.groups.inc({ result: error instanceof UncertainCommitError ? 'uncertain' : 'failed' });
      log.warn({ err: error, failures, waiting: queue.length }, 'verdicts could not be saved; trying again');
    }
  };

  const judge = async (): Promise<void> => {
    queue = passOver(queue, clock.monotonicMs(), passed);
    const items = firstGroup(queue, GROUP_SAMPLES);
    if (items.length === 0) return;
    let judged: ReturnType<typeof judgeGroup>;
    try {
      judged = judgeGroup(items, engine, directory, clock.nowMs());
    } catch (error) {
      if (error instanceof BadStepError) setAside(error);
      throw error;
    }
    const { change, counts } = judged;
    queue = queue.slice(items.length);
    let saved: SavedGroup | undefined;
    try {
      if (change) saved = await save(change);
    } catch (error) {
      if (error instanceof UncertainCommitError) uncertain = { error, items, change: change! };
      else {
        engine.rollback();
        queue = [...items, ...queue];
      }
      throw error;
    }
    for (const answer of Object.keys(counts) as (keyof typeof counts)[])
      if (counts[answer] > 0) metrics.outcomes.inc({ answer }, counts[answer]);
    finish(items, change, saved);
  };

  const save = async (change: GroupChange): Promise<SavedGroup> => {
    const missing = change.shards.filter((shard) => !leases.has(shard));
    if (missing.length > 0) {
      const taken = await store.takeLeases(missing, run, clock.nowMs());
      leases = new Map([...leases, ...[...taken].map(([shard, { fence }]) => [shard, fence] as const)]);
    }
    return store.save(change, leases);
  };

  /** Nobody knows whether the last group was committed: it is found out under a raised fence. */
  const settle = async (): Promise<void> => {
    const { error, items, change } = uncertain!;
    leases = await store.raiseLeases(leases, run, clock.nowMs());
    const committed = await store.wasCommitted(error.receipt);
    uncertain = undefined;
    if (committed) finish(items, change, error.saved);
    else {
      engine.rollback();
      queue = [...items, ...queue];
    }
  };

  /** The group is committed, or there was nothing to commit. */
  const finish = (
    items: readonly Waiting[],
    change: GroupChange | undefined,
    saved: SavedGroup | undefined,
  ): void => {
    engine.commit();
    metrics.groups.inc({ result: change ? 'saved' : 'steady' });
    if (change && saved) publish(change, saved);
    let oldestMs = Infinity;
    for (const item of items) {
      if (item.kind === 'event') continue;
      const { agentId, stream, seq } = item.kind === 'batch' ? item.batch : item;
      if (item.kind === 'batch') oldestMs = Math.min(oldestMs, item.batch.arrivedMs);
      for (const listener of listeners) listener(agentId, stream, seq);
    }
    if (oldestMs !== Infinity) metrics.lag.set((clock.monotonicMs() - oldestMs) / 1000);
  };

  const publish = (change: GroupChange, saved: SavedGroup): void => {
    const changed: string[] = [];
    for (const { deviceId, verdict } of change.devices) {
      if (!verdict) {
        published.delete(deviceId);
        late.forget(deviceId);
        continue;
      }
      const openIncidentId = saved.openIncidents.get(deviceId);
      const before = published.get(deviceId)?.openIncidentId ?? null;
      published.set(deviceId, {
        health: verdict.health,
        sinceMs: verdict.sinceMs,
        openIncidentId: openIncidentId === undefined ? before : openIncidentId,
      });
      changed.push(deviceId);
    }
    metrics.changes.inc(change.devices.length);
    metrics.parked.inc(saved.parked.length);
    for (const { deviceId, reason } of saved.parked) log.error({ deviceId, reason }, 'an effect was parked');
    if (changed.length > 0) events.emit('health.changed', changed);
    const tickets = new Map(saved.tickets.map((ticket) => [ticket.id, ticket]));
    for (const ticket of tickets.values()) events.emit('incident.changed', ticket);
  };

  const passed = (batch: LiveBatch): void => {
    metrics.notJudged.inc();
    late.add(batch.agentId, batch.body);
  };

  const setAside = ({ item, cause }: BadStepError): void => {
    log.error({ err: cause, item: item.kind }, 'an item could not be judged and is passed over');
    queue = queue.flatMap((waiting): Waiting[] => {
      if (waiting !== item) return [waiting];
      if (item.kind !== 'batch') return [];
      const { agentId, stream, seq } = item.batch;
      return [{ kind: 'passed', agentId, stream, seq }];
    });
  };

  const fenceOff = (error: FencedError): void => {
    problem = error.message;
    engine.rollback();
    queue = [];
    uncertain = undefined;
    log.fatal({ shard: error.shard }, 'another hub judges now; this one stops judging');
    events.emit('judging.lost', error.shard);
  };

  /** Late samples are healed beside the groups, but never before the blind time they heal has been written. */
  const heal = async (): Promise<void> => {
    for (;;) {
      const requests = late.take();
      if (requests.length === 0) return;
      try {
        const healed = await store.heal(requests, leases, clock.nowMs());
        late.done(requests);
        for (const { deviceId, healedMs, downMs } of healed)
          log.debug({ deviceId, healedMs, downMs }, 'late data healed');
      } catch (error) {
        late.failed(requests);
        log.warn({ err: error, devices: requests.length }, 'late data could not be healed; trying again');
        return;
      }
    }
  };
  const healSoon = (): void => {
    if (healing || failures > 0 || uncertain || problem !== null) return;
    healing = heal().finally(() => (healing = undefined));
  };

  const turnBlind = (agentId: string, reason: BlindReason): void => {
    if (watch.blind(agentId, reason)) happened({ kind: 'agent-blind', agentId, reason });
  };
  const heard = (agentId: string): void => {
    const was = watch.heard(agentId, clock.monotonicMs());
    if (was === null || was === 'never-heard') return;
    happened({ kind: 'agent-heard', agentId });
    if (was === 'agent-silent') events.emit('agent.heard-again', agentId);
  };
  const agentChanged = (agentId: string): void => {
    const agent = directory.agent(agentId);
    if (!agent) return;
    watch.add(agentId, blindnessOf(agent.state), clock.monotonicMs());
    if (agent.state === 'revoked') turnBlind(agentId, 'agent-revoked');
  };
  const deviceChanged = (deviceId: string): void => {
    const device = directory.device(deviceId);
    happened(
      device ? { kind: 'device-watched', device: watchedOf(device) } : { kind: 'device-removed', deviceId },
    );
  };
  const agentState = (agentId: string, state: 'online' | 'lost' | 'stopped'): void => {
    agentChanged(agentId);
    if (state === 'online') heard(agentId);
    else turnBlind(agentId, state === 'lost' ? 'agent-lost' : 'agent-stopped');
  };
  const deviceRemoved = (deviceId: string): void => happened({ kind: 'device-removed', deviceId });
  const agentRemoved = (agentId: string): void => watch.remove(agentId);

  const beginTicks = (): void => {
    let ticks = 0;
    let lastMs = clock.monotonicMs();
    let elapsedMs = 0;
    const tick = (): void => {
      ticks += 1;
      const nowMs = clock.monotonicMs();
      elapsedMs += Math.min(nowMs - lastMs, TICK_CREDIT_MS);
      lastMs = nowMs;
      for (const agentId of watch.tick(nowMs)) {
        happened({ kind: 'agent-blind', agentId, reason: 'agent-silent' });
        events.emit('agent.silent', agentId);
      }
      // Time stands still for the devices while verdicts cannot be saved.
      if (failures > 0) elapsedMs = 0;
      else if (ticks % STALE_TICKS === 0) {
        happened({ kind: 'tick', elapsedMs });
        elapsedMs = 0;
      }
      if (ticks % RENEW_TICKS === 0) {
        renewDue = true;
        arm(GROUP_MS);
      }
    };
    cancels.push(clock.every(TICK_MS, tick), clock.every(LATE_MS, healSoon));
  };

  const listen = (): void => {
    const on = [
      ['device.changed', deviceChanged],
      ['device.removed', deviceRemoved],
      ['agent.changed', agentChanged],
      ['agent.state', agentState],
      ['agent.removed', agentRemoved],
    ] as const;
    events.on('device.changed', deviceChanged);
    events.on('device.removed', deviceRemoved);
    events.on('agent.changed', agentChanged);
    events.on('agent.state', agentState);
    events.on('agent.removed', agentRemoved);
    cancels.push(() => {
      for (const [name, listener] of on) events.off(name, listener as () => void);
    });
  };

  return {
    start: async () => {
      const loaded = await loadEngine({ store, directory, engine, run, nowMs: clock.nowMs() });
      leases = loaded.leases;
      for (const [deviceId, verdict] of loaded.verdicts) published.set(deviceId, verdict);
      const nowMs = clock.monotonicMs();
      watch = createSilenceWatch(nowMs);
      for (const agent of directory.agents()) watch.add(agent.id, blindnessOf(agent.state), nowMs);
      queue = loaded.events.map((event) => ({ kind: 'event', event }));
      while (queue.length > 0) await judge();
      problem = null;
      listen();
      beginTicks();
    },
    stop: async () => {
      for (const cancel of cancels) cancel();
      cancels = [];
      cancelTimer?.();
      cancelTimer = undefined;
      if (problem !== null) return;
      problem = 'stopping';
      await running;
      while (queue.length > 0 || uncertain) {
        await work();
        if (failures > 0) break;
      }
      await healing;
      await heal();
      problem = 'stopped';
    },
    submit: (batch) => {
      if (problem !== null) return;
      heard(batch.agentId);
      enqueue({ kind: 'batch', batch });
    },
    late: (agentId, _originStream, body) => {
      if (problem === null) late.add(agentId, body);
    },
    onJudged: (listener) => {
      listeners.push(listener);
    },
    heard,
    verdict: (deviceId) =>
      published.get(deviceId) ?? {
        health: 'unknown',
        sinceMs: directory.device(deviceId)?.createdAtMs ?? 0,
        openIncidentId: null,
      },
    problem: () => problem,
  };
};
