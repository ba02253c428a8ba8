import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

const LIMIT_BYTES = 5 * 1024 * 1024;
const CHECK_EVERY_MS = 30_000;
const TAIL_BYTES = 4096;

/** The file that takes a child's stdout and stderr; at most 2 × 5 MiB (`file` and `file.1`) beside one check's growth. */
export interface ChildLog {
  /** Opens the file for a spawn; close the answer once the child has it. */
  open(): Promise<{ fd: number; close(): void }>;
  /** The last lines written since the last `open()`. */
  tail(): Promise<string>;
  startRotation(): void;
  stopRotation(): void;
}

/**
 * The child holds the file itself (not a pipe): it goes on writing when the hub is killed. Hence rotation copies
 * and truncates; append mode lets the child carry on at the new end.
 */
export const createChildLog = (path: string): ChildLog => {
  let timer: NodeJS.Timeout | undefined;
  let openedAtByte = 0;

  const rotate = async () => {
    try {
      if ((await stat(path)).size < LIMIT_BYTES) return;
      await copyFile(path, `${path}.1`);
      await truncate(path);
      openedAtByte = 0;
    } catch {
      // A full disk or a file moved away: the child's log is no reason to trouble the hub; the next check tries again.
    }
  };

  return {
    open: async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rotate();
      const fd = openSync(path, 'a', 0o600);
      openedAtByte = (await stat(path)).size;
      return { fd, close: () => closeSync(fd) };
    },
    tail: async () => {
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        const from = Math.max(openedAtByte, size - TAIL_BYTES);
        const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from);
        return buffer.subarray(0, bytesRead).toString('utf8').trim();
      } finally {
        await file.close();
      }
    },
    startRotation: () => {
      timer ??= setInterval(() => void rotate(), CHECK_EVERY_MS).unref();
    },
    stopRotation: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
};
