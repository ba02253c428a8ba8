import type { ConfigFile, OutboxStore, StreamFile, StreamRecord } from '../../../agent/src/store.js';

/** An outbox without a disk, as lean as one can be: for benchmarks of what stands behind it. */
export const createMemoryStore = (): OutboxStore => {
  const entries = new Map<string, Uint8Array>();
  return {
    open: async () => undefined,
    write: async (ops) => {
      for (const { key, value } of ops)
        if (value) entries.set(key, value);
        else entries.delete(key);
    },
    get: async (key) => entries.get(key),
    range: async (from, to, limit) => {
      const keys = [...entries.keys()].filter((key) => key >= from && key < to).sort();
      return keys.slice(0, limit).map((key) => ({ key, value: entries.get(key) as Uint8Array }));
    },
    compact: async () => undefined,
    renew: async () => {
      entries.clear();
      return 'nowhere';
    },
    freeBytes: async () => Number.MAX_SAFE_INTEGER,
    close: async () => undefined,
  };
};

export const createMemoryFiles = (): { streamFile: StreamFile; configFile: ConfigFile } => {
  let record: StreamRecord | undefined;
  let config: unknown;
  return {
    streamFile: {
      read: async () => record,
      write: async (next) => {
        record = next;
      },
    },
    configFile: {
      read: async () => config,
      write: async (text) => {
        config = JSON.parse(text);
      },
    },
  };
};
