import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { DomainError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import type { Database } from '../platform/postgres/schema.js';
import type { Db } from '../platform/postgres/postgres.js';

/** Who does it, for the audit log; `userId` is null where the hub itself acts. */
export interface Actor {
  userId: string | null;
  ip?: string | undefined;
  userAgent?: string | undefined;
}

/** The hub itself. */
export const HUB_ACTOR: Actor = { userId: null };

export interface AuditEntry {
  /** e.g. `device.created`. */
  action: string;
  resourceType: 'site' | 'agent' | 'device';
  resourceId: string;
  details?: Record<string, unknown>;
}

export interface Change {
  trx: Transaction<Database>;
  /** Hub's wall clock for every stamp of this change. */
  now: Date;
  audit: (entry: AuditEntry) => Promise<void>;
  /** Runs right after the commit, in the order given: directory first, then events. */
  afterCommit: (action: () => void) => void;
}

export type Write = <T>(actor: Actor, work: (change: Change) => Promise<T>) => Promise<T>;

export interface Writer {
  write: Write;
  /** Tries nothing again; resolves when the changes under way have ended. */
  stop(): Promise<void>;
}

interface Deps {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Brings the memory level with PostgreSQL; answers what is to follow. */
  reread: () => Promise<(() => void)[]>;
  /** How long a statement waits for a row that someone else holds; 5,000 unless told. */
  lockTimeoutMs?: number | undefined;
}

const LOCK_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** What a caller is told to wait. */
const RETRY_AFTER_S = 5;

/**
 * Runs changes of the fleet one after another, each in one transaction with its audit entries. One after another,
 * because the directory is changed after the commit: two changes of one device whose commits are answered in the
 * other order would leave the older one in memory. None waits for ever, since all others wait behind it: a row that
 * stays locked is SERVICE_UNAVAILABLE, and so is a commit without an answer. The latter may have taken place; until the
 * memory has been brought level with PostgreSQL, no other change is let through.
 */
export const createWriter = (deps: Deps): Writer => {
  const { db, clock, log, lockTimeoutMs = LOCK_TIMEOUT_MS } = deps;
  let tail: Promise<unknown> = Promise.resolve();
  /** The transaction whose end nobody has told. */
  let doubtful: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  let cancelRetry: (() => void) | undefined;
  let stopped = false;

  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const result = tail.then(job);
    tail = result.catch(() => undefined);
    return result;
  };

  const follow = (actions: readonly (() => void)[]): void => {
    for (const action of actions) {
      try {
        action();
      } catch (error) {
        // The change stands; a listener's fault must not tell the caller otherwise.
        log.error({ err: error }, 'a follow-up of a fleet change failed');
      }
    }
  };

  /** Ends the doubt there may be, or throws. */
  const settle = async (): Promise<void> => {
    if (doubtful === undefined) return;
    // A commit that was on its way when the connection broke may still arrive, and what was read before it is wrong.
    if (await isRunning(db, doubtful))
      throw new DomainError('SERVICE_UNAVAILABLE', {
        message: 'An earlier change is still being saved; nothing was changed, try again soon',
        retryAfterS: RETRY_AFTER_S,
      });
    const actions = await deps.reread();
    doubtful = undefined;
    retryMs = FIRST_RETRY_MS;
    cancelRetry?.();
    cancelRetry = undefined;
    log.info('the fleet in memory is level with PostgreSQL again');
    follow(actions);
  };

  const settleSoon = (): void => {
    cancelRetry = undefined;
    inTurn(settle).catch((error: unknown) => {
      log.warn({ err: error, retryMs }, 'the fleet could not be read again; trying again');
      if (stopped) return;
      cancelRetry = clock.after(retryMs, settleSoon);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    });
  };

  const run = async <T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> => {
    await settle();
    const actions: (() => void)[] = [];
    let committing: string | undefined;
    try {
      const result = await db.transaction().execute(async (trx) => {
        const transaction = await begin(trx, lockTimeoutMs);
        const now = new Date(clock.nowMs());
        const answer = await work({
          trx,
          now,
          audit: (entry) => insertAudit(trx, actor, now, entry),
          afterCommit: (action) => void actions.push(action),
        });
        committing = transaction;
        return answer;
      });
      follow(actions);
      return result;
    } catch (error) {
      const code = sqlState(error);
      if (committing !== undefined && !NOT_COMMITTED.test(code)) {
        log.error(
          { err: error },
          'a change of the fleet may have been saved or not; reading the fleet again',
        );
        doubtful = committing;
        settleSoon();
        throw new DomainError('SERVICE_UNAVAILABLE', {
          message:
            'PostgreSQL broke off while the change was being saved; look whether it was before you try again',
          retryAfterS: RETRY_AFTER_S,
        });
      }
      if (!TOOK_TOO_LONG.test(code)) throw error;
      log.warn({ err: error }, 'a change of the fleet waited too long');
      throw new DomainError('SERVICE_UNAVAILABLE', {
        message:
          'Something else in PostgreSQL held up this change for too long; nothing was changed, try again soon',
        retryAfterS: RETRY_AFTER_S,
      });
    }
  };

  return {
    write: (actor, work) => inTurn(() => run(actor, work)),
    stop: async () => {
      stopped = true;
      cancelRetry?.();
      await tail;
    },
  };
};

/** SQLSTATE of a commit that was refused: data, constraints, serialisation. */
const NOT_COMMITTED = /^(22|23|40)[0-9A-Z]{3}$/;
/** SQLSTATE: lock_timeout, statement_timeout. */
const TOOK_TOO_LONG = /^(55P03|57014)$/;

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Sets the transaction's limits; answers its number. */
const begin = async (trx: Transaction<Database>, lockTimeoutMs: number): Promise<string> => {
  const statementMs = String(STATEMENT_TIMEOUT_MS);
  const { rows } = await sql<{ transaction: string }>`
    select set_config('lock_timeout', ${String(lockTimeoutMs)}, true),
      set_config('statement_timeout', ${statementMs}, true),
      -- One whose hub was cut off would otherwise hold its rows for hours.
      set_config('idle_in_transaction_session_timeout', ${statementMs}, true),
      pg_current_xact_id()::xid::text as transaction`.execute(trx);
  return rows[0]?.transaction ?? '';
};

const isRunning = async (db: Db, transaction: string): Promise<boolean> => {
  const { rows } = await sql`
    select from pg_stat_activity where backend_xid = ${transaction}::xid`.execute(db);
  return rows.length > 0;
};

const insertAudit = async (
  trx: Transaction<Database>,
  actor: Actor,
  now: Date,
  entry: AuditEntry,
): Promise<void> => {
  await trx
    .insertInto('audit_log')
    .values({
      at: now,
      user_id: actor.userId,
      action: entry.action,
      resource_type: entry.resourceType,
      resource_id: entry.resourceId,
      ip: actor.ip ?? null,
      user_agent: actor.userAgent ?? null,
      status: 'success',
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute();
};
