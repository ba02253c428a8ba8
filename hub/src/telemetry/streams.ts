import { sql } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Newest } from './lanes.js';

export interface StreamEntry extends Newest {
  agentId: string;
}

/** The newest (stream, process) of every agent, kept beyond the hub's life. */
export interface StreamStore {
  load(): Promise<StreamEntry[]>;
  /**
   * Takes each stream up where it is above the one known, all in one transaction; answers what is known afterwards of
   * each agent that exists. Rejects where it is away or not certain.
   */
  remember(entries: readonly StreamEntry[]): Promise<StreamEntry[]>;
}

/** In `agents.stream` and `agents.process`. */
export const createStreamStore = (db: Db): StreamStore => ({
  load: async () => {
    const rows = await db.selectFrom('agents').select(['id', 'stream', 'process']).execute();
    return rows.map(({ id, stream, process }) => ({ agentId: id, stream, process: process ?? '' }));
  },
  remember: async (entries) => {
    const { rows } = await sql<StreamEntry>`
      with told as (
        select * from unnest(
          ${entries.map((entry) => entry.agentId)}::uuid[],
          ${entries.map((entry) => entry.stream)}::bigint[],
          ${entries.map((entry) => entry.process)}::text[]
        ) as told (id, stream, process)
      ), taken as (
        update agents set stream = told.stream, process = told.process
        from told where agents.id = told.id and agents.stream < told.stream
        returning agents.id, agents.stream, agents.process
      )
      select agents.id as "agentId",
        coalesce(taken.stream, agents.stream) as stream,
        coalesce(taken.process, agents.process, '') as process
      from agents join told using (id) left join taken using (id)`.execute(db);
    return rows;
  },
});
