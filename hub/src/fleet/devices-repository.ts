import type { Check, Device, DeviceKind, Health, Link } from '@siaga/shared';
import { sql, type Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database } from '../platform/postgres/schema.js';
import { retireChecks } from './checks-repository.js';
import { allOf, containing, orderBy, laterThan, type ListQuery } from './listing.js';
import { cutEdges } from './topology-repository.js';

type Trx = Transaction<Database>;
export type DeviceSort = 'name' | 'code' | 'health' | 'since' | 'address';
export type DeviceListQuery = ListQuery<DeviceSort> & {
  health?: Health | undefined;
  site_id?: string | undefined;
  agent_id?: string | undefined;
  kind?: DeviceKind | undefined;
};

/** A device as PostgreSQL knows it; the newest figures live in telemetry's memory. */
export type StoredDevice = Omit<Device, 'rtt_ms' | 'loss_percent' | 'last_seen_at'> & {
  /** When it was made, or came back after a deletion. */
  in_service_since: string;
};

interface DeviceRow {
  id: string;
  code: string;
  name: string;
  kind: DeviceKind;
  model: string | null;
  address: string;
  link: Link;
  site_id: string;
  agent_id: string;
  created_at: Date;
  updated_at: Date;
  in_service_since: Date;
  health: Health;
  since: Date;
  parent_ids: string[];
  open_incident_id: string | null;
  acknowledged: boolean;
  checks: Check[];
}

const toDevice = (row: DeviceRow): StoredDevice => ({
  ...row,
  since: row.since.toISOString(),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  in_service_since: row.in_service_since.toISOString(),
});

// PostgreSQL works the sub-selects out for the rows of the page only, after the sort and the limit.
const columns = sql`
  d.id, d.code, d.name, d.kind, d.model, host(d.address) as address, d.link, d.site_id, d.agent_id,
  d.created_at, d.updated_at, coalesce(d.restored_at, d.created_at) as in_service_since,
  coalesce(v.health, 'unknown') as health, coalesce(v.since, d.restored_at, d.created_at) as since,
  array(select p.parent_id from device_parents p where p.device_id = d.id order by p.parent_id) as parent_ids,
  i.ticket_id as open_incident_id, coalesce(i.acknowledged_at is not null, false) as acknowledged,
  (select coalesce(json_agg(json_build_object(
      'id', c.id, 'type', c.type, 'interval_s', c.interval_s, 'timeout_ms', c.timeout_ms) order by c.id), '[]')
    from checks c where c.device_id = d.id and c.deleted_at is null) as checks`;
const tables = sql`devices d left join device_verdicts v on v.device_id = d.id`;
// The newest open incident about the device.
const openIncident = sql`left join lateral (
    select i.ticket_id, i.acknowledged_at from incident_details i
    where i.subject_kind = 'device' and i.subject_id = d.id and i.is_open
    order by i.detected_at desc nulls last limit 1
  ) i on true`;

// Health is sorted by urgency, the worst first, since that is what a list is sorted by health for.
const sortKeys = {
  name: sql`lower(d.name)`,
  code: sql`lower(d.code)`,
  health: sql`array_position(array['down', 'degraded', 'unknown', 'up'], coalesce(v.health, 'unknown'))`,
  since: sql`coalesce(v.since, d.restored_at, d.created_at)`,
  address: sql`d.address`,
};

export const listDevices = async (
  db: Db,
  query: DeviceListQuery,
): Promise<{ devices: StoredDevice[]; total: number }> => {
  const conditions = [sql`d.deleted_at is null`];
  if (query.health !== undefined) conditions.push(sql`coalesce(v.health, 'unknown') = ${query.health}`);
  if (query.site_id !== undefined) conditions.push(sql`d.site_id = ${query.site_id}`);
  if (query.agent_id !== undefined) conditions.push(sql`d.agent_id = ${query.agent_id}`);
  if (query.kind !== undefined) conditions.push(sql`d.kind = ${query.kind}`);
  if (query.search !== undefined) {
    const like = containing(query.search);
    conditions.push(
      sql`(d.name ilike ${like} or d.code ilike ${like} or host(d.address) ilike ${like} or d.model ilike ${like})`,
    );
  }
  const where = allOf(conditions);
  const order = orderBy(query.sort, 'name', sortKeys, sql`d.id`);
  const [{ rows }, totals] = await Promise.all([
    sql<DeviceRow>`
      select ${columns} from (
        select d.id, row_number() over (order by ${order}) as place from ${tables} where ${where} order by ${order}
        limit ${query.perPage} offset ${(query.page - 1) * query.perPage}
      ) page join ${tables} on d.id = page.id ${openIncident} order by page.place`.execute(db),
    sql<{ total: number }>`select count(*) as total from ${tables} where ${where}`.execute(db),
  ]);
  return { devices: rows.map(toDevice), total: totals.rows[0]?.total ?? 0 };
};

