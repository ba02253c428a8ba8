import type { Role } from '@siaga/shared';
import type { Permission } from './permissions.js';

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
