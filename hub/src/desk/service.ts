import type {
  AcknowledgeBody,
  CreateCommentBody,
  TicketComment,
  TicketDetail,
  TicketQuery,
  TicketSummary,
} from '@siaga/shared';
import type { Static } from 'typebox';
import { v7 as uuidv7 } from 'uuid';
import { DomainError, fieldError, type IfMatch } from '../errors.js';
import type { Actor, ListPage } from '../fleet/index.js';
import type { Db } from '../platform/postgres/postgres.js';
import { isoTimeMs } from '../telemetry/index.js';
import { findComment, insertComment, listComments } from './comments-repository.js';
import { saveAcknowledgement } from './deeds-repository.js';
import {
  mayAcknowledge,
  mayComment,
  mayUnacknowledge,
  prioritiesMatching,
  statesMatching,
  ticketKeyOf,
  typesMatching,
  type Verdict,
} from './rules.js';
import {
  findTicket,
  historyOf,
  listTickets,
  openIncidents,
  type SortField,
  type TicketFilter,
  type TicketRow,
} from './tickets-repository.js';
import { commentOf, detailOf, summaryOf } from './v1.js';
import { noSuchTicket, type ChangeTicket } from './writer.js';

export type TicketQueryInput = Static<typeof TicketQuery>;

/** A ticket with its version, by which a caller can say what he has seen. */
export interface RevisedTicket {
  ticket: TicketDetail;
  revision: number;
}

/** Tickets are named by UUID, number (`INC-20260115-001234`) or the global integer, here `id`. */
export interface Tickets {
  /** Newest first unless told. Throws VALIDATION_ERROR naming the field. */
  list(query: TicketQueryInput): Promise<ListPage<TicketSummary>>;
  /** Throws RESOURCE_NOT_FOUND. */
  get(id: string): Promise<RevisedTicket>;
  /** Every unresolved incident, newest first. */
  openIncidents(): Promise<TicketSummary[]>;
  /**
   * Takes note of an open incident (detection.md, rule 13). Of several at once exactly one does; the others are told
   * who it was. Throws RESOURCE_NOT_FOUND, PRECONDITION_FAILED, RESOURCE_CONFLICT.
   */
  acknowledge(actor: Actor, id: string, body: AcknowledgeBody, ifMatch: IfMatch): Promise<RevisedTicket>;
  /** Takes it back. Throws as `acknowledge` does. */
  unacknowledge(actor: Actor, id: string, ifMatch: IfMatch): Promise<RevisedTicket>;
  /** The oldest first. Throws RESOURCE_NOT_FOUND. */
  comments(id: string, page: { page: number; perPage: number }): Promise<ListPage<TicketComment>>;
  /** Resolved tickets take comments, closed ones do not. Throws RESOURCE_NOT_FOUND, RESOURCE_CONFLICT. */
  comment(actor: Actor, id: string, body: CreateCommentBody): Promise<TicketComment>;
}

const PER_PAGE = 25;

