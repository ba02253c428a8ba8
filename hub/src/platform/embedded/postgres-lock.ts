import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findByWorkingDirectory, identify } from './process-table.js';

const WAIT_MS = 15_000;
/** Backends that have not ended by then are ended: one that is stopped, or hangs, never does. */
const KILL_AFTER_MS = 5_000;
const POLL_MS = 50;
/** How a server's processes call themselves: the backends, and the server itself. */
const BACKEND = /^postgres: /;
const SERVER = /^(\S*\/)?postgres( |$)/;

/**
 * Takes away the lock file that a killed server left in its cluster, once none of its processes is left: PostgreSQL refuses
 * to start as long as the pid in it is in use, be it by a dead process that nobody has collected yet or, after a loss of
 * power, by any process at all. Backends outlive their killed server by as long as a query takes; the file stays while
 * they do. Past 15 s PostgreSQL itself tells what is the matter. Call it with the data dir locked, after what was left
 * behind has ended.
 */
export const clearStaleLock = async (cluster: string): Promise<void> => {
  const lockFile = join(cluster, 'postmaster.pid');
  const begunMs = performance.now();
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs = performance.now() - begunMs) {
    const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10);
    if (Number.isNaN(pid)) return;
    const left = await backendsIn(cluster);
    // A living server that somebody else started: PostgreSQL itself refuses to start beside it.
    if (left === 'served') return;
    if (left?.length === 0) return rm(lockFile, { force: true });
    if (left === undefined && !signal(pid, 0)) return;
    if (waitedMs >= KILL_AFTER_MS) for (const backend of left ?? []) signal(backend, 'SIGKILL');
    await sleep(POLL_MS);
  }
};

/** Every process of a server works in its cluster. Pids of its backends, where it is gone itself. Linux only; elsewhere undefined. */
const backendsIn = async (cluster: string): Promise<number[] | 'served' | undefined> => {
  const found = await findByWorkingDirectory(cluster);
  if (!found) return undefined;
  const identities = await Promise.all(found.map((pid) => identify(pid)));
  if (identities.some((identity) => SERVER.test(identity?.commandLine ?? ''))) return 'served';
  return found.filter((_, place) => BACKEND.test(identities[place]?.commandLine ?? ''));
};

/** False where there is no such process. */
const signal = (pid: number, which: 0 | 'SIGKILL'): boolean => {
  try {
    process.kill(pid, which);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
