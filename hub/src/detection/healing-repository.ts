import type { Health } from '@siaga/shared';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';
import { healIntervals, type HealthInterval } from './engine/index.js';
import type { HealedDevice, HealRequest } from './store.js';

type Trx = Transaction<Database>;

interface StoredInterval extends HealthInterval {
  id: number;
  deviceId: string;
}

interface StoredRow {
  id: number;
  device_id: string;
  health: Health;
  started_at: Date;
  ended_at: Date | null;
  late: boolean;
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Rule 12 within `trx`: replaces parts of `unknown` and late intervals and puts that on the timeline. */
export const healLate = async (
  trx: Trx,
  requests: readonly HealRequest[],
  nowMs: number,
): Promise<HealedDevice[]> => {
  const byDevice = await healableIntervals(trx, requests, nowMs);
  const replaced: { id: number; last: HealthInterval }[] = [];
  const added: { deviceId: string; piece: HealthInterval }[] = [];
  const healed: HealedEntry[] = [];
  for (const { deviceId, runs, before, numbers } of requests) {
    const healings = healIntervals(byDevice.get(deviceId) ?? [], runs, before, numbers, nowMs);
    if (healings.length === 0) continue;
    for (const { replaced: interval, pieces } of healings) {
      // The stored row becomes the last piece: where it is the device's present one, it stays that.
      replaced.push({ id: interval.id, last: pieces.at(-1)! });
      for (const piece of pieces.slice(0, -1)) added.push({ deviceId, piece });
    }
    const late = healings.flatMap(({ news }) => news);
    healed.push({
      deviceId,
      fromMs: late[0]!.startedAtMs,
      toMs: late.at(-1)!.endedAtMs!,
      healedMs: durationMs(late),
      downMs: durationMs(late.filter((piece) => piece.health === 'down')),
      gapMs: numbers.gapMs,
    });
  }
  if (healed.length === 0) return [];
  await replaceIntervals(trx, replaced, added);
  await tell(trx, healed, nowMs);
  return healed.map(({ deviceId, healedMs, downMs }) => ({ deviceId, healedMs, downMs }));
};

interface HealedEntry extends HealedDevice {
  fromMs: number;
  toMs: number;
  gapMs: number;
}

const durationMs = (pieces: readonly HealthInterval[]): number =>
  pieces.reduce((sum, piece) => sum + (piece.endedAtMs ?? piece.startedAtMs) - piece.startedAtMs, 0);

const healableIntervals = async (
  trx: Trx,
  requests: readonly HealRequest[],
  nowMs: number,
): Promise<Map<string, StoredInterval[]>> => {
  const windows = requests.map(({ deviceId, runs, numbers }) => ({
    device_id: deviceId,
    from_at: iso(Math.min(nowMs, ...runs.map((run) => run.fromMs))),
    to_at: iso(Math.min(nowMs, Math.max(...runs.map((run) => run.toMs)) + numbers.intervalMs)),
  }));
  const { rows } = await sql<StoredRow>`
    select h.id, h.device_id, h.health, h.started_at, h.ended_at, h.late
    from health_intervals h
    join jsonb_to_recordset(${JSON.stringify(windows)}::jsonb)
      as x (device_id uuid, from_at timestamptz, to_at timestamptz) on x.device_id = h.device_id
    where (h.health = 'unknown' or h.late) and h.started_at < x.to_at and (h.ended_at is null or h.ended_at > x.from_at)
    order by h.device_id, h.started_at
    for update of h
  `.execute(trx);
  const byDevice = new Map<string, StoredInterval[]>();
  for (const row of rows) {
    const own = byDevice.get(row.device_id) ?? [];
    byDevice.set(row.device_id, own);
    own.push({
      id: row.id,
      deviceId: row.device_id,
      health: row.health,
      startedAtMs: row.started_at.getTime(),
      endedAtMs: row.ended_at?.getTime() ?? null,
      late: row.late,
    });
  }
  return byDevice;
};

const replaceIntervals = async (
  trx: Trx,
  replaced: readonly { id: number; last: HealthInterval }[],
  added: readonly { deviceId: string; piece: HealthInterval }[],
): Promise<void> => {
  const columns = (piece: HealthInterval) => ({
    health: piece.health,
    started_at: iso(piece.startedAtMs),
    ended_at: piece.endedAtMs === null ? null : iso(piece.endedAtMs),
    late: piece.late,
  });
  const updates = replaced.map(({ id, last }) => ({ id, ...columns(last) }));
  await sql`
    update health_intervals h
    set health = x.health, started_at = x.started_at, ended_at = x.ended_at, late = x.late
    from jsonb_to_recordset(${JSON.stringify(updates)}::jsonb)
      as x (id bigint, health text, started_at timestamptz, ended_at timestamptz, late boolean)
    where h.id = x.id
  `.execute(trx);
  if (added.length === 0) return;
  const inserts = added.map(({ deviceId, piece }) => ({ device_id: deviceId, ...columns(piece) }));
  await sql`
    insert into health_intervals (device_id, health, started_at, ended_at, late)
    select device_id, health, started_at, ended_at, late
    from jsonb_to_recordset(${JSON.stringify(inserts)}::jsonb)
      as x (device_id uuid, health text, started_at timestamptz, ended_at timestamptz, late boolean)
  `.execute(trx);
};

interface LateEntry {
  from: string;
  to: string;
  healed_ms: number;
  down_ms: number;
}

/** One entry a device; late data that goes on where the entry before ended makes that one longer. */
const tell = async (trx: Trx, healed: readonly HealedEntry[], nowMs: number): Promise<void> => {
  const deviceIds = healed.map(({ deviceId }) => deviceId);
  const { rows } = await sql<{ id: number; device_id: string; data: LateEntry }>`
    select t.id, t.device_id, t.data
    from unnest(${deviceIds}::uuid[]) as d (device_id)
    cross join lateral (
      select id, device_id, data from timeline
      where device_id = d.device_id and kind = 'late-data' order by at desc, id desc limit 1
    ) t
  `.execute(trx);
  const lastOf = new Map(rows.map((row) => [row.device_id, row]));
  const at = iso(nowMs);
  const longer: { id: number; at: string; data: LateEntry }[] = [];
  const fresh: { device_id: string; at: string; data: LateEntry }[] = [];
  for (const { deviceId, fromMs, toMs, healedMs, downMs, gapMs } of healed) {
    const last = lastOf.get(deviceId);
    const data = { from: iso(fromMs), to: iso(toMs), healed_ms: healedMs, down_ms: downMs };
    const lastToMs = last ? Date.parse(last.data.to) : -Infinity;
    if (last && fromMs >= lastToMs && fromMs - lastToMs <= gapMs) {
      const sum = { healed_ms: last.data.healed_ms + healedMs, down_ms: last.data.down_ms + downMs };
      longer.push({ id: last.id, at, data: { from: last.data.from, to: data.to, ...sum } });
    } else fresh.push({ device_id: deviceId, at, data });
  }
  if (longer.length > 0)
    await sql`
      update timeline t set at = x.at, data = x.data
      from jsonb_to_recordset(${JSON.stringify(longer)}::jsonb) as x (id bigint, at timestamptz, data jsonb)
      where t.id = x.id
    `.execute(trx);
  if (fresh.length > 0)
    await sql`
      insert into timeline (device_id, at, kind, code, data)
      select device_id, at, 'late-data', 'late-data', data
      from jsonb_to_recordset(${JSON.stringify(fresh)}::jsonb)
        as x (device_id uuid, at timestamptz, data jsonb)
    `.execute(trx);
};
