import type { TIMELINE_KINDS } from '@siaga/shared';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';

/** Reading what happened to a device, to its agents while they watched it, and to incidents about it: SQL only. */

export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** A time in which an agent watched the device; `to_at` null: it still does. */
export interface WatchPeriod {
  agent_id: string;
  from_at: Date;
  to_at: Date | null;
}

export interface TimelineFilter {
  deviceId: string;
  periods: readonly WatchPeriod[];
  kinds: ReadonlySet<TimelineKind>;
  from: Date | undefined;
  /** The first moment that is left out. */
  to: Date | undefined;
}

export interface TimelineRow {
  id: string;
  at: Date;
  kind: string;
  code: string;
  data: Record<string, unknown>;
  ticket_id: string | null;
  ticket_number: string | null;
}

/** The audit log's entries of the device's deletions and restorations, as its partial index has them. */
const lifetimes = (deviceId: string): RawBuilder<unknown> =>
  sql`g.resource_id = ${deviceId} and g.action in ('device.deleted', 'device.restored')`;

/**
 * Who watched the device when, by its checks: one that moved away names the agent that had it. A check that ended before
 * that was kept names nobody. While the device was deleted nobody watched it, though its checks came back with it.
 */
export const watchPeriods = async (db: Db, deviceId: string): Promise<WatchPeriod[]> => {
  const { rows } = await sql<WatchPeriod>`
    with watched as (
      select coalesce(c.moved_from, d.agent_id) as agent_id, min(c.created_at) as from_at,
             case when c.moved_from is null then null else c.deleted_at end as to_at
      from devices d join checks c on c.device_id = d.id
      where d.id = ${deviceId} and (c.deleted_at is null or c.moved_from is not null)
      group by 1, 3
    ), away as (
      select range_agg(tstzrange(g.at, g.back_at)) as spans
      from (select g.action, g.at, lead(g.at) over (order by g.id) as back_at
            from audit_log g where ${lifetimes(deviceId)}) g
      -- None where the clock was set back in between.
      where g.action = 'device.deleted' and g.back_at > g.at
    )
    select w.agent_id, lower(there.span) as from_at, upper(there.span) as to_at
    from watched w cross join away
    cross join unnest(tstzmultirange(tstzrange(w.from_at, w.to_at)) - coalesce(away.spans, '{}')) as there (span)
    where w.to_at is null or w.to_at > w.from_at
    order by from_at`.execute(db);
  return rows;
};

// In one moment the cause comes before what follows from it: people, agent, device, incident; upside down in the answer.
const PEOPLE = sql.lit(0);
const AGENT = sql.lit(1);
const DEVICE = sql.lit(2);
const INCIDENT = sql.lit(3);

const between = (at: RawBuilder<unknown>, { from, to }: TimelineFilter): RawBuilder<unknown> =>
  sql`${from ? sql`${at} >= ${from}` : sql`true`} and ${to ? sql`${at} < ${to}` : sql`true`}`;

const tableKinds = (kinds: ReadonlySet<TimelineKind>): RawBuilder<unknown> => {
  // Incidents come from the tickets' own history, which knows of people as well.
  const own = (['health', 'late-data'] as const).filter((kind) => kinds.has(kind));
  const named = sql`t.kind = any(${own}::text[])`;
  return kinds.has('note')
    ? sql`(${named} or t.kind not in ('health', 'late-data', 'incident', 'agent'))`
    : named;
};

