import type { CreateDeviceBody, UpdateDeviceBody } from '@siaga/shared';
import { TIMEOUT_MS_BY_LINK } from '@siaga/shared';
import { v7 as uuidv7 } from 'uuid';
import { requireRevision, type IfMatch } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Db } from '../platform/postgres/postgres.js';
import { canonicalAddress } from './address.js';
import { raiseConfigVersions } from './agents-repository.js';
import { differences, type FieldChanges } from './changes.js';
import { insertChecks, retireChecks, setIcmpTimeout, type NewCheck } from './checks-repository.js';
import { explainedDevice, type Collision } from './device-collisions.js';
import { checkParents, placeDevice } from './device-references.js';
import {
  findDevice,
  insertDevice,
  listDevices,
  lockDevice,
  markDeviceDeleted,
  takenDeviceCodes,
  updateDevice,
  type DeviceListQuery,
  type DeviceValues,
  type StoredDevice,
} from './devices-repository.js';
import type { WritableDirectory } from './directory.js';
import { createFaults, notFound, refuseControls, type Faults } from './faults.js';
import type { ListPage } from './listing.js';
import type { DirectoryDevice } from './ports.js';
import { ICMP_INTERVAL_S, codeFromAddress, firstFree } from './rules.js';
import { lockTopology, replaceParents } from './topology-repository.js';
import type { Actor, Change, Write } from './writer.js';

export interface DeviceService {
  list(query: DeviceListQuery): Promise<ListPage<StoredDevice>>;
  /** Throws RESOURCE_NOT_FOUND. */
  get(id: string): Promise<StoredDevice>;
  /** Throws VALIDATION_ERROR, RESOURCE_CONFLICT (code in use, address watched by the same agent already). */
  create(actor: Actor, body: CreateDeviceBody): Promise<StoredDevice>;
  /**
   * What is absent stays as it is. A new address or link keeps the device's checks: it is the same device, and its
   * history stays one line. Another agent means new checks, because a check's samples are ordered by its agent's
   * streams (telemetry.md). Throws PRECONDITION_FAILED besides.
   */
  update(actor: Actor, id: string, body: UpdateDeviceBody, ifMatch?: IfMatch): Promise<StoredDevice>;
  /** Takes it out of service; devices behind it lose it as a parent. Throws RESOURCE_NOT_FOUND. */
  remove(actor: Actor, id: string): Promise<void>;
}

interface Deps {
  db: Db;
  write: Write;
  directory: WritableDirectory;
  events: EventBus;
}

/** The directory's view of a stored device. */
export const directoryDevice = (device: StoredDevice): DirectoryDevice => ({
  id: device.id,
  code: device.code,
  name: device.name,
  kind: device.kind,
  address: device.address,
  link: device.link,
  siteId: device.site_id,
  agentId: device.agent_id,
  parentIds: device.parent_ids,
  checks: device.checks.map((check) => ({
    id: check.id,
    deviceId: device.id,
    agentId: device.agent_id,
    type: check.type,
    intervalMs: check.interval_s * 1000,
    timeoutMs: check.timeout_ms,
  })),
  createdAtMs: Date.parse(device.in_service_since),
});

/** The check each new device begins with (detection.md, rule 1). */
export const icmpCheck = (link: DeviceValues['link']): NewCheck => ({
  type: 'icmp',
  interval_s: ICMP_INTERVAL_S,
  timeout_ms: TIMEOUT_MS_BY_LINK[link],
});

