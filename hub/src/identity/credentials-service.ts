import { DomainError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { Passwords } from './passwords.js';
import type { Client } from './ports.js';
import { findAccount, insertAudit, saveFailure, type UserRow } from './repository.js';
import { afterFailure } from './rules.js';
import { createSerial } from './serial.js';
import { createThrottle, remember } from './throttle.js';

/** What is typed at a sign-in: one name, either form, and the password. */
export interface Credentials {
  email?: string | undefined;
  username?: string | undefined;
  password: string;
}

export interface CredentialsService {
  /**
   * The account behind the credentials. Every failure counts,
   * is audited and answers in the same words and time, whether there is such an account or not.
   * Throws VALIDATION_ERROR, INVALID_CREDENTIALS, ACCOUNT_LOCKED, RATE_LIMIT_EXCEEDED, SERVICE_UNAVAILABLE.
   */
  check(credentials: Credentials, client: Client): Promise<UserRow>;
}

/** Names without an account whose failures are counted, so that they seem to lock as accounts do. */
const UNKNOWN_NAMES_HELD = 10_000;

interface Count {
  failedLogins: number;
  lockedUntilMs: number | null;
}

const FRESH: Count = { failedLogins: 0, lockedUntilMs: null };

export const createCredentialsService = (deps: {
  db: Db;
  passwords: Passwords;
  clock: Clock;
}): CredentialsService => {
  const { db, passwords, clock } = deps;
  const throttle = createThrottle(clock);
  // One attempt at a time for an account: guesses sent side by side would all find it unlocked.
  const inTurn = createSerial();
  const unknownNames = new Map<string, Count>();

  const attempt = async (name: Name, password: string, client: Client): Promise<UserRow> => {
    const key = keyOf(name);
    const user = await findAccount(db, name);
    const count: Count = user
      ? { failedLogins: user.failed_logins, lockedUntilMs: user.locked_until?.getTime() ?? null }
      : (unknownNames.get(key) ?? FRESH);
    const nowMs = clock.nowMs();
    const isLocked = count.lockedUntilMs !== null && count.lockedUntilMs > nowMs;
    if (
      !isLocked &&
      (await passwords.fits(user?.is_active === true ? user.password_hash : null, password)) &&
      user
    )
      return user;

    const next = isLocked ? count : afterFailure(count, nowMs);
    const reason = isLocked ? 'locked' : user ? 'wrong-password' : 'unknown-account';
    await db.transaction().execute(async (trx) => {
      if (user && !isLocked) await saveFailure(trx, user.id, next);
      await insertAudit(
        trx,
        {
          userId: user?.id ?? null,
          action: 'user.sign-in',
          resourceType: 'user',
          resourceId: user?.id ?? null,
          status: 'failure',
          // Never the name that was typed: people type their password there.
          details: { reason, ...(next.lockedUntilMs !== null && !isLocked ? { locks: true } : {}) },
        },
        client,
        nowMs,
      );
    });
    if (!user && !isLocked) remember(unknownNames, key, next, UNKNOWN_NAMES_HELD);
    if (isLocked)
      throw new DomainError('ACCOUNT_LOCKED', {
        retryAfterS: Math.ceil(((count.lockedUntilMs ?? nowMs) - nowMs) / 1000),
      });
    throw new DomainError('INVALID_CREDENTIALS');
  };

  return {
    check: async (credentials, client) => {
      const name = nameOf(credentials);
      const taken = throttle.take(client.ip);
      if ('waitS' in taken) throw new DomainError('RATE_LIMIT_EXCEEDED', { retryAfterS: taken.waitS });
      try {
        // By the account where there is one: it has two names, a user name and a mail address.
        const key = (await findAccount(db, name))?.id ?? keyOf(name);
        const user = await inTurn(key, () => attempt(name, credentials.password, client));
        taken.giveBack();
        return user;
      } catch (error) {
        if (!isWrongGuess(error)) taken.giveBack();
        throw error;
      }
    },
  };
};

type Name = { email: string } | { username: string };

const keyOf = (name: Name): string => JSON.stringify(name).toLowerCase();

/** Anything else (PostgreSQL away, too many at once) says nothing of whoever tried. */
const isWrongGuess = (error: unknown): boolean =>
  error instanceof DomainError && (error.code === 'INVALID_CREDENTIALS' || error.code === 'ACCOUNT_LOCKED');

const nameOf = ({ email, username }: Credentials): Name => {
  if (email !== undefined && username === undefined) return { email };
  if (username !== undefined && email === undefined) return { username };
  const message =
    email === undefined ? 'is missing; give email or username' : 'came beside username; give one of them';
  const code = email === undefined ? 'required' : 'other';
  throw new DomainError('VALIDATION_ERROR', { fields: [{ field: 'email', message, code }] });
};
