import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startHubProcess, type HubProcess } from '../hub-process.js';
import type { LoadFleet } from './fleet.js';
import { provisionFleet, storesOfHub, type FleetShape, type StoresOfHub } from './provision.js';

/** A real hub on embedded stores, with a fleet that waits for its load. */
export interface LoadedHub {
  readonly hub: HubProcess;
  readonly fleet: LoadFleet;
  readonly mqttUrl: string;
  /** A folder that goes with it, for the load and whatever else. */
  readonly directory: string;
  /** Where its stores are now; asks anew after each restart. */
  stores(): Promise<StoresOfHub>;
  /** Starts the hub again on its data and ports, as a supervisor would; what ran before must have ended. */
  restart(onSpawn?: (child: ChildProcess) => void): Promise<void>;
  /** Ends hub and stores, and removes every file. */
  stop(): Promise<void>;
}

export const startLoadedHub = async (
  shape: FleetShape,
  env: Record<string, string> = {},
  /** Arguments for the hub's Node, e.g. `--cpu-prof`. */
  nodeArgs: readonly string[] = [],
  /** Lays out the hub's data folder before its first start. */
  layOut: (dataDir: string) => Promise<void> = async () => undefined,
): Promise<LoadedHub> => {
  const directory = await mkdtemp(join(tmpdir(), 'siaga-load-'));
  const dataDir = join(directory, 'hub');
  await layOut(dataDir);
  const ports = { httpPort: await freePort(), mqttPort: await freePort() };
  const start = (onSpawn?: (child: ChildProcess) => void) =>
    startHubProcess({
      dataDir,
      ...ports,
      env: { SIAGA_LOCAL_AGENT: 'off', ...env },
      command: [process.execPath, ...nodeArgs, 'deploy/start.mjs'],
      deadlineMs: 240_000,
      ...(onSpawn && { onSpawn }),
    });
  let hub = await start();
  let fleet: LoadFleet;
  try {
    // Its first start made the tables; it reads its fleet only when it starts.
    fleet = await provisionFleet((await storesOfHub(dataDir)).postgresUrl, dataDir, shape);
    await hub.end('SIGTERM');
    hub = await start();
  } catch (error) {
    await hub.end('SIGTERM');
    throw error;
  }
  return {
    get hub() {
      return hub;
    },
    fleet,
    mqttUrl: `mqtt://127.0.0.1:${ports.mqttPort}`,
    directory,
    stores: () => storesOfHub(dataDir),
    restart: async (onSpawn) => {
      hub = await start(onSpawn);
    },
    stop: async () => {
      await hub.end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
};
