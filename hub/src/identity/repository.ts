import type { Role } from '@siaga/shared';
import type { Selectable, Transaction } from 'kysely';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database, UsersTable } from '../platform/postgres/schema.js';
import type { Client } from './ports.js';

/** A connection or a transaction. */
type Executor = Db | Transaction<Database>;

export type UserRow = Selectable<UsersTable>;

export interface SignInRow {
  id: string;
  userId: string;
  kind: 'api' | 'web';
  createdAtMs: number;
  expiresAtMs: number;
  isRevoked: boolean;
  role: Role;
  isActive: boolean;
}

/** By mail address or user name, whatever the case. */
export const findAccount = (db: Executor, name: { email?: string; username?: string }) =>
  db
    .selectFrom('users')
    .selectAll()
    .where((eb) => {
      const lower = (column: 'email' | 'username') => eb.fn<string>('lower', [column]);
      return name.email !== undefined
        ? eb(lower('email'), '=', name.email.toLowerCase())
        : eb(lower('username'), '=', (name.username ?? '').toLowerCase());
    })
    .executeTakeFirst();

export const findUser = (db: Executor, id: string) =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();

export const hasAdmin = async (db: Executor): Promise<boolean> =>
  (await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'SUPER_ADMIN')
    .where('password_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** False where the mail address or the user name is taken. */
export const insertUser = async (
  db: Executor,
  user: Pick<
    UserRow,
    'id' | 'username' | 'email' | 'name' | 'first_name' | 'last_name' | 'password_hash' | 'role'
  >,
): Promise<boolean> =>
  (
    await db
      .insertInto('users')
      .values(user)
      .onConflict((oc) => oc.doNothing())
      .returning('id')
      .execute()
  ).length === 1;

export const saveFailure = (
  db: Executor,
  userId: string,
  account: { failedLogins: number; lockedUntilMs: number | null },
) =>
  db
    .updateTable('users')
    .set({
      failed_logins: account.failedLogins,
      locked_until: account.lockedUntilMs === null ? null : new Date(account.lockedUntilMs),
    })
    .where('id', '=', userId)
    .execute();

export const saveSuccess = (db: Executor, userId: string, nowMs: number) =>
  db
    .updateTable('users')
    .set({ failed_logins: 0, locked_until: null, last_login_at: new Date(nowMs) })
    .where('id', '=', userId)
    .execute();

export const insertSignIn = async (
  db: Executor,
  signIn: { id: string; userId: string; kind: 'api' | 'web'; nowMs: number; expiresAtMs: number },
  client: Client,
): Promise<void> => {
  await db
    .insertInto('sign_ins')
    .values({
      id: signIn.id,
      user_id: signIn.userId,
      kind: signIn.kind,
      user_agent: client.userAgent?.slice(0, 500) ?? null,
      ip: client.ip,
      created_at: new Date(signIn.nowMs),
      expires_at: new Date(signIn.expiresAtMs),
      revoked_at: null,
      revoked_reason: null,
    })
    .execute();
};

export const insertSecret = async (
  db: Executor,
  secret: { hmac: Buffer; signInId: string; predecessor: Buffer | null; nowMs: number },
): Promise<void> => {
  await db
    .insertInto('sign_in_secrets')
    .values({
      hmac: secret.hmac,
      sign_in_id: secret.signInId,
      predecessor: secret.predecessor,
      used_at: null,
      created_at: new Date(secret.nowMs),
    })
    .execute();
};

const signInColumns = (db: Executor) =>
  db
    .selectFrom('sign_ins')
    .innerJoin('users', 'users.id', 'sign_ins.user_id')
    .select([
      'sign_ins.id',
      'sign_ins.user_id as userId',
      'sign_ins.kind',
      'sign_ins.created_at as createdAt',
      'sign_ins.expires_at as expiresAt',
      'sign_ins.revoked_at as revokedAt',
      'users.role',
      'users.is_active as isActive',
    ]);

type Raw = Omit<SignInRow, 'createdAtMs' | 'expiresAtMs' | 'isRevoked'> & {
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
};

const toSignIn = ({ createdAt, expiresAt, revokedAt, ...rest }: Raw): SignInRow => ({
  ...rest,
  createdAtMs: createdAt.getTime(),
  expiresAtMs: expiresAt.getTime(),
  isRevoked: revokedAt !== null,
});

export const findSignIn = async (db: Executor, id: string): Promise<SignInRow | undefined> => {
  const row = await signInColumns(db).where('sign_ins.id', '=', id).executeTakeFirst();
  return row && toSignIn(row);
};

export const findSignInBySecret = async (db: Executor, hmac: Buffer): Promise<SignInRow | undefined> => {
  const row = await signInColumns(db)
    .innerJoin('sign_in_secrets', 'sign_in_secrets.sign_in_id', 'sign_ins.id')
    .where('sign_in_secrets.hmac', '=', hmac)
    .executeTakeFirst();
  return row && toSignIn(row);
};

/** The same, holding the sign-in until the transaction's end, so that its tokens are used one at a time. */
export const lockSignInBySecret = async (
  trx: Transaction<Database>,
  hmac: Buffer,
): Promise<(SignInRow & { predecessor: Buffer | null; isUsed: boolean }) | undefined> => {
  const held = await trx
    .selectFrom('sign_ins')
    .innerJoin('sign_in_secrets', 'sign_in_secrets.sign_in_id', 'sign_ins.id')
    .select('sign_ins.id')
    .where('sign_in_secrets.hmac', '=', hmac)
    .forUpdate('sign_ins')
    .executeTakeFirst();
  if (!held) return undefined;
  // Read after the lock: what stood before it may be out of date.
  const signIn = await findSignIn(trx, held.id);
  const secret = await trx
    .selectFrom('sign_in_secrets')
    .select(['predecessor', 'used_at'])
    .where('hmac', '=', hmac)
    .executeTakeFirst();
  if (!signIn || !secret) return undefined;
  return { ...signIn, predecessor: secret.predecessor, isUsed: secret.used_at !== null };
};

/**
 * Whether another token has taken this one's place: a successor of it was used, or another successor of its own
 * predecessor was.
 */
export const isSuperseded = async (
  trx: Transaction<Database>,
  hmac: Buffer,
  predecessor: Buffer | null,
): Promise<boolean> =>
  (await trx
    .selectFrom('sign_in_secrets')
    .select('hmac')
    .where('used_at', 'is not', null)
    .where((eb) =>
      predecessor === null
        ? eb('predecessor', '=', hmac)
        : eb.or([
            eb('predecessor', '=', hmac),
            eb.and([eb('predecessor', '=', predecessor), eb('hmac', '<>', hmac)]),
          ]),
    )
    .limit(1)
    .executeTakeFirst()) !== undefined;

export const markUsed = async (db: Executor, hmac: Buffer, nowMs: number): Promise<void> => {
  await db
    .updateTable('sign_in_secrets')
    .set({ used_at: new Date(nowMs) })
    .where('hmac', '=', hmac)
    .execute();
};

/** False where it was revoked before. */
export const revokeSignIn = async (
  db: Executor,
  id: string,
  reason: string,
  nowMs: number,
): Promise<boolean> =>
  (
    await db
      .updateTable('sign_ins')
      .set({ revoked_at: new Date(nowMs), revoked_reason: reason })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute()
  ).length === 1;

/** Prolongs a session that is still in force. */
export const prolongSignIn = async (db: Executor, id: string, expiresAtMs: number): Promise<void> => {
  await db
    .updateTable('sign_ins')
    .set({ expires_at: new Date(expiresAtMs) })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
};

/** Forgets sign-ins that ended before the moment, with their secrets; answers how many. */
export const forgetSignIns = async (db: Executor, endedBeforeMs: number): Promise<number> =>
  Number(
    (await db.deleteFrom('sign_ins').where('expires_at', '<', new Date(endedBeforeMs)).executeTakeFirst())
      .numDeletedRows,
  );

export interface AuditEntry {
  userId: string | null;
  action: string;
  resourceType: string;
  resourceId: string | null;
  status: 'success' | 'failure';
  details?: Record<string, unknown>;
}

/** One line of the audit log; call it in the transaction of what it tells of. */
export const insertAudit = async (
  db: Executor,
  entry: AuditEntry,
  client: Client | undefined,
  nowMs: number,
): Promise<void> => {
  await db
    .insertInto('audit_log')
    .values({
      at: new Date(nowMs),
      user_id: entry.userId,
      action: entry.action,
      resource_type: entry.resourceType,
      resource_id: entry.resourceId,
      ip: client?.ip ?? null,
      user_agent: client?.userAgent?.slice(0, 500) ?? null,
      status: entry.status,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute();
};
