import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findByWorkingDirectory } from './process-table.js';

const WAIT_MS = 15_000;
const POLL_MS = 50;

/**
 * Takes away the lock file that a killed server left in its cluster, once none of its processes is left: PostgreSQL refuses
 * to start as long as the pid in it is in use, be it by a dead process that nobody has collected yet or, after a loss of
 * power, by any process at all. Backends outlive their killed server by as long as a query takes; the file stays while
 * they do, and after 15 s of waiting PostgreSQL itself tells what is the matter. Call it with the data dir locked, after
 * what was left behind has ended.
 */
export const clearStaleLock = async (cluster: string): Promise<void> => {
  const lockFile = join(cluster, 'postmaster.pid');
  const begunMs = performance.now();
  while (performance.now() - begunMs < WAIT_MS) {
    const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10);
    if (Number.isNaN(pid)) return;
    // Every process of a server works in its cluster.
    const left = await findByWorkingDirectory(cluster);
    if (left?.length === 0) return rm(lockFile, { force: true });
    if (left === undefined && !isInUse(pid)) return;
    await sleep(POLL_MS);
  }
};

const isInUse = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
