import { sql, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';
import type { AgentRow } from './agents-repository.js';
import { laterThan } from './listing.js';
import type { SiteRow } from './sites-repository.js';

/** Bringing back what was deleted: SQL only. */

type Trx = Transaction<Database>;

/** Locks what was deleted; undefined where it is unknown, or in service. */
export const lockDeletedSite = (trx: Trx, id: string): Promise<SiteRow | undefined> =>
  trx
    .selectFrom('sites')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst();

export const lockDeletedAgent = (trx: Trx, id: string): Promise<AgentRow | undefined> =>
  trx
    .selectFrom('agents')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst();

export interface DeletedDevice {
  code: string;
  address: string;
  site_id: string;
  agent_id: string;
  parents_before: string[];
  children_before: string[];
}

export const lockDeletedDevice = (trx: Trx, id: string): Promise<DeletedDevice | undefined> =>
  trx
    .selectFrom('devices')
    .select([
      'code',
      sql<string>`host(address)`.as('address'),
      'site_id',
      'agent_id',
      'parents_before',
      'children_before',
    ])
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst();

export const unmarkSite = (trx: Trx, id: string, now: Date): Promise<SiteRow> =>
  trx
    .updateTable('sites')
    .set({ deleted_at: null, updated_at: laterThan(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();

/** Brings the device back with the checks that its deletion ended; those that ended before it stay ended. */
export const unmarkDevice = async (trx: Trx, id: string, now: Date): Promise<void> => {
  await sql`
    update checks c set deleted_at = null from devices d
    where d.id = ${id} and c.device_id = d.id and c.deleted_at = d.deleted_at and c.moved_from is null`.execute(
    trx,
  );
  await trx
    .updateTable('devices')
    .set({
      deleted_at: null,
      restored_at: now,
      updated_at: laterThan(now),
      parents_before: [],
      children_before: [],
    })
    .where('id', '=', id)
    .execute();
};

/** Adds edges where they are not there yet; the devices count as changed. */
export const addParents = async (
  trx: Trx,
  edges: readonly { device_id: string; parent_id: string }[],
  now: Date,
): Promise<void> => {
  if (edges.length === 0) return;
  await trx
    .insertInto('device_parents')
    .values([...edges])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .updateTable('devices')
    .set({ updated_at: laterThan(now) })
    .where(
      'id',
      'in',
      edges.map((edge) => edge.device_id),
    )
    .execute();
};

/** Notes the edges to devices that are deleted themselves, for their own return. */
export const leaveEdges = async (
  trx: Trx,
  id: string,
  parentIds: readonly string[],
  childIds: readonly string[],
): Promise<void> => {
  if (parentIds.length > 0)
    await sql`
      update devices set children_before = array_append(children_before, ${id}::uuid)
      where id = any(${[...parentIds]}::uuid[]) and deleted_at is not null
        and not children_before @> array[${id}::uuid]`.execute(trx);
  if (childIds.length > 0)
    await sql`
      update devices set parents_before = array_append(parents_before, ${id}::uuid)
      where id = any(${[...childIds]}::uuid[]) and deleted_at is not null
        and not parents_before @> array[${id}::uuid]`.execute(trx);
};

/** Those of the devices that have fewer than `most` parents. */
export const withRoomForParents = async (
  trx: Trx,
  ids: readonly string[],
  most: number,
): Promise<Set<string>> => {
  const { rows } = await sql<{ id: string }>`
    select d.id from unnest(${[...ids]}::uuid[]) as d (id)
    where (select count(*) from device_parents p where p.device_id = d.id) < ${most}`.execute(trx);
  return new Set(rows.map((row) => row.id));
};

/** What something was called, deleted or not. */
export const nameOf = async (trx: Trx, table: 'sites' | 'agents', id: string): Promise<string | undefined> =>
  (await trx.selectFrom(table).select('name').where('id', '=', id).executeTakeFirst())?.name;
