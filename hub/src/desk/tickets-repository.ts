import type { Evidence, Priority, TicketState, TicketType } from '@siaga/shared';
import { sql, type Expression, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';
import type { Approval, Level, StateMatch, TicketKey } from './rules.js';

/** Reading tickets: SQL only. */

/** A ticket with the people and the incident's facts beside it. */
export interface TicketRow {
  id: string;
  number: string;
  version: number;
  type: TicketType;
  title: string;
  description: string;
  state: TicketState;
  approval: Approval;
  priority: Priority;
  requester_id: string;
  requester_name: string;
  requester_email: string;
  assigned_to_id: string | null;
  assignee_name: string | null;
  assignee_email: string | null;
  category: string | null;
  subcategory: string | null;
  tags: string[];
  custom_fields: Record<string, unknown>;
  source: 'monitoring' | 'person';
  site_id: string | null;
  device_id: string | null;
  created_at: Date;
  updated_at: Date;
  resolved_at: Date | null;
  closed_at: Date | null;
  impact: Level | null;
  urgency: Level | null;
  condition: 'unreachable' | null;
  occurrences: number | null;
  first_failed_at: Date | null;
  detected_at: Date | null;
  evidence: Evidence | null;
  acknowledged_at: Date | null;
  acknowledged_by_id: string | null;
  acknowledged_by_name: string | null;
  acknowledged_by_email: string | null;
  acknowledge_reason: string | null;
}

export interface HistoryRow {
  id: number;
  at: Date;
  event: string;
  reason: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
  actor_id: string | null;
  actor_name: string | null;
  actor_email: string | null;
}

export const SORT_FIELDS = {
  created_at: sql`t.created_at`,
  updated_at: sql`t.updated_at`,
  title: sql`lower(t.title)`,
  ticket_number: sql`t.number`,
  // Most pressing first, and in the order of a ticket's life, when sorted upwards.
  priority: sql`array_position(array['critical', 'urgent', 'high', 'medium', 'low'], t.priority)`,
  status: sql`array_position(array['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed', 'cancelled'], t.state)`,
} as const;
export type SortField = keyof typeof SORT_FIELDS;

export interface TicketFilter {
  states?: readonly StateMatch[];
  priorities?: readonly Priority[];
  types?: readonly TicketType[];
  deviceId?: string;
  siteId?: string;
  createdAfter?: Date;
  createdBefore?: Date;
  search?: string;
  acknowledged?: boolean;
}

type Db = Kysely<Database>;
type Builder = ExpressionBuilder<Database & { t: Database['tickets'] }, 't'>;

const conditions = (filter: TicketFilter) => (where: Builder) => {
  const all: Expression<SqlBool>[] = [];
  if (filter.states)
    all.push(
      where.or(
        filter.states.map(({ states, pending }) =>
          pending === undefined
            ? where('t.state', 'in', [...states])
            : where.and([
                where('t.state', 'in', [...states]),
                where('t.approval', pending ? '=' : '<>', 'pending'),
              ]),
        ),
      ),
    );
  if (filter.priorities) all.push(where('t.priority', 'in', [...filter.priorities]));
  if (filter.types) all.push(where('t.type', 'in', [...filter.types]));
  if (filter.deviceId !== undefined) all.push(where('t.device_id', '=', filter.deviceId));
  if (filter.siteId !== undefined) all.push(where('t.site_id', '=', filter.siteId));
  if (filter.createdAfter) all.push(where('t.created_at', '>=', filter.createdAfter));
  if (filter.createdBefore) all.push(where('t.created_at', '<', filter.createdBefore));
  if (filter.acknowledged !== undefined) {
    const acknowledged = where
      .selectFrom('incident_details as d')
      .select('d.ticket_id')
      .whereRef('d.ticket_id', '=', 't.id')
      .where('d.acknowledged_at', 'is not', null);
    all.push(filter.acknowledged ? where.exists(acknowledged) : where.not(where.exists(acknowledged)));
  }
  if (filter.search !== undefined) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    all.push(
      where.or([
        where('t.title', 'ilike', pattern),
        where('t.description', 'ilike', pattern),
        where('t.number', 'ilike', pattern),
      ]),
    );
  }
  return where.and(all);
};

