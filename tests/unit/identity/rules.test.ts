import { ROLES } from '@siaga/shared';
import { expect, test } from 'vitest';
import { PERMISSIONS, permissionsOf } from '../../../hub/src/identity/permissions.js';
import { generatePassword } from '../../../hub/src/identity/passwords.js';
import {
  afterFailure,
  LOCK_MS,
  renewedEnd,
  SESSION_MAX_MS,
  SESSION_MS,
  v1RoleOf,
  weaknessOf,
} from '../../../hub/src/identity/rules.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 15);

// [role, as v1 words it, may]
test.each([
  ['SUPER_ADMIN', 'admin', [...PERMISSIONS]],
  ['ADMIN', 'admin', [...PERMISSIONS]],
  ['MANAGER', 'manager', ['monitoring:read', 'tickets:read', 'tickets:write']],
  ['SECURITY_ANALYST', 'agent', ['monitoring:read', 'tickets:read', 'metrics:read']],
  ['TECHNICIAN', 'agent', ['monitoring:read', 'tickets:read', 'tickets:write']],
  ['AGENT', 'agent', ['monitoring:read', 'tickets:read', 'tickets:write']],
  ['USER', 'end_user', []],
] as const)('%s reads %s', (role, v1, permissions) => {
  expect(v1RoleOf(role)).toBe(v1);
  expect([...permissionsOf(role)]).toEqual(permissions);
});

test('every role is in the table above', () => {
  expect(ROLES).toHaveLength(7);
});

// [failures before, lock before, failures after, lock after]
test.each([
  ['the first', 0, null, 1, null],
  ['the fourth', 3, null, 4, null],
  ['the fifth locks', 4, null, 5, NOW + LOCK_MS],
  ['after a lock ran out it counts anew', 5, NOW - 1, 1, null],
])('failure: %s', (_what, failedLogins, lockedUntilMs, failures, lock) => {
  expect(afterFailure({ failedLogins, lockedUntilMs }, NOW)).toEqual({
    failedLogins: failures,
    lockedUntilMs: lock,
  });
});

// [what, hours since sign-in, hours to its end, new end in hours from now]
test.each([
  ['just opened', 0, 8, undefined],
  ['within the hour', 0.9, 7.1, undefined],
  ['after an hour', 1, 7, 8],
  ['nearly over', 7.9, 0.1, 8],
  ['near the longest life', SESSION_MAX_MS / HOUR - 3, 1, 3],
  ['at the longest life', SESSION_MAX_MS / HOUR - 1, 1, undefined],
])('renewal: %s', (_what, agoH, leftH, endH) => {
  const end = renewedEnd(NOW - agoH * HOUR, NOW + leftH * HOUR, NOW);
  expect(end).toBe(endH === undefined ? undefined : NOW + endH * HOUR);
});

test('a session lives eight hours', () => {
  expect(SESSION_MS).toBe(8 * HOUR);
});

const OWN = ['rina@bank.example', 'rina'];
// [password, a word of the refusal or nothing]
test.each([
  ['Correct-Horse-7-Staple', undefined],
  ['gunung biru menari pelan', undefined],
  ['7#kQ2!vLp9@x', undefined],
  ['', '0 characters'],
  ['Sh0rt!', '6 characters'],
  ['x'.repeat(129), '129 characters'],
  ['ababababababab', 'different characters'],
  ['Password1234', 'everyone tries'],
  ['adminadmin123', 'everyone tries'],
  ['Qwertyuiop123', 'everyone tries'],
  ['Rahasia!2026', 'everyone tries'],
  ['my-Rina-secret-9', "account's own name"],
  ['x9-bank.example-77', "account's own name"],
])('password %j', (password, fault) => {
  if (fault === undefined) expect(weaknessOf(password, OWN)).toBeUndefined();
  else expect(weaknessOf(password, OWN)).toContain(fault);
});

test('generated passwords are strong and differ', () => {
  const many = Array.from({ length: 200 }, generatePassword);
  expect(new Set(many).size).toBe(200);
  for (const password of many) {
    expect(password).toMatch(/^\w{5}(-\w{5}){3}$/);
    expect(weaknessOf(password, ['admin@bank.example'])).toBeUndefined();
  }
});
