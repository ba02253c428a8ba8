import type { OutboxStore, StoreError, StreamRecord } from '../../../../agent/src/store.js';

/** A disk in memory that outlives the agents on it, and that fails when it is told to. */
export interface MemoryDisk {
  readonly entries: Map<string, Uint8Array>;
  stream: StreamRecord | undefined;
  config: string | undefined;
  /** The next writes fail like this. */
  fault: StoreError | undefined;
  asides: number;
  freeBytes: number;
  /** A store on this disk; `alive` false makes it a dead process's. */
  store(alive: () => boolean): OutboxStore;
}

const forever = <T>(): Promise<T> => new Promise(() => undefined);

export const createMemoryDisk = (): MemoryDisk => {
  const disk: MemoryDisk = {
    entries: new Map(),
    stream: undefined,
    config: undefined,
    fault: undefined,
    asides: 0,
    freeBytes: 1e12,
    store: (alive) => {
      const reach = async <T>(action: () => T): Promise<T> => {
        if (!alive()) return forever<T>();
        await Promise.resolve();
        if (!alive()) return forever<T>();
        return action();
      };
      const keysIn = (from: string, to: string): string[] =>
        [...disk.entries.keys()].filter((key) => key >= from && key < to).sort();
      return {
        open: () => reach(() => undefined),
        write: (ops) =>
          reach(() => {
            if (disk.fault) throw disk.fault;
            for (const { key, value } of ops)
              if (value) disk.entries.set(key, value);
              else disk.entries.delete(key);
          }),
        get: (key) => reach(() => disk.entries.get(key)),
        range: (from, to, limit) =>
          reach(() =>
            keysIn(from, to)
              .slice(0, limit)
              .map((key) => ({ key, value: disk.entries.get(key) as Uint8Array })),
          ),
        compact: () => reach(() => undefined),
        renew: () =>
          reach(() => {
            disk.entries.clear();
            disk.fault = undefined;
            return `aside-${++disk.asides}`;
          }),
        freeBytes: () => reach(() => disk.freeBytes),
        close: () => Promise.resolve(),
      };
    },
  };
  return disk;
};
