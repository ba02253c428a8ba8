import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The web app's session cookie: never seen by scripts, never sent from another site. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined;
  /** `expiresAtMs`: when the browser may forget it, epoch ms. */
  set(reply: FastifyReply, secret: string, expiresAtMs: number): void;
  clear(reply: FastifyReply): void;
}

/** `secure`: browsers come over TLS; the `__Host-` name then binds the cookie to this very host. */
export const createSessionCookie = (secure: boolean): SessionCookie => {
  const name = secure ? '__Host-siaga_session' : 'siaga_session';
  const options: CookieSerializeOptions = { path: '/', httpOnly: true, sameSite: 'strict', secure };
  return {
    read: (request) => {
      const { cookie } = request.headers;
      return cookie === undefined ? undefined : request.server.parseCookie(cookie)[name];
    },
    set: (reply, secret, expiresAtMs) =>
      void reply.setCookie(name, secret, { ...options, expires: new Date(expiresAtMs) }),
    clear: (reply) => void reply.clearCookie(name, options),
  };
};
