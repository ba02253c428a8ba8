import Type, { type Static } from 'typebox';
import { Nullable, Timestamp, Uuid, strict } from './envelope.js';

/** Login on every dialect: `email` or `username`, with a password. */
export const LoginBody = Type.Object(
  {
    email: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  strict,
);
export type LoginBody = Static<typeof LoginBody>;

/** Roles as v1 words them (dialects.md, "Roles"). */
export const V1_ROLES = ['admin', 'manager', 'agent', 'end_user'] as const;

export const V1User = Type.Object(
  {
    id: Uuid,
    username: Type.String(),
    email: Type.String(),
    name: Type.String(),
    first_name: Type.String(),
    last_name: Type.String(),
    role: Type.Enum(V1_ROLES),
    permissions: Type.Array(Type.String()),
    last_login: Nullable(Timestamp),
    created_at: Timestamp,
  },
  strict,
);
export type V1User = Static<typeof V1User>;

export const TokenPair = Type.Object(
  {
    access_token: Type.String(),
    refresh_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    /** Seconds. */
    expires_in: Type.Integer({ minimum: 1 }),
    user: V1User,
  },
  strict,
);
export type TokenPair = Static<typeof TokenPair>;

export const RefreshBody = Type.Object(
  { refresh_token: Type.String({ minLength: 1, maxLength: 512 }) },
  strict,
);

export const RefreshedTokens = Type.Object(
  {
    access_token: Type.String(),
    refresh_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ minimum: 1 }),
  },
  strict,
);

/** The web app's session (HttpOnly cookie): who is signed in, until when. */
export const WebSession = Type.Object({ user: V1User, expires_at: Timestamp }, strict);
export type WebSession = Static<typeof WebSession>;
