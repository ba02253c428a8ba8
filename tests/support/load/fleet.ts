import { readFile, writeFile } from 'node:fs/promises';
import type { PumpRate } from './pump-agent.js';

/** A device of the load, as its hub knows it. */
export interface LoadDevice {
  deviceId: string;
  checkId: number;
  /** One agent's addresses are unlike each other; two agents may have the same. */
  address: string;
  intervalMs: number;
  timeoutMs: number;
}

export interface LoadAgent {
  agentId: string;
  siteId: string;
  shard: string;
  username: string;
  password: string;
  devices: LoadDevice[];
}

/** Who the agents of a load are; an agent's place in the list is its number in scripts, commands and the ledger. */
export interface LoadFleet {
  agents: LoadAgent[];
}

/** A device is dead from `fromMs` to before `toMs`, epoch ms by this machine's clock. */
export interface Outage {
  agent: number;
  device: number;
  fromMs: number;
  toMs: number;
}

/** What a load process is started with, as JSON. */
export interface LoadConfig {
  /** File of a `LoadFleet`. */
  fleet: string;
  mqttUrl: string;
  /** Each agent has a directory of its own in it; a killed process finds its agents again by it. */
  stateDir: string;
  /** `disk`: classic-level as in the field. `memory`: for pure speed; gone with the process. */
  store: 'disk' | 'memory';
  /** Where the ledger goes, a file a process; absent: none is kept (for pure speed). */
  ledgerDir?: string;
  /** Timers of all agents fall together in steps of so many ms; 0: each by itself, as in the field. */
  tickMs: number;
  /** Agents started a second, so that a start is no storm unless one is wanted. */
  startPerS: number;
  outages: Outage[];
  /** Agents that pour samples in instead of probing: for benchmarks of what stands behind them. */
  pump?: PumpRate;
}

export const readFleet = async (path: string): Promise<LoadFleet> =>
  JSON.parse(await readFile(path, 'utf8')) as LoadFleet;

export const writeFleet = (path: string, fleet: LoadFleet): Promise<void> =>
  writeFile(path, JSON.stringify(fleet), { mode: 0o600 });
