import { sql, type ControlledTransaction, type Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database } from '../platform/postgres/schema.js';
import { writeGroup } from './group-repository.js';
import { healLate } from './healing-repository.js';
import type { IncidentDesk } from './ports.js';
import {
  FencedError,
  UncertainCommitError,
  type Leases,
  type TakenLease,
  type VerdictStore,
} from './store.js';

/** A transaction that its client left in the middle must not hold the fence against the next one, ms. */
const ABANDONED_AFTER_MS = 15_000;
/** No statement of ours is worth waiting longer for, ms. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Detection's tables in PostgreSQL. */
export const createVerdictStore = ({ db, incidents }: { db: Db; incidents: IncidentDesk }): VerdictStore => {
  /** Runs `work` behind the fence; whether a failed commit took place is not known here. */
  const fenced = async <T>(
    shards: readonly string[],
    leases: Leases,
    work: (trx: Transaction<Database>) => Promise<T>,
    uncertain: (receipt: string, value: T, cause: unknown) => Error,
  ): Promise<T> => {
    const trx = await db.startTransaction().execute();
    let receipt: string;
    let value: T;
    try {
      receipt = await passFence(trx, shards, leases);
      value = await work(trx);
    } catch (error) {
      await abandon(trx);
      throw error;
    }
    try {
      await trx.commit().execute();
    } catch (error) {
      await abandon(trx);
      throw uncertain(receipt, value, error);
    }
    return value;
  };

  return {
    loadVerdicts: async () => {
      const rows = await db.selectFrom('device_verdicts').selectAll().execute();
      return rows.map((row) => ({
        deviceId: row.device_id,
        health: row.health,
        sinceMs: row.since.getTime(),
        state: row.state,
      }));
    },
    openIncidents: () => incidents.openBySubject(),

    takeLeases: async (shards, run, nowMs) => {
      const taken = new Map<string, TakenLease>();
      if (shards.length === 0) return taken;
      await db.transaction().execute(async (trx) => {
        // Locked in one order, so that two hubs that start at once wait for each other instead of dying.
        const before = await trx
          .selectFrom('shard_leases')
          .select(['shard', 'taken_at', 'behind'])
          .where('shard', 'in', [...shards])
          .orderBy('shard')
          .forUpdate()
          .execute();
        const held = new Map(before.map((row) => [row.shard, row]));
        for (const shard of [...shards].sort()) {
          const at = new Date(nowMs);
          const { fence } = await trx
            .insertInto('shard_leases')
            .values({ shard, fence: 1, run, taken_at: at })
            .onConflict((conflict) =>
              conflict
                .column('shard')
                .doUpdateSet((set) => ({ fence: set('shard_leases.fence', '+', 1), run })),
            )
            .returning('fence')
            .executeTakeFirstOrThrow();
          const { taken_at: renewedAt, behind } = held.get(shard) ?? {};
          taken.set(shard, { fence, renewedAtMs: renewedAt?.getTime() ?? null, behind: behind ?? {} });
        }
      });
      return taken;
    },

    raiseLeases: async (leases, run, { atMs, behind }) => {
      const raised = new Map<string, number>();
      await db.transaction().execute(async (trx) => {
        for (const shard of [...leases.keys()].sort()) {
          // Waits for a transaction of ours that may still be in flight: it holds the row until it has ended. Found by
          // run, not by fence: an earlier raise of ours may have been committed without our hearing of it.
          const row = await trx
            .updateTable('shard_leases')
            .set({
              ...{ fence: sql`fence + 1`, run, taken_at: new Date(atMs) },
              behind: JSON.stringify(behind.get(shard) ?? {}),
            })
            .where('shard', '=', shard)
            .where('run', '=', run)
            .returning('fence')
            .executeTakeFirst();
          if (!row) throw new FencedError(shard);
          raised.set(shard, row.fence);
        }
      });
      return raised;
    },

    renewLeases: async (leases, { atMs, behind }) => {
      const held = [...leases].map(([shard, fence]) => ({ shard, fence, behind: behind.get(shard) ?? {} }));
      const { rows } = await sql<{ shard: string }>`
        update shard_leases l set taken_at = ${new Date(atMs)}, behind = x.behind
        from jsonb_to_recordset(${JSON.stringify(held)}::jsonb) as x (shard text, fence bigint, behind jsonb)
        where l.shard = x.shard and l.fence = x.fence
        returning l.shard
      `.execute(db);
      const renewed = new Set(rows.map((row) => row.shard));
      for (const shard of leases.keys()) if (!renewed.has(shard)) throw new FencedError(shard);
    },

    save: (group, leases) =>
      fenced(
        group.shards,
        leases,
        (trx) => writeGroup(trx, group, incidents),
        (receipt, saved, cause) => new UncertainCommitError(receipt, saved, cause),
      ),

    wasCommitted: async (receipt) => {
      const { rows } = await sql<{ status: string | null }>`
        select pg_xact_status(${receipt}::xid8) as status
      `.execute(db);
      const status = rows[0]?.status;
      if (status === 'in progress') throw new Error(`transaction ${receipt} has not ended yet`);
      return status === 'committed';
    },

    heal: (requests, leases, nowMs) =>
      fenced(
        [...leases.keys()],
        leases,
        (trx) => healLate(trx, requests, nowMs),
        // Healing what is healed already changes nothing: it is simply done again.
        (_receipt, _healed, cause) => new Error('the connection broke while healing', { cause }),
      ),
  };
};

/**
 * Checks and holds the fences until the transaction ends: whoever raises one waits until then, and so knows what
 * became of it. Answers the transaction's id.
 */
const passFence = async (
  trx: Transaction<Database>,
  shards: readonly string[],
  leases: Leases,
): Promise<string> => {
  const { rows } = await sql<{ receipt: string; shard: string | null; fence: number | null }>`
    with limits as materialized (
      select set_config('idle_in_transaction_session_timeout', ${String(ABANDONED_AFTER_MS)}, true),
             set_config('statement_timeout', ${String(STATEMENT_TIMEOUT_MS)}, true)
    ), held as materialized (
      select shard, fence from shard_leases where shard = any (${[...shards]}::text[]) order by shard for share
    )
    select pg_current_xact_id()::text as receipt, held.shard, held.fence
    from limits left join held on true
  `.execute(trx);
  const held = new Map(rows.map((row) => [row.shard, row.fence]));
  for (const shard of shards) if (held.get(shard) !== leases.get(shard)) throw new FencedError(shard);
  return rows[0]!.receipt;
};

const abandon = async (trx: ControlledTransaction<Database>): Promise<void> => {
  try {
    await trx.rollback().execute();
  } catch {
    // The connection is gone, and the transaction with it; the first error tells why.
  }
};
