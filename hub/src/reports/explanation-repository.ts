import type { Health, TicketState } from '@siaga/shared';
import { sql } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { ExplainFacts, IncidentFacts } from './explain.js';

/** Reading what is on record of a device's present health: SQL only. */

/** The verdict as it was last saved; undefined before the first. */
export const savedVerdict = async (
  db: Db,
  deviceId: string,
): Promise<{ health: Health; sinceMs: number; goods: number } | undefined> => {
  const row = await db
    .selectFrom('device_verdicts')
    .select(['health', 'since', sql<number | null>`(state ->> 'goods')::integer`.as('goods')])
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  return row && { health: row.health, sinceMs: row.since.getTime(), goods: row.goods ?? 0 };
};

type Entry = NonNullable<ExplainFacts['healthEntry']>;

const entryOf = (row: { code: string; at: Date; data: Record<string, unknown> } | undefined): Entry | null =>
  row ? { code: row.code, atMs: row.at.getTime(), data: row.data } : null;

/** The newest entry of a kind on the device's timeline that is not older than `notBefore`. */
export const newestEntry = async (
  db: Db,
  deviceId: string,
  kind: 'health' | 'late-data',
  notBefore: Date,
): Promise<Entry | null> =>
  entryOf(
    await db
      .selectFrom('timeline')
      .select(['code', 'at', 'data'])
      .where('device_id', '=', deviceId)
      .where('kind', '=', kind)
      .where('at', '>=', notBefore)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  );

export const newestAgentEntry = async (db: Db, agentId: string): Promise<Entry | null> =>
  entryOf(
    await db
      .selectFrom('timeline')
      .select(['code', 'at', 'data'])
      .where('agent_id', '=', agentId)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  );

interface IncidentRow {
  id: string;
  number: string;
  state: TicketState;
  is_open: boolean;
  occurrences: number;
  created_at: Date;
  detected_at: Date | null;
  opened_reason: string | null;
  ended_event: string | null;
  ended_at: Date | null;
  ended_reason: string | null;
  ended_by: string | null;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  acknowledge_reason: string | null;
}

/** The incident of monitoring about the device that is open, else the newest one. */
export const newestIncident = async (db: Db, deviceId: string): Promise<IncidentFacts | null> => {
  const { rows } = await sql<IncidentRow>`
    select t.id, t.number, t.state, d.is_open, d.occurrences, t.created_at, d.detected_at,
      d.evidence ->> 'reason' as opened_reason,
      e.event as ended_event, e.at as ended_at, e.reason as ended_reason, e.name as ended_by,
      d.acknowledged_at, a.name as acknowledged_by, d.acknowledge_reason
    from incident_details d
    join tickets t on t.id = d.ticket_id
    left join users a on a.id = d.acknowledged_by_id
    left join lateral (
      select h.event, h.at, h.reason, u.name from ticket_history h left join users u on u.id = h.actor_id
      where h.ticket_id = t.id and h.event in ('resolved', 'closed', 'cancelled')
      order by h.id desc limit 1
    ) e on true
    where d.subject_kind = 'device' and d.subject_id = ${deviceId} and d.condition is not null
    order by d.is_open desc, t.created_at desc, t.id desc
    limit 1`.execute(db);
  const [row] = rows;
  if (!row) return null;
  const { acknowledged_at: at, acknowledged_by: by, acknowledge_reason: reason } = row;
  return {
    id: row.id,
    number: row.number,
    isOpen: row.is_open,
    state: row.state,
    occurrences: row.occurrences,
    detectedAtMs: (row.detected_at ?? row.created_at).getTime(),
    reason: row.opened_reason,
    ended:
      row.ended_event === null || row.ended_at === null
        ? null
        : {
            event: row.ended_event,
            atMs: row.ended_at.getTime(),
            reason: row.ended_reason,
            actor: row.ended_by,
          },
    acknowledged: at === null || by === null ? null : { atMs: at.getTime(), by, reason: reason ?? '' },
  };
};

/**
 * What PostgreSQL refused of the device, the newest that is not older than `notBefore`; without incidents, what was
 * refused of them is passed over.
 */
export const newestParked = async (
  db: Db,
  deviceId: string,
  { notBefore, withIncidents }: { notBefore: Date; withIncidents: boolean },
): Promise<ExplainFacts['parked']> => {
  // Effects on incidents, of which the last would hold now, or a change of the verdict, which has no kind.
  const kind = sql<string | null>`coalesce(effect -> -1, effect) ->> 'kind'`;
  const row = await db
    .selectFrom('parked_effects')
    .select(['at', 'reason', kind.as('kind')])
    .where('device_id', '=', deviceId)
    .where('at', '>=', notBefore)
    .$if(!withIncidents, (query) =>
      query.where(sql<boolean>`coalesce(${kind}, '') not in ('open', 'resolve')`),
    )
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { what: whatOf(row.kind), atMs: row.at.getTime(), reason: row.reason } : null;
};

const whatOf = (kind: string | null): 'open' | 'resolve' | 'verdict' =>
  kind === 'open' || kind === 'resolve' ? kind : 'verdict';