const tickets = (db: Db) =>
  db
    .selectFrom('tickets as t')
    .innerJoin('users as r', 'r.id', 't.requester_id')
    .leftJoin('users as a', 'a.id', 't.assigned_to_id')
    .leftJoin('incident_details as d', 'd.ticket_id', 't.id')
    .leftJoin('users as k', 'k.id', 'd.acknowledged_by_id')
    .select([
      't.id',
      't.number',
      't.version',
      't.type',
      't.title',
      't.description',
      't.state',
      't.approval',
      't.priority',
      't.requester_id',
      'r.name as requester_name',
      'r.email as requester_email',
      't.assigned_to_id',
      'a.name as assignee_name',
      'a.email as assignee_email',
      't.category',
      't.subcategory',
      't.tags',
      't.custom_fields',
      't.source',
      't.site_id',
      't.device_id',
      't.created_at',
      't.updated_at',
      't.resolved_at',
      't.closed_at',
      'd.impact',
      'd.urgency',
      'd.condition',
      'd.occurrences',
      'd.first_failed_at',
      'd.detected_at',
      'd.evidence',
      'd.acknowledged_at',
      'd.acknowledged_by_id',
      'k.name as acknowledged_by_name',
      'k.email as acknowledged_by_email',
      'd.acknowledge_reason',
    ]);

/** One page, in the given order and then by id, so that no row is on two pages. */
export const listTickets = async (
  db: Db,
  filter: TicketFilter,
  sort: readonly { field: SortField; descending: boolean }[],
  page: { offset: number; limit: number },
): Promise<{ rows: TicketRow[]; total: number }> => {
  let query = tickets(db).where((where) => conditions(filter)(where as unknown as Builder));
  for (const { field, descending } of sort)
    query = query.orderBy(SORT_FIELDS[field], descending ? 'desc' : 'asc');
  const [rows, { total }] = await Promise.all([
    query.orderBy('t.id').limit(page.limit).offset(page.offset).execute(),
    db
      .selectFrom('tickets as t')
      .select((select) => select.fn.countAll<number>().as('total'))
      .where(conditions(filter))
      .executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
};

/** Tickets by id, in no particular order. */
export const ticketsById = (db: Db, ids: readonly string[]): Promise<TicketRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tickets(db)
        .where('t.id', 'in', [...ids])
        .execute();

/** Every unresolved incident, newest first. */
export const openIncidents = (db: Db): Promise<TicketRow[]> =>
  tickets(db)
    .where('t.type', '=', 'incident')
    // Spelled as in the partial index, or it is not used.
    .where('t.state', 'not in', ['resolved', 'closed', 'cancelled'])
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id')
    .execute();

export const findTicket = (db: Db, by: TicketKey): Promise<TicketRow | undefined> => {
  const query = tickets(db);
  if ('id' in by) return query.where('t.id', '=', by.id).executeTakeFirst();
  if ('number' in by) return query.where('t.number', '=', by.number).executeTakeFirst();
  return query.where('t.serial', '=', by.serial).executeTakeFirst();
};

/** What happened to a ticket, oldest first. */
export const historyOf = (db: Db, ticketId: string): Promise<HistoryRow[]> =>
  db
    .selectFrom('ticket_history as h')
    .leftJoin('users as u', 'u.id', 'h.actor_id')
    .select([
      'h.id',
      'h.at',
      'h.event',
      'h.reason',
      'h.changes',
      'h.actor_id',
      'u.name as actor_name',
      'u.email as actor_email',
    ])
    .where('h.ticket_id', '=', ticketId)
    .orderBy('h.id')
    .execute();
