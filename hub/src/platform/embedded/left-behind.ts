import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import { findByArguments, identify } from './process-table.js';

/** What is kept of a running child in `{dataDir}/run/{name}.json`, so that the next start can find and end it. */
export interface PidRecord {
  pid: number;
  startTime: string;
  /** Without any wrapper in front: a wrapper replaces itself by the program. */
  commandLine: string;
}

/** One step of ending a process: the signal, and how long to wait for the end before the next step. */
export interface StopStep {
  signal: NodeJS.Signals;
  waitMs: number;
}

const POLL_MS = 20;
const KILL_WAIT_MS = 10_000;

/** Writes the record whole or not at all. */
export const writePidRecord = async (path: string, record: PidRecord): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.fresh`;
  await writeFile(fresh, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(fresh, path);
};

/**
 * Ends what an earlier, killed hub left running: the recorded process where pid, start time and command line all
 * agree, and (Linux) any of that program whose arguments hold `marker`, for a hub killed between spawn and record.
 * A pid that meanwhile belongs to another process is left alone. Throws StartError where the end cannot be had.
 */
export const endLeftBehind = async (deps: {
  name: string;
  recordPath: string;
  program: string;
  marker: readonly string[];
  steps: readonly StopStep[];
  log: Logger;
}): Promise<void> => {
  const { name, recordPath, program, marker, steps, log } = deps;
  const pids = new Set(await findByArguments(program, marker));
  const record = await readPidRecord(recordPath);
  if (record && (await isRecorded(record))) pids.add(record.pid);
  for (const pid of pids) {
    log.warn({ child: name, pid }, 'a process left behind by an earlier hub is still running; ending it');
    await endProcess(name, pid, steps);
  }
  await rm(recordPath, { force: true });
};

const readPidRecord = async (path: string): Promise<PidRecord | undefined> => {
  try {
    const { pid, startTime, commandLine } = JSON.parse(await readFile(path, 'utf8')) as Partial<PidRecord>;
    if (!Number.isInteger(pid) || (pid as number) < 2) return undefined;
    if (typeof startTime !== 'string' || typeof commandLine !== 'string') return undefined;
    return { pid: pid as number, startTime, commandLine };
  } catch {
    return undefined; // missing or torn: nothing in it can be trusted, the search by marker remains
  }
};

const isRecorded = async (record: PidRecord): Promise<boolean> => {
  const now = await identify(record.pid);
  return now?.startTime === record.startTime && now.commandLine.endsWith(record.commandLine);
};

const endProcess = async (name: string, pid: number, steps: readonly StopStep[]): Promise<void> => {
  const startTime = (await identify(pid))?.startTime;
  if (startTime === undefined) return;
  const gone = async () => (await identify(pid))?.startTime !== startTime;
  for (const { signal, waitMs } of [...steps, { signal: 'SIGKILL', waitMs: KILL_WAIT_MS } as const]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ESRCH') return;
      if (code !== 'EPERM') throw error;
      throw new StartError(
        `SIAGA_DATA_DIR: ${name} of an earlier start still runs as another user (pid ${pid}); end it first`,
      );
    }
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += POLL_MS) {
      if (await gone()) return;
      await sleep(POLL_MS);
    }
  }
  throw new StartError(`${name} of an earlier start (pid ${pid}) does not end; end it first`);
};
