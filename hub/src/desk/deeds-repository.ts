import type { TicketState, TicketType } from '@siaga/shared';
import type { Transaction } from 'kysely';
import type { Actor } from '../fleet/index.js';
import type { Database } from '../platform/postgres/schema.js';
import type { TicketKey } from './rules.js';

/** Writing what people do to a ticket: SQL only. */

type Trx = Transaction<Database>;

/** What rules look at before a person's change. */
export interface LockedTicket {
  id: string;
  number: string;
  type: TicketType;
  state: TicketState;
  version: number;
  updatedAt: Date;
  /** Of incidents. */
  incident: { isOpen: boolean; acknowledged: { at: Date; by: string } | null } | null;
}

export const findTicketId = async (trx: Trx, key: TicketKey): Promise<string | undefined> => {
  const query = trx.selectFrom('tickets').select('id');
  const row = await (
    'id' in key
      ? query.where('id', '=', key.id)
      : 'number' in key
        ? query.where('number', '=', key.number)
        : query.where('serial', '=', key.serial)
  ).executeTakeFirst();
  return row?.id;
};

/** Locks until the transaction ends: the details first, as monitoring does, so that neither waits for the other. */
export const lockTicket = async (trx: Trx, id: string): Promise<LockedTicket | undefined> => {
  const details = await trx
    .selectFrom('incident_details')
    .select(['is_open', 'acknowledged_at', 'acknowledged_by_id'])
    .where('ticket_id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  const ticket = await trx
    .selectFrom('tickets')
    .select(['id', 'number', 'type', 'state', 'version', 'updated_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!ticket) return undefined;
  const { updated_at: updatedAt, ...rest } = ticket;
  return { ...rest, updatedAt, incident: details ? await incidentOf(trx, details) : null };
};

const incidentOf = async (
  trx: Trx,
  details: { is_open: boolean; acknowledged_at: Date | null; acknowledged_by_id: string | null },
): Promise<LockedTicket['incident']> => {
  const { is_open: isOpen, acknowledged_at: at, acknowledged_by_id: byId } = details;
  if (at === null || byId === null) return { isOpen, acknowledged: null };
  const user = await trx.selectFrom('users').select('name').where('id', '=', byId).executeTakeFirst();
  return { isOpen, acknowledged: { at, by: user?.name ?? 'somebody' } };
};

/** Resolves once whatever holds the ticket has ended. */
export const awaitTicket = async (trx: Trx, id: string): Promise<void> => {
  await trx.selectFrom('tickets').select('id').where('id', '=', id).forShare().execute();
};

/** Sets or, by null, takes back that somebody has taken note. */
export const saveAcknowledgement = async (
  trx: Trx,
  ticketId: string,
  acknowledgement: { at: Date; byId: string; reason: string } | null,
): Promise<void> => {
  await trx
    .updateTable('incident_details')
    .set({
      acknowledged_at: acknowledgement?.at.toISOString() ?? null,
      acknowledged_by_id: acknowledgement?.byId ?? null,
      acknowledge_reason: acknowledgement?.reason ?? null,
    })
    .where('ticket_id', '=', ticketId)
    .execute();
};

/** A person's change in the ticket's version and time, its history and the audit log. */
export const addDeed = async (
  trx: Trx,
  ticketId: string,
  actor: Actor,
  at: Date,
  deed: {
    event: string;
    reason: string | null;
    changes: Record<string, { from: unknown; to: unknown }>;
    details: Record<string, unknown>;
  },
): Promise<void> => {
  await trx
    .updateTable('tickets')
    .set((set) => ({ version: set('version', '+', 1), updated_at: at }))
    .where('id', '=', ticketId)
    .execute();
  await trx
    .insertInto('ticket_history')
    .values({
      ticket_id: ticketId,
      at,
      event: deed.event,
      actor_id: actor.userId,
      reason: deed.reason,
      changes: JSON.stringify(deed.changes),
    })
    .execute();
  await trx
    .insertInto('audit_log')
    .values({
      at,
      user_id: actor.userId,
      action: `ticket.${deed.event}`,
      resource_type: 'ticket',
      resource_id: ticketId,
      ip: actor.ip ?? null,
      user_agent: actor.userAgent?.slice(0, 500) ?? null,
      status: 'success',
      details: JSON.stringify(deed.details),
    })
    .execute();
};
