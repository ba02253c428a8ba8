import type { TicketComment, TicketDetail, TicketSummary } from '@siaga/shared';
import { failure, ok, type Answer, type ScriptRequest } from '../web-fixture.js';
import { holds, list, placeIn, single, staleOf } from './lists.js';
import { incidentEvent, isOpen, liveDevice, summaryOf } from './live.js';
import { uuid, type World } from './things.js';

const PRIORITIES = placeIn(['critical', 'high', 'medium', 'low']);
const STATUSES = placeIn(['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed']);
const SORT = {
  created_at: (one: TicketSummary) => one.created_at,
  updated_at: (one: TicketSummary) => one.updated_at,
  ticket_number: (one: TicketSummary) => one.ticket_number,
  title: (one: TicketSummary) => one.title.toLowerCase(),
  priority: (one: TicketSummary) => PRIORITIES(one.priority),
  status: (one: TicketSummary) => STATUSES(one.status),
};

const NO_RIGHT = failure(403, 'INSUFFICIENT_PERMISSIONS', 'You lack the permission tickets:write');

const found = ({ tickets }: World, { query }: ScriptRequest): TicketDetail[] => {
  const statuses = query.get('status')?.split(',');
  const acknowledged = query.get('acknowledged');
  const after = query.get('created_after');
  const before = query.get('created_before');
  return tickets.filter(
    (one) =>
      (!statuses || statuses.includes(one.status) || (statuses.includes('open') && isOpen(one))) &&
      (acknowledged === null || (one.acknowledged_at !== null) === (acknowledged === 'true')) &&
      [null, one.priority].includes(query.get('priority') as TicketDetail['priority'] | null) &&
      [null, one.device_id].includes(query.get('device_id')) &&
      [null, one.site_id].includes(query.get('site_id')) &&
      [null, one.ticket_type].includes(query.get('ticket_type') as TicketDetail['ticket_type'] | null) &&
      (after === null || one.created_at >= after) &&
      (before === null || one.created_at < before) &&
      holds(query.get('search'), one.title, one.description, one.ticket_number),
  );
};

/** The ticket has changed: a new `updated_at`, and a line of history where there is one to write. */
const touch = (
  world: World,
  ticket: TicketDetail,
  event?: { event: string; reason: string | null },
): void => {
  const { id, name, email } = world.user;
  // Never the same twice, so that the tag of the ticket changes with every write.
  ticket.updated_at = new Date(Math.max(Date.now(), Date.parse(ticket.updated_at) + 1)).toISOString();
  if (event) {
    ticket.history.push({
      id: ticket.history.length + 1,
      at: ticket.updated_at,
      actor: { id, name, email },
      changes: {},
      ...event,
    });
  }
};

const blank = (field: string, max: number, value: unknown): Answer | undefined => {
  const text = typeof value === 'string' ? value : '';
  if (text.trim() !== '' && text.length <= max) return undefined;
  return failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
    details: [
      {
        field,
        message: `must be a text of 1 to ${max} characters, not blank`,
        code: text.length > max ? 'too_long' : 'required',
        limits: { min: 1, max },
      },
    ],
  });
};

const acknowledge = (world: World, request: ScriptRequest, ticket: TicketDetail): Answer => {
  const reason = (request.body as { reason?: string } | undefined)?.reason;
  const wrong = blank('reason', 500, reason) ?? staleOf(request, ticket);
  if (wrong) return wrong;
  if (ticket.ticket_type !== 'incident' || !isOpen(ticket))
    return failure(409, 'RESOURCE_CONFLICT', `${ticket.ticket_number} is not an open incident`);
  if (ticket.acknowledged_at !== null) {
    const by = ticket.acknowledged_by?.name ?? 'somebody';
    return failure(409, 'RESOURCE_CONFLICT', `${by} acknowledged it at ${ticket.acknowledged_at}`);
  }
  const { id, name, email } = world.user;
  ticket.acknowledged_by = { id, name, email };
  ticket.acknowledge_reason = reason ?? null;
  touch(world, ticket, { event: 'acknowledged', reason: reason ?? null });
  ticket.acknowledged_at = ticket.updated_at;
  mark(world, request, ticket, true);
  return single(request, ticket);
};

const takeBack = (world: World, request: ScriptRequest, ticket: TicketDetail): Answer => {
  const stale = staleOf(request, ticket);
  if (stale) return stale;
  if (ticket.acknowledged_at === null)
    return failure(409, 'RESOURCE_CONFLICT', `${ticket.ticket_number} is not acknowledged`);
  ticket.acknowledged_at = null;
  ticket.acknowledged_by = null;
  ticket.acknowledge_reason = null;
  touch(world, ticket, { event: 'unacknowledged', reason: null });
  mark(world, request, ticket, false);
  return single(request, ticket);
};

/** Tells every open feed; the device says the same as its incident. */
const mark = (world: World, { push }: ScriptRequest, ticket: TicketDetail, acknowledged: boolean): void => {
  const about = world.devices.find(({ open_incident_id }) => open_incident_id === ticket.id);
  if (about) about.acknowledged = acknowledged;
  if (about) push({ name: 'device', data: liveDevice(about) });
  push(incidentEvent(ticket));
};

const comment = (world: World, request: ScriptRequest, ticket: TicketDetail): Answer => {
  const asked = (request.body ?? {}) as { content?: string; is_internal?: boolean };
  const wrong = blank('content', 10_000, asked.content) ?? staleOf(request, ticket);
  if (wrong) return wrong;
  const { id, name, email } = world.user;
  const earlier = world.comments.get(ticket.id) ?? [];
  const made: TicketComment = {
    id: uuid(5, [...world.comments.values()].flat().length + 1),
    content: asked.content ?? '',
    is_internal: asked.is_internal ?? false,
    is_system_generated: false,
    user: { id, name, email },
    attachments: [],
    created_at: new Date().toISOString(),
  };
  world.comments.set(ticket.id, [...earlier, made]);
  touch(world, ticket);
  request.push(incidentEvent(ticket));
  const { body } = ok(made);
  return { status: 201, body: { ...(body as object), message: 'Comment added successfully' } };
};

/** /tickets and what is under it. */
export const ticketRoutes = (world: World, request: ScriptRequest): Answer | undefined => {
  const { path, method } = request;
  if (path === '/tickets' && method === 'GET') {
    return list(request, found(world, request).map(summaryOf), SORT, '-created_at');
  }
  const [, id = '', part] = /^\/tickets\/([^/]+)(?:\/(acknowledge|comments))?$/.exec(path) ?? [];
  const ticket = world.tickets.find((one) => one.id === id);
  if (!ticket) return undefined;
  if (method !== 'GET' && !world.user.permissions.includes('tickets:write')) return NO_RIGHT;
  if (part === undefined) return method === 'GET' ? single(request, ticket) : undefined;
  if (part === 'comments') {
    if (method === 'POST') return comment(world, request, ticket);
    return list(request, world.comments.get(id) ?? [], { at: (one) => one.created_at }, 'at');
  }
  if (method === 'POST') return acknowledge(world, request, ticket);
  return method === 'DELETE' ? takeBack(world, request, ticket) : undefined;
};
