import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Principal } from '../../identity/ports.js';
import { DomainError } from '../../errors.js';
import { requireSameOrigin } from './same-origin.js';
import type { SessionCookie } from './session-cookie.js';

/** Whose page a request comes from, and, in the answer, whose session answered it. */
const PAGE_USER = 'x-siaga-user';

export interface GuardDeps {
  authenticator: Authenticator;
  cookie: SessionCookie;
  publicUrl: string;
}

/** Who calls, by bearer token or by cookie; null where no valid proof came. A bearer token goes before a cookie. */
export const resolveCaller = async (
  { authenticator, cookie, publicUrl }: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal | null> => {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
    return (token === undefined ? undefined : await authenticator.byToken(token)) ?? null;
  }
  const secret = cookie.read(request);
  const session = secret === undefined ? undefined : await authenticator.byCookie(secret);
  if (secret === undefined || !session) return null;
  requireSameOrigin(request, publicUrl);
  if (session.renewed) cookie.set(reply, secret, session.principal.expiresAtMs);
  // Before a refusal, too: by it the page learns at once who is signed in.
  reply.header(PAGE_USER, session.principal.userId);
  // All tabs of a browser share the cookie: a page that somebody else opened must neither act nor read on.
  const meant = request.headers[PAGE_USER];
  if (meant !== undefined && meant !== session.principal.userId) return null;
  return session.principal;
};

/** Lets the caller of a route pass or throws: AUTHENTICATION_REQUIRED, INSUFFICIENT_PERMISSIONS. */
export const requirePermission = (
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Principal | null,
): void => {
  const { permission } = request.routeOptions.config;
  if (permission === 'open') return;
  if (!caller) {
    // RFC 6750 §3: a token that was refused is told apart from one that is missing.
    if (request.headers.authorization !== undefined)
      reply.header('www-authenticate', 'Bearer realm="siaga", error="invalid_token"');
    throw new DomainError('AUTHENTICATION_REQUIRED');
  }
  if (permission === 'signed-in') return;
  if (permission === undefined || !caller.permissions.has(permission))
    throw new DomainError('INSUFFICIENT_PERMISSIONS', {
      message: `You lack the permission ${permission ?? 'for this'}`,
    });
};