export const findDevice = async (db: Db, id: string): Promise<StoredDevice | undefined> => {
  const { rows } = await sql<DeviceRow>`
    select ${columns} from ${tables} ${openIncident} where d.id = ${id} and d.deleted_at is null`.execute(db);
  return rows[0] && toDevice(rows[0]);
};

export interface OtherDevice {
  id: string;
  code: string;
  name: string;
}

export const findDeviceByCode = (db: Db, code: string): Promise<OtherDevice | undefined> =>
  db
    .selectFrom('devices')
    .select(['id', 'code', 'name'])
    .where(sql`lower(code)`, '=', sql`lower(${code})`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

export const findDeviceByAddress = (
  db: Db,
  agentId: string,
  address: string,
): Promise<OtherDevice | undefined> =>
  db
    .selectFrom('devices')
    .select(['id', 'code', 'name'])
    .where('agent_id', '=', agentId)
    .where('address', '=', sql<string>`${address}::inet`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

/** `change`: nobody else may change it; `remove`: nor come to refer to it. Answers whether there is such a device. */
export const lockDevice = async (trx: Trx, id: string, strength: 'change' | 'remove'): Promise<boolean> => {
  const query = trx.selectFrom('devices').select('id').where('id', '=', id).where('deleted_at', 'is', null);
  const row = await (strength === 'change' ? query.forNoKeyUpdate() : query.forUpdate()).executeTakeFirst();
  return row !== undefined;
};

/** Which of these devices exist; they cannot be deleted until the transaction ends. */
export const keepDevices = async (trx: Trx, ids: readonly string[]): Promise<Set<string>> => {
  if (ids.length === 0) return new Set();
  const rows = await trx
    .selectFrom('devices')
    .select('id')
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forKeyShare()
    .execute();
  return new Set(rows.map((row) => row.id));
};

/** The columns that a person sets. */
export interface DeviceValues {
  code: string;
  name: string;
  kind: DeviceKind;
  model: string | null;
  address: string;
  link: Link;
  site_id: string;
  agent_id: string;
}

export const insertDevice = async (trx: Trx, id: string, values: DeviceValues, now: Date): Promise<void> => {
  await trx
    .insertInto('devices')
    .values({ id, ...values, created_at: now, updated_at: now })
    .execute();
};

export const updateDevice = async (trx: Trx, id: string, values: DeviceValues, now: Date): Promise<void> => {
  await trx
    .updateTable('devices')
    .set({ ...values, updated_at: laterThan(now) })
    .where('id', '=', id)
    .execute();
};

/**
 * Takes the device out of service with its checks and its edges, and keeps what the edges were for its restoration;
 * answers the devices that had it as a parent.
 */
export const markDeviceDeleted = async (trx: Trx, id: string, now: Date): Promise<string[]> => {
  await retireChecks(trx, id, now);
  const { parents, children } = await cutEdges(trx, id);
  await trx
    .updateTable('devices')
    .set({
      deleted_at: now,
      updated_at: now,
      parents_before: parents,
      children_before: children,
    })
    .where('id', '=', id)
    .execute();
  if (children.length > 0)
    await trx
      .updateTable('devices')
      .set({ updated_at: laterThan(now) })
      .where('id', 'in', children)
      .execute();
  return children;
};

/** The lower-case codes in use that begin with `base`. */
export const takenDeviceCodes = async (trx: Trx, base: string): Promise<Set<string>> => {
  const rows = await trx
    .selectFrom('devices')
    .select(sql<string>`lower(code)`.as('code'))
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`starts_with(lower(code), ${base.toLowerCase()})`)
    .execute();
  return new Set(rows.map((row) => row.code));
};

/** Whether the device was ever made, deleted or not. */
export const deviceWasMade = async (trx: Trx, id: string): Promise<boolean> =>
  (await trx.selectFrom('devices').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;

/** Open incidents, whatever they are about. */
export const countOpenIncidents = async (db: Db): Promise<number> => {
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from incident_details where is_open and condition is not null`.execute(db);
  return rows[0]?.open ?? 0;
};