export const createDevices = ({ db, write, directory, events }: Deps): DeviceService => {
  const stored = async (source: Db, id: string): Promise<StoredDevice> => {
    const device = await findDevice(source, id);
    if (!device) throw notFound('device');
    return device;
  };
  const remember = (device: StoredDevice, agentIds: readonly string[]): void => {
    directory.putDevice(directoryDevice(device));
    events.emit('device.changed', device.id);
    for (const agentId of agentIds) events.emit('agent.config', agentId);
  };

  return {
    list: async (query) => {
      const faults = createFaults();
      refuseControls(faults, { search: query.search });
      faults.throwIfAny();
      const { devices, total } = await listDevices(db, query);
      return { items: devices, page: query.page, perPage: query.perPage, total };
    },

    get: (id) => stored(db, id),

    create: (actor, body) => {
      const wanted: Collision = {
        code: body.code ?? '',
        address: body.address,
        agentId: body.agent_id ?? '',
      };
      return explainedDevice(db, wanted, () =>
        write(actor, async ({ trx, now, audit, afterCommit }) => {
          const faults = createFaults();
          refuseControls(faults, body);
          const address = readAddress(faults, body.address);
          const parentIds = body.parent_ids ?? [];
          if (parentIds.length > 0) await lockTopology(trx);
          const agentId = await placeDevice(trx, faults, { siteId: body.site_id, agentId: body.agent_id });
          const id = uuidv7();
          await checkParents(trx, faults, id, parentIds);
          faults.throwIfAny();
          wanted.address = address;
          wanted.agentId = agentId;
          const values: DeviceValues = {
            code: body.code ?? (await freeCode(trx, address)),
            name: body.name?.trim() ?? address,
            kind: body.kind ?? 'other',
            model: body.model?.trim() ?? null,
            address,
            link: body.link ?? 'other',
            site_id: body.site_id,
            agent_id: agentId,
          };
          wanted.code = values.code;
          await insertDevice(trx, id, values, now);
          await insertChecks(trx, id, [icmpCheck(values.link)], now);
          if (parentIds.length > 0) await replaceParents(trx, id, parentIds);
          await raiseConfigVersions(trx, [agentId]);
          const details = { ...values, parent_ids: parentIds };
          await audit({ action: 'device.created', resourceType: 'device', resourceId: id, details });
          const device = await stored(trx, id);
          afterCommit(() => remember(device, [agentId]));
          return device;
        }),
      );
    },

    update: (actor, id, body, ifMatch) => {
      const wanted: Collision = { code: body.code ?? '', address: body.address ?? '', agentId: '' };
      return explainedDevice(db, wanted, () =>
        write(actor, async (change) => {
          const { trx, now, audit, afterCommit } = change;
          const faults = createFaults();
          refuseControls(faults, body);
          if (body.parent_ids !== undefined) await lockTopology(trx);
          if (!(await lockDevice(trx, id, 'change'))) throw notFound('device');
          const old = await stored(trx, id);
          requireRevision(ifMatch, Date.parse(old.updated_at));
          const values = merged(faults, old, body);
          const parentIds = body.parent_ids ?? old.parent_ids;
          const changes: FieldChanges = {
            ...differences<DeviceValues>(old, values),
            ...differences({ parent_ids: old.parent_ids }, { parent_ids: parentIds }),
          };
          await placeDevice(trx, faults, {
            siteId: values.site_id,
            agentId: values.agent_id,
            leaving: old.agent_id,
          });
          if (changes['parent_ids']) await checkParents(trx, faults, id, parentIds);
          faults.throwIfAny();
          if (Object.keys(changes).length === 0) return old;
          wanted.address = values.address;
          wanted.agentId = values.agent_id;
          await updateDevice(trx, id, values, now);
          if (changes['parent_ids']) await replaceParents(trx, id, parentIds);
          const agentIds = await followChecks(change, old, values, changes);
          await audit({
            action: 'device.changed',
            resourceType: 'device',
            resourceId: id,
            details: { changes },
          });
          const device = await stored(trx, id);
          afterCommit(() => remember(device, agentIds));
          return device;
        }),
      );
    },

    remove: (actor, id) =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        await lockTopology(trx);
        if (!(await lockDevice(trx, id, 'remove'))) throw notFound('device');
        const device = await stored(trx, id);
        const orphans = await markDeviceDeleted(trx, id, now);
        await raiseConfigVersions(trx, [device.agent_id]);
        await audit({ action: 'device.deleted', resourceType: 'device', resourceId: id });
        afterCommit(() => {
          directory.removeDevice(id);
          events.emit('device.removed', id);
          for (const orphanId of orphans) {
            const orphan = directory.device(orphanId);
            if (!orphan) continue;
            directory.putDevice({ ...orphan, parentIds: orphan.parentIds.filter((parent) => parent !== id) });
            events.emit('device.changed', orphanId);
          }
          events.emit('agent.config', device.agent_id);
        });
      }),
  };
};

const readAddress = (faults: Faults, text: string): string => {
  const verdict = canonicalAddress(text.trim());
  if (verdict.ok) return verdict.address;
  faults.add('address', `${text} ${verdict.reason}`, 'wrong_form');
  return text;
};

/** A code nobody uses; the same private address may stand in many branches. */
const freeCode = async (trx: Change['trx'], address: string): Promise<string> => {
  const base = codeFromAddress(address);
  return firstFree(base, await takenDeviceCodes(trx, base));
};

const merged = (faults: Faults, old: StoredDevice, body: UpdateDeviceBody): DeviceValues => ({
  code: body.code ?? old.code,
  name: body.name?.trim() ?? old.name,
  kind: body.kind ?? old.kind,
  model: body.model === undefined ? old.model : (body.model?.trim() ?? null),
  address: body.address === undefined ? old.address : readAddress(faults, body.address),
  link: body.link ?? old.link,
  site_id: body.site_id ?? old.site_id,
  agent_id: body.agent_id ?? old.agent_id,
});

/** Brings the checks after a change of the device; answers the agents whose configuration it touches. */
const followChecks = async (
  { trx, now }: Change,
  old: StoredDevice,
  values: DeviceValues,
  changes: FieldChanges,
): Promise<string[]> => {
  if (changes['agent_id']) {
    // An agent's own readings stay with it: no other can read this host.
    await retireChecks(trx, old.id, now, old.agent_id);
    await insertChecks(trx, old.id, [icmpCheck(values.link)], now);
  } else if (changes['link']) {
    await setIcmpTimeout(trx, old.id, TIMEOUT_MS_BY_LINK[values.link]);
  } else if (!changes['address']) {
    return [];
  }
  const agentIds = [...new Set([old.agent_id, values.agent_id])];
  await raiseConfigVersions(trx, agentIds);
  return agentIds;
};
