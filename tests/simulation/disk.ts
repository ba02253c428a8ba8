import { decodeRecord } from '../../agent/src/outbox-record.js';
import {
  StoreError,
  type ConfigFile,
  type OutboxStore,
  type StoreOp,
  type StreamFile,
  type StreamRecord,
} from '../../agent/src/store.js';
import { keyOf, type BodyReader, type Ledger } from './ledger.js';
import { never, type Life } from './machine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** A full disk may still be paying with its oldest history for so long after it has room again, ms. */
const EVICTS_FOR_MS = 10_000;
/** Room that deletions have on a disk that is full for everything else. */
const RESERVE_BYTES = 2_000;

export type DiskTrouble = 'full' | 'failing' | 'slow';

interface Image {
  entries: Map<string, Uint8Array>;
  stream: StreamRecord | undefined;
  config: string | undefined;
}

/** A disk that outlives the agents on it, with the sins of real ones. */
export interface Disk {
  store(life: Life): OutboxStore;
  streamFile(life: Life): StreamFile;
  configFile(life: Life): ConfigFile;
  setTrouble(trouble: DiskTrouble | undefined): void;
  /** The next access finds the store damaged. */
  corrupt(): void;
  /** Power goes: what was written without sync since the last sync goes as well, or its end. */
  losePower(): void;
  backUp(): void;
  /** Comes back as it was when it was backed up. */
  restore(): void;
  setConfig(text: string): void;
  /** Samples that lie on it, by serial. */
  readonly held: ReadonlyMap<number, number>;
  waiting(): number;
  /** Batches of the history log that lie on it; not those that it refused to delete: they wait for the next process. */
  history(): number;
  readonly evicted: number;
}

export interface DiskDeps {
  scheduler: Scheduler;
  random: Random;
  ledger: Ledger;
  readBody: BodyReader;
  /** Whether a row of this key was committed, or refused for good. */
  isSettledRow: (key: string) => boolean;
  onViolation: (what: string) => void;
  /** A sample that may be stored under two stamps has its second. */
  onDouble: (key: string, serial: number) => void;
  onTold: (what: string) => void;
}

/** Keys of one prefix in order: they come in ascending order and go from the front, nearly always. */
const createOrder = () => {
  let keys: string[] = [];
  let head = 0;
  const placeOf = (key: string): number => {
    let low = head;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (key: string): void => {
      if (keys.length === head || keys[keys.length - 1]! < key) keys.push(key);
      else {
        const place = placeOf(key);
        if (keys[place] !== key) keys.splice(place, 0, key);
      }
    },
    remove: (key: string): void => {
      const place = placeOf(key);
      if (keys[place] !== key) return;
      if (place === head) {
        head++;
        if (head > 512) {
          keys = keys.slice(head);
          head = 0;
        }
      } else keys.splice(place, 1);
    },
    range: (from: string, to: string, limit: number): string[] => {
      const found: string[] = [];
      for (let place = placeOf(from); place < keys.length && found.length < limit; place++) {
        const key = keys[place]!;
        if (key >= to) break;
        found.push(key);
      }
      return found;
    },
    size: () => keys.length - head,
    clear: () => {
      keys = [];
      head = 0;
    },
  };
};

