import type { Agent, AgentState, AgentStateMessage } from '@siaga/shared';
import { sql, type Selectable, type Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { AgentsTable, Database } from '../platform/postgres/schema.js';
import { allOf, containing, orderBy, laterThan, type ListQuery } from './listing.js';

type Trx = Transaction<Database>;
export type AgentRow = Selectable<AgentsTable>;
/** A row with what is counted beside it. */
export type AgentView = AgentRow & { device_count: number };
export type AgentSort = 'name' | 'state' | 'last_seen_at';
export type AgentListQuery = ListQuery<AgentSort> & {
  site_id?: string | undefined;
  state?: AgentState | undefined;
};

export const toAgent = (row: AgentView): Agent => ({
  id: row.id,
  name: row.name,
  site_id: row.site_id,
  state: row.state,
  version: row.version,
  probe: row.probe,
  probe_note: row.probe_note,
  clock_offset_ms: row.clock_offset_ms,
  outbox_rows: row.outbox_rows,
  lost_samples: row.lost_samples,
  device_count: row.device_count,
  last_seen_at: row.last_seen_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

const deviceCount = sql<number>`(select count(*) from devices d where d.agent_id = a.id and d.deleted_at is null)`;

export const listAgents = async (
  db: Db,
  query: AgentListQuery,
): Promise<{ rows: AgentView[]; total: number }> => {
  const conditions = [sql`a.deleted_at is null`];
  if (query.site_id !== undefined) conditions.push(sql`a.site_id = ${query.site_id}`);
  if (query.state !== undefined) conditions.push(sql`a.state = ${query.state}`);
  if (query.search !== undefined) conditions.push(sql`a.name ilike ${containing(query.search)}`);
  const where = allOf(conditions);
  const order = orderBy(
    query.sort,
    'name',
    { name: sql`lower(a.name)`, state: sql`a.state`, last_seen_at: sql`a.last_seen_at` },
    sql`a.id`,
  );
  const [{ rows }, totals] = await Promise.all([
    sql<AgentView>`
      select a.*, ${deviceCount} as device_count from agents a where ${where} order by ${order}
      limit ${query.perPage} offset ${(query.page - 1) * query.perPage}`.execute(db),
    sql<{ total: number }>`select count(*) as total from agents a where ${where}`.execute(db),
  ]);
  return { rows, total: totals.rows[0]?.total ?? 0 };
};

export const findAgent = async (db: Db, id: string): Promise<AgentView | undefined> => {
  const { rows } = await sql<AgentView>`
    select a.*, ${deviceCount} as device_count from agents a
    where a.id = ${id} and a.deleted_at is null`.execute(db);
  return rows[0];
};

export const findAgentByName = (db: Db, name: string): Promise<AgentRow | undefined> =>
  db
    .selectFrom('agents')
    .selectAll()
    .where(sql`lower(name)`, '=', sql`lower(${name})`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

/** Locks agents for a change, always in the order of their ids, so that two changes cannot wait for each other. */
export const lockAgents = (trx: Trx, ids: readonly string[]): Promise<AgentRow[]> =>
  trx
    .selectFrom('agents')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();

/** As `lockAgents`, and nothing new may come to refer to it meanwhile. */
export const lockAgentForDeletion = (trx: Trx, id: string): Promise<AgentRow | undefined> =>
  trx
    .selectFrom('agents')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

/**
 * The agent a device of this site belongs to where none was named: the site's only one, else the only one there is;
 * undefined where there are several or none. Revoked agents do not count.
 */
export const standardAgent = async (trx: Trx, siteId: string): Promise<string | undefined> => {
  const { rows } = await sql<{ id: string; here: boolean }>`
    (select id, true as here from agents
      where site_id = ${siteId} and deleted_at is null and state <> 'revoked' limit 2)
    union all
    (select id, false from agents where deleted_at is null and state <> 'revoked' limit 2)`.execute(trx);
  const here = rows.filter((row) => row.here);
  const anywhere = rows.filter((row) => !row.here);
  if (here.length === 1) return here[0]?.id;
  return here.length === 0 && anywhere.length === 1 ? anywhere[0]?.id : undefined;
};

export interface NewAgent {
  id: string;
  name: string;
  site_id: string;
  shard: string;
  secret_hmac: Buffer | null;
  broker_hash: string | null;
}

export const insertAgent = (trx: Trx, agent: NewAgent, now: Date): Promise<AgentRow> =>
  trx
    .insertInto('agents')
    .values({ ...agent, created_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow();

export interface AgentValues {
  name?: string;
  site_id?: string;
  secret_hmac?: Buffer | null;
  broker_hash?: string | null;
  state?: AgentState;
  version?: string;
  deleted_at?: Date | null;
}

export const updateAgent = async (trx: Trx, id: string, values: AgentValues, now: Date): Promise<void> => {
  await trx
    .updateTable('agents')
    .set({ ...values, updated_at: laterThan(now) })
    .where('id', '=', id)
    .execute();
};

/** A login for a broker; `hash` is null for one issued before it was kept. */
export interface BrokerLogin {
  id: string;
  name: string;
  shard: string;
  hash: string | null;
}

/** Every agent that may connect, in the order of their ids. */
export const loadBrokerLogins = (db: Db): Promise<BrokerLogin[]> =>
  db
    .selectFrom('agents')
    .select(['id', 'name', 'shard', 'broker_hash as hash'])
    .where('secret_hmac', 'is not', null)
    .where('deleted_at', 'is', null)
    .where('state', '<>', 'revoked')
    .orderBy('id')
    .execute();

/** A new configuration version for each; in the transaction of the change that makes it new. */
export const raiseConfigVersions = async (trx: Trx, ids: readonly string[]): Promise<void> => {
  await trx
    .updateTable('agents')
    .set({ config_version: sql`config_version + 1` })
    .where('id', 'in', [...ids])
    .execute();
};

export const takenAgentNames = async (trx: Trx, base: string): Promise<Set<string>> => {
  const rows = await trx
    .selectFrom('agents')
    .select(sql<string>`lower(name)`.as('name'))
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`starts_with(lower(name), ${base.toLowerCase()})`)
    .execute();
  return new Set(rows.map((row) => row.name));
};

/** Any agent, deleted ones included. */
export const findAgentEverMade = (trx: Trx, id: string): Promise<AgentRow | undefined> =>
  trx.selectFrom('agents').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();

export const insertEnrolment = async (
  trx: Trx,
  enrolment: { token_hmac: Buffer; agent_id: string; expires_at: Date; created_by: string | null },
  now: Date,
): Promise<void> => {
  await trx
    .insertInto('agent_enrolments')
    .values({ ...enrolment, created_at: now, used_at: null })
    .execute();
};

/** Tokens of the agent that nobody has used can never be used. */
export const voidEnrolments = async (trx: Trx, agentId: string): Promise<void> => {
  await trx
    .deleteFrom('agent_enrolments')
    .where('agent_id', '=', agentId)
    .where('used_at', 'is', null)
    .execute();
};

/** Whose token it is, whatever has become of it. */
export const enrolmentAgent = async (trx: Trx, tokenHmac: Buffer): Promise<string | undefined> => {
  const row = await trx
    .selectFrom('agent_enrolments')
    .select('agent_id')
    .where('token_hmac', '=', tokenHmac)
    .executeTakeFirst();
  return row?.agent_id;
};

/** Uses the token up and answers its HMAC; undefined where it is used or expired. One of several callers gets it. */
export const takeEnrolment = async (trx: Trx, tokenHmac: Buffer, now: Date): Promise<Buffer | undefined> => {
  const row = await trx
    .updateTable('agent_enrolments')
    .set({ used_at: now })
    .where('token_hmac', '=', tokenHmac)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('token_hmac')
    .executeTakeFirst();
  return row?.token_hmac;
};

/** Writes down a state message that was put in order; `seenAt` is absent where it does not show the agent alive. */
export const saveStateMessage = async (
  trx: Trx,
  id: string,
  message: AgentStateMessage,
  seenAt: Date | undefined,
): Promise<void> => {
  await trx
    .updateTable('agents')
    .set({
      state: message.state,
      state_stream: message.stream,
      connection: message.connection,
      instance: message.instance,
      version: message.version,
      probe: message.probe,
      probe_note: message.probeNote ?? null,
      ...(seenAt ? { last_seen_at: seenAt } : {}),
    })
    .where('id', '=', id)
    .execute();
};

/** Moves the agent to another state where it is in one of those; answers whether it was. */
export const moveState = async (
  trx: Trx,
  id: string,
  from: readonly AgentState[],
  to: AgentState,
): Promise<boolean> => {
  const row = await trx
    .updateTable('agents')
    .set({ state: to })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
};

/** What is written of an agent at leisure; null stands for "nothing new". */
export interface AgentFigures {
  id: string;
  seenAtMs: number | null;
  clockOffsetMs: number | null;
  outboxRows: number | null;
  lostSamples: number | null;
}

/** All agents' figures in one statement. */
export const saveFigures = async (db: Db, figures: readonly AgentFigures[]): Promise<void> => {
  const column = <Key extends keyof AgentFigures>(key: Key) => figures.map((agent) => agent[key]);
  await sql`
    update agents a set
      last_seen_at = greatest(a.last_seen_at, to_timestamp(f.seen_at_ms / 1000)),
      clock_offset_ms = coalesce(f.clock_offset_ms, a.clock_offset_ms),
      outbox_rows = coalesce(f.outbox_rows, a.outbox_rows),
      lost_samples = coalesce(f.lost_samples, a.lost_samples)
    from unnest(${column('id')}::uuid[], ${column('seenAtMs')}::double precision[],
                ${column('clockOffsetMs')}::double precision[], ${column('outboxRows')}::bigint[],
                ${column('lostSamples')}::bigint[])
      as f (id, seen_at_ms, clock_offset_ms, outbox_rows, lost_samples)
    where a.id = f.id and a.deleted_at is null`.execute(db);
};
