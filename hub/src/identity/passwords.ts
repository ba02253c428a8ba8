import { randomBytes, randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../errors.js';

/** Argon2id as OWASP's cheat sheet has it: 19 MiB, two passes, one lane (the library's algorithm by default). */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Verifications at once; beyond that the machine would only swap (19 MiB each) and keep everyone waiting. */
const MAX_AT_ONCE = 32;
const BUSY_RETRY_S = 2;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Whether the password fits. Without a hash (no such account) it takes as long and answers false.
   * Throws SERVICE_UNAVAILABLE while too many are under way.
   */
  fits(stored: string | null, password: string): Promise<boolean>;
}

export const createPasswords = (): Passwords => {
  let underWay = 0;
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => hash(password, ARGON2),
    fits: async (stored, password) => {
      if (underWay >= MAX_AT_ONCE)
        throw new DomainError('SERVICE_UNAVAILABLE', { retryAfterS: BUSY_RETRY_S });
      underWay += 1;
      try {
        decoy ??= hash(randomBytes(32).toString('hex'), ARGON2);
        const fits = await verify(stored ?? (await decoy), password);
        return fits && stored !== null;
      } finally {
        underWay -= 1;
      }
    },
  };
};

/** No letter or digit that is mistaken for another when read from a screen. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ2346789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A password for a first admin: four groups of five, some 114 bits. */
export const generatePassword = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');
