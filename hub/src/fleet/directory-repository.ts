import type { Db } from '../platform/postgres/postgres.js';
import type { AgentRow } from './agents-repository.js';
import { listMovedChecks } from './checks-repository.js';
import { listDevices, type StoredDevice } from './devices-repository.js';
import type { DirectoryCheck } from './ports.js';
import type { SiteRow } from './sites-repository.js';

export interface StoredFleet {
  sites: SiteRow[];
  agents: AgentRow[];
  devices: StoredDevice[];
  movedChecks: DirectoryCheck[];
}

/** Everything in service, and the checks of devices that moved, for the directory's start. */
export const loadFleet = async (db: Db): Promise<StoredFleet> => {
  const [sites, agents, { devices }, movedChecks] = await Promise.all([
    db.selectFrom('sites').selectAll().where('deleted_at', 'is', null).execute(),
    db.selectFrom('agents').selectAll().where('deleted_at', 'is', null).execute(),
    listDevices(db, { page: 1, perPage: 2_147_483_647, sort: [] }),
    listMovedChecks(db),
  ]);
  return { sites, agents, devices, movedChecks };
};
