import { sql, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';

/** Who is whose parent: SQL only. */

type Trx = Transaction<Database>;

/** Changes of who is whose parent go one after another: two of them could close a circle that neither sees. */
export const lockTopology = async (trx: Trx): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtext('siaga.topology'))`.execute(trx);
};

/** Every edge on the ways up from these devices: device → its parents. */
export const ancestry = async (trx: Trx, ids: readonly string[]): Promise<Map<string, string[]>> => {
  const { rows } = await sql<{ device_id: string; parent_id: string }>`
    with recursive up as (
      select device_id, parent_id from device_parents where device_id = any(${[...ids]}::uuid[])
      union
      select p.device_id, p.parent_id from device_parents p join up on p.device_id = up.parent_id
    ) select * from up`.execute(trx);
  const parents = new Map<string, string[]>();
  for (const { device_id, parent_id } of rows)
    parents.set(device_id, [...(parents.get(device_id) ?? []), parent_id]);
  return parents;
};

export const replaceParents = async (trx: Trx, id: string, parentIds: readonly string[]): Promise<void> => {
  await trx.deleteFrom('device_parents').where('device_id', '=', id).execute();
  if (parentIds.length === 0) return;
  await trx
    .insertInto('device_parents')
    .values(parentIds.map((parentId) => ({ device_id: id, parent_id: parentId })))
    .execute();
};

/** Takes away the device's edges; answers whose child and whose parent it was. */
export const cutEdges = async (trx: Trx, id: string): Promise<{ parents: string[]; children: string[] }> => {
  const parents = await trx
    .deleteFrom('device_parents')
    .where('device_id', '=', id)
    .returning('parent_id')
    .execute();
  const orphans = await trx
    .deleteFrom('device_parents')
    .where('parent_id', '=', id)
    .returning('device_id')
    .execute();
  return { parents: parents.map((row) => row.parent_id), children: orphans.map((row) => row.device_id) };
};
