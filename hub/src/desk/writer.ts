import type { TicketSummary } from '@siaga/shared';
import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { DomainError, requireRevision, type IfMatch } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Actor } from '../fleet/index.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database } from '../platform/postgres/schema.js';
import { addDeed, awaitTicket, findTicketId, lockTicket, type LockedTicket } from './deeds-repository.js';
import type { TicketKey } from './rules.js';
import { ticketsById, type TicketRow } from './tickets-repository.js';
import { summaryOf } from './v1.js';

type Trx = Transaction<Database>;

/** What a person did to a ticket, for its history and the audit log. */
export interface Deed {
  event: 'acknowledged' | 'unacknowledged' | 'commented';
  reason: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
  /** Besides the event, for the audit log. */
  details: Record<string, unknown>;
}

export interface TicketChange {
  trx: Trx;
  /** As it is now; nobody else changes it until the transaction ends. */
  ticket: LockedTicket;
  /**
   * The stamp of all that this change writes: the hub's time, or a millisecond after the ticket's last change where
   * the clock was set back. So a ticket's changes and comments have an order, and readers tell an older state.
   */
  at: Date;
}

/** Runs one change of one ticket. Throws RESOURCE_NOT_FOUND, PRECONDITION_FAILED, SERVICE_UNAVAILABLE. */
export type ChangeTicket = <T>(
  actor: Actor,
  key: TicketKey | undefined,
  ifMatch: IfMatch,
  /** Applies the rules and saves; what it throws undoes everything. No deed: nothing has changed. */
  work: (change: TicketChange) => Promise<{ deed: Deed | null; read: (row: TicketRow) => Promise<T> | T }>,
) => Promise<T>;

interface Deps {
  db: Db;
  clock: Clock;
  events: EventBus;
  log: Logger;
}

/** How long a statement waits for a row that someone else holds. */
const LOCK_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** What a caller is told to wait. */
const RETRY_AFTER_S = 5;
const FIRST_RETRY_MS = 1_000;
const RETRIES = 8;

export const noSuchTicket = (): DomainError =>
  new DomainError('RESOURCE_NOT_FOUND', { message: 'No such ticket' });

/**
 * Load under a lock, decide, save with history and audit, in one transaction; the event follows the commit. A commit
 * without an answer is SERVICE_UNAVAILABLE: it may have taken place, so the feed is told what became of the ticket.
 */
export const createTicketWriter = ({ db, clock, events, log }: Deps): ChangeTicket => {
  const tell = (row: TicketRow): void => {
    if (row.type !== 'incident') return;
    const summary: TicketSummary = summaryOf(row);
    try {
      events.emit('incident.changed', summary);
    } catch (error) {
      // The change stands; a listener's fault must not tell the caller otherwise.
      log.error({ err: error }, 'a follow-up of a change of a ticket failed');
    }
  };

  const tellLater = (ticketId: string, attempt = 0): void =>
    void clock.after(FIRST_RETRY_MS * 2 ** attempt, () => {
      readWhenSettled(db, ticketId).then(
        (row) => row && tell(row),
        (error: unknown) => {
          log.warn({ err: error, ticketId }, 'a ticket could not be read again');
          if (attempt < RETRIES) tellLater(ticketId, attempt + 1);
        },
      );
    });

  return async (actor, key, ifMatch, work) => {
    let ticketId = '';
    let isCommitting = false;
    try {
      const { row, answer, hasChanged } = await db.transaction().execute(async (trx) => {
        await setLimits(trx);
        const id = key && (await findTicketId(trx, key));
        const ticket = id === undefined ? undefined : await lockTicket(trx, id);
        if (!ticket) throw noSuchTicket();
        ticketId = ticket.id;
        requireRevision(ifMatch, ticket.version);
        const at = new Date(Math.max(clock.nowMs(), ticket.updatedAt.getTime() + 1));
        const { deed, read } = await work({ trx, ticket, at });
        if (deed) await addDeed(trx, ticket.id, actor, at, deed);
        const [changed] = await ticketsById(trx, [ticket.id]);
        if (!changed) throw noSuchTicket();
        const result = { row: changed, answer: await read(changed), hasChanged: deed !== null };
        isCommitting = true;
        return result;
      });
      if (hasChanged) tell(row);
      return answer;
    } catch (error) {
      const code = sqlState(error);
      if (isCommitting && !NOT_COMMITTED.test(code)) {
        log.error({ err: error, ticketId }, 'a change of a ticket may have been saved or not');
        tellLater(ticketId);
        throw new DomainError('SERVICE_UNAVAILABLE', {
          message:
            'PostgreSQL broke off while the change was being saved; look whether it was before you try again',
          retryAfterS: RETRY_AFTER_S,
        });
      }
      if (!TOOK_TOO_LONG.test(code)) throw error;
      log.warn({ err: error, ticketId }, 'a change of a ticket waited too long');
      throw new DomainError('SERVICE_UNAVAILABLE', {
        message:
          'Something else in PostgreSQL held up this change for too long; nothing was changed, try again soon',
        retryAfterS: RETRY_AFTER_S,
      });
    }
  };
};

/** SQLSTATE of a commit that was refused: data, constraints, serialisation. */
const NOT_COMMITTED = /^(22|23|40)[0-9A-Z]{3}$/;
/** SQLSTATE: lock_timeout, statement_timeout. */
const TOOK_TOO_LONG = /^(55P03|57014)$/;

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const setLimits = async (trx: Trx): Promise<void> => {
  const statementMs = String(STATEMENT_TIMEOUT_MS);
  await sql`
    select set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true),
      set_config('statement_timeout', ${statementMs}, true),
      -- One whose hub was cut off would otherwise hold its rows for hours.
      set_config('idle_in_transaction_session_timeout', ${statementMs}, true)`.execute(trx);
};

/** The ticket once no commit of it is on its way any more. */
const readWhenSettled = async (db: Db, ticketId: string): Promise<TicketRow | undefined> => {
  await db.transaction().execute(async (trx) => {
    await setLimits(trx);
    await awaitTicket(trx, ticketId);
  });
  return (await ticketsById(db, [ticketId]))[0];
};
