import { LIVE_WINDOW_MS, type Ack } from '@siaga/shared';
import type { Clock } from './clock.js';
import type { Log } from './log.js';
import type { LiveEntry, Outbox } from './outbox.js';
import type { OutboxRecord } from './outbox-record.js';
import type { TelemetrySender } from './telemetry-sender.js';

/** `judged` may stand still for this long before the ring is sent again … */
const FIRST_PATIENCE_MS = 5_000;
/** … doubling up to this. */
const MAX_PATIENCE_MS = 30_000;
/** A batch that no disk takes as history waits in memory for no longer than this. */
const MAX_HOMELESS_MS = 300_000;

interface RingEntry extends LiveEntry {
  madeMonoMs: number;
  /** On the disk, or refused by it: it may be sent. */
  ready: boolean;
  /** Being written to history. */
  moving: boolean;
}

/** The live lane: a ring of the last 60 seconds, sent in order until it is judged. */
export interface Live {
  /** True while the hub judges what is sent; history waits for it. */
  readonly flowing: boolean;
  /** A batch that was just made: written, then sent. */
  add(record: OutboxRecord, madeMonoMs: number): void;
  /** Batches with final stamps that the disk holds already under these numbers, which begin at `nextSeq`. */
  readonly nextSeq: number;
  admit(entries: readonly (LiveEntry & { madeMonoMs: number })[]): void;
  /** A new connection or a new run of the hub: it knows nothing of us. */
  forget(): void;
  ack(live: Ack['live']): void;
  /** Resends and ages; call about once a second. */
  tick(): void;
  /** The store was begun anew: writes again what it should hold. */
  rewrite(): void;
  /** The stream was refused: what was sent under it goes to history; the next stream begins at 1. */
  retire(): Promise<void>;
  /** Settles when everything added is on the disk or refused by it. */
  settled(): Promise<void>;
}

export interface LiveDeps {
  clock: Clock;
  outbox: Outbox;
  sender: TelemetrySender;
  log: Log;
  /** Batches were moved to history. */
  onMoved: () => void;
}

