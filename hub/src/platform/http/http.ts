import { randomUUID } from 'node:crypto';
import fastifyCompress from '@fastify/compress';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastifyUnderPressure from '@fastify/under-pressure';
import Fastify, { LogController, type FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { DomainError } from '../../errors.js';
import type { Authenticator } from '../../identity/ports.js';
import type { Clock } from '../clock.js';
import { listeningFault } from '../listening.js';
import { handleError } from './error-handler.js';
import { requirePermission, resolveCaller } from './guard.js';
import { registerDocuments } from './openapi.js';
import { registerPresentation } from './presentation.js';
import { measureRequests, registerOperations } from './operations.js';
import { createRateLimits, RATE_LIMIT_PLUGIN, type CountRequest } from './rate-limits.js';
import { createRouteTable, isApiPath, type RouteRecord } from './routes.js';
import { applyCors, helmetOptions } from './security-headers.js';
import { createSessionCookie, type SessionCookie } from './session-cookie.js';
import { isSecure, type HttpSettings } from './settings.js';
import type { App } from './types.js';
import { registerWebApp } from './web-app.js';

export interface HttpDeps {
  config: HttpSettings;
  /** Who is behind a token or a cookie. */
  identity: Authenticator;
  log: Logger;
  clock: Clock;
  metrics: Registry;
  /** Each part by name: null where it is ready, else why not. */
  ready: () => Promise<Record<string, string | null>>;
  /** Folder of the built web app. */
  webDir: string;
  /** Of Siaga, for the API's document. */
  version: string;
}

export interface Http {
  app: App;
  cookie: SessionCookie;
  /**
   * Registers routes of v1: `register` gets an app whose paths are relative to /api/v1 (`/tickets`), served under
   * the alias /v1 as well. Call it before `start`.
   */
  v1(register: (app: App) => void): void;
  /** Every route there is; complete once the app is ready. */
  routes(): RouteRecord[];
  /** Listens. Throws StartError where the port is taken, Error where a route lacks a permission or a schema. */
  start(): Promise<{ url: string }>;
  /** Ends the live feeds, lets requests under way finish, closes. Who takes no answer is cut off after five seconds. */
  stop(): Promise<void>;
}

const V1_PREFIX = '/api/v1';
const BODY_LIMIT_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Mean delay of the event loop over a second beyond which requests are put off. */
const MAX_LOOP_DELAY_MS = 2_000;
const PRESSURE_RETRY_S = 5;
/** While it stops: how often lines without a request are closed, and when the others are. */
const IDLE_EVERY_MS = 50;
const STOP_PATIENCE_MS = 5_000;
/** An unpaired surrogate: under the u flag a pair is one character, and none. */
const HALF = /\p{Surrogate}/u;
const HALF_CHARACTER = 'A text in the body holds half a character (an unpaired UTF-16 surrogate)';
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The HTTP server with its guards; it serves nothing until `start`. */
export const createHttp = (deps: HttpDeps): Http => {
  const { config, log, clock, metrics } = deps;
  const secure = isSecure(config);
  const app = createApp(config, log);
  const cookie = createSessionCookie(secure);
  const table = createRouteTable();
  let count: CountRequest | undefined;

  app.decorate('clock', clock);
  app.decorateRequest('caller', null);
  app.decorateRequest('principal', {
    getter() {
      if (!this.caller) throw new Error('an open route has no principal');
      return this.caller;
    },
  });
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.setErrorHandler(handleError);
  takeEmptyJson(app);
  measureRequests(app, metrics);
  registerPresentation(app);

  app.addHook('onRoute', (route) => table.add(route));
  app.addHook('onReady', async () => {
    const faults = table.faults();
    if (faults.length > 0) throw new Error(`routes are not fit to be served:\n${faults.join('\n')}`);
  });

  void app.register(fastifyCookie);
  void app.register(fastifyHelmet, helmetOptions(secure));
  void app.register(fastifyCompress, { threshold: 1024, encodings: ['br', 'gzip'] });
  void app.register(fastifyRateLimit, RATE_LIMIT_PLUGIN);
  void app.register(fastifyUnderPressure, {
    maxEventLoopDelay: MAX_LOOP_DELAY_MS,
    pressureHandler: async (request) => {
      if (request.routeOptions.config.exempt !== true)
        throw new DomainError('SERVICE_UNAVAILABLE', { retryAfterS: PRESSURE_RETRY_S });
    },
  });
  app.after(() => {
    if (config.rateLimits.enabled) count = createRateLimits(app, config.rateLimits);
  });

  const corsOrigins = new Set(config.http.corsOrigins);
  const guard = { authenticator: deps.identity, cookie, publicUrl: config.http.publicUrl };
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const isApi = isApiPath(pathOf(request.url));
    if (isApi) {
      reply.header('cache-control', 'no-store');
      if (applyCors(corsOrigins, request, reply)) return reply;
    }
    const { permission, exempt } = request.routeOptions.config;
    const isOpen = request.is404 || permission === 'open';
    if (!isOpen) request.caller = await resolveCaller(guard, request, reply);
    if (isApi && exempt !== true) await count?.(request, reply);
    if (!isOpen) requirePermission(request, reply, request.caller);
    return undefined;
  });
  // A body that did not come is checked as an empty one, so that each missing field is named.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.schema?.body && request.body === undefined) request.body = {};
    done(
      isWellFormed(request.body)
        ? undefined
        : new DomainError('MALFORMED_REQUEST', { message: HALF_CHARACTER }),
    );
  });
  app.setNotFoundHandler((request, reply) => {
    const methods = table.methodsAt(pathOf(request.url));
    if (methods.length === 0) throw new DomainError('RESOURCE_NOT_FOUND');
    reply.header('allow', methods.join(', '));
    throw new DomainError('METHOD_NOT_ALLOWED', {
      message: `This path takes ${methods.join(', ')}`,
    });
  });

  // Routes come in plugins of their own, so that every hook of the plugins above is there before them.
  void app.register(async (pages) => {
    registerOperations(pages, deps);
    registerWebApp(pages, deps.webDir);
  });
  const registrations: ((v1: App) => void)[] = [];
  void app.register(
    async (v1) => {
      await registerDocuments(v1, deps.version);
      await v1.register(async (routes) => {
        for (const register of registrations) register(routes);
      });
    },
    { prefix: V1_PREFIX },
  );

  return {
    app,
    cookie,
    v1: (register) => void registrations.push(register),
    routes: () => table.list(),
    start: async () => {
      const { host, port } = config.http;
      try {
        await app.ready();
        return { url: await app.listen({ host, port }) };
      } catch (error) {
        throw listeningFault(error as Error, { part: 'HTTP', host, port });
      }
    },
    stop: async () => {
      const ended = endLines(app.server);
      try {
        await app.close();
      } finally {
        ended();
      }
    },
  };
};

