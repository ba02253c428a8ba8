import { agentTopic, type AgentConfig } from '@siaga/shared';
import type {
  DirectoryAgent,
  DirectoryDevice,
  DirectorySite,
  FleetDirectory,
} from '../../hub/src/fleet/ports.js';
import { EPOCH_MS } from './machine.js';

export const SHARD = '0a';
/** Rule 1's timeout by link: fibre. */
export const TIMEOUT_MS = 500;

const SITE: DirectorySite = {
  id: 'site',
  code: 'S1',
  name: 'Site',
  region: null,
  timezone: 'UTC',
  latitude: null,
  longitude: null,
};

export interface FleetPlan {
  agents: readonly { devices: number; intervalMs: number }[];
}

export interface PlannedDevice {
  id: string;
  agent: number;
  check: number;
  intervalMs: number;
  address: string;
}

export const agentIdOf = (agent: number): string => `00000000-0000-4000-8000-00000000000${agent + 1}`;
export const agentOf = (agentId: string): number => Number(agentId.at(-1)) - 1;

/** Devices 0, 1, 2 …: their checks have the numbers 1, 2, 3 … */
export const devicesOf = ({ agents }: FleetPlan): PlannedDevice[] => {
  const devices: PlannedDevice[] = [];
  for (const [agent, { devices: count, intervalMs }] of agents.entries())
    for (let own = 0; own < count; own++) {
      const check = devices.length + 1;
      devices.push({ id: `device-${check}`, agent, check, intervalMs, address: `10.0.${agent}.${check}` });
    }
  return devices;
};

export const configOf = (devices: readonly PlannedDevice[], agent: number): AgentConfig => ({
  v: 1,
  version: 1,
  checks: devices
    .filter((device) => device.agent === agent)
    .map(({ check, id, address, intervalMs }) => ({
      id: check,
      deviceId: id,
      type: 'icmp',
      address,
      link: 'fibre',
      intervalMs,
      timeoutMs: TIMEOUT_MS,
    })),
});

export const configTopic = (agent: number): string => agentTopic(SHARD, agentIdOf(agent), 'config');

export interface SimulatedDirectory extends FleetDirectory {
  putAgent(agent: DirectoryAgent): void;
}

/** What a hub process has in memory; `states` as PostgreSQL told them. */
export const createDirectory = (
  plan: FleetPlan,
  devices: readonly PlannedDevice[],
  states: ReadonlyMap<string, { state: DirectoryAgent['state'] }>,
): SimulatedDirectory => {
  const agents = new Map<string, DirectoryAgent>(
    plan.agents.map((_, agent) => {
      const id = agentIdOf(agent);
      const { state } = states.get(id)!;
      return [
        id,
        { id, name: `agent ${agent + 1}`, siteId: SITE.id, shard: SHARD, state, lastSeenAtMs: null },
      ];
    }),
  );
  const listed = new Map<string, DirectoryDevice>(
    devices.map(({ id, agent, check, intervalMs, address }) => {
      const agentId = agentIdOf(agent);
      const ping = { id: check, deviceId: id, agentId, type: 'icmp' as const, intervalMs, timeoutMs: null };
      return [
        id,
        {
          ...{ id, code: id, name: id, kind: 'atm', address, link: 'fibre', siteId: SITE.id, agentId },
          parentIds: [],
          checks: [ping],
          createdAtMs: EPOCH_MS,
        },
      ];
    }),
  );
  const checks = new Map([...listed.values()].map((device) => [device.checks[0]!.id, device.checks[0]!]));
  return {
    site: () => SITE,
    agent: (id) => agents.get(id),
    device: (id) => listed.get(id),
    check: (id) => checks.get(id),
    movedCheck: () => undefined,
    sites: () => [SITE],
    agents: () => agents.values(),
    devices: () => listed.values(),
    devicesOfAgent: (agentId) => [...listed.values()].filter((device) => device.agentId === agentId),
    putAgent: (agent) => void agents.set(agent.id, agent),
  };
};
