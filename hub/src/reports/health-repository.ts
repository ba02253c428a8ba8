import type { Health } from '@siaga/shared';
import { sql } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { HealthPiece } from './health-history.js';

/** Reading a device's health intervals: SQL only. */

export interface StoredHealth {
  /** Cut at the span's ends, oldest first: all of them, or the `most` longest. */
  pieces: HealthPiece[];
  count: number;
  /** Milliseconds by health, over all of them. */
  totalsMs: Partial<Record<Health, number>>;
}

interface Row {
  health: Health;
  start_ms: number;
  end_ms: number;
  late: boolean;
}

/** The intervals within the span; the one that goes on ends with it. */
export const healthWithin = async (
  db: Db,
  deviceId: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  most: number,
): Promise<StoredHealth> => {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const cut = sql`
    select health, late, greatest(started_at, ${from}) as start_at, least(coalesce(ended_at, 'infinity'), ${to}) as end_at
    from health_intervals
    where device_id = ${deviceId} and started_at < ${to} and (ended_at is null or ended_at > ${from})`;
  const [longest, totals] = await Promise.all([
    sql<Row>`
      select health, late, extract(epoch from start_at)::double precision * 1000 as start_ms,
        extract(epoch from end_at)::double precision * 1000 as end_ms
      from (select * from (${cut}) cut order by end_at - start_at desc, start_at limit ${most}) longest
      order by start_at`.execute(db),
    sql<{ health: Health; count: number; total_ms: number }>`
      select health, count(*) as count,
        (extract(epoch from sum(end_at - start_at)) * 1000)::double precision as total_ms
      from (${cut}) cut group by health`.execute(db),
  ]);
  return {
    pieces: longest.rows.map((row) => ({
      health: row.health,
      startMs: Math.round(row.start_ms),
      endMs: Math.round(row.end_ms),
      late: row.late,
    })),
    count: totals.rows.reduce((sum, row) => sum + row.count, 0),
    totalsMs: Object.fromEntries(totals.rows.map((row) => [row.health, Math.round(row.total_ms)])),
  };
};

/** When the device was first made; a restored one has a past from before it was taken out of service. */
export const madeAtMs = async (db: Db, deviceId: string): Promise<number> => {
  const row = await db
    .selectFrom('devices')
    .select('created_at')
    .where('id', '=', deviceId)
    .executeTakeFirst();
  return row?.created_at.getTime() ?? Infinity;
};
