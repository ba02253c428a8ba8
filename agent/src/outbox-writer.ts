import { reasonOf, type Log } from './log.js';
import { countLost, emptyState, parseState, type OutboxState } from './outbox-state.js';
import { decodeRecord, encodeRecord, type OutboxRecord } from './outbox-record.js';
import { StoreError, type OutboxStore, type StoreOp } from './store.js';

/**
 * Keys of the agent's disk, each number in 16 digits so that byte order is number order:
 * `h/{position}` history, oldest first · `l/{stream}/{seq}` live, not stored yet ·
 * `u/{number}` made before the first exchange, never sent · `state`.
 */
const STATE = 'state';
const padded = (value: number): string => String(value).padStart(16, '0');
export const historyKey = (position: number): string => `h/${padded(position)}`;
export const liveKey = (stream: number, seq: number): string => `l/${padded(stream)}/${padded(seq)}`;
export const unstampedKey = (number: number): string => `u/${padded(number)}`;
/** Sorts behind every number. */
export const END = '~';
/** Batches handled in one write when many are moved. */
export const CHUNK = 64;
const EVICTED_SHARE = 0.05;
/** A disk that damages a store anew at once is given up. */
const MAX_RENEWALS = 2;

/** A change, worked out against the state at the moment of its write. */
export type Change = (draft: OutboxState) => StoreOp[];

export const putRecord = (draft: OutboxState, key: string, record: OutboxRecord): StoreOp => {
  const value = encodeRecord(record);
  draft.rows += record.samples;
  draft.bytes += key.length + value.length;
  return { key, value };
};

/** The size is told by encoding once more: cheaper than remembering the sizes of a week. */
export const removeRecord = (draft: OutboxState, key: string, record: OutboxRecord): StoreOp => {
  draft.rows = Math.max(0, draft.rows - record.samples);
  draft.bytes = Math.max(0, draft.bytes - key.length - encodeRecord(record).length);
  return { key };
};

export const isFault = (error: unknown, fault: StoreError['fault']): boolean =>
  error instanceof StoreError && error.fault === fault;

/**
 * Everything that touches the store, one after the other: changes that wait for the same write go together, a full
 * disk pays with its oldest history, a corrupt store is begun anew.
 */
