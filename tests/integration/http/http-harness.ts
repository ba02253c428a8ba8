import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Role } from '@siaga/shared';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { registerAuthRoutes } from '../../../hub/src/api/v1/auth.js';
import { createEventBus } from '../../../hub/src/events.js';
import { createIdentity } from '../../../hub/src/identity/index.js';
import { createPasswords } from '../../../hub/src/identity/passwords.js';
import { createHttp, type Http } from '../../../hub/src/platform/http/http.js';
import type { HttpSettings } from '../../../hub/src/platform/http/settings.js';
import type { Db } from '../../../hub/src/platform/postgres/postgres.js';
import { createManualClock } from '../../support/manual-clock.js';
import { createTestDatabase } from '../../support/postgres.js';

export const PUBLIC_URL = 'http://siaga.bank.example';
export const PASSWORD = 'gunung biru menari pelan';

const MASTER = 'a key that only tests know';
const testSecrets = {
  hmac: (purpose: string, value: string) =>
    createHmac('sha256', `${MASTER}:${purpose}`).update(value).digest(),
  jwtKey: MASTER,
  postgresPassword: '',
  questdbPassword: '',
};

/** A database with identity over it, on a clock that stands still. */
export const startIdentity = async () => {
  const database = await createTestDatabase();
  const clock = createManualClock();
  const events = createEventBus();
  const revoked: string[] = [];
  events.on('sign-in.revoked', (id) => void revoked.push(id));
  const identity = createIdentity({
    db: database.postgres.db,
    secrets: testSecrets,
    clock,
    accessTokenMinutes: 60,
    log: pino({ level: 'silent' }),
    events,
  });
  return { database, db: database.postgres.db, clock, events, revoked, identity };
};
export type TestIdentity = Awaited<ReturnType<typeof startIdentity>>;

let hash: Promise<string> | undefined;
/** A user of the role with PASSWORD; his user name is `name`. */
export const addUser = async (db: Db, name: string, role: Role): Promise<string> => {
  const id = uuidv7();
  hash ??= createPasswords().hash(PASSWORD);
  await db
    .insertInto('users')
    .values({
      id,
      username: name,
      email: `${name}@bank.example`,
      name,
      first_name: name,
      last_name: '',
      password_hash: await hash,
      role,
    })
    .execute();
  return id;
};

export const settingsOf = (changes: Partial<HttpSettings['http']> = {}): HttpSettings => ({
  http: { host: '127.0.0.1', port: 0, publicUrl: PUBLIC_URL, corsOrigins: [], ...changes },
  rateLimits: {
    enabled: false,
    tokenPerHour: 1000,
    sessionPerMinute: 100,
    sessionWritesPerMinute: 30,
    anonymousPerHour: 100,
  },
});

export interface HarnessOptions {
  settings?: HttpSettings;
  webDir?: string;
  ready?: () => Promise<Record<string, string | null>>;
  /** Further routes of v1. */
  routes?: Parameters<Http['v1']>[0];
  /** Instead of the sign-in routes alone: all of v1, over parts that the test hands in. */
  v1?: (http: Http, identity: TestIdentity['identity'], world: TestIdentity) => void;
}

/** The HTTP part with the sign-in routes over a real database, for `app.inject` or a real port. */
export const startHttp = async (options: HarnessOptions = {}) => {
  const world = await startIdentity();
  const settings = options.settings ?? settingsOf();
  const metrics = new Registry();
  const lines: string[] = [];
  const http = createHttp({
    config: settings,
    identity: world.identity,
    log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
    clock: world.clock,
    metrics,
    ready: options.ready ?? (async () => ({ postgres: null })),
    webDir: options.webDir ?? fileURLToPath(new URL('./no-web-app-here', import.meta.url)),
    version: '0.0.0-test',
  });
  if (options.v1) options.v1(http, world.identity, world);
  else
    http.v1((app) =>
      registerAuthRoutes(app, {
        identity: world.identity,
        cookie: http.cookie,
        publicUrl: settings.http.publicUrl,
      }),
    );
  if (options.routes) http.v1(options.routes);
  await http.app.ready();
  const inject = async (request: InjectOptions) => {
    const response = await http.app.inject(request);
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.payload,
      body: (response.payload !== '' && response.headers['content-type']?.toString().includes('json') === true
        ? response.json()
        : undefined) as Body,
      cookies: response.cookies as SentCookie[],
    };
  };
  return {
    ...world,
    http,
    inject,
    metrics,
    /** What was logged as an error. */
    lines,
    bearer: async (username: string) => {
      const { accessToken } = await world.identity.login(
        { username, password: PASSWORD },
        { ip: '127.0.0.1', userAgent: undefined },
      );
      return { authorization: `Bearer ${accessToken}` };
    },
    cookie: async (username: string) => {
      const { secret } = await world.identity.openSession(
        { username, password: PASSWORD },
        { ip: '127.0.0.1', userAgent: undefined },
      );
      return { cookie: `siaga_session=${secret}` };
    },
    stop: async () => {
      await http.stop();
      await world.database.drop();
    },
  };
};
export type TestHttp = Awaited<ReturnType<typeof startHttp>>;

/** A cookie that an answer sets. */
export interface SentCookie {
  name: string;
  value: string;
  path?: string;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: string;
}

/** v1's envelope as tests look into it. */
export interface Body {
  success: boolean;
  data: Record<string, string>;
  error: {
    code: string;
    message: string;
    retry_after?: number;
    details?: { field: string; message: string; code?: string }[];
  };
  meta: { timestamp: string; request_id: string };
}
