import { startLoadedHub, type LoadedHub } from '../../support/load/loaded-hub.js';
import { startLoad, type Load } from '../../support/load/start-load.js';
import type { Outage } from '../../support/load/fleet.js';
import { signIn } from '../../support/hub-process.js';
import { TOWNS } from '../../e2e/world/places.js';

/** A real hub whose devices answer by a script, told over MQTT by the agents' own code. */
export interface LiveBank {
  hub: LoadedHub;
  load: Load;
  stop(): Promise<void>;
}

const INTERVAL_S = 5;

/**
 * `changesPerS`: each device is dead for half of the time, in turns, so that so many change their health each second;
 * 0: all is well.
 */
const outagesOf = (
  agents: number,
  devicesPerAgent: number,
  changesPerS: number,
  fromMs: number,
  toMs: number,
): Outage[] => {
  const outages: Outage[] = [];
  if (changesPerS === 0) return outages;
  const halfMs = (agents * devicesPerAgent * 1000) / changesPerS;
  for (let agent = 0; agent < agents; agent += 1)
    for (let device = 0; device < devicesPerAgent; device += 1)
      for (let atMs = fromMs + Math.random() * 2 * halfMs; atMs < toMs; atMs += 2 * halfMs)
        outages.push({ agent, device, fromMs: atMs, toMs: atMs + halfMs });
  return outages;
};

export const startBank = async (about: {
  devices: number;
  sites: number;
  say: (words: string) => void;
}): Promise<LoadedHub> => {
  const perAgent = Math.ceil(about.devices / about.sites);
  about.say(`starting a hub with ${perAgent * about.sites} devices at ${about.sites} sites`);
  const hub = await startLoadedHub({ agents: about.sites, devicesPerAgent: perAgent, intervalS: INTERVAL_S });
  const api = await signIn(hub.hub.url);
  for (const [n, { siteId }] of hub.fleet.agents.entries()) {
    const town = TOWNS[n % TOWNS.length];
    if (!town) continue;
    const round = Math.floor(n / TOWNS.length);
    await api.send('PATCH', `/monitoring/sites/${siteId}`, {
      name: `KCP ${town.town} ${round + 1}`,
      region: town.region,
      timezone: town.timezone,
      latitude: town.latitude + (((round * 37) % 21) - 10) * 0.012,
      longitude: town.longitude + (((round * 53) % 19) - 9) * 0.012,
    });
  }
  return hub;
};

/** Lets the bank's agents report; resolves once nearly every device has been seen up. */
export const startReports = async (
  hub: LoadedHub,
  about: { changesPerS: number; forMs: number; say: (words: string) => void },
): Promise<Load> => {
  const agents = hub.fleet.agents.length;
  const perAgent = hub.fleet.agents[0]?.devices.length ?? 0;
  const settleMs = 45_000;
  const load = await startLoad({
    fleet: hub.fleet,
    mqttUrl: hub.mqttUrl,
    directory: hub.directory,
    store: 'memory',
    tickMs: 20,
    startPerS: 50,
    outages: outagesOf(
      agents,
      perAgent,
      about.changesPerS,
      Date.now() + settleMs,
      Date.now() + settleMs + about.forMs,
    ),
  });
  const api = await signIn(hub.hub.url);
  const untilMs = performance.now() + settleMs;
  for (;;) {
    const { devices } = await api.get<{ devices: { up: number } }>('/monitoring/overview');
    if (devices.up >= agents * perAgent * 0.99) break;
    if (performance.now() > untilMs) {
      about.say(`only ${devices.up} devices are up after ${settleMs / 1000} s`);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return load;
};
