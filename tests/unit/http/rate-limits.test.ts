import { expect, test } from 'vitest';
import { limitKindOf, limitOf } from '../../../hub/src/platform/http/rate-limits.js';

const settings = {
  enabled: true,
  tokenPerHour: 1000,
  sessionPerMinute: 100,
  sessionWritesPerMinute: 30,
  anonymousPerHour: 100,
};
const HOUR = 3_600_000;
const MINUTE = 60_000;

// domain.md, "Mounts": [caller, method, kind, how many, in what time]
test.each([
  [null, 'GET', 'anonymous', 100, HOUR],
  [null, 'POST', 'anonymous', 100, HOUR],
  [{ kind: 'token' as const }, 'GET', 'token', 1000, HOUR],
  [{ kind: 'token' as const }, 'DELETE', 'token', 1000, HOUR],
  [{ kind: 'session' as const }, 'GET', 'session', 100, MINUTE],
  [{ kind: 'session' as const }, 'HEAD', 'session', 100, MINUTE],
  [{ kind: 'session' as const }, 'POST', 'session-write', 30, MINUTE],
  [{ kind: 'session' as const }, 'PATCH', 'session-write', 30, MINUTE],
])('%j %s counts as %s', (caller, method, kind, max, windowMs) => {
  expect(limitKindOf(caller, method)).toBe(kind);
  expect(limitOf(settings, limitKindOf(caller, method))).toEqual({ max, windowMs });
});
