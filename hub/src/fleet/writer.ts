import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
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

/**
 * Runs changes of the fleet one after another, each in one transaction with its audit entries. One after another,
 * because the directory is changed after the commit: two changes of one device whose commits are answered in the
 * other order would leave the older one in memory.
 */
export const createWriter = (deps: { db: Db; clock: { nowMs(): number }; log: Logger }): Write => {
  let tail: Promise<unknown> = Promise.resolve();

  const run = async <T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> => {
    const actions: (() => void)[] = [];
    const result = await deps.db.transaction().execute((trx) => {
      const now = new Date(deps.clock.nowMs());
      return work({
        trx,
        now,
        audit: (entry) => insertAudit(trx, actor, now, entry),
        afterCommit: (action) => void actions.push(action),
      });
    });
    for (const action of actions) {
      try {
        action();
      } catch (error) {
        // The change stands; a listener's fault must not tell the caller otherwise.
        deps.log.error({ err: error }, 'a follow-up of a fleet change failed');
      }
    }
    return result;
  };

  return (actor, work) => {
    const result = tail.then(() => run(actor, work));
    tail = result.catch(() => undefined);
    return result;
  };
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
