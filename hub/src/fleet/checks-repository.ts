import type { Check } from '@siaga/shared';
import type { Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database } from '../platform/postgres/schema.js';
import type { DirectoryCheck } from './ports.js';

/** What is measured of devices: SQL only. */

type Trx = Transaction<Database>;

/** Checks whose devices moved to another agent, with the agent that measured them; of one device, or of all. */
export const listMovedChecks = async (db: Db, deviceId?: string): Promise<DirectoryCheck[]> => {
  let query = db
    .selectFrom('checks as c')
    .innerJoin('devices as d', 'd.id', 'c.device_id')
    .select(['c.id', 'c.device_id', 'c.moved_from', 'c.type', 'c.interval_s', 'c.timeout_ms'])
    .where('c.moved_from', 'is not', null)
    .where('d.deleted_at', 'is', null);
  if (deviceId !== undefined) query = query.where('c.device_id', '=', deviceId);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    deviceId: row.device_id,
    agentId: row.moved_from!,
    type: row.type,
    intervalMs: row.interval_s * 1000,
    timeoutMs: row.timeout_ms,
  }));
};

export interface NewCheck {
  type: Check['type'];
  interval_s: number;
  timeout_ms: number | null;
}

export const insertChecks = async (
  trx: Trx,
  deviceId: string,
  checks: readonly NewCheck[],
  now: Date,
): Promise<void> => {
  await trx
    .insertInto('checks')
    .values(checks.map((check) => ({ device_id: deviceId, ...check, created_at: now, deleted_at: null })))
    .execute();
};

/** `movedFrom`: the agent that measured them, where their device goes on under another. */
export const retireChecks = async (
  trx: Trx,
  deviceId: string,
  now: Date,
  movedFrom: string | null = null,
): Promise<void> => {
  await trx
    .updateTable('checks')
    .set({ deleted_at: now, moved_from: movedFrom })
    .where('device_id', '=', deviceId)
    .where('deleted_at', 'is', null)
    .execute();
};

export const setIcmpTimeout = async (trx: Trx, deviceId: string, timeoutMs: number): Promise<void> => {
  await trx
    .updateTable('checks')
    .set({ timeout_ms: timeoutMs })
    .where('device_id', '=', deviceId)
    .where('type', '=', 'icmp')
    .where('deleted_at', 'is', null)
    .execute();
};
