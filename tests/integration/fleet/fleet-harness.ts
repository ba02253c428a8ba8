import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLES, type Health, type Role } from '@siaga/shared';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { registerMonitoringRoutes } from '../../../hub/src/api/v1/monitoring.js';
import { registerTicketRoutes } from '../../../hub/src/api/v1/tickets.js';
import { createDesk, type Desk } from '../../../hub/src/desk/index.js';
import { createEventBus, type EventBus, type HubEvents } from '../../../hub/src/events.js';
import { createFleet, type Actor, type Fleet } from '../../../hub/src/fleet/index.js';
import { permissionsOf } from '../../../hub/src/identity/permissions.js';
import type { Principal } from '../../../hub/src/identity/ports.js';
import { createEmbeddedBroker } from '../../../hub/src/platform/broker/embedded.js';
import { systemClock, type Clock } from '../../../hub/src/platform/clock.js';
import { createHttp, type Http } from '../../../hub/src/platform/http/http.js';
import type { Db } from '../../../hub/src/platform/postgres/postgres.js';
import type { LatestFigures } from '../../../hub/src/telemetry/ports.js';
import { createReports } from '../../../hub/src/reports/index.js';
import { createSeriesReader } from '../../../hub/src/telemetry/series.js';
import { RETENTION, createTestTables } from '../questdb/support.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';

const log = pino({ level: 'silent' });
const MASTER = 'a key that only tests know';
export const testSecrets = {
  hmac: (purpose: string, value: string) =>
    createHmac('sha256', `${MASTER}:${purpose}`).update(value).digest(),
};

/** The system's clock, set wrong at will, whose periodic actions run when the test says so. */
export interface TestClock extends Clock {
  skewMs: number;
  /** Runs every periodic action once. */
  tick(): void;
}

export const createTestClock = (): TestClock => {
  const periodic = new Set<() => void>();
  const clock: TestClock = {
    ...systemClock,
    skewMs: 0,
    nowMs: () => systemClock.nowMs() + clock.skewMs,
    every: (_periodMs, action) => {
      periodic.add(action);
      return () => void periodic.delete(action);
    },
    tick: () => periodic.forEach((action) => action()),
  };
  return clock;
};

/** A fleet on a database and a broker of its own, as hub.ts puts them together. */
export interface TestFleet {
  fleet: Fleet;
  db: Db;
  events: EventBus;
  /** Each event of the fleet since the start, oldest first, as `name:first argument`. */
  heard: string[];
  broker: ReturnType<typeof createEmbeddedBroker>;
  mqttUrl: string;
  /** A user of the database, for audit entries. */
  actor: Actor;
  metrics: Registry;
  /** A second fleet over the same database: what a restarted hub would see. */
  restarted(): Promise<Fleet>;
  stop(): Promise<void>;
}

const EVENTS: readonly (keyof HubEvents)[] = [
  'site.changed',
  'site.removed',
  'agent.changed',
  'agent.removed',
  'agent.state',
  'agent.replaced',
  'agent.config',
  'device.changed',
  'device.removed',
];

export const startFleet = async (
  options: {
    clock?: Clock;
    lockTimeoutMs?: number;
    /** Another way to the database at this URL, for the fleet alone; whoever gives it closes it. */
    dbOver?: (url: string) => Promise<Db>;
  } = {},
): Promise<TestFleet> => {
  const database: TestDatabase = await createTestDatabase();
  const { db } = database.postgres;
  const userId = randomUUID();
  await db
    .insertInto('users')
    .values({
      id: userId,
      username: 'tester',
      email: 'tester@bank.example',
      name: 'Tester',
      first_name: 'Tester',
      last_name: '',
      password_hash: null,
      role: 'ADMIN',
      locked_until: null,
      last_login_at: null,
    })
    .execute();
  const events = createEventBus();
  const heard: string[] = [];
  for (const name of EVENTS)
    events.on(name, (...args: unknown[]) => void heard.push(`${name}:${args.join(':')}`));
  const metrics = new Registry();
  const clock = options.clock ?? systemClock;
  const broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authenticate: (username, password) => fleet.authenticateAgent(username, password),
    log,
  });
  const mqttUrl = () => `mqtt://127.0.0.1:${broker.address().port}`;
  const fleet = createFleet({
    db: options.dbOver ? await options.dbOver(database.url) : db,
    secrets: testSecrets,
    events,
    clock,
    broker: () => broker,
    log,
    mqttUrl,
    metrics,
    lockTimeoutMs: options.lockTimeoutMs,
  });
  broker.onMessage((message) => fleet.onStateMessage(message));
  await fleet.start();
  await broker.start();
  const others: Fleet[] = [];
  return {
    fleet,
    db,
    events,
    heard,
    broker,
    mqttUrl: mqttUrl(),
    actor: { userId, ip: '127.0.0.1', userAgent: 'test' },
    metrics,
    restarted: async () => {
      const other = createFleet({
        db,
        secrets: testSecrets,
        events: createEventBus(),
        clock,
        broker: () => broker,
        log,
        mqttUrl,
      });
      await other.start();
      others.push(other);
      return other;
    },
    stop: async () => {
      await Promise.all([fleet, ...others].map((each) => each.stop()));
      await broker.stop();
      await database.drop();
    },
  };
};

