import { OUTCOME } from '@siaga/shared';
import type { Cycles } from '../telemetry/ports.js';
import { judgeRuns, type LateHealth, type LateNumbers, type LateRun } from './engine/index.js';
import type { HealRequest } from './store.js';

/** Runs of one device that may wait for healing; past it the oldest are given up. */
const MAX_RUNS = 2_000;
/** Devices healed in one transaction. */
const MAX_DEVICES = 500;
/** A device that is not ready to be healed waits for so many calls of `expire` at most: history goes on. */
const UNREADY_FOR = 120;
/** A batch whose last run is too short to be judged waits so many calls of `expire` for the next one. */
const HELD_FOR = 10;
/**
 * Batches of one agent that may wait so. A few of the MAX_HISTORY_IN_FLIGHT only: small batches of many devices may leave
 * the one that decides beyond them, and it cannot come before these are told.
 */
const MAX_HELD = 4;

/** What must be known of a check's device to read its late samples; undefined where it is not judged. */
export type LateSubject = (
  checkId: number,
  agentId: string,
) => { deviceId: string; numbers: LateNumbers } | undefined;

/**
 * Whether what is on record of a device's time until then stays as it is but for healing: it is unknown, or a later sample
 * was judged. What is healed before would find nothing unknown to heal, and be put on record as unknown afterwards.
 */
export type IsRecorded = (deviceId: string, untilMs: number) => boolean;

/**
 * Late samples on their way to rule 12, kept as runs of equal outcomes: days of history cost a few numbers a device,
 * however long PostgreSQL is away.
 */
export interface LateSamples {
  /**
   * `settled`: what the batch tells is healed, and nothing of it is needed any more to judge what comes after. Only then
   * its agent may forget it: a run of three failures in two batches is seen whole also by a hub that was killed between.
   */
  add(agentId: string, body: Cycles, settled: () => void): void;
  /** What is to be healed next and can be, at most MAX_DEVICES; empty where nothing is. */
  take(): HealRequest[];
  /** The taken requests are done. */
  done(requests: readonly HealRequest[]): void;
  /** The taken requests failed: `take` answers them again. */
  failed(requests: readonly HealRequest[]): void;
  forget(deviceId: string): void;
  /** Time passes: a run that nothing followed is not waited for any longer. */
  expire(): void;
  /** Runs given up because too many waited. */
  dropped(): number;
}

interface Batch {
  agentId: string;
  /** Devices of it that are not settled. */
  open: number;
  /** Those of them that are healed and wait for the next batch. */
  held: number;
  isTold: boolean;
  settled: () => void;
}

/** A batch as one device sees it. */
interface Share {
  batch: Batch;
  /** Its newest stamp of the device. */
  toMs: number;
  /** Calls of `expire` since it was healed, while it waits for the next batch. */
  heldFor: number;
}

interface Waiting {
  /** Shares that are not healed yet, in order of arrival; the first `taken` of them are being healed. */
  shares: Share[];
  taken: number;
  /** Healed ones that wait for the next batch. */
  held: Share[];
  /** Health before the oldest run that is kept. */
  before: LateHealth;
  runs: LateRun[];
  /** The run that grows; samples of one lane come in order, but a lane may fall behind another. */
  current: LateRun | undefined;
  numbers: LateNumbers;
  /** Calls of `expire` for which it was not ready. */
  unreadyFor: number;
}

/**
 * The run that may still grow: the last one, but where it lies beyond a gap, the one that grew lately. So it is where a
 * sample was stamped by a wall clock that was ahead (a known limit): what comes after it lies before it.
 */
const placeOfOpen = (runs: readonly LateRun[], current: LateRun | undefined, gapMs: number): number => {
  const last = runs.length - 1;
  const place = current ? runs.findIndex(({ fromMs }) => fromMs === current.fromMs) : -1;
  return place < 0 || runs[last]!.fromMs - runs[place]!.toMs <= gapMs ? last : place;
};