/**
 * A line whose answer was under way when the server began to close is kept open by its client for as long as it likes, 72
 * seconds here: the framework looks for idle lines only once. Answers what stops the looking.
 */
const endLines = (server: App['server']): (() => void) => {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS);
  const all = setTimeout(() => server.closeAllConnections(), STOP_PATIENCE_MS);
  return () => {
    clearInterval(idle);
    clearTimeout(all);
  };
};

const createApp = (config: HttpSettings, log: Logger): App => {
  const options: FastifyServerOptions = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The alias /v1 is the same routes, not a copy of them.
    rewriteUrl: (request) => {
      const url = request.url ?? '/';
      return /^\/v1(\/|\?|$)/.test(url) ? `/api${url}` : url;
    },
    frameworkErrors: handleError,
    ...(config.http.tls ? { https: config.http.tls } : {}),
  };
  const app: App = Fastify(options).withTypeProvider<TypeBoxTypeProvider>();
  return app;
};

/** An empty body under application/json is an empty object (dialects.md, "Bodies"). */
const takeEmptyJson = (app: App): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, {});
    else void parse(request, body as string, done);
  });
};

/** No store can hold half a character, whatever the field. Bodies are small, and parsed JSON has no cycles. */
const isWellFormed = (value: unknown): boolean => {
  if (typeof value === 'string') return !HALF.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, item]) => !HALF.test(name) && isWellFormed(item));
};

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '/';
