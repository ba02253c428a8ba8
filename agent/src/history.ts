import { MAX_AGE_MS, MAX_HISTORY_IN_FLIGHT, type Ack } from '@siaga/shared';
import type { Clock } from './clock.js';
import type { Outbox } from './outbox.js';
import type { OutboxRecord } from './outbox-record.js';
import type { TelemetrySender } from './telemetry-sender.js';

/** Without progress for this long, what is in flight is sent again … */
const FIRST_PATIENCE_MS = 30_000;
/** … doubling up to this. */
const MAX_PATIENCE_MS = 300_000;

export interface HistoryPace {
  /** Between two batches, ms. */
  gapMs: number;
  /** Bytes the broker has not confirmed; a slow line is not filled, so that live passes. */
  maxUnconfirmedBytes: number;
}

export const DEFAULT_PACE: HistoryPace = { gapMs: 50, maxUnconfirmedBytes: 64 * 1024 };

/** The history lane: a plain log of what was not stored within the live window, oldest first. */
export interface History {
  /** Numbers the log from its oldest batch on: at the start, and with each new stream. */
  begin(): void;
  /** A new connection or a new run of the hub. */
  forget(): void;
  ack(history: Ack['history']): void;
  /** There may be something to send. */
  pump(): void;
  /** Resends; call about once a second. */
  tick(): void;
  stop(): void;
}

export interface HistoryDeps {
  clock: Clock;
  outbox: Outbox;
  sender: TelemetrySender;
  /** Whether live is being judged just now. */
  flowing: () => boolean;
  /** Hub time, epoch ms. */
  nowMs: () => number;
  pace?: HistoryPace;
}

export const createHistory = (deps: HistoryDeps): History => {
  const { clock, outbox, sender, flowing, nowMs } = deps;
  const pace = deps.pace ?? DEFAULT_PACE;
  /** seq = position − base. */
  let base = 0;
  let stored = 0;
  let sentTo = 0;
  let everSent = 0;
  let loaded: { seq: number; record: OutboxRecord }[] = [];
  let reading = false;
  /** A read or a confirmation that began before this last changed counts no more. */
  let generation = 0;
  let unconfirmedBytes = 0;
  let patienceMs = FIRST_PATIENCE_MS;
  let waitingSinceMs: number | undefined;
  let cancelGap: (() => void) | undefined;
  let stopped = false;

  const firstSeq = (): number => outbox.firstPosition - base;

  const send = (seq: number, record: OutboxRecord): void => {
    const began = generation;
    const { bytes, deflated } = record.body;
    unconfirmedBytes += bytes.length;
    sentTo = seq;
    everSent = Math.max(everSent, seq);
    waitingSinceMs ??= clock.monotonicMs();
    sender.send(
      {
        lane: 'history',
        seq,
        from: firstSeq(),
        ageMs: Math.min(MAX_AGE_MS, Math.max(0, Math.round(nowMs() - record.toMs))),
        config: record.config,
        origin: record.origin,
        ...(deflated ? { enc: 'deflate' as const } : {}),
      },
      bytes,
      () => {
        if (began !== generation) return;
        unconfirmedBytes -= bytes.length;
        pump();
      },
    );
  };

  const load = async (): Promise<void> => {
    reading = true;
    const began = generation;
    const from = sentTo + 1;
    try {
      const records = await outbox.readHistory(base + from, MAX_HISTORY_IN_FLIGHT);
      if (began === generation) loaded = records.map((record, index) => ({ seq: from + index, record }));
    } catch {
      // The outbox logged it; the next tick tries again.
      loaded = [];
    } finally {
      reading = false;
    }
    if (loaded.length > 0) pump();
  };

  const pump = (): void => {
    if (stopped || reading || cancelGap || !sender.open || !flowing()) return;
    const floor = Math.max(stored, firstSeq() - 1);
    sentTo = Math.max(sentTo, floor);
    if (sentTo - floor >= MAX_HISTORY_IN_FLIGHT || unconfirmedBytes > pace.maxUnconfirmedBytes) return;
    if (base + sentTo + 1 >= outbox.nextPosition) return;
    while (loaded[0] && loaded[0].seq <= sentTo) loaded.shift();
    const next = loaded[0]?.seq === sentTo + 1 ? loaded.shift() : undefined;
    if (!next) {
      void load();
      return;
    }
    send(next.seq, next.record);
    cancelGap = clock.after(pace.gapMs, () => {
      cancelGap = undefined;
      pump();
    });
  };

  const startOver = (): void => {
    generation++;
    loaded = [];
    unconfirmedBytes = 0;
    sentTo = stored;
    waitingSinceMs = undefined;
    pump();
  };

  return {
    begin: () => {
      base = outbox.firstPosition - 1;
      stored = everSent = 0;
      startOver();
    },
    forget: () => {
      patienceMs = FIRST_PATIENCE_MS;
      startOver();
    },
    ack: (history) => {
      if (history.stream !== outbox.stream) return;
      const storedNow = Math.min(history.stored, everSent);
      if (storedNow > stored) {
        stored = storedNow;
        patienceMs = FIRST_PATIENCE_MS;
        waitingSinceMs = sentTo > stored ? clock.monotonicMs() : undefined;
        // A refusal was logged by the outbox; what stays is sent once more by the next process, under the same key.
        outbox.dropHistory(base + stored).catch(() => undefined);
      }
      pump();
    },
    pump,
    tick: () => {
      const nowMonoMs = clock.monotonicMs();
      if (sender.open && waitingSinceMs !== undefined && nowMonoMs - waitingSinceMs >= patienceMs) {
        patienceMs = Math.min(MAX_PATIENCE_MS, patienceMs * 2);
        startOver();
        waitingSinceMs = nowMonoMs;
      }
      pump();
    },
    stop: () => {
      stopped = true;
      cancelGap?.();
    },
  };
};