export const createLateSamples = (subjectOf: LateSubject, isRecorded: IsRecorded): LateSamples => {
  const waiting = new Map<string, Waiting>();
  const dirty = new Set<string>();
  /** Devices with shares that are healed and wait for the next batch. */
  const holding = new Set<string>();
  let droppedRuns = 0;

  /** By agent, batches that wait for nothing but the next one, oldest first. */
  const heldBatches = new Map<string, Set<Batch>>();

  const tell = (batch: Batch): void => {
    if (batch.isTold) return;
    batch.isTold = true;
    heldBatches.get(batch.agentId)?.delete(batch);
    batch.settled();
  };
  /** Where all that is open of it is held, it waits for the next batch alone. */
  const enlist = (batch: Batch): void => {
    if (batch.held < batch.open || batch.isTold) return;
    let held = heldBatches.get(batch.agentId);
    if (!held) heldBatches.set(batch.agentId, (held = new Set()));
    held.add(batch);
    const [oldest] = held;
    if (held.size > MAX_HELD) tell(oldest!);
  };
  const close = (batch: Batch): void => {
    if (--batch.open === 0) tell(batch);
    else enlist(batch);
  };
  const hold = (batch: Batch): void => {
    batch.held += 1;
    enlist(batch);
  };
  const closeHeld = (batch: Batch): void => {
    batch.held -= 1;
    close(batch);
  };

  /** Settles the healed shares, but for those that reach into an open run that may still become an outage or its end. */
  const settle = (deviceId: string, own: Waiting, open: LateRun): void => {
    const { downAfterFails, upAfterGoods } = own.numbers;
    const isDecided = open.cycles >= (open.failed ? downAfterFails : upAfterGoods);
    const isHeld = ({ toMs }: Share): boolean => !isDecided && toMs >= open.fromMs;
    const fresh = own.shares.splice(0, own.taken);
    own.taken = 0;
    const decided = own.held.filter((share) => !isHeld(share));
    own.held = [...own.held.filter(isHeld), ...fresh.filter(isHeld)];
    if (own.held.length > 0) holding.add(deviceId);
    else holding.delete(deviceId);
    for (const { batch } of decided) closeHeld(batch);
    for (const share of fresh)
      if (isHeld(share)) hold(share.batch);
      else close(share.batch);
  };

  const addCycle = (own: Waiting, stampMs: number, failed: boolean): void => {
    const { current, runs, numbers } = own;
    const sinceMs = current ? stampMs - current.toMs : Infinity;
    if (current && sinceMs > 0 && sinceMs <= numbers.gapMs && current.failed === failed) {
      current.toMs = stampMs;
      current.cycles += 1;
      return;
    }
    // The same cycle may come twice: given up by the live lane here, and by the history lane of its agent.
    if (runs.some((run) => stampMs >= run.fromMs && stampMs <= run.toMs)) return;
    own.current = { failed, fromMs: stampMs, toMs: stampMs, cycles: 1 };
    if (stampMs < (runs[0]?.fromMs ?? 0)) own.before = null;
    runs.push(own.current);
    if (runs.length > MAX_RUNS) {
      runs.shift();
      own.before = null;
      droppedRuns += 1;
    }
  };

  const isReady = (deviceId: string, { runs, unreadyFor }: Waiting): boolean =>
    unreadyFor > UNREADY_FOR || isRecorded(deviceId, Math.max(...runs.map(({ toMs }) => toMs)));

  return {
    add: (agentId, { t0, icmp }, settled) => {
      const batch: Batch = { agentId, open: 1, held: 0, isTold: false, settled };
      let stampMs = t0;
      for (let place = 0; icmp && place < icmp.c.length; place += 1) {
        stampMs += icmp.d[place]!;
        const outcome = icmp.o[place]!;
        if (outcome === OUTCOME.skipped) continue;
        const subject = subjectOf(icmp.c[place]!, agentId);
        if (!subject) continue;
        let own = waiting.get(subject.deviceId);
        if (!own) {
          const { numbers } = subject;
          own = {
            ...{ shares: [], taken: 0, held: [], before: null, runs: [], current: undefined },
            ...{ numbers, unreadyFor: 0 },
          };
          waiting.set(subject.deviceId, own);
        }
        own.numbers = subject.numbers;
        addCycle(own, stampMs, outcome === OUTCOME.failed);
        dirty.add(subject.deviceId);
        const share = own.shares.at(-1);
        if (share?.batch === batch) share.toMs = Math.max(share.toMs, stampMs);
        else {
          batch.open += 1;
          own.shares.push({ batch, toMs: stampMs, heldFor: 0 });
        }
      }
      close(batch);
    },
    take: () => {
      const requests: HealRequest[] = [];
      for (const deviceId of dirty) {
        if (requests.length === MAX_DEVICES) break;
        const own = waiting.get(deviceId);
        if (own && !isReady(deviceId, own)) continue;
        dirty.delete(deviceId);
        if (!own) continue;
        own.unreadyFor = 0;
        own.runs.sort((one, other) => one.fromMs - other.fromMs);
        const runs = own.runs.map((run) => ({ ...run }));
        own.taken = own.shares.length;
        requests.push({ deviceId, runs, before: own.before, numbers: own.numbers });
      }
      return requests;
    },
    done: (requests) => {
      for (const { deviceId, runs, before, numbers } of requests) {
        const own = waiting.get(deviceId);
        if (!own) continue;
        const open = placeOfOpen(runs, own.current, numbers.gapMs);
        const { fromMs } = runs[open]!;
        settle(deviceId, own, runs[open]!);
        // The open run may still grow: it is judged again, with the health that held before it.
        const settled = runs.slice(0, open);
        const last = settled.at(-1);
        if (!last) continue;
        const isJoined = fromMs - last.toMs <= numbers.gapMs;
        own.before = isJoined ? judgeRuns(settled, before, numbers).after : null;
        // A lane that fell behind may have grown over the last one: that stays all the same, and what went grows no more.
        own.runs = own.runs.filter((run) => run.toMs > last.toMs || run.fromMs >= fromMs);
        if (own.current && !own.runs.includes(own.current)) own.current = undefined;
      }
    },
    failed: (requests) => {
      for (const { deviceId } of requests) if (waiting.has(deviceId)) dirty.add(deviceId);
    },
    forget: (deviceId) => {
      const own = waiting.get(deviceId);
      for (const { batch } of own?.held ?? []) closeHeld(batch);
      for (const { batch } of own?.shares ?? []) close(batch);
      waiting.delete(deviceId);
      dirty.delete(deviceId);
      holding.delete(deviceId);
    },
    expire: () => {
      for (const deviceId of dirty) {
        const own = waiting.get(deviceId);
        if (own) own.unreadyFor += 1;
      }
      for (const deviceId of holding) {
        const own = waiting.get(deviceId)!;
        const expired = own.held.filter((share) => ++share.heldFor > HELD_FOR);
        own.held = own.held.filter((share) => !expired.includes(share));
        if (own.held.length === 0) holding.delete(deviceId);
        for (const { batch } of expired) closeHeld(batch);
      }
    },
    dropped: () => droppedRuns,
  };
};
