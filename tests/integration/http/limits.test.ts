import { Ok } from '@siaga/shared';
import Type from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok } from '../../../hub/src/platform/http/envelope.js';
import { addUser, PUBLIC_URL, settingsOf, startHttp, type TestHttp } from './http-harness.js';

let hub: TestHttp;
let asked = 0;
let answerReady: (() => void) | undefined;
beforeAll(async () => {
  hub = await startHttp({
    ready: async () => {
      asked += 1;
      if (asked === 1) await new Promise<void>((resolve) => (answerReady = resolve));
      return { postgres: null };
    },
    settings: {
      ...settingsOf(),
      rateLimits: {
        enabled: true,
        tokenPerHour: 4,
        sessionPerMinute: 3,
        sessionWritesPerMinute: 2,
        anonymousPerHour: 5,
      },
    },
    routes: (app) => {
      const schema = { body: Type.Object({}), response: { 200: Ok(Type.Object({})) } };
      app.post('/things', { config: { permission: 'signed-in' }, schema }, async (request) =>
        ok(request, {}),
      );
    },
  });
  for (const name of ['token', 'other', 'session', 'outcast']) await addUser(hub.db, name, 'MANAGER');
});
afterAll(() => hub.stop());

let address = 0;
const freshAddress = () => `10.7.0.${(address += 1)}`;

interface Call {
  method?: 'GET' | 'POST';
  url?: string;
  headers?: Record<string, string>;
  remoteAddress?: string;
}
const times = async (count: number, call: Call) => {
  const answers = [];
  for (let i = 0; i < count; i += 1)
    answers.push(await hub.inject({ method: 'GET', url: '/api/v1/auth/session', ...call }));
  return answers;
};

// [kind, how many pass, in what time, the call]
test.each<[string, number, number, () => Promise<Call>]>([
  ['token', 4, 3600, async () => ({ headers: await hub.bearer('token') })],
  ['session', 3, 60, async () => ({ headers: await hub.cookie('session') })],
  [
    'session-write',
    2,
    60,
    async () => ({
      method: 'POST',
      url: '/api/v1/things',
      headers: { ...(await hub.cookie('session')), origin: PUBLIC_URL },
    }),
  ],
  ['anonymous', 5, 3600, async () => ({ remoteAddress: freshAddress() })],
])('%s: %i requests in %i s', async (kind, max, windowS, callOf) => {
  const answers = await times(max + 1, await callOf());
  const refused = answers.pop();
  expect(answers.every(({ status }) => status !== 429)).toBe(true);
  expect(answers.map(({ headers }) => Number(headers['x-ratelimit-remaining']))).toEqual(
    Array.from({ length: max }, (_, i) => max - 1 - i),
  );
  expect(refused?.status).toBe(429);
  expect(refused?.headers).toMatchObject({
    'x-ratelimit-limit': String(max),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-type': kind,
  });
  const retryAfterS = Number(refused?.headers['retry-after']);
  expect(retryAfterS).toBeGreaterThan(windowS - 30);
  expect(retryAfterS).toBeLessThanOrEqual(windowS);
  expect(refused?.body.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retry_after: retryAfterS });
  // Epoch seconds, as both seeds print it.
  const resetS = Number(refused?.headers['x-ratelimit-reset']) - hub.clock.nowMs() / 1000;
  expect(Math.abs(resetS - retryAfterS)).toBeLessThanOrEqual(1);
});

test('one caller does not use up what is another’s', async () => {
  await times(9, { remoteAddress: freshAddress() });
  const [other] = await times(1, { remoteAddress: freshAddress() });
  expect(other?.status).toBe(401);
  const [token] = await times(1, { headers: await hub.bearer('other') });
  expect(token?.status).toBe(200);
});

test('guessed tokens count against the address', async () => {
  const answers = await times(6, {
    remoteAddress: freshAddress(),
    headers: { authorization: 'Bearer guess' },
  });
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
});

test('/readyz, which nothing limits, asks the stores once for all who ask meanwhile', async () => {
  const answers = Array.from({ length: 20 }, () => hub.inject({ url: '/readyz' }));
  await expect.poll(() => answerReady).toBeDefined();
  await hub.inject({ url: '/healthz' });
  expect(asked).toBe(1);
  answerReady?.();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  await hub.inject({ url: '/readyz' });
  expect(asked).toBe(2);
});

test.each(['/healthz', '/readyz', '/', '/api/v1/docs/'])('%s is never limited', async (url) => {
  const answers = await times(8, { url, remoteAddress: freshAddress() });
  expect(answers.every(({ status }) => status !== 429)).toBe(true);
  expect(answers[0]?.headers).not.toHaveProperty('x-ratelimit-limit');
});

test('the throttle of sign-ins is on even where limits are off', async () => {
  const quiet = await startHttp();
  try {
    const statuses: number[] = [];
    for (let i = 0; i < 31; i += 1) {
      const answer = await quiet.inject({
        method: 'POST',
        url: '/api/v1/auth/login',
        payload: { username: `guess${i}`, password: 'x' },
      });
      statuses.push(answer.status);
      expect(answer.headers).not.toHaveProperty('x-ratelimit-limit');
      if (answer.status === 429) expect(answer.headers['retry-after']).toBe('900');
    }
    expect(statuses.slice(-2)).toEqual([401, 429]);
  } finally {
    await quiet.stop();
  }
});
