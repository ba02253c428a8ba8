import { spawn, type ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import { createChildLog } from './child-log.js';
import { endLeftBehind, writePidRecord, type PidRecord, type StopStep } from './left-behind.js';
import { identify } from './process-table.js';

export interface ChildCommand {
  program: string;
  args: readonly string[];
  /** Program and arguments to put in front (it must replace itself by the program: same pid). */
  wrapper?: readonly string[];
  /** Account to run as; needs root. */
  account?: { uid: number; gid: number };
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  restartInMs: number;
}

export interface ChildOptions {
  /** Names the pid record, the log file and the log lines. */
  name: string;
  dataDir: string;
  command: ChildCommand;
  /** Arguments in a row that only this data dir's child has. */
  marker: readonly string[];
  /** How to end it, mildest first; SIGKILL follows by itself. */
  stopSteps: readonly [StopStep & { signal: PidRecord['stopSignal'] }, ...StopStep[]];
  /** Called before each start, once what was left behind has ended. */
  prepare?: () => Promise<void>;
  /** Resolves once the child serves; is aborted when it ends or is stopped. */
  ready(aborted: AbortSignal): Promise<void>;
  log: Logger;
  /** A running child ended by itself; a restart follows after `restartInMs`. */
  onExit?: (exit: ChildExit) => void;
  /** A restarted child serves again. */
  onRestarted?: () => void;
}

/** A child process that is kept running: in its own process group, found again by the next start, restarted when it dies. */
export interface Child {
  /** Ends what was left behind, spawns, waits until ready. Throws StartError with the log's last lines. */
  start(): Promise<void>;
  /** Ends the child and waits for it; no restart follows. */
  stop(): Promise<void>;
  /** Pid while it runs. */
  pid(): number | undefined;
}

const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 30_000;
/** A child that ran this long starts again with the shortest backoff. */
const HEALTHY_AFTER_MS = 60_000;

interface Running {
  process: ChildProcess;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  startedAtMs: number;
}

export const createChild = (options: ChildOptions): Child => {
  const { name, dataDir, command, log } = options;
  const recordPath = join(dataDir, 'run', `${name}.json`);
  const childLog = createChildLog(join(dataDir, 'logs', `${name}.log`));
  const stopping = new AbortController();
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  let backoffMs = BACKOFF_FIRST_MS;

  const launch = async (): Promise<Running> => {
    const [program, ...args] = [...(command.wrapper ?? []), command.program, ...command.args];
    const output = await childLog.open();
    const child = spawn(program as string, args, {
      detached: true, // a terminal's Ctrl-C reaches the hub only, which then stops its parts in order
      stdio: ['ignore', output.fd, output.fd],
      ...(command.account ?? {}),
    });
    output.close();
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.on('error', reject);
    });
    ended.catch(() => undefined);
    const launched = { process: child, ended, startedAtMs: performance.now() };
    if (child.pid === undefined) {
      await ended.catch((cause: unknown) => {
        throw new StartError(`${name} could not be started: ${(cause as Error).message}`, { cause });
      });
      return launched;
    }
    running = launched;
    try {
      await record(child.pid);
      await waitUntilReady(launched);
    } catch (error) {
      if (child.exitCode === null && child.signalCode === null) await end(launched);
      running = undefined;
      throw error;
    }
    return launched;
  };

  const record = async (pid: number): Promise<void> => {
    const identity = await identify(pid);
    if (!identity) return;
    await writePidRecord(recordPath, {
      pid,
      startTime: identity.startTime,
      commandLine: [command.program, ...command.args].join(' '),
      stopSignal: options.stopSteps[0].signal,
    });
  };

  const waitUntilReady = async (launched: Running): Promise<void> => {
    const aborted = new AbortController();
    const signal = AbortSignal.any([aborted.signal, stopping.signal]);
    const early = launched.ended.then(async ({ code, signal: by }) => {
      const tail = await childLog.tail();
      throw new StartError(
        `${name} ended while starting (${by ?? `exit ${code}`})${tail ? `; its last words:\n${tail}` : ''}`,
      );
    });
    early.catch(() => undefined);
    try {
      await Promise.race([options.ready(signal), early]);
    } finally {
      aborted.abort();
    }
  };

  const watch = (launched: Running): void => {
    void launched.ended.then(({ code, signal }) => {
      if (stopping.signal.aborted || running !== launched) return;
      running = undefined;
      if (performance.now() - launched.startedAtMs > HEALTHY_AFTER_MS) backoffMs = BACKOFF_FIRST_MS;
      log.error({ child: name, code, signal, restartInMs: backoffMs }, 'a child process ended by itself');
      options.onExit?.({ code, signal, restartInMs: backoffMs });
      starting = restart();
    });
  };

  const startFirst = async (): Promise<void> => {
    await makeReady();
    stopping.signal.throwIfAborted();
    const launched = await launch();
    childLog.startRotation();
    watch(launched);
  };

  const restart = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await sleep(backoffMs, undefined, { signal: stopping.signal, ref: false });
        backoffMs = Math.min(backoffMs * 2, BACKOFF_LAST_MS);
        await makeReady();
        const launched = await launch();
        log.info({ child: name, childPid: launched.process.pid }, 'a child process was restarted');
        options.onRestarted?.();
        watch(launched);
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error(
          { child: name, err: error, retryInMs: backoffMs },
          'a child process could not be restarted',
        );
      }
    }
  };

  const makeReady = async (): Promise<void> => {
    await endLeftBehind({
      name,
      recordPath,
      program: command.program,
      marker: options.marker,
      steps: options.stopSteps,
      log,
    });
    await options.prepare?.();
  };

  const end = async (target: Running): Promise<void> => {
    let over = false;
    const ended = target.ended.catch(() => undefined).then(() => (over = true));
    for (const { signal, waitMs } of options.stopSteps) {
      target.process.kill(signal);
      const waited = new AbortController();
      await Promise.race([ended, sleep(waitMs, undefined, { signal: waited.signal }).catch(() => undefined)]);
      waited.abort();
      if (over) break;
      log.warn({ child: name, signal, waitMs }, 'a child process does not end; asking harder');
    }
    if (!over) target.process.kill('SIGKILL');
    await ended;
    await rm(recordPath, { force: true });
  };

  return {
    start: () => (starting = startFirst()),
    stop: async () => {
      stopping.abort();
      childLog.stopRotation();
      await starting?.catch(() => undefined); // its caller hears of it
      const target = running;
      running = undefined;
      if (target) await end(target);
    },
    pid: () => running?.process.pid,
  };
};
