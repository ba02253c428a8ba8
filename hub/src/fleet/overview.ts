import type { Health, HealthCounts, Overview } from '@siaga/shared';
import type { Db } from '../platform/postgres/postgres.js';
import { countOpenIncidents } from './devices-repository.js';
import type { FleetDirectory } from './ports.js';

const noCounts = (): HealthCounts => ({ up: 0, degraded: 0, down: 0, unknown: 0 });

/**
 * Counts by health, over all and by site (sites by name), agents by state, open incidents. `healthOf` is detection's
 * word of a device.
 */
export const overviewOf = async (
  db: Db,
  directory: FleetDirectory,
  healthOf: (deviceId: string) => Health,
): Promise<Overview> => {
  const openIncidents = await countOpenIncidents(db);
  const total = noCounts();
  const bySite = new Map<string, HealthCounts>();
  for (const device of directory.devices()) {
    const health = healthOf(device.id);
    let counts = bySite.get(device.siteId);
    if (!counts) bySite.set(device.siteId, (counts = noCounts()));
    counts[health] += 1;
    total[health] += 1;
  }
  const agents = { pending: 0, online: 0, lost: 0, stopped: 0, revoked: 0 };
  for (const agent of directory.agents()) agents[agent.state] += 1;
  const sites = [...directory.sites()]
    .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
    .map(({ id, code, name, region }) => ({
      site_id: id,
      code,
      name,
      region,
      devices: bySite.get(id) ?? noCounts(),
    }));
  return { devices: total, sites, agents, open_incidents: openIncidents };
};
