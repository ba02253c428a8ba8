import type { Role, V1_ROLES } from '@siaga/shared';

/** A locked account opens again after this (quality.md, "Security"). */
export const LOCK_MS = 30 * 60_000;
/** Failed sign-ins in a row that lock an account. */
export const FAILURES_TO_LOCK = 5;

/** Life of the web app's session since its last renewal (domain.md, "Mounts"). */
export const SESSION_MS = 8 * 3_600_000;
/** A session is prolonged at most this often. */
export const RENEWAL_MS = 3_600_000;
/** However busy, a session ends this long after its sign-in (ASVS 5.0 §7.3.2). */
export const SESSION_MAX_MS = 7 * 24 * 3_600_000;
/** A chain of refresh tokens ends this long after its sign-in. */
export const REFRESH_MAX_MS = 30 * 24 * 3_600_000;

/** The session's new end, or undefined while it is too early to renew it. All in epoch ms. */
export const renewedEnd = (createdAtMs: number, expiresAtMs: number, nowMs: number): number | undefined => {
  const end = Math.min(nowMs + SESSION_MS, createdAtMs + SESSION_MAX_MS);
  return end - expiresAtMs >= RENEWAL_MS ? end : undefined;
};

/** Failures in a row after one more; a lock that has run out starts the count anew. */
export const afterFailure = (
  account: { failedLogins: number; lockedUntilMs: number | null },
  nowMs: number,
): { failedLogins: number; lockedUntilMs: number | null } => {
  const failedLogins = (account.lockedUntilMs === null ? account.failedLogins : 0) + 1;
  return { failedLogins, lockedUntilMs: failedLogins >= FAILURES_TO_LOCK ? nowMs + LOCK_MS : null };
};

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;
const MIN_DISTINCT_CHARACTERS = 6;

/** Words that most guessed passwords are made of; digits and signs around them add nothing. */
// prettier-ignore
const COMMON_WORDS = [
  'password', 'passw0rd', 'passphrase', 'administrator', 'admin', 'root', 'letmein', 'welcome', 'login', 'secret',
  'changeme', 'default', 'master', 'monitoring', 'monitor', 'siaga', 'qwertyuiop', 'qwerty', 'asdfghjkl', 'zxcvbnm',
  'iloveyou', 'dragon', 'sunshine', 'princess', 'football', 'monkey', 'shadow', 'superman', 'trustno', 'test',
  'abcdefgh', 'abcdef', 'abc', 'indonesia', 'jakarta', 'rahasia', 'sayang', 'bismillah', 'katasandi', 'bank',
];

/**
 * Why a password is too weak, or undefined where it will do. `names`: the account's own words (user name, mail
 * address), which it may not contain.
 */
export const weaknessOf = (password: string, names: readonly string[]): string | undefined => {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
    return `has ${password.length} characters; must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH}`;
  if (new Set(password).size < MIN_DISTINCT_CHARACTERS)
    return `has fewer than ${MIN_DISTINCT_CHARACTERS} different characters`;
  const lower = password.toLowerCase();
  const own = names
    .flatMap((name) => [name, ...name.split('@')])
    .find((name) => name.length >= 4 && lower.includes(name.toLowerCase()));
  if (own !== undefined) return `contains the account's own name (${own})`;
  const rest = COMMON_WORDS.reduce((text, word) => text.replaceAll(word, ''), lower).replaceAll(
    /[^a-z]/g,
    '',
  );
  const digitsAndSigns = new Set(lower.replaceAll(/[a-z]/g, '')).size;
  if (rest.length < 4 && digitsAndSigns < MIN_DISTINCT_CHARACTERS)
    return 'is made of words that everyone tries first';
  return undefined;
};

const V1_ROLE: Readonly<Record<Role, (typeof V1_ROLES)[number]>> = {
  SUPER_ADMIN: 'admin',
  ADMIN: 'admin',
  MANAGER: 'manager',
  SECURITY_ANALYST: 'agent',
  TECHNICIAN: 'agent',
  AGENT: 'agent',
  USER: 'end_user',
};

/** A role as v1 words it (dialects.md, "Roles"). */
export const v1RoleOf = (role: Role): (typeof V1_ROLES)[number] => V1_ROLE[role];
