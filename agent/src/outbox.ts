import { encodeBody } from './codec.js';
import type { Log } from './log.js';
import { countLost, type OutboxState } from './outbox-state.js';
import { decodeRecord, settleRecord, type OutboxRecord } from './outbox-record.js';
import {
  CHUNK,
  END,
  createOutboxWriter,
  historyKey,
  liveKey,
  putRecord,
  removeRecord,
  unstampedKey,
} from './outbox-writer.js';
import type { OutboxStore, StoreOp, StreamFile, StreamRecord } from './store.js';

export interface OutboxLimits {
  /** The oldest history goes where the batches take more than this, bytes. */
  maxBytes: number;
  /** … or where the file system has less than this left, bytes. */
  minFreeBytes: number;
}

export const DEFAULT_LIMITS: OutboxLimits = { maxBytes: 1024 ** 3, minFreeBytes: 64 * 1024 ** 2 };

/** A batch of the live lane; its record's `origin` is the stream it is numbered in. */
export interface LiveEntry {
  seq: number;
  record: OutboxRecord;
  /** False where the disk refused it: it lives in memory alone. */
  onDisk: boolean;
}

export interface UnstampedEntry {
  number: number;
  record: OutboxRecord;
}

/** The agent's disk. What changes it settles once it is written, and rejects with a StoreError where the disk refuses. */
export interface Outbox {
  /** Opens the disk, begins the next stream and puts all that a process before left into history. */
  open(process: string): Promise<void>;
  readonly stream: number;
  /** Corrupt outboxes set aside since the agent was installed. */
  readonly corrupt: number;
  readonly state: Readonly<OutboxState>;
  /** Places in the history log: the lowest held, and the one given out next. */
  readonly firstPosition: number;
  readonly nextPosition: number;
  putLive(entry: LiveEntry): Promise<void>;
  putUnstamped(entry: UnstampedEntry): Promise<void>;
  /** The never-sent batches, oldest first. */
  readUnstamped(limit: number): Promise<UnstampedEntry[]>;
  /** Replaces never-sent batches by stamped ones, in one write. */
  adopt(
    gone: readonly UnstampedEntry[],
    live: readonly LiveEntry[],
    late: readonly OutboxRecord[],
  ): Promise<void>;
  /** Stored by the hub: gone from the disk. */
  dropLive(entries: readonly LiveEntry[]): Promise<void>;
  /** Live batches that grew too old become history, in one write; their origin stream is kept. */
  moveToHistory(entries: readonly LiveEntry[]): Promise<void>;
  /** Without gaps from `fromPosition` on; what cannot be read is an empty batch, so that no lane waits for it. */
  readHistory(fromPosition: number, limit: number): Promise<OutboxRecord[]>;
  /** Stored by the hub: gone up to and with this position. */
  dropHistory(toPosition: number): Promise<void>;
  /** A batch that no disk took and no hub stored. */
  countLost(record: OutboxRecord): void;
  saveOffset(offsetMs: number): Promise<void>;
  /** Takes the stream number that the hub named. */
  takeStream(next: number): Promise<void>;
  /** Evicts the oldest history while the disk is too full; call every few seconds. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export interface OutboxDeps {
  store: OutboxStore;
  streamFile: StreamFile;
  log: Log;
  limits?: OutboxLimits;
  /** The store was corrupt and begun anew: what is still in memory can be written again. */
  onRenewed?: () => void;
}

