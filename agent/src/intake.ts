import { CALM_BATCH_MS, LIVE_WINDOW_MS, type AgentStatus, type OutcomeCode } from '@siaga/shared';
import type { Batcher } from './batcher.js';
import type { Clock } from './clock.js';
import type { HostFigures } from './host.js';
import type { Live } from './live.js';
import { reasonOf, type Log } from './log.js';
import type { Outbox } from './outbox.js';
import { stampRecord, type OutboxRecord } from './outbox-record.js';
import type { AgentTime } from './time.js';

/** Changes go at once; those that come within this of the last batch go together, so that a storm makes no flood. */
const CHANGE_GAP_MS = 100;
/** The agent's own status travels at most this often, and only when it changed. */
const STATUS_PERIOD_MS = 60_000;
const ADOPTED_AT_ONCE = 64;
/** A disk that refused to take stamped batches is asked again after this. */
const ADOPT_AGAIN_MS = 10_000;

/** Where samples become batches, and batches find their lane. */
export interface Intake {
  icmp(
    checkId: number,
    sentMonoMs: number,
    outcome: OutcomeCode,
    minUs: number,
    avgUs: number,
    maxUs: number,
    lost: number,
  ): void;
  host(checkId: number, monoMs: number, figures: HostFigures): void;
  /** Something changed: do not wait for the calm batch. */
  flushSoon(): void;
  /** The configuration that the samples from now on belong to. */
  useConfig(version: number): void;
  start(): void;
  /** The hub's time is known: stamps what was made before. */
  adopt(): Promise<void>;
  /** Runs `change` after those before it, while no new batch enters the live lane; those made meanwhile follow. */
  whileHeld(change: () => Promise<void>): Promise<void>;
  /** Closes the open batch; settles when it is on the disk. */
  stop(): Promise<void>;
}

export interface IntakeDeps {
  clock: Clock;
  time: AgentTime;
  batcher: Batcher;
  outbox: Outbox;
  live: Live;
  log: Log;
}

interface Made {
  record: OutboxRecord;
  madeMonoMs: number;
}

export const createIntake = ({ clock, time, batcher, outbox, live, log }: IntakeDeps): Intake => {
  let config = 0;
  let lastSealMs = -Infinity;
  let cancelCalm: () => void = () => undefined;
  let cancelSoon: (() => void) | undefined;
  let cancelAdoption: () => void = () => undefined;
  let nextUnstamped = 1;
  let held: Made[] | undefined;
  /** Changes of the lane follow each other: a stream may be refused while batches are stamped under it. */
  let lastChange: Promise<unknown> = Promise.resolve();
  let changesUnderWay = 0;
  let lastStatus = '';
  let lastStatusMs = -Infinity;
  let unstampedWrites: Promise<unknown> = Promise.resolve();

  const status = (nowMs: number): AgentStatus | undefined => {
    if (nowMs - lastStatusMs < STATUS_PERIOD_MS) return undefined;
    const { rows, lost } = outbox.state;
    const current: AgentStatus = { outboxRows: rows, lost, corrupt: outbox.corrupt };
    const text = JSON.stringify(current);
    if (text === lastStatus) return undefined;
    lastStatus = text;
    lastStatusMs = nowMs;
    return current;
  };

  const enter = ({ record, madeMonoMs }: Made): void => {
    const current = { ...record, origin: outbox.stream };
    if (held) held.push({ record, madeMonoMs });
    else if (time.synced) live.add(current.unstamped ? stampRecord(current, time.at) : current, madeMonoMs);
    else {
      const entry = { number: nextUnstamped++, record: current };
      unstampedWrites = outbox.putUnstamped(entry).catch(() => outbox.countLost(current));
    }
  };

  const seal = (): void => {
    cancelSoon?.();
    cancelSoon = undefined;
    const madeMonoMs = clock.monotonicMs();
    lastSealMs = madeMonoMs;
    const { monotonic, ...batch } = batcher.take(status(madeMonoMs));
    const provisional = monotonic !== undefined || !time.synced;
    enter({
      record: {
        origin: outbox.stream,
        config,
        ...batch,
        ...(provisional ? { unstamped: { madeMonoMs, monotonic } } : {}),
      },
      madeMonoMs,
    });
    armCalm();
  };

  const armCalm = (): void => {
    cancelCalm();
    cancelCalm = clock.after(CALM_BATCH_MS, seal);
  };

  const makeRoom = (monoMs: number): void => {
    if (batcher.isFull(monoMs)) seal();
  };

  /** One chunk of never-sent batches: the recent ones may join the ring, the rest becomes history. */
  const adoptChunk = async (mayJoinRing: boolean): Promise<boolean> => {
    const unstamped = await outbox.readUnstamped(ADOPTED_AT_ONCE);
    if (unstamped.length === 0) return false;
    const nowMs = clock.monotonicMs();
    const stamped = unstamped.map(({ record }) => ({
      record: stampRecord({ ...record, origin: outbox.stream }, time.at),
      madeMonoMs: record.unstamped?.madeMonoMs ?? -Infinity,
    }));
    const isRecent = ({ madeMonoMs }: Made): boolean => mayJoinRing && nowMs - madeMonoMs <= LIVE_WINDOW_MS;
    const first = live.nextSeq;
    const recent = stamped
      .filter(isRecent)
      .map((made, index) => ({ ...made, seq: first + index, onDisk: true }));
    const late = stamped.filter((made) => !isRecent(made)).map(({ record }) => record);
    await outbox.adopt(unstamped, recent, late);
    live.admit(recent);
    return true;
  };

  const whileHeld = async (change: () => Promise<void>): Promise<void> => {
    held ??= [];
    changesUnderWay++;
    const done = lastChange.then(change);
    lastChange = done.catch(() => undefined);
    try {
      await done;
    } finally {
      if (--changesUnderWay === 0) {
        const released = held;
        held = undefined;
        for (const made of released) enter(made);
      }
    }
  };

  const adopt = (mayJoinRing: boolean): Promise<void> =>
    whileHeld(async () => {
      await unstampedWrites;
      try {
        while (await adoptChunk(mayJoinRing));
      } catch (error) {
        log.error('batches made before the first exchange cannot be stamped yet; trying again', {
          reason: reasonOf(error),
        });
        // Newer batches go live meanwhile: what comes behind them is history.
        cancelAdoption = clock.after(ADOPT_AGAIN_MS, () => void adopt(false));
      }
    });

  return {
    icmp: (checkId, sentMonoMs, outcome, minUs, avgUs, maxUs, lost) => {
      makeRoom(sentMonoMs);
      batcher.icmp(checkId, sentMonoMs, outcome, minUs, avgUs, maxUs, lost);
    },
    host: (checkId, monoMs, figures) => {
      makeRoom(monoMs);
      batcher.host(checkId, monoMs, figures);
    },
    flushSoon: () => {
      const sinceMs = clock.monotonicMs() - lastSealMs;
      cancelSoon ??= clock.after(Math.max(0, CHANGE_GAP_MS - sinceMs), seal);
    },
    useConfig: (version) => {
      if (batcher.samples > 0) seal();
      config = version;
    },
    start: armCalm,
    adopt: () => adopt(true),
    whileHeld,
    stop: async () => {
      cancelCalm();
      seal();
      cancelCalm();
      // What was made while the lane changes is in memory only.
      while (changesUnderWay > 0) await lastChange;
      cancelAdoption();
      await live.settled();
      await unstampedWrites;
    },
  };
};
