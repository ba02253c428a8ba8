import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { Overview } from '@siaga/shared';
import { signIn, startHubProcess, type ApiClient, type HubProcess } from '../support/hub-process.js';
import { endAll, makeBank, type Bank } from './bank.js';
import { createBranch, type Branch } from './branches.js';
import { enterNamespace } from './namespace.js';

/** Says on standard error how far it is; standard output is for figures. */
export const say = (line: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks every `everyMs` until the answer is true; throws after `withinMs`. */
export const until = async (
  what: string,
  ask: () => Promise<boolean>,
  withinMs: number,
  everyMs = 500,
): Promise<void> => {
  const endMs = performance.now() + withinMs;
  while (!(await ask())) {
    if (performance.now() > endMs) throw new Error(`waited ${withinMs / 1000} s for ${what}`);
    await sleep(everyMs);
  }
};

/** A real hub on embedded stores, and its branches with real agents. */
export interface Lab {
  dataDir: string;
  bank: Bank;
  agents: ChildProcess[];
  /** The hub that runs now. */
  hub(): HubProcess;
  api(): ApiClient;
  /** Starts the hub again, in the same data and at the same ports. */
  startAgain(): Promise<HubProcess>;
}

/**
 * Builds the lab in a network namespace of its own, waits until all devices are up, runs the benchmark, and takes
 * everything down again, whatever comes of it.
 */
export const inLab = async (
  size: { devices: number; agents: number },
  benchmark: (lab: Lab) => Promise<void>,
): Promise<void> => {
  enterNamespace();
  const dataDir = await mkdtemp(join(tmpdir(), 'siaga-bench-'));
  const env = {
    SIAGA_LOCAL_AGENT: 'off',
    SIAGA_MQTT_HOST: '0.0.0.0',
    SIAGA_INSECURE: '1',
    SIAGA_RATE_LIMITS: 'off',
  };
  let agents: ChildProcess[] = [];
  let hub: HubProcess | undefined;
  let branches: Branch[] = [];
  try {
    say(`a hub, ${size.agents} agents and ${size.devices} devices`);
    hub = await startHubProcess({ dataDir, env });
    const ports = { httpPort: Number(new URL(hub.url).port), mqttPort: hub.mqttPort };
    branches = Array.from({ length: size.agents }, (_, number) => createBranch(number));
    const bank = await makeBank(dataDir, branches, size.devices);
    await hub.end('SIGTERM');
    const start = async () => (hub = await startHubProcess({ dataDir, env, ...ports }));
    await start();
    let api = await signIn(hub.url);
    agents = await bank.startAgents(hub.mqttPort);
    say('waiting until all devices are up');
    const allUp = async () => (await api.get<Overview>('/monitoring/overview')).devices.up === size.devices;
    await until('all devices to be up', allUp, 120_000);
    await benchmark({
      dataDir,
      bank,
      agents,
      hub: () => hub!,
      api: () => api,
      startAgain: async () => {
        await start();
        api = await signIn(hub!.url);
        return hub!;
      },
    });
  } catch (error) {
    process.stderr.write(`${hub?.output().slice(-4_000) ?? ''}\n`);
    throw error;
  } finally {
    say('taking the lab down');
    await endAll(agents);
    say('agents stopped');
    await hub?.end('SIGTERM');
    say('hub stopped');
    for (const branch of branches) branch.close();
    await rm(dataDir, { recursive: true, force: true });
    say('done');
  }
};
