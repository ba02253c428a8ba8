import type {
  DirectoryAgent,
  DirectoryCheck,
  DirectoryDevice,
  DirectorySite,
  FleetDirectory,
} from './ports.js';

/** The directory as the fleet itself changes it; everyone else gets the reading half. */
export interface WritableDirectory extends FleetDirectory {
  putSite(site: DirectorySite): void;
  removeSite(id: string): void;
  putAgent(agent: DirectoryAgent): void;
  removeAgent(id: string): void;
  /** Takes the device's checks and agent over as well; under another agent than before, its old checks are moved ones. */
  putDevice(device: DirectoryDevice): void;
  putMovedCheck(check: DirectoryCheck): void;
  removeDevice(id: string): void;
}

/** An empty directory. Whoever iterates must not wait in between. */
export const createDirectory = (): WritableDirectory => {
  const sites = new Map<string, DirectorySite>();
  const agents = new Map<string, DirectoryAgent>();
  const devices = new Map<string, DirectoryDevice>();
  /** By id, which PostgreSQL counts up from 1: asked once a sample, and half the price of a Map. */
  const checks: (DirectoryCheck | undefined)[] = [];
  const movedChecks = new Map<number, DirectoryCheck>();
  const byAgent = new Map<string, Map<string, DirectoryDevice>>();

  const takeOut = (id: string): void => {
    const device = devices.get(id);
    if (!device) return;
    devices.delete(id);
    for (const check of device.checks) checks[check.id] = undefined;
    const siblings = byAgent.get(device.agentId);
    siblings?.delete(id);
    if (siblings?.size === 0) byAgent.delete(device.agentId);
  };

  return {
    site: (id) => sites.get(id),
    agent: (id) => agents.get(id),
    device: (id) => devices.get(id),
    check: (id) => checks[id],
    movedCheck: (id) => movedChecks.get(id),
    sites: () => sites.values(),
    agents: () => agents.values(),
    devices: () => devices.values(),
    devicesOfAgent: (agentId) => byAgent.get(agentId)?.values() ?? [],
    putSite: (site) => void sites.set(site.id, site),
    removeSite: (id) => void sites.delete(id),
    putAgent: (agent) => void agents.set(agent.id, agent),
    removeAgent: (id) => void agents.delete(id),
    putDevice: (device) => {
      const before = devices.get(device.id);
      if (before && before.agentId !== device.agentId)
        for (const check of before.checks) movedChecks.set(check.id, check);
      takeOut(device.id);
      devices.set(device.id, device);
      for (const check of device.checks) checks[check.id] = check;
      const siblings = byAgent.get(device.agentId) ?? new Map<string, DirectoryDevice>();
      siblings.set(device.id, device);
      byAgent.set(device.agentId, siblings);
    },
    putMovedCheck: (check) => void movedChecks.set(check.id, check),
    removeDevice: (id) => {
      takeOut(id);
      for (const check of movedChecks.values()) if (check.deviceId === id) movedChecks.delete(check.id);
    },
  };
};
