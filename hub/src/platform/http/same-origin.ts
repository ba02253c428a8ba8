import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const OWN_FETCH_SITES = new Set(['same-origin', 'none']);

/**
 * Refuses a request made with the cookie that did not come from the hub's own pages. What changes state must name
 * its origin; a read must not name a foreign one. A page's own host is trusted as the browser writes it: a name
 * that an attacker points at the hub has no cookie of it. Throws ORIGIN_REFUSED.
 */
export const requireSameOrigin = (request: FastifyRequest, publicUrl: string): void => {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && !SAFE_METHODS.has(request.method))
    throw new DomainError('ORIGIN_REFUSED', {
      message: 'A change made with the session cookie must carry its Origin',
    });
  if (origin !== undefined && !isOwn(origin, request, publicUrl)) throw new DomainError('ORIGIN_REFUSED');
  if (typeof site === 'string' && !OWN_FETCH_SITES.has(site)) throw new DomainError('ORIGIN_REFUSED');
};

const isOwn = (origin: string, request: FastifyRequest, publicUrl: string): boolean => {
  const given = originOf(origin);
  return given !== undefined && (given.host === request.host || given.origin === originOf(publicUrl)?.origin);
};

const originOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);
