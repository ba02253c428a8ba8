import type { Agent, Site } from '@siaga/shared';
import { DomainError } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Db } from '../platform/postgres/postgres.js';
import { directoryAgent, explainedAgent } from './agents-service.js';
import { findAgent, lockAgents, raiseConfigVersions, toAgent, updateAgent } from './agents-repository.js';
import { insertChecks, listMovedChecks } from './checks-repository.js';
import { explainedDevice, type Collision } from './device-collisions.js';
import { findDevice, keepDevices, type StoredDevice } from './devices-repository.js';
import { directoryDevice, icmpCheck } from './devices-service.js';
import type { WritableDirectory } from './directory.js';
import { conflict } from './faults.js';
import {
  addParents,
  leaveEdges,
  lockDeletedAgent,
  lockDeletedDevice,
  lockDeletedSite,
  nameOf,
  unmarkDevice,
  unmarkSite,
  withRoomForParents,
  type DeletedDevice,
} from './restore-repository.js';
import { directorySite, explainedSite } from './sites-service.js';
import { lockSite, toSite } from './sites-repository.js';
import { ancestry, lockTopology } from './topology-repository.js';
import type { Actor, Change, Write } from './writer.js';

/** The undo of a deletion. Throws RESOURCE_NOT_FOUND where nothing of that id is deleted, RESOURCE_CONFLICT by field. */
export interface Restore {
  site(actor: Actor, id: string): Promise<Site>;
  /** It comes back without credentials, waiting for its enrolment. */
  agent(actor: Actor, id: string): Promise<Agent>;
  /** With its checks, and with those of its parents and children that are still there. */
  device(actor: Actor, id: string): Promise<StoredDevice>;
}

interface Deps {
  db: Db;
  write: Write;
  directory: WritableDirectory;
  events: EventBus;
}

/** As many parents as a device may have (CreateDeviceBody). */
const MAX_PARENTS = 16;

export const createRestore = ({ db, write, directory, events }: Deps): Restore => ({
  site: async (actor, id) => {
    const wanted = { code: '' };
    return explainedSite(db, wanted, () =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        const deleted = await lockDeletedSite(trx, id);
        if (!deleted) throw notDeleted('site');
        wanted.code = deleted.code;
        const row = await unmarkSite(trx, id, now);
        await audit({ action: 'site.restored', resourceType: 'site', resourceId: id });
        afterCommit(() => {
          directory.putSite(directorySite(row));
          events.emit('site.changed', id);
        });
        return toSite(row);
      }),
    );
  },

  agent: async (actor, id) => {
    const wanted = { name: '' };
    return explainedAgent(db, wanted, () =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        const deleted = await lockDeletedAgent(trx, id);
        if (!deleted) throw notDeleted('agent');
        wanted.name = deleted.name;
        await requireSite(trx, deleted.site_id, `agent ${deleted.name}`);
        await updateAgent(trx, id, { state: 'pending', deleted_at: null }, now);
        await raiseConfigVersions(trx, [id]);
        await audit({ action: 'agent.restored', resourceType: 'agent', resourceId: id });
        const row = await findAgent(trx, id);
        if (!row) throw new Error(`agent ${id} is gone while it is restored`);
        afterCommit(() => {
          directory.putAgent(directoryAgent(row, undefined));
          events.emit('agent.changed', id);
          events.emit('agent.config', id);
        });
        return toAgent(row);
      }),
    );
  },

  device: async (actor, id) => {
    const wanted: Collision = { code: '', address: '', agentId: '' };
    return explainedDevice(db, wanted, () =>
      write(actor, async (change) => {
        const { trx, now, audit, afterCommit } = change;
        await lockTopology(trx);
        const deleted = await lockDeletedDevice(trx, id);
        if (!deleted) throw notDeleted('device');
        Object.assign(wanted, { code: deleted.code, address: deleted.address, agentId: deleted.agent_id });
        await requireSite(trx, deleted.site_id, `device ${deleted.code}`);
        await requireAgent(trx, deleted);
        await unmarkDevice(trx, id, now);
        const { parentIds, childIds } = await restoreEdges(change, id, deleted);
        let device = await present(trx, id);
        if (device.checks.length === 0) {
          await insertChecks(trx, id, [icmpCheck(device.link)], now);
          device = await present(trx, id);
        }
        const children = await Promise.all(childIds.map((childId) => present(trx, childId)));
        const moved = await listMovedChecks(trx, id);
        await raiseConfigVersions(trx, [device.agent_id]);
        const details = { parent_ids: parentIds, child_ids: childIds };
        await audit({ action: 'device.restored', resourceType: 'device', resourceId: id, details });
        afterCommit(() => {
          for (const each of [device, ...children]) directory.putDevice(directoryDevice(each));
          for (const check of moved) directory.putMovedCheck(check);
          for (const each of [device, ...children]) events.emit('device.changed', each.id);
          events.emit('agent.config', device.agent_id);
        });
        return device;
      }),
    );
  },
});

const notDeleted = (what: 'site' | 'agent' | 'device'): DomainError =>
  new DomainError('RESOURCE_NOT_FOUND', { message: `There is no deleted ${what} with this id` });

const requireSite = async (trx: Change['trx'], siteId: string, what: string): Promise<void> => {
  if (await lockSite(trx, siteId, 'keep')) return;
  const name = await nameOf(trx, 'sites', siteId);
  throw conflict(
    'site_id',
    `Site "${name ?? siteId}" of ${what} was deleted; restore it first (${siteId})`,
    'not_found',
  );
};

const requireAgent = async (
  trx: Change['trx'],
  { code, agent_id: agentId }: DeletedDevice,
): Promise<void> => {
  if ((await lockAgents(trx, [agentId])).length > 0) return;
  const name = await nameOf(trx, 'agents', agentId);
  throw conflict(
    'agent_id',
    `Agent "${name ?? agentId}" that watched device ${code} was deleted; restore it first (${agentId})`,
    'not_found',
  );
};

const present = async (trx: Change['trx'], id: string): Promise<StoredDevice> => {
  const device = await findDevice(trx, id);
  if (!device) throw new Error(`device ${id} is gone while it is restored`);
  return device;
};

/** What the topology became meanwhile goes before what it was: no edge that closes a circle or is one too many. */
const restoreEdges = async (
  { trx, now }: Change,
  id: string,
  deleted: DeletedDevice,
): Promise<{ parentIds: string[]; childIds: string[] }> => {
  const there = await keepDevices(trx, [...deleted.parents_before, ...deleted.children_before]);
  const parentIds = deleted.parents_before.filter((parentId) => there.has(parentId));
  await addParents(
    trx,
    parentIds.map((parentId) => ({ device_id: id, parent_id: parentId })),
    now,
  );
  const above = await ancestry(trx, [id]);
  const ancestors = new Set([...above.values()].flat());
  const hasRoom = await withRoomForParents(trx, deleted.children_before, MAX_PARENTS);
  const childIds = deleted.children_before.filter(
    (childId) => there.has(childId) && hasRoom.has(childId) && !ancestors.has(childId),
  );
  await addParents(
    trx,
    childIds.map((childId) => ({ device_id: childId, parent_id: id })),
    now,
  );
  // Those that are still deleted come back with the edge when their turn comes, in whichever order.
  await leaveEdges(
    trx,
    id,
    deleted.parents_before.filter((parentId) => !there.has(parentId)),
    deleted.children_before.filter((childId) => !there.has(childId)),
  );
  return { parentIds, childIds };
};
