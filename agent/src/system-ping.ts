import { isIPv6 } from 'node:net';
import { OUTCOME, PACKETS_PER_CYCLE } from '@siaga/shared';
import { canonicalAddress } from './icmp-prober.js';
import {
  PING_GAP_S,
  dialectOf,
  isLocalFault,
  parsePing,
  pingCommand,
  type PingCommand,
  type PingDialect,
} from './ping-output.js';
import type { CycleListener, Prober } from './prober.js';

/** Cycles that run at once; each is a process of its own. */
const CONCURRENCY = 16;
/** Cycles that may wait; beyond, one is skipped rather than sent late. */
const MAX_QUEUE = 64;
/** A ping may take this much longer than its packets before it is ended. */
const GRACE_MS = 1_000;

interface Run {
  /** Its exit code; `missing`: there is no such command; `not-run`: this host had no room for one more process. */
  code: number | 'missing' | 'not-run';
  stdout: string;
  stderr: string;
}

const codeOf = (error: { code?: string | number | null } | null): Run['code'] => {
  if (!error) return 0;
  // A command that was ended by a signal has none.
  if (typeof error.code !== 'string') return error.code ?? 1;
  return error.code === 'ENOENT' ? 'missing' : 'not-run';
};

/** Runs one command to its end; never rejects. */
export type RunCommand = (command: string, args: readonly string[], limitMs: number) => Promise<Run>;

export const runCommand: RunCommand = async (command, args, limitMs) => {
  // Only where raw sockets are not to be had.
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const options = { timeout: limitMs, killSignal: 'SIGINT' as const, env: { ...process.env, LC_ALL: 'C' } };
    try {
      execFile(command, [...args], options, (error, stdout, stderr) => {
        resolve({ code: codeOf(error), stdout, stderr });
      });
    } catch {
      // Out of memory, for one, is thrown at once.
      resolve({ code: 'not-run', stdout: '', stderr: '' });
    }
  });
};

/** The dialect of this system's ping where it works here at all. */
export const findPing = async (run: RunCommand = runCommand): Promise<PingDialect | undefined> => {
  const about = await run('ping', ['-V'], 5_000);
  if (about.code === 'missing') return undefined;
  const dialect = dialectOf(process.platform, about.stdout + about.stderr);
  const { args } = pingCommand(dialect, 4, '127.0.0.1', 1_000, 1);
  const trial = await run('ping', args, 5_000);
  return trial.code === 0 ? dialect : undefined;
};

export interface SystemPingDeps {
  dialect: PingDialect;
  /** Why raw sockets are not used. */
  reason: string;
  run?: RunCommand;
}

/** The system's `ping`: dearer (a process a cycle) and coarser, but it needs no right of ours. */
export const createSystemPing = ({ dialect, reason, run = runCommand }: SystemPingDeps): Prober => {
  let listener: CycleListener = () => undefined;
  let running = 0;
  let stopped = false;
  const queue: (() => void)[] = [];

  const report = (token: number, rttsUs: readonly number[], skipped: boolean): void => {
    if (stopped) return;
    if (rttsUs.length === 0) {
      if (skipped) listener(token, OUTCOME.skipped, 0, 0, 0, 0);
      else listener(token, OUTCOME.failed, 0, 0, 0, PACKETS_PER_CYCLE);
      return;
    }
    const sumUs = rttsUs.reduce((sum, rttUs) => sum + rttUs, 0);
    listener(
      token,
      OUTCOME.ok,
      Math.min(...rttsUs),
      Math.round(sumUs / rttsUs.length),
      Math.max(...rttsUs),
      Math.max(0, PACKETS_PER_CYCLE - rttsUs.length),
    );
  };

  const cycle = async (token: number, address: string, timeoutMs: number): Promise<void> => {
    const family = isIPv6(address) ? 6 : 4;
    const source = canonicalAddress(address);
    const isSource = (text: string): boolean => canonicalAddress(text) === source;
    const { command, args, processes }: PingCommand = pingCommand(
      dialect,
      family,
      address,
      timeoutMs,
      PACKETS_PER_CYCLE,
    );
    const limitMs = timeoutMs + PING_GAP_S * 1000 * (PACKETS_PER_CYCLE - 1) + GRACE_MS;
    const runs = await Promise.all(Array.from({ length: processes }, () => run(command, args, limitMs)));
    const rttsUs = runs.flatMap(({ stdout }) => parsePing(stdout, isSource, timeoutMs));
    const skipped = runs.every(({ code, stderr }) => typeof code === 'string' || isLocalFault(stderr));
    report(token, rttsUs, skipped);
  };

  const begin = (token: number, address: string, timeoutMs: number): void => {
    running++;
    void cycle(token, address, timeoutMs).finally(() => {
      running--;
      queue.shift()?.();
    });
  };

  return {
    mode: 'system-ping',
    note: `${reason}; each probe cycle is a process of the system's ping: about 70 times the processor time, packets 0.2 s apart, at most ${CONCURRENCY} cycles at once`,
    onCycle: (heard) => {
      listener = heard;
    },
    launch: (token, address, timeoutMs) => {
      if (running < CONCURRENCY) begin(token, address, timeoutMs);
      else if (queue.length < MAX_QUEUE) queue.push(() => begin(token, address, timeoutMs));
      else queueMicrotask(() => report(token, [], true));
    },
    stop: () => {
      stopped = true;
      queue.length = 0;
    },
  };
};
