import type { Condition, Evidence, Priority, TicketState } from '@siaga/shared';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';
import type { Level } from './rules.js';

/** Writing incidents of monitoring, many in a statement: SQL only. */

type Trx = Transaction<Database>;

export interface Subject {
  subjectKind: string;
  subjectId: string;
  condition: Condition;
}

export interface LatestIncident {
  /** Place of the subject in what was asked for. */
  place: number;
  ticketId: string;
  state: TicketState;
  assignedToId: string | null;
  resolvedAt: Date | null;
  isOpen: boolean;
  occurrences: number;
  firstFailedAt: Date | null;
  detectedAt: Date | null;
  acknowledged: boolean;
}

const subjectRows = (subjects: readonly Subject[]): string =>
  JSON.stringify(
    subjects.map(({ subjectKind, subjectId, condition }, place) => ({
      place,
      subject_kind: subjectKind,
      subject_id: subjectId,
      condition,
    })),
  );

/** The newest incident of each subject and condition, locked until the transaction ends. */
export const lockLatest = async (trx: Trx, subjects: readonly Subject[]): Promise<LatestIncident[]> => {
  const { rows } = await sql<LatestIncident>`
    select x.place, l.*
    from jsonb_to_recordset(${subjectRows(subjects)}::jsonb)
      as x (place integer, subject_kind text, subject_id uuid, condition text)
    cross join lateral (
      select t.id as "ticketId", t.state, t.assigned_to_id as "assignedToId", t.resolved_at as "resolvedAt",
             d.is_open as "isOpen", d.occurrences, d.first_failed_at as "firstFailedAt", d.detected_at as "detectedAt",
             d.acknowledged_at is not null as acknowledged
      from incident_details d
      join tickets t on t.id = d.ticket_id
      where d.subject_kind = x.subject_kind and d.subject_id = x.subject_id and d.condition = x.condition
      order by d.is_open desc, t.created_at desc, t.id desc
      limit 1
      for update
    ) l
  `.execute(trx);
  return rows;
};

export interface NewIncident extends Subject {
  id: string;
  number: string;
  title: string;
  description: string;
  priority: Priority;
  impact: Level;
  urgency: Level;
  siteId: string;
  deviceId: string;
  firstFailedAt: string;
  detectedAt: string;
  evidence: Evidence;
  previousIncidentId: string | null;
}

/** Inserts what the unique index lets in; answers the ids of those. A subject's second open incident is left out. */
export const insertIncidents = async (
  trx: Trx,
  incidents: readonly NewIncident[],
  requesterId: string,
): Promise<Set<string>> => {
  // One statement: foreign keys are checked at its end, so that the index may decide before the ticket is written.
  const { rows } = await sql<{ id: string }>`
    with x as (
      select * from jsonb_to_recordset(${JSON.stringify(incidents)}::jsonb) as x (
        id uuid, number text, title text, description text, priority text, impact text, urgency text,
        "siteId" uuid, "deviceId" uuid, "subjectKind" text, "subjectId" uuid, condition text,
        "firstFailedAt" timestamptz, "detectedAt" timestamptz, evidence jsonb, "previousIncidentId" uuid)
    ), opened as (
      insert into incident_details (ticket_id, impact, urgency, subject_kind, subject_id, condition,
        first_failed_at, detected_at, evidence, previous_incident_id)
      select id, impact, urgency, "subjectKind", "subjectId", condition,
        "firstFailedAt", "detectedAt", evidence, "previousIncidentId"
      from x
      on conflict (subject_kind, subject_id, condition) where is_open and condition is not null do nothing
      returning ticket_id
    )
    insert into tickets (id, number, type, title, description, state, priority, requester_id, source,
      site_id, device_id, created_at, updated_at)
    select x.id, x.number, 'incident', x.title, x.description, 'new', x.priority, ${requesterId}::uuid, 'monitoring',
      x."siteId", x."deviceId", x."detectedAt", x."detectedAt"
    from x join opened on opened.ticket_id = x.id
    returning id
  `.execute(trx);
  return new Set(rows.map((row) => row.id));
};

/** The next `count` numbers of the sequence. Those of a transaction that fails are lost, never given twice. */
export const nextNumbers = async (trx: Trx, count: number): Promise<number[]> => {
  const { rows } = await sql<{ number: number }>`
    select nextval('incident_numbers') as number from generate_series(1, ${count}::integer)
  `.execute(trx);
  return rows.map((row) => row.number);
};

