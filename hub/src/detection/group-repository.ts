import type { TicketSummary } from '@siaga/shared';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';
import type { IncidentDesk, IncidentEffect } from './ports.js';
import { isIncidentEffect } from './store.js';
import type { DeviceChange, GroupChange, ParkedEffect, SavedGroup, TimelineEntry } from './store.js';

/** Writes what a group changed: a few statements for all devices, narrowed down by halves where one is refused. */

type Trx = Transaction<Database>;

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Faults of the server or the connection, by SQLSTATE class: the whole group is tried again, nobody is to blame. */
const SERVER_FAULTS = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);

const isServerFault = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && SERVER_FAULTS.has(code.slice(0, 2));
};

/** The work is done, or undone and refused with a reason. Throws where the connection or the server is at fault. */
const attempt = async <T>(
  trx: Trx,
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; reason: string }> => {
  await sql`savepoint attempt`.execute(trx);
  try {
    const value = await work();
    await sql`release savepoint attempt`.execute(trx);
    return { ok: true, value };
  } catch (error) {
    if (isServerFault(error)) throw error;
    // Where the connection is gone this throws as well, and the group fails instead of a device being refused.
    await sql`rollback to savepoint attempt`.execute(trx);
    await sql`release savepoint attempt`.execute(trx);
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
};

/** Writes the group within `trx`; what is refused is parked and logged in the answer. */
export const writeGroup = async (
  trx: Trx,
  group: GroupChange,
  incidents: IncidentDesk,
): Promise<SavedGroup> => {
  const saved: SavedGroup = { tickets: [], openIncidents: new Map(), parked: [...group.unplaced] };
  await writeDevices(trx, group.devices, incidents, group.nowMs, saved);
  if (group.agents.length > 0) {
    const rows = group.agents.flatMap(({ agentId, timeline }) =>
      timeline.map((entry) => ({ ...timelineRow(entry), agent_id: agentId })),
    );
    const written = await attempt(trx, () => insertTimeline(trx, rows));
    if (!written.ok) saved.parked.push({ deviceId: null, effect: rows, reason: written.reason });
  }
  await park(trx, saved.parked, group.nowMs);
  return saved;
};

const writeDevices = async (
  trx: Trx,
  changes: readonly DeviceChange[],
  incidents: IncidentDesk,
  nowMs: number,
  saved: SavedGroup,
): Promise<void> => {
  const [first] = changes;
  if (!first) return;
  const written = await attempt(trx, async () => {
    await writeVerdicts(trx, changes);
    await writeIntervals(trx, changes);
    const applied = await applyIncidents(trx, changes, incidents);
    await insertTimeline(trx, timelineRows(changes, applied, nowMs));
    return applied;
  });
  if (written.ok) {
    for (const [effect, ticket] of written.value) {
      saved.tickets.push(ticket);
      saved.openIncidents.set(effect.subjectId, effect.kind === 'open' ? ticket.id : null);
    }
    return;
  }
  if (changes.length > 1) {
    const half = changes.length >> 1;
    await writeDevices(trx, changes.slice(0, half), incidents, nowMs, saved);
    await writeDevices(trx, changes.slice(half), incidents, nowMs, saved);
    return;
  }
  // One device: what the desk refuses must not cost its verdict as well.
  const { deviceId, happened } = first;
  const refused = happened.filter(isIncidentEffect);
  if (refused.length > 0) {
    saved.parked.push({ deviceId, effect: refused, reason: written.reason });
    const verdict = { ...first, happened: happened.filter((each) => !isIncidentEffect(each)) };
    await writeDevices(trx, [verdict], incidents, nowMs, saved);
  } else saved.parked.push({ deviceId, effect: first, reason: written.reason });
};

const writeVerdicts = async (trx: Trx, changes: readonly DeviceChange[]): Promise<void> => {
  const rows = changes.flatMap(({ deviceId, verdict }) =>
    verdict
      ? [{ device_id: deviceId, health: verdict.health, since: iso(verdict.sinceMs), state: verdict.state }]
      : [],
  );
  if (rows.length > 0)
    await sql`
      insert into device_verdicts (device_id, health, since, state, updated_at)
      select device_id, health, since, state, now()
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as x (device_id uuid, health text, since timestamptz, state jsonb)
      on conflict (device_id) do update
        set health = excluded.health, since = excluded.since, state = excluded.state, updated_at = excluded.updated_at
    `.execute(trx);
  const gone = changes.filter(({ verdict }) => verdict === null).map(({ deviceId }) => deviceId);
  if (gone.length > 0) await trx.deleteFrom('device_verdicts').where('device_id', 'in', gone).execute();
};

/** Ends each device's present interval and begins the new ones; healing may have moved its beginning meanwhile. */
const writeIntervals = async (trx: Trx, changes: readonly DeviceChange[]): Promise<void> => {
  const ends = changes.flatMap(({ deviceId, intervals, goneAtMs }) => {
    const endMs = intervals[0]?.startedAtMs ?? goneAtMs;
    return endMs === null ? [] : [{ device_id: deviceId, ended_at: iso(endMs) }];
  });
  if (ends.length === 0) return;
  const ended = await sql<{ id: number; device_id: string; ended_at: Date; empty: boolean }>`
    update health_intervals h
    set ended_at = greatest(h.started_at, x.ended_at)
    from jsonb_to_recordset(${JSON.stringify(ends)}::jsonb) as x (device_id uuid, ended_at timestamptz)
    where h.device_id = x.device_id and h.ended_at is null
    returning h.id, h.device_id, h.ended_at, h.ended_at = h.started_at as empty
  `.execute(trx);
  const empty = ended.rows.filter((row) => row.empty).map((row) => row.id);
  if (empty.length > 0) await trx.deleteFrom('health_intervals').where('id', 'in', empty).execute();

  const endedAtMs = new Map(ended.rows.map((row) => [row.device_id, row.ended_at.getTime()]));
  const anew = ends.map((row) => row.device_id).filter((deviceId) => !endedAtMs.has(deviceId));
  for (const [deviceId, atMs] of await lastEnds(trx, anew)) endedAtMs.set(deviceId, atMs);
  const rows = changes.flatMap(({ deviceId, intervals, goneAtMs }) => {
    let reachedMs = endedAtMs.get(deviceId) ?? -Infinity;
    const notBefore = (atMs: number): number => (reachedMs = Math.max(reachedMs, atMs));
    return intervals.map(({ health, startedAtMs }, place) => {
      const startMs = notBefore(startedAtMs);
      const endMs = intervals[place + 1]?.startedAtMs ?? goneAtMs;
      return {
        device_id: deviceId,
        health,
        started_at: iso(startMs),
        ended_at: endMs === null ? null : iso(notBefore(endMs)),
      };
    });
  });
  const lasting = rows.filter((row) => row.started_at !== row.ended_at);
  if (lasting.length > 0)
    await sql`
      insert into health_intervals (device_id, health, started_at, ended_at)
      select device_id, health, started_at, ended_at
      from jsonb_to_recordset(${JSON.stringify(lasting)}::jsonb)
        as x (device_id uuid, health text, started_at timestamptz, ended_at timestamptz)
    `.execute(trx);
};

/** Where the record of devices without a present interval ends: of those that were taken out of service and came back. */
const lastEnds = async (trx: Trx, deviceIds: readonly string[]): Promise<[string, number][]> => {
  if (deviceIds.length === 0) return [];
  const { rows } = await sql<{ device_id: string; ended_at: Date }>`
    select h.device_id, h.ended_at
    from unnest(${[...deviceIds]}::uuid[]) as d (device_id)
    cross join lateral (
      select device_id, ended_at from health_intervals
      where device_id = d.device_id order by started_at desc, id desc limit 1
    ) h
  `.execute(trx);
  return rows.map((row) => [row.device_id, row.ended_at.getTime()]);
};

interface TimelineRow {
  device_id?: string;
  agent_id?: string;
  at: string;
  kind: string;
  code: string;
  data: Record<string, unknown>;
}

const timelineRow = (entry: TimelineEntry): TimelineRow => ({
  at: iso(entry.atMs),
  kind: entry.kind,
  code: entry.code,
  data: entry.data,
});

type Applied = Map<IncidentEffect, TicketSummary>;

const timelineRows = (changes: readonly DeviceChange[], applied: Applied, nowMs: number): TimelineRow[] =>
  changes.flatMap(({ deviceId, happened }) =>
    happened.flatMap((each): TimelineRow[] => {
      if (!isIncidentEffect(each)) return [{ ...timelineRow(each), device_id: deviceId }];
      const ticket = applied.get(each);
      if (!ticket) return [];
      const code = each.kind === 'resolve' ? 'resolved' : ticket.occurrences > 1 ? 'reopened' : 'opened';
      const data = { reason: each.reason, ticket_id: ticket.id, ticket_number: ticket.ticket_number };
      return [{ device_id: deviceId, at: iso(nowMs), kind: 'incident', code, data }];
    }),
  );

const insertTimeline = async (trx: Trx, rows: readonly TimelineRow[]): Promise<void> => {
  if (rows.length === 0) return;
  await sql`
    insert into timeline (device_id, agent_id, at, kind, code, data)
    select device_id, agent_id, at, kind, code, data
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x (device_id uuid, agent_id uuid, at timestamptz, kind text, code text, data jsonb)
  `.execute(trx);
};

const applyIncidents = async (
  trx: Trx,
  changes: readonly DeviceChange[],
  incidents: IncidentDesk,
): Promise<Applied> => {
  const effects = changes.flatMap(({ happened }) => happened.filter(isIncidentEffect));
  const applied: Applied = new Map();
  if (effects.length === 0) return applied;
  const tickets = await incidents.applyAll(trx, effects);
  for (const [place, effect] of effects.entries()) {
    const ticket = tickets[place];
    if (ticket) applied.set(effect, ticket);
  }
  return applied;
};

const park = async (trx: Trx, parked: readonly ParkedEffect[], nowMs: number): Promise<void> => {
  if (parked.length === 0) return;
  await trx
    .insertInto('parked_effects')
    .values(
      parked.map(({ deviceId, effect, reason }) => ({
        at: new Date(nowMs),
        device_id: deviceId,
        effect: JSON.stringify(effect),
        reason,
      })),
    )
    .execute();
};
