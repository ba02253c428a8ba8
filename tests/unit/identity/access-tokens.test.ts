import { createSigner } from 'fast-jwt';
import { expect, test } from 'vitest';
import { createAccessTokens } from '../../../hub/src/identity/access-tokens.js';
import { createManualClock } from '../../support/manual-clock.js';

const KEY = 'a-key-of-the-test';
const SUBJECT = { userId: 'u1', signInId: 's1', role: 'MANAGER' } as const;

test('a token carries its claims until it expires', () => {
  const clock = createManualClock();
  const tokens = createAccessTokens(KEY, 60, clock);
  const token = tokens.sign(SUBJECT);
  const expiresAtMs = clock.nowMs() + 3_600_000;
  expect(tokens.lifeS).toBe(3600);
  expect(tokens.verify(token)).toEqual({ userId: 'u1', signInId: 's1', expiresAtMs });
  clock.advance(3_599_999);
  expect(tokens.verify(token)).toBeDefined();
  clock.advance(1);
  expect(tokens.verify(token)).toBeUndefined();
});

const soon = Math.floor(createManualClock().nowMs() / 1000) + 60;
const unsigned = (header: object, claims: object) =>
  `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

test.each([
  ['empty', ''],
  ['garbage', 'garbage'],
  ['three dots', 'a.b.c'],
  ['another key', createSigner({ key: 'another' })({ sub: 'u', sid: 's', exp: soon })],
  ['another algorithm', createSigner({ key: KEY, algorithm: 'HS512' })({ sub: 'u', sid: 's', exp: soon })],
  ['no signature', unsigned({ alg: 'none', typ: 'JWT' }, { sub: 'u', sid: 's', exp: soon })],
  ['no sign-in', createSigner({ key: KEY })({ sub: 'u', exp: soon })],
  ['no end', createSigner({ key: KEY })({ sub: 'u', sid: 's' })],
])('%s is refused', (_what, token) => {
  expect(createAccessTokens(KEY, 60, createManualClock()).verify(token)).toBeUndefined();
});

test('a token that was tampered with is refused', () => {
  const tokens = createAccessTokens(KEY, 60, createManualClock());
  const [header, , signature] = tokens.sign(SUBJECT).split('.');
  const claims = Buffer.from(JSON.stringify({ sub: 'admin', sid: 's1', exp: soon })).toString('base64url');
  expect(tokens.verify(`${header}.${claims}.${signature}`)).toBeUndefined();
});