/** The sources of the wanted kinds, each as (at, rank, id); `limit` cuts each of them. */
const sources = (filter: TimelineFilter, limit: RawBuilder<unknown>): RawBuilder<unknown>[] => {
  const { deviceId, kinds } = filter;
  const all: RawBuilder<unknown>[] = [];
  if (kinds.has('health') || kinds.has('late-data') || kinds.has('note'))
    all.push(sql`(
      select t.at, ${DEVICE} as rank, t.id from timeline t
      where t.device_id = ${deviceId} and ${tableKinds(kinds)} and ${between(sql`t.at`, filter)}
      order by t.at desc, t.id desc ${limit})`);
  if (kinds.has('agent') && filter.periods.length > 0) {
    const periods = JSON.stringify(filter.periods);
    all.push(sql`(
      select t.at, ${AGENT} as rank, t.id
      from jsonb_to_recordset(${periods}::jsonb) as p (agent_id uuid, from_at timestamptz, to_at timestamptz)
      cross join lateral (
        select t.at, t.id from timeline t
        where t.agent_id = p.agent_id and t.at >= p.from_at and t.at < coalesce(p.to_at, 'infinity')
          and ${between(sql`t.at`, filter)}
        order by t.at desc, t.id desc ${limit}
      ) t)`);
  }
  if (kinds.has('note'))
    all.push(sql`(
      select g.at, ${PEOPLE} as rank, g.id from audit_log g
      where ${lifetimes(deviceId)} and ${between(sql`g.at`, filter)}
      order by g.at desc, g.id desc ${limit})`);
  if (kinds.has('incident'))
    all.push(sql`(
      select h.at, ${INCIDENT} as rank, h.id
      from tickets k
      cross join lateral (
        select h.at, h.id from ticket_history h
        where h.ticket_id = k.id and ${between(sql`h.at`, filter)}
        order by h.at desc, h.id desc ${limit}
      ) h
      where k.device_id = ${deviceId} and k.type = 'incident')`);
  return all;
};

/** One page, newest first, and how many entries there are. */
export const timelinePage = async (
  db: Db,
  filter: TimelineFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: TimelineRow[]; total: number }> => {
  const uncut = sources(filter, sql``);
  if (uncut.length === 0) return { rows: [], total: 0 };
  const reach = sql`limit ${offset + limit}`;
  const [page, totals] = await Promise.all([
    sql<TimelineRow>`
      with page as (
        select * from (${sql.join(sources(filter, reach), sql` union all `)}) entry
        order by at desc, rank desc, id desc limit ${limit} offset ${offset}
      )
      select case page.rank when ${INCIDENT} then 'h' when ${PEOPLE} then 'a' else 't' end || page.id as id, page.at,
        case page.rank when ${INCIDENT} then 'incident' when ${PEOPLE} then 'note' else t.kind end as kind,
        case page.rank when ${INCIDENT} then h.event when ${PEOPLE} then replace(g.action, '.', '-') else t.code
          end as code,
        case when page.rank = ${PEOPLE} then jsonb_strip_nulls(jsonb_build_object('actor', u.name, 'actor_id', u.id))
          when page.rank = ${INCIDENT}
          then jsonb_strip_nulls(jsonb_build_object('reason', h.reason, 'actor', u.name, 'actor_id', u.id)) ||
            case when h.changes = '{}' then '{}' else jsonb_build_object('changes', h.changes) end
          when page.rank = ${AGENT}
          then t.data || jsonb_build_object('agent_id', a.id, 'agent_name', a.name)
          else t.data end as data,
        k.id as ticket_id, k.number as ticket_number
      from page
      left join timeline t on page.rank in (${AGENT}, ${DEVICE}) and t.id = page.id
      left join agents a on page.rank = ${AGENT} and a.id = t.agent_id
      left join ticket_history h on page.rank = ${INCIDENT} and h.id = page.id
      left join tickets k on k.id = h.ticket_id
      left join audit_log g on page.rank = ${PEOPLE} and g.id = page.id
      left join users u on u.id = coalesce(h.actor_id, g.user_id)
      order by page.at desc, page.rank desc, page.id desc`.execute(db),
    sql<{ total: number }>`
      select count(*) as total from (${sql.join(uncut, sql` union all `)}) entry`.execute(db),
  ]);
  return { rows: page.rows, total: totals.rows[0]?.total ?? 0 };
};