export const createLive = ({ clock, outbox, sender, log, onMoved }: LiveDeps): Live => {
  let ring: RingEntry[] = [];
  let nextSeq = 1;
  /** Highest seq sent since the lane last began anew; and ever in this stream. */
  let sentTo = 0;
  let everSent = 0;
  let judged = 0;
  let stored = 0;
  let acked = false;
  let stalled = false;
  let patienceMs = FIRST_PATIENCE_MS;
  let waitingSinceMs: number | undefined;
  let moveRun: Promise<void> | undefined;
  const writes = new Set<Promise<void>>();

  const send = (entry: RingEntry, from: number): void => {
    const nowMs = clock.monotonicMs();
    sender.send(
      {
        lane: 'live',
        seq: entry.seq,
        from,
        ageMs: Math.max(0, Math.round(nowMs - entry.madeMonoMs)),
        config: entry.record.config,
        ...(entry.record.body.deflated ? { enc: 'deflate' as const } : {}),
      },
      entry.record.body.bytes,
    );
    sentTo = entry.seq;
    everSent = Math.max(everSent, entry.seq);
    waitingSinceMs ??= nowMs;
  };

  const pump = (): void => {
    const first = ring[0];
    if (!first || !sender.open) return;
    for (let index = Math.max(0, sentTo + 1 - first.seq); index < ring.length; index++) {
      const entry = ring[index] as RingEntry;
      if (!entry.ready) return;
      send(entry, first.seq);
    }
  };

  const startOver = (): void => {
    sentTo = acked ? judged : 0;
    waitingSinceMs = undefined;
    pump();
  };

  const removeAged = (entries: readonly RingEntry[]): void => {
    const last = entries.at(-1);
    if (last) ring = ring.filter(({ seq }) => seq > last.seq);
  };

  /** Past the window: what is stored just goes, the rest becomes history in one write. */
  const age = (): void => {
    const nowMs = clock.monotonicMs();
    while (ring[0] && nowMs - ring[0].madeMonoMs > LIVE_WINDOW_MS && ring[0].seq <= stored) ring.shift();
    if (moveRun) return;
    const old: RingEntry[] = [];
    for (const entry of ring) {
      if (nowMs - entry.madeMonoMs <= LIVE_WINDOW_MS || !entry.ready || entry.moving) break;
      old.push(entry);
    }
    if (old.length > 0)
      moveRun = move(old).finally(() => {
        moveRun = undefined;
      });
  };

  const move = async (old: readonly RingEntry[]): Promise<void> => {
    for (const entry of old) entry.moving = true;
    try {
      await outbox.moveToHistory(old);
      removeAged(old);
      onMoved();
    } catch {
      for (const entry of old) entry.moving = false;
      const nowMs = clock.monotonicMs();
      const homeless = old.filter(({ madeMonoMs }) => nowMs - madeMonoMs > MAX_HOMELESS_MS);
      for (const { record } of homeless) outbox.countLost(record);
      removeAged(homeless);
    }
  };

  const write = (entry: RingEntry): void => {
    const written = outbox.putLive(entry).then(
      () => {
        entry.onDisk = true;
      },
      () => {
        // The disk said why; judging goes on from memory.
        entry.onDisk = false;
      },
    );
    const done = written.then(() => {
      writes.delete(done);
      if (entry.ready) return;
      entry.ready = true;
      pump();
    });
    writes.add(done);
  };

  const settled = async (): Promise<void> => {
    while (writes.size > 0) await Promise.all(writes);
  };

  return {
    get flowing() {
      return sender.open && acked && !stalled;
    },
    get nextSeq() {
      return nextSeq;
    },
    add: (record, madeMonoMs) => {
      const entry: RingEntry = {
        seq: nextSeq++,
        record,
        madeMonoMs,
        onDisk: false,
        ready: false,
        moving: false,
      };
      ring.push(entry);
      write(entry);
    },
    admit: (entries) => {
      for (const entry of entries) ring.push({ ...entry, ready: true, moving: false });
      nextSeq += entries.length;
      pump();
    },
    forget: () => {
      acked = false;
      judged = 0;
      stalled = false;
      patienceMs = FIRST_PATIENCE_MS;
      startOver();
    },
    ack: (live) => {
      if (live.stream !== outbox.stream) return;
      acked = true;
      const judgedNow = Math.min(live.judged, everSent);
      // A hub moves `judged` to `from - 1` as the ring ages, whatever it has judged. Only a batch that is still held
      // tells that the lane moves; else one lost batch under a brisk stream would never be sent again.
      const isProgress = judgedNow > judged && judgedNow >= (ring[0]?.seq ?? 0);
      judged = Math.max(judged, judgedNow);
      if (isProgress) {
        stalled = false;
        patienceMs = FIRST_PATIENCE_MS;
        waitingSinceMs = sentTo > judged ? clock.monotonicMs() : undefined;
      }
      const storedNow = Math.min(live.stored, everSent);
      if (storedNow <= stored) return;
      const gone = ring.filter((entry) => entry.seq > stored && entry.seq <= storedNow && !entry.moving);
      stored = storedNow;
      // A refusal was logged by the outbox; what stays is sent once more by the next process, under the same key.
      if (gone.length > 0) outbox.dropLive(gone).catch(() => undefined);
    },
    tick: () => {
      age();
      if (!sender.open || waitingSinceMs === undefined) return;
      if (clock.monotonicMs() - waitingSinceMs < patienceMs) return;
      stalled = true;
      patienceMs = Math.min(MAX_PATIENCE_MS, patienceMs * 2);
      startOver();
      waitingSinceMs = clock.monotonicMs();
    },
    rewrite: () => {
      for (const entry of ring) if (entry.ready && entry.seq > stored && !entry.moving) write(entry);
    },
    retire: async () => {
      await settled();
      await moveRun;
      const unstored = ring.filter(({ seq }) => seq > stored);
      for (const entry of unstored) entry.moving = true;
      try {
        if (unstored.length > 0) await outbox.moveToHistory(unstored);
      } catch {
        for (const { record } of unstored) outbox.countLost(record);
      }
      log.warn('the hub refused this stream; what was sent under it goes on as history', {
        batches: unstored.length,
      });
      ring = [];
      nextSeq = 1;
      sentTo = everSent = judged = stored = 0;
      acked = stalled = false;
      waitingSinceMs = undefined;
    },
    settled,
  };
};
