import { randomBytes } from 'node:crypto';
import type { Role } from '@siaga/shared';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { DomainError, StartError } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { Secrets } from '../platform/secrets.js';
import { createAccessTokens } from './access-tokens.js';
import { createCredentialsService, type Credentials } from './credentials-service.js';
import { createPasswords, generatePassword } from './passwords.js';
import { permissionsOf } from './permissions.js';
import type { Authenticator, Client, Principal } from './ports.js';
import * as repository from './repository.js';
import { REFRESH_MAX_MS, renewedEnd, SESSION_MS, weaknessOf } from './rules.js';
import { createSignInStates } from './sign-in-states.js';

/** An account as others may see it. */
export interface User {
  id: string;
  username: string;
  email: string;
  name: string;
  firstName: string;
  lastName: string;
  role: Role;
  lastLoginAtMs: number | null;
  createdAtMs: number;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Of the access token, seconds. */
  expiresInS: number;
}

export interface Identity extends Authenticator {
  /**
   * Makes the first SUPER_ADMIN where there is none. Answers the password once if it was made up here.
   * Throws StartError where the given one is too weak.
   */
  ensureAdmin(email: string, password?: string): Promise<{ created: boolean; password?: string }>;
  /** Signs an API client in. Throws as CredentialsService.check does. */
  login(credentials: Credentials, client: Client): Promise<Tokens & { user: User }>;
  /**
   * New tokens for a refresh token. It stays valid until its successor is used; used after that it is stolen, by
   * whoever has it: the whole sign-in is revoked (dialects.md, "Refresh"). Throws AUTHENTICATION_REQUIRED.
   */
  refresh(refreshToken: string, client: Client): Promise<Tokens>;
  /** Signs the web app in; `secret` is for the cookie alone. Throws as CredentialsService.check does. */
  openSession(
    credentials: Credentials,
    client: Client,
  ): Promise<{ secret: string; expiresAtMs: number; user: User }>;
  /** Ends the caller's sign-in, and with it every token, cookie and live feed of it. */
  logout(principal: Principal, client: Client): Promise<void>;
  user(id: string): Promise<User | undefined>;
  /** When a sign-in ends as things stand, epoch ms, and what its user may do now; undefined where it has ended. */
  standing(signInId: string): Promise<{ endMs: number; permissions: Principal['permissions'] } | undefined>;
  /** Begins to forget sign-ins that are long over. */
  start(): void;
  stop(): void;
}

const SECRET_BYTES = 32;
const SWEEP_MS = 3_600_000;
/** Kept that long after their end, so that the audit log can still be read beside them. */
const FORGET_AFTER_MS = 90 * 24 * 3_600_000;

