import type { TicketSummary } from '@siaga/shared';

export const person = { id: 'p1', name: 'Dewi', email: 'dewi@siaga.local' };
export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 15, 2, minute)).toISOString();

export const ticket = (id: string, more: Partial<TicketSummary> = {}): TicketSummary => ({
  id,
  ticket_number: `INC-20260115-${id}`,
  ticket_type: 'incident',
  title: 'does not answer',
  description: '',
  status: 'new',
  priority: 'high',
  requester: person,
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: at(1),
  updated_at: at(1),
  resolved_at: null,
  closed_at: null,
  source: 'monitoring',
  device_id: null,
  site_id: null,
  condition: 'unreachable',
  occurrences: 1,
  first_failed_at: at(0),
  detected_at: at(1),
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
  ...more,
});
export const taken = (id: string, more: Partial<TicketSummary> = {}): TicketSummary =>
  ticket(id, { acknowledged_at: at(3), acknowledged_by: person, acknowledge_reason: 'known', ...more });
export const ids = (tickets: readonly TicketSummary[]): string => tickets.map(({ id }) => id).join(' ');
