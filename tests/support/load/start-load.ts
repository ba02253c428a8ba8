import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../hub-process.js';
import { writeFleet, type LoadConfig, type LoadFleet, type Outage } from './fleet.js';
import type { LoadAnswer, LoadCommand } from './load-process.js';

export type { LoadConfig, LoadFleet, Outage } from './fleet.js';

/** The driver as one file that Node runs; made anew by each process that asks, once. */
let built: Promise<string> | undefined;
const buildDriver = async (): Promise<string> => {
  const { build } = await import('vite');
  await mkdir(join(ROOT, '.cache/load'), { recursive: true });
  const outDir = await mkdtemp(join(ROOT, '.cache/load/driver-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { '@siaga/shared': join(ROOT, 'shared/src/index.ts') } },
    build: {
      ssr: join(ROOT, 'tests/support/load/load-process.ts'),
      outDir,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'load-process.mjs' } },
    },
  });
  return join(outDir, 'load-process.mjs');
};

export interface LoadOptions {
  fleet: LoadFleet;
  mqttUrl: string;
  /** A directory of the load's own: agents' states, ledger, the config. Start again on it after a kill. */
  directory: string;
  store?: LoadConfig['store'];
  ledger?: boolean;
  tickMs?: number;
  startPerS?: number;
  outages?: Outage[];
  pump?: LoadConfig['pump'];
  /** Hears what the agents warn of; default: nobody. */
  onWarning?: (line: string) => void;
  /** Arguments for Node itself, e.g. `--cpu-prof`. */
  nodeArgs?: string[];
}

export interface Load {
  readonly pid: number;
  /** Resolves with its answer's figures; rejects where the process is gone. */
  command(command: LoadCommand): Promise<LoadAnswer['figures']>;
  /** Ends it in order: open batches are on the agents' disks. */
  stop(): Promise<LoadAnswer['figures']>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when the process is gone, however it ended. */
  readonly exited: Promise<void>;
}

export const ledgerDirOf = (directory: string): string => join(directory, 'ledger');

/** Starts a load process; resolves once every agent is started (not yet connected). */
export const startLoad = async (options: LoadOptions): Promise<Load> => {
  const { directory } = options;
  const script = await (built ??= buildDriver());
  await mkdir(directory, { recursive: true });
  const config: LoadConfig = {
    fleet: join(directory, 'fleet.json'),
    mqttUrl: options.mqttUrl,
    stateDir: join(directory, 'agents'),
    store: options.store ?? 'disk',
    ...((options.ledger ?? true) && { ledgerDir: ledgerDirOf(directory) }),
    tickMs: options.tickMs ?? 0,
    startPerS: options.startPerS ?? 200,
    outages: options.outages ?? [],
    ...(options.pump && { pump: options.pump }),
  };
  await writeFleet(config.fleet, options.fleet);
  const configPath = join(directory, 'load.json');
  await writeFile(configPath, JSON.stringify(config));

  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), script, configPath], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let isGone = false;
  const waiting: { resolve: (figures: LoadAnswer['figures']) => void; reject: (error: Error) => void }[] = [];
  let lastWords = '';
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      isGone = true;
      const why = new Error(`the load process ended (${signal ?? code}): ${lastWords}`);
      for (const { reject } of waiting.splice(0)) reject(why);
      resolve();
    });
  });
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastWords = `${lastWords}\n${line}`.slice(-2_000);
    options.onWarning?.(line);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve((JSON.parse(line) as LoadAnswer).figures);
  });
  const answered = () =>
    new Promise<LoadAnswer['figures']>((resolve, reject) => {
      if (isGone) reject(new Error('the load process is gone'));
      else waiting.push({ resolve, reject });
    });
  const command = (what: LoadCommand) => {
    const answer = answered();
    child.stdin.write(`${JSON.stringify(what)}\n`);
    return answer;
  };
  await answered();
  return {
    pid: child.pid as number,
    command,
    stop: async () => {
      const figures = await command({ do: 'stop' });
      await exited;
      return figures;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    exited,
  };
};
