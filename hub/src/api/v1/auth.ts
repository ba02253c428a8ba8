import type { V1User } from '@siaga/shared';
import { ErrorBody, LoginBody, Ok, RefreshBody, RefreshedTokens, TokenPair, WebSession } from '@siaga/shared';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { DomainError } from '../../errors.js';
import { permissionsOf, v1RoleOf, type Client, type Identity, type User } from '../../identity/index.js';
import { ok } from '../../platform/http/envelope.js';
import { Nothing } from '../../platform/http/routes.js';
import { requireSameOrigin } from '../../platform/http/same-origin.js';
import type { SessionCookie } from '../../platform/http/session-cookie.js';
import type { App } from '../../platform/http/types.js';

const tags = ['auth'];
const Refused = { ...ErrorBody, description: 'Wrong, expired or locked' };
const NoContent = Type.Null({ description: 'Done' });

/** Sign-in of API clients (tokens) and of the web app (session cookie): seed 004 §2, dialects.md "Login", "Refresh". */
export const registerAuthRoutes = (
  app: App,
  { identity, cookie, publicUrl }: { identity: Identity; cookie: SessionCookie; publicUrl: string },
): void => {
  app.post(
    '/auth/login',
    {
      config: { permission: 'open' },
      schema: {
        summary: 'Sign in for tokens, by email or username',
        tags,
        body: LoginBody,
        response: { 200: Ok(TokenPair), 401: Refused },
      },
    },
    async (request) => {
      const { user, ...tokens } = await identity.login(request.body, clientOf(request));
      return ok(request, { ...wireTokens(tokens), user: toV1User(user) });
    },
  );

  app.post(
    '/auth/refresh',
    {
      config: { permission: 'open' },
      schema: {
        summary: 'New tokens for a refresh token',
        description:
          'The refresh token sent stays valid until the one answered is used; using it after that revokes the sign-in.',
        tags,
        body: RefreshBody,
        response: { 200: Ok(RefreshedTokens), 401: Refused },
      },
    },
    async (request) =>
      ok(request, wireTokens(await identity.refresh(request.body.refresh_token, clientOf(request)))),
  );

  app.post(
    '/auth/logout',
    {
      config: { permission: 'signed-in' },
      schema: {
        summary: 'End the sign-in behind the token or the cookie',
        tags,
        body: Nothing,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await identity.logout(request.principal, clientOf(request));
      if (request.principal.kind === 'session') cookie.clear(reply);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/auth/session',
    {
      config: { permission: 'open' },
      schema: {
        summary: 'Sign the web app in: sets its session cookie',
        tags,
        body: LoginBody,
        response: { 200: Ok(WebSession), 401: Refused },
      },
    },
    async (request, reply) => {
      // Nobody may sign a visitor of his page in here under an account of his own.
      if (request.headers.origin !== undefined) requireSameOrigin(request, publicUrl);
      const { secret, expiresAtMs, user } = await identity.openSession(request.body, clientOf(request));
      cookie.set(reply, secret, expiresAtMs);
      return ok(request, wireSession(user, expiresAtMs));
    },
  );

  app.get(
    '/auth/session',
    {
      config: { permission: 'signed-in' },
      schema: { summary: 'Who is signed in, until when', tags, response: { 200: Ok(WebSession) } },
    },
    async (request) => {
      const user = await identity.user(request.principal.userId);
      if (!user) throw new DomainError('AUTHENTICATION_REQUIRED');
      return ok(request, wireSession(user, request.principal.expiresAtMs));
    },
  );

  app.delete(
    '/auth/session',
    {
      config: { permission: 'signed-in' },
      schema: { summary: 'Sign the web app out', tags, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await identity.logout(request.principal, clientOf(request));
      cookie.clear(reply);
      return reply.code(204).send(null);
    },
  );
};

const clientOf = (request: FastifyRequest): Client => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'],
});

const wireTokens = (tokens: {
  accessToken: string;
  refreshToken: string;
  expiresInS: number;
}): Static<typeof RefreshedTokens> => ({
  access_token: tokens.accessToken,
  refresh_token: tokens.refreshToken,
  token_type: 'Bearer',
  expires_in: tokens.expiresInS,
});

const wireSession = (user: User, expiresAtMs: number): WebSession => ({
  user: toV1User(user),
  expires_at: new Date(expiresAtMs).toISOString(),
});

const toV1User = (user: User): V1User => ({
  id: user.id,
  username: user.username,
  email: user.email,
  name: user.name,
  first_name: user.firstName,
  last_name: user.lastName,
  role: v1RoleOf(user.role),
  permissions: [...permissionsOf(user.role)],
  last_login: user.lastLoginAtMs === null ? null : new Date(user.lastLoginAtMs).toISOString(),
  created_at: new Date(user.createdAtMs).toISOString(),
});
