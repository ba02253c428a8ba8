import { join } from 'node:path';
import { createAgent, type Agent } from '../../../../agent/src/agent.js';
import { systemClock } from '../../../../agent/src/clock.js';
import { findProber } from '../../../../agent/src/find-prober.js';
import { createLinuxHostReader } from '../../../../agent/src/host-linux.js';
import { createLevelStore } from '../../../../agent/src/level-store.js';
import { createMqttNetwork } from '../../../../agent/src/mqtt-network.js';
import type { Prober } from '../../../../agent/src/prober.js';
import { createConfigFile, createStreamFile } from '../../../../agent/src/state-files.js';
import { PASSWORD, SHARD } from './broker-hub.js';

export const silent = {
  info: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};

/** Counts what a prober answers, before the agent sees it. */
export const counted = (prober: Prober): { prober: Prober; answered: () => number } => {
  let count = 0;
  return {
    answered: () => count,
    prober: {
      mode: prober.mode,
      note: prober.note,
      launch: (token, address, timeoutMs) => prober.launch(token, address, timeoutMs),
      stop: () => prober.stop(),
      onCycle: (listener) =>
        prober.onCycle((...cycle) => {
          count++;
          listener(...cycle);
        }),
    },
  };
};

export const realProber = (): Promise<Prober> =>
  findProber({ clock: systemClock, random: Math.random, log: silent });

/** The agent as the program builds it, in `directory`, with the prober handed in. */
export const createRealAgent = (options: {
  agentId: string;
  directory: string;
  url: string;
  process: string;
  prober: Prober;
}): Agent => {
  const { agentId, directory, url, process, prober } = options;
  return createAgent({
    identity: { agentId, shard: SHARD },
    instance: 'test',
    version: '0.0.0',
    process,
    clock: systemClock,
    random: Math.random,
    network: createMqttNetwork({ url, clientId: agentId, username: agentId, password: PASSWORD, ca: null }),
    store: createLevelStore(join(directory, 'outbox'), systemClock.nowMs),
    streamFile: createStreamFile(directory),
    configFile: createConfigFile(directory),
    prober,
    hostReader: createLinuxHostReader(directory),
    log: silent,
  });
};

/** Waits for a condition with a generous deadline. */
export const until = async (what: string, condition: () => boolean, deadlineMs = 45_000): Promise<void> => {
  const end = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