export const createIdentity = (deps: {
  db: Db;
  secrets: Secrets;
  clock: Clock;
  accessTokenMinutes: number;
  log: Logger;
  events: EventBus;
}): Identity => {
  const { db, secrets, clock, log, events } = deps;
  const passwords = createPasswords();
  const credentialsService = createCredentialsService({ db, passwords, clock });
  const accessTokens = createAccessTokens(secrets.jwtKey, deps.accessTokenMinutes, clock);
  const states = createSignInStates({ load: (id) => repository.findSignIn(db, id), clock, events });
  let stopSweeping: (() => void) | undefined;

  const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

  /** Writes a sign-in that was proven, with its first secret. */
  const signIn = async (kind: 'api' | 'web', credentials: Credentials, client: Client) => {
    const account = await credentialsService.check(credentials, client);
    const nowMs = clock.nowMs();
    const id = uuidv7();
    const secret = newSecret();
    const expiresAtMs = nowMs + (kind === 'web' ? SESSION_MS : REFRESH_MAX_MS);
    await db.transaction().execute(async (trx) => {
      await repository.saveSuccess(trx, account.id, nowMs);
      await repository.insertSignIn(trx, { id, userId: account.id, kind, nowMs, expiresAtMs }, client);
      const hmac = secrets.hmac(kind === 'web' ? 'session' : 'refresh', secret);
      await repository.insertSecret(trx, { hmac, signInId: id, predecessor: null, nowMs });
      await repository.insertAudit(
        trx,
        {
          userId: account.id,
          action: 'user.sign-in',
          resourceType: 'sign-in',
          resourceId: id,
          status: 'success',
        },
        client,
        nowMs,
      );
    });
    return { id, secret, expiresAtMs, user: { ...toUser(account), lastLoginAtMs: nowMs } };
  };

  const accessToken = (userId: string, signInId: string, role: Role): string =>
    accessTokens.sign({ userId, signInId, role });

  const sweep = async (): Promise<void> => {
    try {
      const forgotten = await repository.forgetSignIns(db, clock.nowMs() - FORGET_AFTER_MS);
      if (forgotten > 0) log.info({ forgotten }, 'forgot old sign-ins');
    } catch (error) {
      log.warn({ err: error }, 'could not forget old sign-ins; will try again');
    }
  };

  return {
    ensureAdmin: async (email, given) => {
      if (await repository.hasAdmin(db)) return { created: false };
      const weakness = given === undefined ? undefined : weaknessOf(given, [email]);
      if (weakness !== undefined) throw new StartError(`SIAGA_ADMIN_PASSWORD: ${weakness}`);
      const password = given ?? generatePassword();
      const passwordHash = await passwords.hash(password);
      const nowMs = clock.nowMs();
      const created = await db.transaction().execute(async (trx) => {
        const id = uuidv7();
        const isNew = await repository.insertUser(trx, {
          id,
          username: 'admin',
          email,
          name: 'Administrator',
          first_name: 'Administrator',
          last_name: '',
          password_hash: passwordHash,
          role: 'SUPER_ADMIN',
        });
        if (isNew)
          await repository.insertAudit(
            trx,
            { userId: null, action: 'user.created', resourceType: 'user', resourceId: id, status: 'success' },
            undefined,
            nowMs,
          );
        return isNew;
      });
      return created && given === undefined ? { created, password } : { created };
    },

    login: async (credentials, client) => {
      const { id, secret, user } = await signIn('api', credentials, client);
      return {
        accessToken: accessToken(user.id, id, user.role),
        refreshToken: secret,
        expiresInS: accessTokens.lifeS,
        user,
      };
    },

    refresh: async (refreshToken, client) => {
      const hmac = secrets.hmac('refresh', refreshToken);
      const nowMs = clock.nowMs();
      const outcome = await db.transaction().execute(async (trx) => {
        const held = await repository.lockSignInBySecret(trx, hmac);
        if (!held || held.isRevoked || !held.isActive || held.expiresAtMs <= nowMs) return undefined;
        if (await repository.isSuperseded(trx, hmac, held.predecessor)) {
          await repository.revokeSignIn(trx, held.id, 'refresh-token-reused', nowMs);
          await repository.insertAudit(
            trx,
            {
              userId: held.userId,
              action: 'sign-in.refresh-token-reused',
              resourceType: 'sign-in',
              resourceId: held.id,
              status: 'failure',
            },
            client,
            nowMs,
          );
          return { revoked: held.id };
        }
        if (!held.isUsed) await repository.markUsed(trx, hmac, nowMs);
        const successor = newSecret();
        const successorHmac = secrets.hmac('refresh', successor);
        await repository.insertSecret(trx, {
          hmac: successorHmac,
          signInId: held.id,
          predecessor: hmac,
          nowMs,
        });
        return { held, successor };
      });
      if (outcome && 'revoked' in outcome) events.emit('sign-in.revoked', outcome.revoked);
      if (!outcome || 'revoked' in outcome) throw new DomainError('AUTHENTICATION_REQUIRED');
      const { held, successor } = outcome;
      return {
        accessToken: accessToken(held.userId, held.id, held.role),
        refreshToken: successor,
        expiresInS: accessTokens.lifeS,
      };
    },

    openSession: async (credentials, client) => {
      const { secret, expiresAtMs, user } = await signIn('web', credentials, client);
      return { secret, expiresAtMs, user };
    },

    logout: async ({ signInId, userId }, client) => {
      const nowMs = clock.nowMs();
      await db.transaction().execute(async (trx) => {
        if (!(await repository.revokeSignIn(trx, signInId, 'signed-out', nowMs))) return;
        await repository.insertAudit(
          trx,
          {
            userId,
            action: 'user.sign-out',
            resourceType: 'sign-in',
            resourceId: signInId,
            status: 'success',
          },
          client,
          nowMs,
        );
      });
      events.emit('sign-in.revoked', signInId);
    },

    byToken: async (token) => {
      const claims = accessTokens.verify(token);
      const state = claims && (await states.inForce(claims.signInId));
      if (!claims || !state || state.userId !== claims.userId) return undefined;
      return principalOf(state, 'token', claims.expiresAtMs);
    },

    byCookie: async (secret) => {
      const state = await repository.findSignInBySecret(db, secrets.hmac('session', secret));
      const nowMs = clock.nowMs();
      if (!state || state.isRevoked || !state.isActive || state.expiresAtMs <= nowMs) return undefined;
      const end = renewedEnd(state.createdAtMs, state.expiresAtMs, nowMs);
      if (end !== undefined) await repository.prolongSignIn(db, state.id, end);
      return {
        principal: principalOf(state, 'session', end ?? state.expiresAtMs),
        renewed: end !== undefined,
      };
    },

    user: async (id) => {
      const row = await repository.findUser(db, id);
      return row && toUser(row);
    },

    standing: async (signInId) => {
      const state = await repository.findSignIn(db, signInId);
      if (!state || state.isRevoked || !state.isActive || state.expiresAtMs <= clock.nowMs())
        return undefined;
      return { endMs: state.expiresAtMs, permissions: permissionsOf(state.role) };
    },

    start: () => {
      stopSweeping = clock.every(SWEEP_MS, () => void sweep());
    },
    stop: () => stopSweeping?.(),
  };
};

const principalOf = (
  state: repository.SignInRow,
  kind: Principal['kind'],
  expiresAtMs: number,
): Principal => ({
  userId: state.userId,
  role: state.role,
  permissions: permissionsOf(state.role),
  kind,
  signInId: state.id,
  expiresAtMs,
});

const toUser = (row: repository.UserRow): User => ({
  id: row.id,
  username: row.username,
  email: row.email,
  name: row.name,
  firstName: row.first_name,
  lastName: row.last_name,
  role: row.role,
  lastLoginAtMs: row.last_login_at?.getTime() ?? null,
  createdAtMs: row.created_at.getTime(),
});
