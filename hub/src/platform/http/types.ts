import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Permission, Principal } from '../../identity/ports.js';
import type { IfMatch } from '../../errors.js';
import type { Clock } from '../clock.js';
import type { EtagKind } from './etag.js';

/** The HTTP application with TypeBox's types: a handler sees body, query and params as their schemas say. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What a route asks of its caller: a permission, any principal at all, or nothing. */
export type RoutePermission = Permission | 'signed-in' | 'open';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required of every route; one without it fails the start. */
    permission?: RoutePermission;
    /** Not counted by rate limits nor refused under pressure: health, the live feed. */
    exempt?: boolean;
    /** The answer has an entity tag; a GET of it is 304 for callers that have it (etag.ts). */
    etag?: EtagKind;
    /** `If-Match` is read, and the handler hands `request.ifMatch` to whoever makes the change. */
    ifMatch?: boolean;
  }
  interface FastifyRequest {
    /** Set before any handler of a route that is not `open`; reading it on an open route throws. */
    readonly principal: Principal;
    /** Null where the caller is unknown or the route is open. */
    caller: Principal | null;
    /** The revision of what is answered, put here by handlers of routes with `etag: 'revision'`. */
    revision: number | null;
    /** Of routes with `ifMatch`: undefined where anything may be changed. */
    ifMatch: IfMatch;
    /** The caller has the answer already. */
    isNotModified: boolean;
  }
  interface FastifyInstance {
    readonly clock: Clock;
  }
}
