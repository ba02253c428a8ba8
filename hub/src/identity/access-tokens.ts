import { createSigner, createVerifier } from 'fast-jwt';
import type { Role } from '@siaga/shared';
import type { Clock } from '../platform/clock.js';

export interface AccessClaims {
  userId: string;
  signInId: string;
  /** Epoch ms. */
  expiresAtMs: number;
}

export interface AccessTokens {
  /** Seconds a token lives. */
  lifeS: number;
  sign(subject: { userId: string; signInId: string; role: Role }): string;
  /** The claims, or undefined where the token is forged, expired or garbage. */
  verify(token: string): AccessClaims | undefined;
}

/** JWTs (HS256). Their role claim is for clients to read; what counts is the account as it stands. */
export const createAccessTokens = (key: string, lifeMinutes: number, clock: Clock): AccessTokens => {
  const lifeS = lifeMinutes * 60;
  const sign = createSigner({ key, algorithm: 'HS256', noTimestamp: true });
  // The end is compared below, by the clock that was handed in.
  const verify = createVerifier({
    key,
    algorithms: ['HS256'],
    ignoreExpiration: true,
    requiredClaims: ['sub', 'sid', 'exp'],
  });
  return {
    lifeS,
    sign: ({ userId, signInId, role }) => {
      const issuedAtS = Math.floor(clock.nowMs() / 1000);
      return sign({ sub: userId, sid: signInId, role, iat: issuedAtS, exp: issuedAtS + lifeS });
    },
    verify: (token) => {
      let claims: { sub: string; sid: string; exp: number };
      try {
        claims = verify(token) as typeof claims;
      } catch {
        return undefined;
      }
      const expiresAtMs = claims.exp * 1000;
      if (expiresAtMs <= clock.nowMs()) return undefined;
      return { userId: claims.sub, signInId: claims.sid, expiresAtMs };
    },
  };
};