export interface Reopening {
  ticketId: string;
  state: TicketState;
  firstFailedAt: string;
  detectedAt: string;
  evidence: Evidence;
}

/**
 * Readers tell an older state of a ticket by `updated_at`: it rises with each change, by a millisecond at least, though
 * the clock was set back.
 */
export const reopenIncidents = async (trx: Trx, reopenings: readonly Reopening[]): Promise<void> => {
  const json = JSON.stringify(reopenings);
  await sql`
    update incident_details d
    set is_open = true, occurrences = d.occurrences + 1, evidence = x.evidence,
        first_failed_at = x."firstFailedAt", detected_at = x."detectedAt"
    from jsonb_to_recordset(${json}::jsonb)
      as x ("ticketId" uuid, "firstFailedAt" timestamptz, "detectedAt" timestamptz, evidence jsonb)
    where d.ticket_id = x."ticketId"
  `.execute(trx);
  await sql`
    update tickets t
    set state = x.state, resolved_at = null, closed_at = null, version = t.version + 1,
        updated_at = greatest(t.updated_at + interval '1 millisecond', x."detectedAt")
    from jsonb_to_recordset(${json}::jsonb) as x ("ticketId" uuid, state text, "detectedAt" timestamptz)
    where t.id = x."ticketId"
  `.execute(trx);
};

/** Ends them, and what was acknowledged with them: should they come back, somebody has to take note anew (rule 13). */
export const resolveIncidents = async (
  trx: Trx,
  resolutions: readonly { ticketId: string; resolvedAt: string; isUnresolved: boolean }[],
): Promise<void> => {
  const ids = resolutions.map(({ ticketId }) => ticketId);
  await trx
    .updateTable('incident_details')
    .set({ is_open: false, acknowledged_at: null, acknowledged_by_id: null, acknowledge_reason: null })
    .where('ticket_id', 'in', ids)
    .execute();
  // One that people have closed meanwhile stays closed.
  await sql`
    update tickets t
    set state = case when x."isUnresolved" then 'resolved' else t.state end,
        hold_reason = case when x."isUnresolved" then null else t.hold_reason end,
        resolved_at = case when x."isUnresolved" then x."resolvedAt" else t.resolved_at end,
        version = t.version + 1,
        updated_at = greatest(t.updated_at + interval '1 millisecond', x."resolvedAt")
    from jsonb_to_recordset(${JSON.stringify(resolutions)}::jsonb)
      as x ("ticketId" uuid, "resolvedAt" timestamptz, "isUnresolved" boolean)
    where t.id = x."ticketId"
  `.execute(trx);
};

export interface HistoryEntry {
  ticketId: string;
  at: string;
  event: 'opened' | 'reopened' | 'resolved';
  reason: string;
  changes: Record<string, { from: unknown; to: unknown }>;
}

export const addHistory = async (trx: Trx, entries: readonly HistoryEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await sql`
    insert into ticket_history (ticket_id, at, event, reason, changes)
    select "ticketId", at, event, reason, changes
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      as x ("ticketId" uuid, at timestamptz, event text, reason text, changes jsonb)
  `.execute(trx);
};

export const openBySubject = async (db: Kysely<Database>): Promise<Map<string, string>> => {
  const rows = await db
    .selectFrom('incident_details')
    .select(['subject_id', 'ticket_id'])
    .where('is_open', '=', true)
    .where('condition', 'is not', null)
    .where('subject_id', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.subject_id!, row.ticket_id]));
};

/** The user in whose name monitoring opens tickets; it has no password and cannot sign in. Makes it where missing. */
export const ensureServiceUser = async (
  db: Kysely<Database>,
  user: { id: string; username: string; email: string; name: string },
): Promise<string> => {
  await db
    .insertInto('users')
    .values({ ...user, first_name: user.name, last_name: '', password_hash: null, role: 'USER' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { id } = await db
    .selectFrom('users')
    .select('id')
    .where((where) => where(where.fn('lower', ['username']), '=', user.username))
    .executeTakeFirstOrThrow(
      () => new Error(`the e-mail address ${user.email} belongs to another user than ${user.username}`),
    );
  return id;
};
