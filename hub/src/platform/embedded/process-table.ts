import { execFile } from 'node:child_process';
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** What tells one process from a later one with the same pid. */
export interface ProcessIdentity {
  /** Opaque and comparable: ticks since boot on Linux, `ps`'s start date elsewhere. */
  startTime: string;
  /** Program and arguments, joined by spaces. */
  commandLine: string;
}

const run = promisify(execFile);
const START_TIME_FIELD = 22;

/** The process with that pid, or undefined where there is none (a zombie counts as none). */
export const identify = async (pid: number): Promise<ProcessIdentity | undefined> =>
  process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);

/** Start time of this very process. */
export const ownStartTime = async (): Promise<string> => {
  const self = await identify(process.pid);
  if (!self) throw new Error('The process table does not show this process');
  return self.startTime;
};

/**
 * Pids of processes of that program (its file name) whose arguments hold `marker` in a row. Linux only; elsewhere
 * none. Whole arguments are compared: a shell or an editor that merely mentions them is not found.
 */
export const findByArguments = async (program: string, marker: readonly string[]): Promise<number[]> => {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (basename(args.slice(0, args.indexOf('\0'))) !== basename(program)) continue;
    if (args.includes(`\0${marker.join('\0')}\0`)) found.push(pid);
  }
  return found;
};

/** Pids of living processes with that working directory, as far as they may be looked at. Linux only; elsewhere undefined. */
export const findByWorkingDirectory = async (directory: string): Promise<number[] | undefined> => {
  if (process.platform !== 'linux') return undefined;
  const real = await realpath(directory);
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    // A zombie has none.
    if ((await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === real) found.push(pid);
  }
  return found;
};

const identifyByProc = async (pid: number): Promise<ProcessIdentity | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything, parentheses included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const startTime = fields[START_TIME_FIELD - 3];
    if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
    const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trimEnd();
    return { startTime, commandLine };
  } catch {
    return undefined;
  }
};

const identifyByPs = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const column = async (name: string) =>
    (await run('ps', ['-ww', '-o', `${name}=`, '-p', String(pid)])).stdout.trim();
  try {
    if ((await column('state')).startsWith('Z')) return undefined;
    return { startTime: await column('lstart'), commandLine: await column('command') };
  } catch {
    return undefined;
  }
};