export const createTickets = ({ db, change }: { db: Db; change: ChangeTicket }): Tickets => {
  const found = async (id: string): Promise<TicketRow> => {
    const key = ticketKeyOf(id);
    const row = key && (await findTicket(db, key));
    if (!row) throw noSuchTicket();
    return row;
  };
  const revised = async (source: Db, row: TicketRow): Promise<RevisedTicket> => ({
    ticket: detailOf(row, await historyOf(source, row.id)),
    revision: row.version,
  });

  return {
    list: async (query) => {
      const page = Number(query.page ?? 1);
      const perPage = Number(query.per_page ?? PER_PAGE);
      const { rows, total } = await listTickets(db, filterOf(query), sortOf(query.sort ?? '-created_at'), {
        offset: (page - 1) * perPage,
        limit: perPage,
      });
      return { items: rows.map(summaryOf), page, perPage, total };
    },
    get: async (id) => revised(db, await found(id)),
    openIncidents: async () => (await openIncidents(db)).map(summaryOf),

    acknowledge: (actor, id, body, ifMatch) =>
      change(actor, ticketKeyOf(id), ifMatch, async ({ trx, ticket, at }) => {
        allow(mayAcknowledge(ticket));
        const reason = body.reason.trim();
        await saveAcknowledgement(trx, ticket.id, { at, byId: userOf(actor), reason });
        return {
          deed: {
            event: 'acknowledged',
            reason,
            changes: { acknowledged: { from: false, to: true } },
            details: { number: ticket.number, reason },
          },
          read: (row) => revised(trx, row),
        };
      }),

    unacknowledge: (actor, id, ifMatch) =>
      change(actor, ticketKeyOf(id), ifMatch, async ({ trx, ticket }) => {
        allow(mayUnacknowledge(ticket));
        await saveAcknowledgement(trx, ticket.id, null);
        return {
          deed: {
            event: 'unacknowledged',
            reason: null,
            changes: { acknowledged: { from: true, to: false } },
            details: { number: ticket.number },
          },
          read: (row) => revised(trx, row),
        };
      }),

    comments: async (id, { page, perPage }) => {
      const { id: ticketId } = await found(id);
      const { rows, total } = await listComments(db, ticketId, {
        offset: (page - 1) * perPage,
        limit: perPage,
      });
      return { items: rows.map(commentOf), page, perPage, total };
    },

    comment: (actor, id, body) =>
      change(actor, ticketKeyOf(id), undefined, async ({ trx, ticket, at }) => {
        const known = body.id === undefined ? undefined : await findComment(trx, body.id);
        if (known) {
          requireSame(known, { ticketId: ticket.id, authorId: userOf(actor), content: body.content });
          return { deed: null, read: () => commentOf(known) };
        }
        allow(mayComment(ticket));
        const comment = await insertComment(trx, {
          id: body.id ?? uuidv7({ msecs: at.getTime() }),
          ticketId: ticket.id,
          authorId: userOf(actor),
          content: body.content,
          isInternal: body.is_internal ?? false,
          createdAt: at,
        });
        // Those of this ticket were found above, under its lock: this one came to another ticket meanwhile.
        if (!comment) throw idTaken();
        return {
          // What was written is in one place only.
          deed: {
            event: 'commented',
            reason: null,
            changes: {},
            details: { number: ticket.number, comment_id: comment.id },
          },
          read: () => commentOf(comment),
        };
      }),
  };
};

/** A comment that is sent again is the same in all its parts. */
const requireSame = (
  known: { ticket_id: string; author_id: string; content: string },
  sent: { ticketId: string; authorId: string; content: string },
): void => {
  const isSame =
    known.ticket_id === sent.ticketId && known.author_id === sent.authorId && known.content === sent.content;
  if (!isSame) throw idTaken();
};

const idTaken = (): DomainError =>
  new DomainError('RESOURCE_CONFLICT', {
    fields: [{ field: 'id', message: 'Another comment has this id', code: 'in_use' }],
  });

const allow = (verdict: Verdict): void => {
  if (!verdict.ok) throw new DomainError('RESOURCE_CONFLICT', { message: verdict.reason });
};

const userOf = ({ userId }: Actor): string => {
  if (userId === null) throw new Error('only a person acts on a ticket here');
  return userId;
};

const filterOf = (query: TicketQueryInput): TicketFilter => {
  const filter: TicketFilter = {};
  if (query.status !== undefined) filter.states = statesMatching(query.status);
  if (query.priority !== undefined) filter.priorities = prioritiesMatching(query.priority);
  if (query.ticket_type !== undefined) filter.types = typesMatching(query.ticket_type);
  if (query.device_id !== undefined) filter.deviceId = query.device_id;
  if (query.site_id !== undefined) filter.siteId = query.site_id;
  if (query.created_after !== undefined) filter.createdAfter = dateOf('created_after', query.created_after);
  if (query.created_before !== undefined)
    filter.createdBefore = dateOf('created_before', query.created_before);
  if (query.search !== undefined) filter.search = query.search;
  if (query.acknowledged !== undefined) filter.acknowledged = query.acknowledged === 'true';
  return filter;
};

const dateOf = (field: string, text: string): Date => {
  const at = new Date(isoTimeMs(text));
  if (Number.isNaN(at.getTime()))
    throw fieldError(
      field,
      'must be an ISO 8601 date (2026-01-15, midnight UTC) or date-time with a zone (2026-01-15T08:00:00+07:00)',
    );
  return at;
};

const sortOf = (sort: string): { field: SortField; descending: boolean }[] =>
  sort.split(',').map((word) => {
    const descending = word.startsWith('-');
    return { field: (descending ? word.slice(1) : word) as SortField, descending };
  });
