import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  /** The mildest way to end it. */
  stopSignal: 'SIGINT' | 'SIGTERM';
}

/** One step of ending a process: the signal, and how long to wait for the end before the next step. */
export interface StopStep {
  signal: 'SIGINT' | 'SIGTERM' | 'SIGQUIT' | 'SIGKILL';
  waitMs: number;
}

const POLL_MS = 20;
const KILL_WAIT_MS = 10_000;
const STOP_WAIT_MS = 30_000;
const RECORD = /^(.+)\.json$/;

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
    tell(log, name, pid);
    await endProcess(name, pid, steps);
  }
  await rm(recordPath, { force: true });
};

/**
 * Ends every recorded process of an earlier hub on this data dir, also of parts that this start does not use (a
 * setting may have changed in between). Call it with the data dir locked. Throws StartError as `endLeftBehind` does.
 */
export const endAllLeftBehind = async (dataDir: string, log: Logger): Promise<void> => {
  const runDir = join(dataDir, 'run');
  const endOne = async (file: string, name: string): Promise<void> => {
    const record = await readPidRecord(join(runDir, file));
    if (record && (await isRecorded(record))) {
      tell(log, name, record.pid);
      await endProcess(name, record.pid, [{ signal: record.stopSignal, waitMs: STOP_WAIT_MS }]);
    }
    await rm(join(runDir, file), { force: true });
  };
  const files = await readdir(runDir);
  await Promise.all(
    files.map(async (file) => {
      const name = RECORD.exec(file)?.[1];
      if (name !== undefined) await endOne(file, name);
    }),
  );
};

const tell = (log: Logger, name: string, pid: number): void =>
  log.warn({ child: name, childPid: pid }, 'a process left behind by an earlier hub still runs; ending it');

const readPidRecord = async (path: string): Promise<PidRecord | undefined> => {
  try {
    const { pid, startTime, commandLine, stopSignal } = JSON.parse(
      await readFile(path, 'utf8'),
    ) as Partial<PidRecord>;
    if (!Number.isInteger(pid) || (pid as number) < 2) return undefined;
    if (typeof startTime !== 'string' || typeof commandLine !== 'string') return undefined;
    if (stopSignal !== 'SIGINT' && stopSignal !== 'SIGTERM') return undefined;
    return { pid: pid as number, startTime, commandLine, stopSignal };
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
