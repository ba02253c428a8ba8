import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readFleet, type LoadConfig } from './fleet.js';
import { createLoadAgents, type LoadFigures } from './load-agents.js';

/**
 * The load as a process of its own: `node load-process.mjs CONFIG.json`. One JSON line a command on standard input, one
 * JSON line an answer on standard output; agents' warnings go to standard error. A closed input stops it, so that no
 * load outlives whoever started it.
 */
export type LoadCommand =
  | { do: 'figures' }
  | { do: 'quiet' }
  /** `down` absent: as the script says. */
  | { do: 'set'; agent: number; device: number; down?: boolean }
  | { do: 'stop' };

export interface LoadAnswer {
  event: 'started' | 'stopped' | 'done';
  figures: LoadFigures & {
    /** Processor time of this process so far, and its memory. */
    cpuMs: number;
    rssBytes: number;
  };
}

const path = process.argv[2];
if (path === undefined) throw new Error('usage: node load-process.mjs CONFIG.json');
const config = JSON.parse(await readFile(path, 'utf8')) as LoadConfig;
const agents = createLoadAgents(config, await readFleet(config.fleet), (line) => process.stderr.write(line));

const tell = (event: LoadAnswer['event']): void => {
  const { user, system } = process.cpuUsage();
  const figures = {
    ...agents.figures(),
    cpuMs: Math.round((user + system) / 1000),
    rssBytes: process.memoryUsage.rss(),
  };
  process.stdout.write(`${JSON.stringify({ event, figures } satisfies LoadAnswer)}\n`);
};

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await agents.stop();
  tell('stopped');
  process.exit(0);
};

const obey = (command: LoadCommand): void => {
  if (command.do === 'stop') return void stop();
  if (command.do === 'quiet') agents.quiet();
  if (command.do === 'set') agents.set(command.agent, command.device, command.down);
  tell('done');
};

const input = createInterface({ input: process.stdin });
input.on('line', (line) => obey(JSON.parse(line) as LoadCommand));
input.on('close', () => void stop());
process.on('SIGTERM', () => void stop());
await agents.start();
tell('started');
