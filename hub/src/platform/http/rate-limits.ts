import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import type { RateLimitSettings } from './settings.js';
import type { App } from './types.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Callers remembered of a kind; the one unseen longest is forgotten first. */
const CALLERS_HELD = 20_000;

export type LimitKind = 'token' | 'session' | 'session-write' | 'anonymous';

/** Which limit a request counts against. */
export const limitKindOf = (caller: { kind: 'token' | 'session' } | null, method: string): LimitKind => {
  if (!caller) return 'anonymous';
  if (caller.kind === 'token') return 'token';
  return method === 'GET' || method === 'HEAD' ? 'session' : 'session-write';
};

export const limitOf = (settings: RateLimitSettings, kind: LimitKind): { max: number; windowMs: number } => {
  switch (kind) {
    case 'token':
      return { max: settings.tokenPerHour, windowMs: HOUR_MS };
    case 'session':
      return { max: settings.sessionPerMinute, windowMs: MINUTE_MS };
    case 'session-write':
      return { max: settings.sessionWritesPerMinute, windowMs: MINUTE_MS };
    case 'anonymous':
      return { max: settings.anonymousPerHour, windowMs: HOUR_MS };
  }
};

/** Counts a request and sends its X-RateLimit headers. Throws RATE_LIMIT_EXCEEDED. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Needs @fastify/rate-limit registered; counters are this process's own and start anew with it. */
export const createRateLimits = (app: App, settings: RateLimitSettings): CountRequest => {
  const limiterOf = (kind: LimitKind) => {
    const { max, windowMs } = limitOf(settings, kind);
    return app.createRateLimit({
      max,
      timeWindow: windowMs,
      // An address counts by its IPv6 /64 (the plugin's own way), a user over all of his tokens or sessions.
      ...(kind === 'anonymous' ? {} : { keyGenerator: (request) => request.caller?.userId ?? '' }),
    });
  };
  const limiters = {
    token: limiterOf('token'),
    session: limiterOf('session'),
    'session-write': limiterOf('session-write'),
    anonymous: limiterOf('anonymous'),
  } satisfies Record<LimitKind, ReturnType<typeof limiterOf>>;
  return async (request, reply) => {
    const kind = limitKindOf(request.caller, request.method);
    const count = await limiters[kind](request);
    if (count.isAllowed) return;
    reply.headers({
      'x-ratelimit-limit': count.max,
      'x-ratelimit-remaining': count.remaining,
      // Seed 004 §16 and 002: the moment in epoch seconds, not the time until then.
      'x-ratelimit-reset': Math.ceil((app.clock.nowMs() + count.ttl) / 1000),
      'x-ratelimit-type': kind,
    });
    if (count.isExceeded) throw new DomainError('RATE_LIMIT_EXCEEDED', { retryAfterS: count.ttlInSeconds });
  };
};

/** Options of the plugin itself: nothing is counted unless `createRateLimits` does. */
export const RATE_LIMIT_PLUGIN = { global: false, cache: CALLERS_HELD } as const;
