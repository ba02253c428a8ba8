import type { Person, TicketComment, TicketDetail, TicketSummary } from '@siaga/shared';
import type { Static } from 'typebox';
import type { CommentRow } from './comments-repository.js';
import { v1PriorityOf, v1StatusOf, v1TypeOf } from './rules.js';
import type { HistoryRow, TicketRow } from './tickets-repository.js';

/** The record in seed 004's words. */

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const person = (
  id: string | null,
  name: string | null,
  email: string | null,
): Static<typeof Person> | null =>
  id === null || name === null || email === null ? null : { id, name, email };

export const summaryOf = (row: TicketRow): TicketSummary => ({
  id: row.id,
  ticket_number: row.number,
  ticket_type: v1TypeOf(row.type),
  title: row.title,
  description: row.description,
  status: v1StatusOf(row.state, row.approval),
  priority: v1PriorityOf(row.priority),
  requester: { id: row.requester_id, name: row.requester_name, email: row.requester_email },
  assigned_to: person(row.assigned_to_id, row.assignee_name, row.assignee_email),
  category: row.category,
  subcategory: row.subcategory,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  resolved_at: iso(row.resolved_at),
  closed_at: iso(row.closed_at),
  source: row.source,
  device_id: row.device_id,
  site_id: row.site_id,
  condition: row.condition,
  occurrences: row.occurrences ?? 1,
  first_failed_at: iso(row.first_failed_at),
  detected_at: iso(row.detected_at),
  acknowledged_at: iso(row.acknowledged_at),
  acknowledged_by: person(row.acknowledged_by_id, row.acknowledged_by_name, row.acknowledged_by_email),
  acknowledge_reason: row.acknowledge_reason,
});

export const detailOf = (row: TicketRow, history: readonly HistoryRow[]): TicketDetail => ({
  ...summaryOf(row),
  assigned_team: null,
  tags: row.tags,
  custom_fields: row.custom_fields,
  incident_details:
    row.impact && row.urgency ? { impact: row.impact, urgency: row.urgency, related_problem_id: null } : null,
  evidence: row.evidence,
  history: history.map((entry) => ({
    id: entry.id,
    at: entry.at.toISOString(),
    event: entry.event,
    actor: person(entry.actor_id, entry.actor_name, entry.actor_email),
    reason: entry.reason,
    changes: entry.changes,
  })),
});

export const commentOf = (row: CommentRow): TicketComment => ({
  id: row.id,
  content: row.content,
  is_internal: row.is_internal,
  is_system_generated: row.is_system_generated,
  user: { id: row.author_id, name: row.author_name, email: row.author_email },
  attachments: [],
  created_at: row.created_at.toISOString(),
});
