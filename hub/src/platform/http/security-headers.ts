import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * No host but our own, no inline script or style. `data:` for fetch: Web Awesome reads its bundled icons that way;
 * for images: icons of the documents page.
 */
export const helmetOptions = (secure: boolean): FastifyHelmetOptions => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'connect-src': ["'self'", 'data:'],
      'img-src': ["'self'", 'data:'],
      'style-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // Over plain HTTP browsers ignore it, and a promise of TLS would outlive its removal.
  hsts: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
});

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, X-Request-ID';
const EXPOSED_HEADERS =
  'ETag, X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Type, Retry-After';
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Lets pages of the given origins use the API with bearer tokens; cookies are never allowed across origins.
 * Answers true where the request was a preflight and is done.
 */
export const applyCors = (
  origins: ReadonlySet<string>,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean => {
  if (origins.size === 0) return false;
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.has(origin)) return false;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', EXPOSED_HEADERS);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false;
  reply.headers({
    'access-control-allow-methods': ALLOWED_METHODS,
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': PREFLIGHT_MAX_AGE_S,
  });
  void reply.code(204).send();
  return true;
};
