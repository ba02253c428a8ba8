import { pbkdf2Sync, randomBytes } from 'node:crypto';

/**
 * Mosquitto's own default. Our passwords are 256 random bits, which nobody finds by trying however cheap a try is;
 * what it costs is paid by the broker at each of its clients' connections, and by the hub at each enrolment (0.2 ms).
 */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;

/** A password as a line of Mosquitto's password file holds it: PBKDF2-SHA512, `$7$iterations$salt$hash`. */
export const brokerHashOf = (password: string): string => {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
};