export const createDisk = (deps: DiskDeps): Disk => {
  const { scheduler, random, ledger } = deps;
  let entries = new Map<string, Uint8Array>();
  const orders = { h: createOrder(), l: createOrder(), u: createOrder(), s: createOrder() };
  const orderOf = (key: string) => orders[key[0] as keyof typeof orders];
  const held = new Map<number, number>();
  let stream: StreamRecord | undefined;
  let config: string | undefined;
  let backup: Image | undefined;
  let bytes = 0;
  let capacity = Infinity;
  let fullUntilMs = -Infinity;
  let trouble: DiskTrouble | undefined;
  let corrupted = false;
  let evicted = 0;
  let asides = 0;
  /** Keys of history that its agent wanted to delete, and could not. */
  const leftovers = new Set<string>();
  /** What was there before each unsynced write, oldest first. */
  let unsynced: { key: string; before: Uint8Array | undefined }[][] = [];

  const samplesIn = (key: string, value: Uint8Array) => {
    if (key === 'state') return undefined;
    const record = decodeRecord(value);
    if (!record || record.samples === 0) return undefined;
    return { record, samples: deps.readBody(record.body.bytes, record.body.deflated) };
  };

  const count = (key: string, value: Uint8Array, sign: 1 | -1, gone: Map<number, string>): void => {
    bytes += sign * (key.length + value.length);
    const found = samplesIn(key, value);
    if (!found) return;
    for (const { serial, check, stampMs, outcome } of found.samples) {
      const left = (held.get(serial) ?? 0) + sign;
      if (left > 0) held.set(serial, left);
      else held.delete(serial);
      if (sign < 0) {
        gone.set(serial, keyOf(check, found.record.origin, stampMs));
        continue;
      }
      const cycle = ledger.of(serial);
      cycle.kept = true;
      if (cycle.check !== check || cycle.outcome !== outcome)
        deps.onViolation(`sample ${serial} lies on the disk as another than was made`);
      if (key[0] === 'u') continue;
      const natural = keyOf(check, found.record.origin, stampMs);
      if (cycle.key === undefined) {
        cycle.key = natural;
        cycle.stampMs = stampMs;
      } else if (cycle.key !== natural) {
        if (cycle.mayDouble) deps.onDouble(natural, serial);
        else deps.onViolation(`the stamp of sample ${serial} changed from ${cycle.key} to ${natural}`);
      }
    }
  };

  const put = (key: string, value: Uint8Array | undefined, gone: Map<number, string>): void => {
    const before = entries.get(key);
    if (before) count(key, before, -1, gone);
    if (value) {
      entries.set(key, value);
      if (!before) orderOf(key).add(key);
      count(key, value, 1, gone);
    } else if (before) {
      entries.delete(key);
      leftovers.delete(key);
      orderOf(key).remove(key);
    }
  };

  /** What left the disk by its damage, without being stored or before its agent was told so. */
  const excuse = (gone: Iterable<number>, why: string): void => {
    for (const serial of gone) {
      if (held.has(serial)) continue;
      const cycle = ledger.of(serial);
      cycle.isGone = true;
      cycle.excuse ??= why;
    }
  };

  const apply = (ops: readonly StoreOp[], sync: boolean): void => {
    const gone = new Map<number, string>();
    const undo: (typeof unsynced)[number] = [];
    for (const { key, value } of ops) {
      if (!sync) undo.push({ key, before: entries.get(key) });
      put(key, value, gone);
    }
    if (sync) unsynced = [];
    else unsynced.push(undo);
    for (const [serial, key] of gone) {
      if (held.has(serial)) continue;
      const cycle = ledger.of(serial);
      // A disk that makes room does not ask whether what it gives up is stored and only not healed yet.
      if (scheduler.nowMs() <= fullUntilMs) cycle.isGone = true;
      // Where a disk came back from before the first exchange, the record may bear another stamp than the first sent.
      const isStored = [cycle.key, cycle.mayDouble ? key : undefined].some(
        (each) => each !== undefined && deps.isSettledRow(each),
      );
      if (cycle.excuse !== undefined || isStored) continue;
      if (scheduler.nowMs() <= fullUntilMs) {
        evicted++;
        cycle.excuse = 'evicted from a full disk';
      } else deps.onViolation(`sample ${serial} (${cycle.key ?? 'unstamped'}) left the disk unstored`);
    }
  };

  const sizeOf = (ops: readonly StoreOp[]): number =>
    ops.reduce((sum, { key, value }) => sum + (value?.length ?? 0) - (entries.get(key)?.length ?? 0), 0);

  const reach = async <T>(life: Life, action: () => T, wasHalfDone?: () => void): Promise<T> => {
    if (!life.reach()) return never<T>();
    const delayMs = trouble === 'slow' ? random.between(200, 4_000) : random.between(0, 3);
    await new Promise<void>((resolve) => scheduler.after(delayMs, resolve));
    if (!life.alive) {
      if (wasHalfDone && random.chance(0.5)) wasHalfDone();
      return never<T>();
    }
    if (corrupted) throw new StoreError('corrupt', 'simulated damage');
    return action();
  };

  const write = (ops: readonly StoreOp[], sync: boolean): void => {
    if (trouble === 'failing') {
      for (const { key, value } of ops) if (!value && key[0] === 'h' && entries.has(key)) leftovers.add(key);
      throw new StoreError('failed', 'simulated input/output error');
    }
    const grows = sizeOf(ops);
    const room = capacity - bytes;
    if (
      trouble === 'full' &&
      grows > (ops.some(({ key, value }) => value && key !== 'state') ? room : RESERVE_BYTES)
    )
      throw new StoreError('full', 'simulated: no space left');
    apply(ops, sync);
  };

  const reload = (image: Map<string, Uint8Array>): void => {
    const before = [...held.keys()];
    entries = new Map();
    leftovers.clear();
    held.clear();
    bytes = 0;
    for (const order of Object.values(orders)) order.clear();
    for (const [key, value] of image) put(key, value, new Map());
    unsynced = [];
    for (const serial of before) {
      const cycle = ledger.of(serial);
      if (held.has(serial)) continue;
      cycle.isGone = true;
      if (!(cycle.key !== undefined && deps.isSettledRow(cycle.key)))
        cycle.excuse ??= 'was on a disk that was replaced';
    }
  };

  return {
    store: (life) => ({
      open: () => reach(life, () => leftovers.clear()),
      write: (ops, sync) =>
        reach(
          life,
          () => write(ops, sync),
          () => {
            if (trouble === undefined && !corrupted) apply(ops, false);
          },
        ),
      get: (key) => reach(life, () => entries.get(key)),
      range: (from, to, limit) =>
        reach(life, () =>
          orderOf(from)
            .range(from, to, limit)
            .map((key) => ({ key, value: entries.get(key)! })),
        ),
      compact: () => reach(life, () => undefined),
      renew: async () => {
        if (!life.reach()) return never<string>();
        const lost = [...held.keys()];
        corrupted = false;
        reload(new Map());
        excuse(lost, 'was in a corrupt outbox');
        deps.onTold('the outbox was begun anew');
        return `aside-${++asides}`;
      },
      freeBytes: () => reach(life, () => (trouble === 'full' ? Math.max(0, capacity - bytes) : 1e12)),
      close: () => Promise.resolve(),
    }),
    streamFile: (life) => ({
      read: () => reachFile(life, () => stream && { ...stream }),
      write: (record) =>
        reachFile(life, () => {
          stream = { ...record };
        }),
    }),
    configFile: (life) => ({
      read: () => reachFile(life, () => (config === undefined ? undefined : (JSON.parse(config) as unknown))),
      write: (text) =>
        reachFile(life, () => {
          config = text;
        }),
    }),
    setTrouble: (next) => {
      if (trouble === 'full') fullUntilMs = scheduler.nowMs() + EVICTS_FOR_MS;
      trouble = next;
      capacity = next === 'full' ? bytes : Infinity;
      if (next === 'full') fullUntilMs = Infinity;
    },
    corrupt: () => {
      corrupted = true;
    },
    losePower: () => {
      const reverted = unsynced.splice(random.between(0, unsynced.length));
      const gone = new Map<number, string>();
      for (const undo of reverted.reverse())
        for (const { key, before } of undo.reverse()) put(key, before, gone);
      unsynced = [];
      excuse(gone.keys(), 'was not synced when the power went');
    },
    backUp: () => {
      backup = { entries: new Map(entries), stream: stream && { ...stream }, config };
      for (const [key, value] of entries)
        if (key[0] === 'u')
          for (const { serial } of samplesIn(key, value)?.samples ?? []) ledger.of(serial).mayDouble = true;
    },
    restore: () => {
      if (!backup) return;
      stream = backup.stream && { ...backup.stream };
      config = backup.config;
      corrupted = false;
      reload(backup.entries);
    },
    setConfig: (text) => {
      config = text;
    },
    held,
    waiting: () => orders.h.size() + orders.u.size() + orders.l.size(),
    history: () => orders.h.size() - leftovers.size,
    get evicted() {
      return evicted;
    },
  };

  async function reachFile<T>(life: Life, action: () => T): Promise<T> {
    if (!life.reach()) return never<T>();
    await new Promise<void>((resolve) => scheduler.after(random.between(0, 3), resolve));
    return life.alive ? action() : never<T>();
  }
};
