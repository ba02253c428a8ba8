import type { Site } from '@siaga/shared';
import { sql, type Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database, SitesTable } from '../platform/postgres/schema.js';
import type { Selectable } from 'kysely';
import { allOf, containing, orderBy, laterThan, type ListQuery } from './listing.js';

export type SiteRow = Selectable<SitesTable>;
export type SiteSort = 'name' | 'code' | 'region';
export type SiteListQuery = ListQuery<SiteSort> & { region?: string | undefined };
/** What a change may set. */
export type SiteValues = Pick<SiteRow, 'code' | 'name' | 'timezone' | 'region' | 'latitude' | 'longitude'>;

type Trx = Transaction<Database>;

export const toSite = (row: SiteRow): Site => ({
  id: row.id,
  code: row.code,
  name: row.name,
  timezone: row.timezone,
  region: row.region,
  latitude: row.latitude,
  longitude: row.longitude,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const listSites = async (
  db: Db,
  query: SiteListQuery,
): Promise<{ rows: SiteRow[]; total: number }> => {
  const conditions = [sql`s.deleted_at is null`];
  if (query.region !== undefined) conditions.push(sql`s.region = ${query.region}`);
  if (query.search !== undefined) {
    const like = containing(query.search);
    conditions.push(sql`(s.name ilike ${like} or s.code ilike ${like} or s.region ilike ${like})`);
  }
  const where = allOf(conditions);
  const order = orderBy(
    query.sort,
    'name',
    { name: sql`lower(s.name)`, code: sql`lower(s.code)`, region: sql`lower(s.region)` },
    sql`s.id`,
  );
  const [{ rows }, totals] = await Promise.all([
    sql<SiteRow>`
      select s.* from sites s where ${where} order by ${order}
      limit ${query.perPage} offset ${(query.page - 1) * query.perPage}`.execute(db),
    sql<{ total: number }>`select count(*) as total from sites s where ${where}`.execute(db),
  ]);
  return { rows, total: totals.rows[0]?.total ?? 0 };
};

export const findSite = (db: Db, id: string): Promise<SiteRow | undefined> =>
  db.selectFrom('sites').selectAll().where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst();

export const findSiteByCode = (db: Db, code: string): Promise<SiteRow | undefined> =>
  db
    .selectFrom('sites')
    .selectAll()
    .where(sql`lower(code)`, '=', code.toLowerCase())
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

/** `change`: nobody else may change it; `keep`: nobody may delete it until this transaction ends. */
export const lockSite = (trx: Trx, id: string, strength: 'change' | 'keep'): Promise<SiteRow | undefined> => {
  const query = trx.selectFrom('sites').selectAll().where('id', '=', id).where('deleted_at', 'is', null);
  return (strength === 'change' ? query.forUpdate() : query.forKeyShare()).executeTakeFirst();
};

export const insertSite = (trx: Trx, id: string, values: SiteValues, now: Date): Promise<SiteRow> =>
  trx
    .insertInto('sites')
    .values({ id, ...values, created_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow();

export const updateSite = (trx: Trx, id: string, values: SiteValues, now: Date): Promise<SiteRow> =>
  trx
    .updateTable('sites')
    .set({ ...values, updated_at: laterThan(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();

export const markSiteDeleted = async (trx: Trx, id: string, now: Date): Promise<void> => {
  await trx.updateTable('sites').set({ deleted_at: now, updated_at: now }).where('id', '=', id).execute();
};

/** What still hangs on the site. */
export const countAtSite = async (trx: Trx, id: string): Promise<{ agents: number; devices: number }> => {
  const { rows } = await sql<{ agents: number; devices: number }>`
    select (select count(*) from agents where site_id = ${id} and deleted_at is null) as agents,
           (select count(*) from devices where site_id = ${id} and deleted_at is null) as devices`.execute(
    trx,
  );
  return rows[0] ?? { agents: 0, devices: 0 };
};

/** The lower-case codes in use that begin with `base`. */
export const takenSiteCodes = async (trx: Trx, base: string): Promise<Set<string>> => {
  const rows = await trx
    .selectFrom('sites')
    .select(sql<string>`lower(code)`.as('code'))
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`starts_with(lower(code), ${base.toLowerCase()})`)
    .execute();
  return new Set(rows.map((row) => row.code));
};
