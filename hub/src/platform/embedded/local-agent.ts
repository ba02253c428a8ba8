import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import { createChild, type Child } from './child.js';

export interface LocalAgentOptions {
  /** Absolute. */
  dataDir: string;
  agentId: string;
  /** Two hex digits. */
  shard: string;
  mqttUrl: string;
  username: string;
  password: string;
  /** Certificate (PEM) to trust beside the system's; null where the system's are enough. */
  ca: string | null;
  log: Logger;
}

const NAME = 'agent';
const BUNDLE = fileURLToPath(new URL('../../../../agent/dist/agent.mjs', import.meta.url));
/** The agent sends its last batch and a clean goodbye first. */
const STOP_STEPS = [{ signal: 'SIGTERM', waitMs: 10_000 }] as const;

/** The password that the agent of an earlier start was given, or undefined. */
export const heldLocalPassword = async (dataDir: string): Promise<string | undefined> => {
  try {
    const { password } = JSON.parse(await readFile(join(dataDir, 'agent', 'agent.json'), 'utf8')) as {
      password?: unknown;
    };
    return typeof password === 'string' ? password : undefined;
  } catch {
    return undefined; // the first start, or a file that is no use: it is given a new one
  }
};

/** The agent that watches this machine itself, as a child process with its state in `{dataDir}/agent`. */
export const createLocalAgent = (
  options: LocalAgentOptions,
): { start(): Promise<void>; stop(): Promise<void> } => {
  const { dataDir, log, agentId, shard, mqttUrl, username, password, ca } = options;
  const dir = join(dataDir, 'agent');
  let child: Child | undefined;

  return {
    start: async () => {
      if (!existsSync(BUNDLE))
        throw new StartError(
          `The agent is not built (${BUNDLE}): run "npm run build", or set SIAGA_LOCAL_AGENT=off`,
        );
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, 'agent.json');
      const settings = { agentId, shard, mqttUrl, username, password, ca };
      await writeFile(`${path}.fresh`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.fresh`, path);
      const marker = ['run', '--dir', dir];
      child = createChild({
        name: NAME,
        dataDir,
        command: { program: process.execPath, args: [BUNDLE, ...marker] },
        marker,
        stopSteps: STOP_STEPS,
        ready: () => Promise.resolve(), // it spools until the broker takes it; there is nothing to wait for
        log,
      });
      await child.start();
    },
    stop: async () => {
      await child?.stop();
    },
  };
};
