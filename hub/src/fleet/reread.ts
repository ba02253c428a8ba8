import { isDeepStrictEqual } from 'node:util';
import type { EventBus } from '../events.js';
import type { Db } from '../platform/postgres/postgres.js';
import { directoryAgent } from './agents-service.js';
import type { AgentRow } from './agents-repository.js';
import type { Credentials } from './credentials.js';
import { directoryDevice } from './devices-service.js';
import { loadFleet, type StoredFleet } from './directory-repository.js';
import type { WritableDirectory } from './directory.js';
import type { DirectoryAgent, DirectoryDevice } from './ports.js';
import { directorySite } from './sites-service.js';

interface Deps {
  db: Db;
  directory: WritableDirectory;
  credentials: Credentials;
  events: EventBus;
  disconnect: (agentId: string) => void;
}

/**
 * Brings directory and credentials level with PostgreSQL, for when nobody knows what was committed. Answers what is to
 * follow, in order: the events that the changes themselves would have sent. No change of the fleet may run meanwhile;
 * agents' own states may. Throws what PostgreSQL throws, with nothing changed.
 */
export const createReread = (deps: Deps) => async (): Promise<(() => void)[]> => {
  const agentsBefore = new Map([...deps.directory.agents()].map((agent) => [agent.id, agent]));
  const stored = await loadFleet(deps.db);
  const told = new Set<string>();
  const follow: (() => void)[] = [];
  rereadSites(deps, stored, follow);
  const gone = rereadAgents(deps, stored, { agentsBefore, told, follow });
  rereadDevices(deps, stored, { told, follow });
  follow.push(...gone);
  for (const agentId of told) follow.push(() => deps.events.emit('agent.config', agentId));
  return follow;
};

const rereadSites = ({ directory, events }: Deps, { sites }: StoredFleet, follow: (() => void)[]): void => {
  const missing = new Set([...directory.sites()].map(({ id }) => id));
  for (const row of sites) {
    const { id } = row;
    missing.delete(id);
    const site = directorySite(row);
    if (isDeepStrictEqual(site, directory.site(id))) continue;
    directory.putSite(site);
    follow.push(() => events.emit('site.changed', id));
  }
  for (const id of missing) {
    directory.removeSite(id);
    follow.push(() => events.emit('site.removed', id));
  }
};

/** Answers what is to follow for the agents that are gone, after their devices have left them. */
const rereadAgents = (
  { directory, credentials, events, disconnect }: Deps,
  { agents }: StoredFleet,
  { agentsBefore, told, follow }: { agentsBefore: Map<string, DirectoryAgent> } & Following,
): (() => void)[] => {
  const missing = new Set([...directory.agents()].map(({ id }) => id));
  for (const row of agents) {
    const { id } = row;
    missing.delete(id);
    const present = directory.agent(id);
    const agent = agentNow(row, present, agentsBefore.get(id));
    if (!isDeepStrictEqual(agent, present)) {
      directory.putAgent(agent);
      follow.push(() => events.emit('agent.changed', id));
      if (!present) told.add(id);
    }
    if (credentials.set(id, row.secret_hmac)) {
      follow.push(() => disconnect(id));
      told.add(id);
    }
  }
  return [...missing].flatMap((id) => {
    credentials.set(id, null);
    directory.removeAgent(id);
    told.add(id);
    return [() => void events.emit('agent.removed', id), () => disconnect(id)];
  });
};

/** A state that moved in memory while the rows were read is newer than theirs; but nothing is newer than `revoked`. */
const agentNow = (
  row: AgentRow,
  present: DirectoryAgent | undefined,
  before: DirectoryAgent | undefined,
): DirectoryAgent => {
  const agent = directoryAgent(row, present);
  return present && present !== before && row.state !== 'revoked'
    ? { ...agent, state: present.state }
    : agent;
};

const rereadDevices = (
  { directory, events }: Deps,
  { devices }: StoredFleet,
  { told, follow }: Following,
): void => {
  const missing = new Map([...directory.devices()].map((device) => [device.id, device]));
  for (const row of devices) {
    const device = directoryDevice(row);
    const { id } = device;
    const present = directory.device(id);
    missing.delete(id);
    if (isDeepStrictEqual(device, present)) continue;
    directory.putDevice(device);
    follow.push(() => events.emit('device.changed', id));
    if (present && isDeepStrictEqual(watching(device), watching(present))) continue;
    told.add(device.agentId);
    if (present) told.add(present.agentId);
  }
  for (const { id, agentId } of missing.values()) {
    directory.removeDevice(id);
    follow.push(() => events.emit('device.removed', id));
    told.add(agentId);
  }
};

interface Following {
  /** Agents whose configuration is another one. */
  told: Set<string>;
  follow: (() => void)[];
}

/** What of a device is in its agent's configuration. */
const watching = ({ agentId, address, checks }: DirectoryDevice) => ({ agentId, address, checks });