export const createOutboxWriter = (
  store: OutboxStore,
  log: Log,
  /** Counts a corrupt store; what is still in memory is written again by whoever holds it. */
  onRenewed: (aside: string) => Promise<void>,
) => {
  let state = emptyState();
  /** Lowest position on the disk; behind it all is contiguous. */
  let heldFrom = 1;
  let waiting: { change: Change; sync: boolean; resolve: () => void; reject: (error: unknown) => void }[] =
    [];
  let tail: Promise<unknown> = Promise.resolve();

  const exclusive = <T>(action: () => Promise<T>): Promise<T> => {
    const run = tail.then(action);
    tail = run.catch(() => undefined);
    return run;
  };

  /** What a write would have made of the state that failed: LevelDB may find it in its log when it opens anew. */
  let inDoubt: OutboxState | undefined;

  /** Whether the write in doubt is on the disk after all. What memory took for failed would be written over else. */
  const wasWritten = async (doubted: OutboxState): Promise<boolean> => {
    const found = parseState(await store.get(STATE));
    inDoubt = undefined;
    if (found.writes !== doubted.writes) return false;
    state = doubted;
    return true;
  };

  const commit = async (changes: readonly Change[], sync: boolean): Promise<void> => {
    if (inDoubt) await wasWritten(inDoubt);
    const draft = { ...state, writes: state.writes + 1 };
    const ops = changes.flatMap((change) => change(draft));
    try {
      await store.write([...ops, { key: STATE, value: Buffer.from(JSON.stringify(draft)) }], sync);
    } catch (error) {
      inDoubt = draft;
      if (await wasWritten(draft).catch(() => false)) return;
      throw error;
    }
    state = draft;
  };

  const renew = async (): Promise<void> => {
    const aside = await store.renew();
    log.error('the outbox was damaged; it was set aside and begun anew', { aside });
    state = { ...state, rows: 0, bytes: 0 };
    inDoubt = undefined;
    heldFrom = state.nextPosition;
    await onRenewed(aside);
    await commit([], true);
  };

  const read = async (from: number, to: number, limit: number) => {
    const found = await store.range(historyKey(from), historyKey(to), limit);
    return found.map(({ key, value }) => ({ position: Number(key.slice(2)), record: decodeRecord(value) }));
  };

  const dropTo = async (position: number, count: boolean): Promise<void> => {
    const gone = await read(heldFrom, position + 1, position + 1 - heldFrom);
    await commit(
      [
        (draft) =>
          gone.map((one) => {
            const key = historyKey(one.position);
            if (!one.record) return { key };
            if (count) draft.lost = countLost(draft.lost, one.record);
            return removeRecord(draft, key, one.record);
          }),
      ],
      false,
    );
    heldFrom = Math.max(heldFrom, position + 1);
  };

  /** The oldest share of history, counted as lost; false where there is none. */
  const evict = async (): Promise<boolean> => {
    const held = state.nextPosition - heldFrom;
    if (held <= 0) return false;
    const from = heldFrom;
    const batches = Math.min(held, Math.max(CHUNK, Math.ceil(held * EVICTED_SHARE)));
    await dropTo(from + batches - 1, true);
    log.warn('the disk is full: the oldest history was dropped', { batches });
    await store.compact(historyKey(from), historyKey(heldFrom));
    return true;
  };

  const withRenewal = async <T>(action: () => Promise<T>): Promise<T> => {
    for (let renewals = 0; ; renewals++) {
      try {
        return await action();
      } catch (error) {
        if (!isFault(error, 'corrupt') || renewals === MAX_RENEWALS) throw error;
        await renew();
      }
    }
  };

  const writeGroup = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    const changes = group.map(({ change }) => change);
    const sync = group.some((one) => one.sync);
    const attempt = async (): Promise<void> => {
      for (;;) {
        try {
          return await commit(changes, sync);
        } catch (error) {
          if (!isFault(error, 'full') || !(await evict())) throw error;
        }
      }
    };
    try {
      await withRenewal(attempt);
      for (const { resolve } of group) resolve();
    } catch (error) {
      log.error('the disk refused a write', { reason: reasonOf(error) });
      for (const { reject } of group) reject(error);
    }
  };

  return {
    get state() {
      return state;
    },
    get heldFrom() {
      return heldFrom;
    },
    /** Changes the state without a write; the next write carries it. */
    amend: (change: (draft: OutboxState) => void): void => {
      void exclusive(() => {
        state = { ...state };
        change(state);
        if (inDoubt) change(inDoubt);
        return Promise.resolve();
      });
    },
    /** Opens the store and reads what it knows of itself. */
    open: (): Promise<void> =>
      exclusive(async () => {
        await withRenewal(async () => {
          await store.open();
          state = parseState(await store.get(STATE));
          const [first] = await store.range('h/', `h/${END}`, 1);
          heldFrom = first ? Number(first.key.slice(2)) : state.nextPosition;
        });
      }),
    write: (change: Change, sync: boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ change, sync, resolve, reject });
        if (waiting.length === 1) void exclusive(writeGroup);
      }),
    /** Reads behind all writes that were asked for before. */
    range: (from: string, to: string, limit: number) =>
      exclusive(() => withRenewal(() => store.range(from, to, limit))),
    /** Deletes history up to and with this position. */
    dropHistory: (toPosition: number): Promise<void> =>
      exclusive(() =>
        withRenewal(async () => {
          if (toPosition >= heldFrom) await dropTo(Math.min(toPosition, state.nextPosition - 1), false);
        }),
      ),
    /** Evicts the oldest history where the bounds are passed. */
    tidy: (maxBytes: number, minFreeBytes: number): Promise<void> =>
      exclusive(async () => {
        if (state.nextPosition === heldFrom) return;
        if (state.bytes > maxBytes || (await store.freeBytes()) < minFreeBytes) await withRenewal(evict);
      }),
    close: (): Promise<void> => exclusive(() => store.close()),
  };
};
