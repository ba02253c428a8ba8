import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK = Buffer.alloc(4 * 1_024 * 1_024);
const AGAIN_MS = 200;

export interface DiskFiller {
  /** Gives the space back; rejects with what kept the disk from being filled. Does nothing the second time. */
  release(): Promise<void>;
}

/**
 * Keeps the file system that `directory` lies on full, down to its last block: what others give back is
 * taken within `AGAIN_MS`. Resolves when it is full for the first time. It writes instead of asking for
 * what statfs says is free: whoever else writes there takes some of that between the two.
 */
export const fillDisk = async (directory: string): Promise<DiskFiller> => {
  const path = join(directory, 'filler');
  const file = await open(path, 'wx');
  const writeUntilFull = async (): Promise<void> => {
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  };
  const end = new AbortController();
  const keepFull = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await sleep(AGAIN_MS, undefined, { signal: end.signal }).catch(() => undefined);
      if (!end.signal.aborted) await writeUntilFull();
    }
  };
  const remove = async (): Promise<void> => {
    await file.close();
    await rm(path);
  };
  try {
    await writeUntilFull();
  } catch (error) {
    await remove();
    throw error;
  }
  const kept = keepFull();
  // Told by release(); nobody waits for it before.
  kept.catch(() => undefined);
  let released: Promise<void> | undefined;
  return {
    release: () => {
      end.abort();
      return (released ??= kept.finally(remove));
    },
  };
};
