import { sql } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { ConfigCheck } from './rules.js';

/** An agent's configuration as one statement saw it: version and checks belong together. */
export interface StoredConfig {
  agentId: string;
  shard: string;
  /** false: revoked or deleted, and to be told nothing. */
  inService: boolean;
  version: number;
  checks: ConfigCheck[];
}

/** Every agent there ever was: those out of service have their retained message cleared. */
export const loadConfigAgents = async (db: Db): Promise<string[]> => {
  const rows = await db.selectFrom('agents').select('id').orderBy('id').execute();
  return rows.map((row) => row.id);
};

export const loadConfigs = async (db: Db, agentIds: readonly string[]): Promise<StoredConfig[]> => {
  const { rows } = await sql<StoredConfig>`
    select a.id as "agentId", a.shard, a.config_version as version,
      (a.deleted_at is null and a.state <> 'revoked') as "inService",
      (select coalesce(json_agg(json_build_object(
          'id', c.id, 'deviceId', d.id, 'type', c.type, 'address', host(d.address), 'link', d.link,
          'intervalMs', c.interval_s * 1000, 'timeoutMs', c.timeout_ms) order by c.id), '[]')
        from devices d join checks c on c.device_id = d.id
        where d.agent_id = a.id and d.deleted_at is null and c.deleted_at is null) as checks
    from agents a where a.id = any(${[...agentIds]}::uuid[])`.execute(db);
  return rows;
};