export const createOutbox = ({ store, streamFile, log, limits, onRenewed }: OutboxDeps): Outbox => {
  const { maxBytes, minFreeBytes } = limits ?? DEFAULT_LIMITS;
  let identity: StreamRecord = { stream: 0, process: '', corrupt: 0 };
  /** Places below are stored or evicted, whether or not they are off the disk yet. */
  let storedTo = 0;

  const writer = createOutboxWriter(store, log, async () => {
    identity = { ...identity, corrupt: identity.corrupt + 1 };
    await streamFile.write(identity);
    onRenewed?.();
  });

  const append = (draft: OutboxState, records: readonly OutboxRecord[]): StoreOp[] =>
    records.map((record) => putRecord(draft, historyKey(draft.nextPosition++), record));
  const putLiveOp = (draft: OutboxState, { seq, record }: LiveEntry): StoreOp =>
    putRecord(draft, liveKey(record.origin, seq), record);
  const removeLiveOps = (draft: OutboxState, entries: readonly LiveEntry[]): StoreOp[] =>
    entries
      .filter(({ onDisk }) => onDisk)
      .map(({ seq, record }) => removeRecord(draft, liveKey(record.origin, seq), record));

  /** What a process before this one left goes to history: its stamps, provisional or not, are final now. */
  const adoptLeftovers = async (prefix: 'u' | 'l'): Promise<void> => {
    for (;;) {
      const left = await writer.range(`${prefix}/`, `${prefix}/${END}`, CHUNK);
      if (left.length === 0) return;
      await writer.write(
        (draft) =>
          left.flatMap(({ key, value }) => {
            const record = decodeRecord(value);
            return record
              ? [removeRecord(draft, key, record), ...append(draft, [settleRecord(record)])]
              : [{ key }];
          }),
        true,
      );
    }
  };

  const unreadable = (): OutboxRecord => ({
    origin: identity.stream,
    config: 0,
    samples: 0,
    fromMs: 0,
    toMs: 0,
    body: encodeBody('{"t0":0}'),
  });

  return {
    get stream() {
      return identity.stream;
    },
    get corrupt() {
      return identity.corrupt;
    },
    get state() {
      return writer.state;
    },
    get firstPosition() {
      return Math.max(writer.heldFrom, storedTo + 1);
    },
    get nextPosition() {
      return writer.state.nextPosition;
    },
    open: async (process) => {
      identity = (await streamFile.read()) ?? identity;
      await writer.open();
      identity = { ...identity, process, stream: Math.max(identity.stream, writer.state.stream) + 1 };
      await streamFile.write(identity);
      await writer.write((draft) => {
        draft.stream = identity.stream;
        return [];
      }, true);
      await adoptLeftovers('u');
      await adoptLeftovers('l');
    },
    putLive: (entry) => writer.write((draft) => [putLiveOp(draft, entry)], true),
    putUnstamped: ({ number, record }) =>
      writer.write((draft) => [putRecord(draft, unstampedKey(number), record)], true),
    readUnstamped: async (limit) => {
      const found = await writer.range('u/', `u/${END}`, limit);
      return found.map(({ key, value }) => ({
        number: Number(key.slice(2)),
        record: decodeRecord(value) ?? unreadable(),
      }));
    },
    adopt: (gone, live, late) =>
      writer.write(
        (draft) => [
          ...gone.map(({ number, record }) => removeRecord(draft, unstampedKey(number), record)),
          ...live.map((entry) => putLiveOp(draft, entry)),
          ...append(draft, late),
        ],
        true,
      ),
    dropLive: (entries) => writer.write((draft) => removeLiveOps(draft, entries), false),
    moveToHistory: (entries) =>
      writer.write(
        (draft) => [
          ...removeLiveOps(draft, entries),
          ...append(
            draft,
            entries.map(({ record }) => record),
          ),
        ],
        true,
      ),
    readHistory: async (fromPosition, limit) => {
      const to = Math.min(fromPosition + limit, writer.state.nextPosition);
      const found = await writer.range(historyKey(fromPosition), historyKey(to), limit);
      const byPosition = new Map(found.map(({ key, value }) => [Number(key.slice(2)), decodeRecord(value)]));
      return Array.from(
        { length: Math.max(0, to - fromPosition) },
        (_, index) => byPosition.get(fromPosition + index) ?? unreadable(),
      );
    },
    dropHistory: (toPosition) => {
      storedTo = Math.max(storedTo, toPosition);
      return writer.dropHistory(storedTo);
    },
    countLost: (record) => {
      writer.amend((draft) => {
        draft.lost = countLost(draft.lost, record);
      });
    },
    saveOffset: (offsetMs) =>
      writer.write((draft) => {
        draft.offsetMs = offsetMs;
        return [];
      }, false),
    takeStream: async (next) => {
      identity = { ...identity, stream: next };
      await streamFile.write(identity);
      await writer.write((draft) => {
        draft.stream = next;
        return [];
      }, true);
    },
    tidy: () => writer.tidy(maxBytes, minFreeBytes),
    close: () => writer.close(),
  };
};
