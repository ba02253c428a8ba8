import type { Ack, BatchHeader } from '@siaga/shared';
import type { Clock } from '../../../hub/src/platform/clock.js';
import { headerOf, icmpBody } from './support.js';

/** What an agent has on its disk until the hub says `stored`; its rows are named by their stamps. */
export interface ModelBatch {
  originStream: number;
  t0: number;
  madeMs: number;
}

interface Entry {
  seq: number;
  batch: ModelBatch;
}

const RING_MS = 60_000;
const BATCH_EVERY_MS = 5_000;
const CYCLES = 2;

/** The lines that the hub must make of a batch. */
export const linesOf = ({ originStream, t0 }: ModelBatch): string[] =>
  Array.from(
    { length: CYCLES },
    (_, i) =>
      `icmp stream=${originStream}i,check_id=1i,min_us=900i,avg_us=1000i,max_us=1100i ${t0 + (i + 1) * 1000}`,
  );

/**
 * The agent's side of telemetry.md in its barest form, to hold against the hub's: ring, history, resending, restart.
 * `send` may lose, repeat, delay and reorder; `ack` hears what comes back in the same manner.
 */
export const createModelAgent = (deps: {
  clock: Clock;
  send: (header: BatchHeader, body?: unknown) => void;
}) => {
  const { clock } = deps;
  const disk = new Set<ModelBatch>();
  const made: ModelBatch[] = [];
  let storedStream = 0;
  let alive = { yes: true };
  let state = freshState();

  function freshState() {
    return {
      stream: 0,
      process: '',
      ring: [] as Entry[],
      nextSeq: 1,
      judged: 0,
      judgedAtMs: 0,
      stallMs: 5_000,
      history: [] as Entry[],
      historyNext: 1,
      historyStored: 0,
      historySent: 0,
      historyAtMs: 0,
      run: '',
    };
  }

  const header = (fields: Partial<BatchHeader>): BatchHeader =>
    headerOf({ stream: state.stream, process: state.process, sentAt: clock.monotonicMs(), ...fields });

  const sendLive = ({ seq, batch }: Entry): void =>
    deps.send(
      header({ seq, from: state.ring[0]?.seq ?? seq, ageMs: clock.monotonicMs() - batch.madeMs }),
      icmpBody(batch.t0, CYCLES),
    );

  const sendHistory = ({ seq, batch }: Entry): void =>
    deps.send(
      header({
        lane: 'history',
        seq,
        from: state.history[0]!.seq,
        ageMs: clock.monotonicMs() - batch.madeMs,
        origin: batch.originStream,
      }),
      icmpBody(batch.t0, CYCLES),
    );

  const resendRing = (): void => {
    for (const entry of state.ring) if (entry.seq > state.judged) sendLive(entry);
  };

  const toHistory = (batch: ModelBatch): void => {
    state.history.push({ seq: state.historyNext++, batch });
  };

  const pumpHistory = (): void => {
    for (const entry of state.history) {
      if (entry.seq <= state.historySent || entry.seq > state.historyStored + 16) continue;
      state.historySent = entry.seq;
      sendHistory(entry);
    }
  };

  const tick = (): void => {
    const nowMs = clock.monotonicMs();
    const batch: ModelBatch = { originStream: state.stream, t0: clock.nowMs(), madeMs: nowMs };
    disk.add(batch);
    made.push(batch);
    const entry = { seq: state.nextSeq++, batch };
    state.ring.push(entry);
    while (state.ring[0]!.batch.madeMs < nowMs - RING_MS) {
      const old = state.ring.shift()!;
      if (disk.has(old.batch)) toHistory(old.batch);
    }
    sendLive(entry);
    if (state.judged < entry.seq - 1 && nowMs - state.judgedAtMs >= state.stallMs) {
      state.judgedAtMs = nowMs;
      state.stallMs = Math.min(30_000, state.stallMs * 2);
      resendRing();
    }
    if (state.history.length > 0 && nowMs - state.historyAtMs >= 30_000) {
      state.historyAtMs = nowMs;
      state.historySent = state.historyStored;
    }
    pumpHistory();
  };

  const start = (stream: number): void => {
    alive.yes = false;
    alive = { yes: true };
    const life = alive;
    storedStream = stream;
    state = { ...freshState(), stream, process: stream.toString(16).padStart(16, '0') };
    for (const batch of disk) toHistory(batch);
    deps.send(header({}));
    const again = (): void => {
      clock.after(BATCH_EVERY_MS, () => {
        if (!life.yes) return;
        again();
        tick();
      });
    };
    again();
  };

  return {
    disk,
    made,
    start: () => start(storedStream + 1),
    /** Makes nothing more; what is on the disk is still brought. */
    stream: () => state.stream,
    isSettled: () => disk.size === 0,
    connected: (): void => {
      deps.send(header({}));
      state.judged = state.ring[0] ? state.ring[0].seq - 1 : state.judged;
      resendRing();
      state.historySent = state.historyStored;
      pumpHistory();
    },
    ack: (ack: Ack): void => {
      if (ack.refused && ack.refused.stream >= state.stream && ack.refused.process !== state.process)
        return start(ack.refused.next);
      if (ack.run !== state.run) {
        state.run = ack.run;
        state.judged = 0;
        resendRing();
        state.historySent = state.historyStored;
      }
      if (ack.live.stream === state.stream) {
        if (ack.live.judged > state.judged) {
          state.judged = ack.live.judged;
          // A pointer that only follows `from` is no progress: without this, batches that come faster than the
          // patience would leave a gap open for ever.
          if (state.judged >= (state.ring[0]?.seq ?? 0)) {
            state.judgedAtMs = clock.monotonicMs();
            state.stallMs = 5_000;
          }
        }
        for (const { seq, batch } of state.ring) if (seq <= ack.live.stored) disk.delete(batch);
      }
      if (ack.history.stream === state.stream && ack.history.stored > state.historyStored) {
        state.historyStored = ack.history.stored;
        state.historyAtMs = clock.monotonicMs();
        while (state.history[0] && state.history[0].seq <= state.historyStored)
          disk.delete(state.history.shift()!.batch);
        pumpHistory();
      }
    },
  };
};
