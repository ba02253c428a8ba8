import { mkdir, rename, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { reasonOf } from './log.js';
import { StoreError, type OutboxStore, type StoreFault } from './store.js';

type Level = ClassicLevel<string, Uint8Array>;

const describe = (error: unknown): { code: string; text: string } => {
  const parts: string[] = [];
  let code = '';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    parts.push(cause.message);
    const own = (cause as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
  }
  return { code, text: parts.join(': ') || reasonOf(error) };
};

const faultOf = ({ code, text }: { code: string; text: string }): StoreFault => {
  if (code === 'LEVEL_CORRUPTION' || /corrupt/i.test(text)) return 'corrupt';
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left|quota/i.test(text) ? 'full' : 'failed';
};

/** The outbox over LevelDB in `directory`. `nowMs` names what is set aside. */
export const createLevelStore = (directory: string, nowMs: () => number): OutboxStore => {
  let level: Level | undefined;
  /** LevelDB's words name files: a directory whose name holds "corrupt" or "quota" is no fault of its store. */
  const storeError = (error: unknown): StoreError => {
    const { code, text } = describe(error);
    return new StoreError(faultOf({ code, text: text.replaceAll(directory, '') }), text);
  };

  /** A write failed half way: the log's tail is not to be trusted before LevelDB recovered it. */
  let suspect = false;

  const open = async (): Promise<Level> => {
    if (level) return level;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const { ClassicLevel: Store } = await import('classic-level');
    const opened: Level = new Store<string, Uint8Array>(directory, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      // Both fill up over hours (agent/adr/0002); what is read is read once.
      cacheSize: 256 * 1024,
      writeBufferSize: 512 * 1024,
    });
    await opened.open();
    level = opened;
    suspect = false;
    return opened;
  };

  const close = async (): Promise<void> => {
    const closing = level;
    level = undefined;
    await closing?.close();
  };

  const using = async <T>(action: (store: Level) => Promise<T>): Promise<T> => {
    try {
      if (suspect) await close();
      return await action(await open());
    } catch (error) {
      throw storeError(error);
    }
  };

  return {
    open: async () => {
      await using(() => Promise.resolve());
    },
    write: (ops, sync) =>
      using(async (store) => {
        try {
          await store.batch(
            ops.map(({ key, value }) => (value ? { type: 'put', key, value } : { type: 'del', key })),
            { sync },
          );
        } catch (error) {
          suspect = true;
          throw error;
        }
      }),
    get: (key) => using((store) => store.get(key)),
    range: (from, to, limit) =>
      using(async (store) => {
        const found = await store.iterator({ gte: from, lt: to, limit }).all();
        return found.map(([key, value]) => ({ key, value }));
      }),
    compact: (from, to) => using((store) => store.compactRange(from, to)),
    renew: async () => {
      try {
        await close();
        const aside = `${directory}.corrupt-${nowMs()}`;
        await rename(directory, aside);
        await open();
        return aside;
      } catch (error) {
        throw storeError(error);
      }
    },
    freeBytes: async () => {
      try {
        const { bavail, bsize } = await statfs(dirname(directory));
        return bavail * bsize;
      } catch (error) {
        throw storeError(error);
      }
    },
    close,
  };
};
