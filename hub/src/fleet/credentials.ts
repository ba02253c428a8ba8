import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../platform/secrets.js';
import { brokerHashOf } from './broker-hash.js';

/** Longer passwords are none of ours; hashing them would be a stranger's work on our time. */
const MAX_PASSWORD_BYTES = 256;

/**
 * MQTT secrets of agents, as HMAC only. In memory beside PostgreSQL, so that agents can come back while it is away
 * and two thousand of them at once ask it nothing.
 */
export interface Credentials {
  /** A new secret, its HMAC, and its hash for an external broker (adr/0005); nothing is kept yet. */
  issue(): { password: string; hmac: Buffer; brokerHash: string };
  /** From now on this one counts; null: none does. Answers whether another one did before. */
  set(agentId: string, hmac: Buffer | null): boolean;
  /** In constant time, also for agents that do not exist. */
  matches(agentId: string, password: Buffer): boolean;
}

export const createCredentials = (secrets: Pick<Secrets, 'hmac'>): Credentials => {
  const known = new Map<string, Buffer>();
  const nobody = secrets.hmac('agent', randomToken());
  return {
    issue: () => {
      const password = randomToken();
      return { password, hmac: secrets.hmac('agent', password), brokerHash: brokerHashOf(password) };
    },
    set: (agentId, hmac) => {
      const before = known.get(agentId);
      if (hmac) known.set(agentId, hmac);
      else known.delete(agentId);
      return hmac && before ? !hmac.equals(before) : hmac !== (before ?? null);
    },
    matches: (agentId, password) => {
      if (password.length > MAX_PASSWORD_BYTES) return false;
      const expected = known.get(agentId);
      const equal = timingSafeEqual(secrets.hmac('agent', password.toString('utf8')), expected ?? nobody);
      return equal && expected !== undefined;
    },
  };
};

/** 256 random bits, base64url. */
export const randomToken = (): string => randomBytes(32).toString('base64url');
