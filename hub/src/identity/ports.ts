import type { Role } from '@siaga/shared';
import type { Permission } from './permissions.js';

export type { Permission } from './permissions.js';

/** Who makes a request, whichever way the proof came. */
export interface Principal {
  userId: string;
  role: Role;
  permissions: ReadonlySet<Permission>;
  /** `token`: a bearer access token; `session`: the web app's cookie. */
  kind: 'token' | 'session';
  /** The sign-in behind it; its revocation ends the principal at once. */
  signInId: string;
  /** When the proof runs out, epoch ms: the access token's end, or the session's as it stands now. */
  expiresAtMs: number;
}

/** Where a request comes from, for the audit log and the throttle. */
export interface Client {
  ip: string;
  userAgent: string | undefined;
}

/** What the HTTP adapter asks of identity. */
export interface Authenticator {
  /** The caller behind a bearer token, or undefined where it is forged, expired or of a revoked sign-in. */
  byToken(token: string): Promise<Principal | undefined>;
  /** The caller behind a session cookie; `renewed` where its life was prolonged and the cookie must be sent anew. */
  byCookie(secret: string): Promise<{ principal: Principal; renewed: boolean } | undefined>;
}