/** The routes of monitoring and tickets over HTTP; figures and verdicts are the test's own. */
export interface TestApi {
  app: Http['app'];
  desk: Desk;
  latest: Map<string, LatestFigures>;
  health: Map<string, Health>;
  /** A request as `admin` unless told, as `watcher` (who may read monitoring only) or as someone of a role; the answer's status and parsed body. `path` is below /api/v1. */
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    as?: 'admin' | 'reader' | 'watcher' | 'user' | 'nobody' | Role,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: ApiBody; headers: Record<string, unknown> }>;
  stop(): Promise<void>;
}

/** v1's envelope with the parts tests look into. */
export interface ApiBody {
  success: boolean;
  data: Record<string, unknown> & Record<string, unknown>[];
  pagination: { page: number; per_page: number; total: number; total_pages: number };
  error: {
    code: string;
    message: string;
    details?: { field: string; message: string; code?: string; limits?: { allowed?: string[] } }[];
  };
}

export const startApi = async ({ fleet, db, events, actor }: TestFleet): Promise<TestApi> => {
  const webDir = await mkdtemp(join(tmpdir(), 'siaga-web-'));
  const principal = (role: Role): Principal => ({
    userId: actor.userId ?? '',
    role,
    permissions: permissionsOf(role),
    kind: 'token',
    signInId: randomUUID(),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  });
  const principals: Record<string, Principal> = {
    admin: principal('ADMIN'),
    reader: principal('TECHNICIAN'),
    watcher: { ...principal('USER'), permissions: new Set(['monitoring:read']) },
    user: principal('USER'),
    ...Object.fromEntries(ROLES.map((role) => [role, principal(role)])),
  };
  const http = createHttp({
    config: {
      http: { host: '127.0.0.1', port: 0, publicUrl: 'http://127.0.0.1', corsOrigins: [] },
      rateLimits: {
        enabled: false,
        tokenPerHour: 1,
        sessionPerMinute: 1,
        sessionWritesPerMinute: 1,
        anonymousPerHour: 1,
      },
    },
    identity: { byToken: async (token) => principals[token], byCookie: async () => undefined },
    log,
    clock: systemClock,
    metrics: new Registry(),
    ready: async () => ({}),
    webDir,
    version: '0.0.0',
  });
  const latest = new Map<string, LatestFigures>();
  const health = new Map<string, Health>();
  const tables = await createTestTables();
  const reader = createSeriesReader({
    questdb: tables.questdb,
    directory: fleet.directory,
    clock: systemClock,
    retention: RETENTION,
  });
  const desk = createDesk({ db, clock: systemClock, events, log });
  await desk.start();
  http.v1((app) => {
    registerMonitoringRoutes(app, {
      fleet,
      telemetry: { latest: (id) => latest.get(id), series: (request) => reader.read(request) },
      detection: {
        verdict: (id) => ({ health: health.get(id) ?? 'unknown', sinceMs: 0, openIncidentId: null }),
      },
      reports: createReports({ db, directory: fleet.directory, clock: systemClock }),
    });
    registerTicketRoutes(app, { desk });
  });
  await http.app.ready();
  return {
    app: http.app,
    desk,
    latest,
    health,
    call: async (method, path, body, as = 'admin', headers = {}) => {
      const ask = () =>
        http.app.inject({
          method,
          url: `/api/v1${path}`,
          headers: { ...headers, ...(as !== 'nobody' && { authorization: `Bearer ${as}` }) },
          ...(body === undefined ? {} : { payload: body as object }),
        });
      let answer = await ask();
      // A machine so busy that the event loop stood still is told to come again, as any client is.
      await until('the pressure is over', async () => {
        if (answer.statusCode !== 503) return true;
        answer = await ask();
        return answer.statusCode !== 503;
      });
      return {
        status: answer.statusCode,
        body: (answer.body === '' ? {} : answer.json()) as ApiBody,
        headers: answer.headers,
      };
    },
    stop: async () => {
      await http.app.close();
      await tables.drop();
      await rm(webDir, { recursive: true });
    },
  };
};

/** Waits until `holds` answers something true; fails with its words after `deadlineMs`. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 20_000,
): Promise<void> => {
  const endMs = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
