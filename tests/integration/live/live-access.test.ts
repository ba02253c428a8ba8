import type { Role } from '@siaga/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, PUBLIC_URL } from '../http/http-harness.js';
import { DEADLINE, startLiveHub, type LiveHub } from './live-world.js';

const HOUR = 3_600_000;

let feed: LiveHub;
let hub: LiveHub['hub'];
let follow: LiveHub['follow'];
let flip: LiveHub['flip'];
beforeAll(async () => {
  feed = await startLiveHub({ rina: 'MANAGER', nobody: 'USER' });
  ({ hub, follow, flip } = feed);
});
afterAll(() => feed.stop());

// [who, headers, status]
test.each([
  ['a stranger', async () => ({}), 401],
  ['a forged token', async () => ({ authorization: 'Bearer forged' }), 401],
  ['one without the right', () => hub.bearer('nobody'), 403],
  [
    'the cookie from a page of another site',
    async () => ({ ...(await hub.cookie('rina')), 'sec-fetch-site': 'cross-site' }),
    403,
  ],
  [
    'the cookie from another origin',
    async () => ({ ...(await hub.cookie('rina')), origin: 'https://evil.example' }),
    403,
  ],
  [
    'the cookie from the app',
    async () => ({ ...(await hub.cookie('rina')), 'sec-fetch-site': 'same-origin' }),
    200,
  ],
])('%s', async (_who, headersOf, status) => {
  const headers: Record<string, string> = await headersOf();
  // Through inject where fetch would not send a header that only browsers may set.
  if (status === 200) {
    const reader = await follow(headers);
    await reader.until(1);
    await reader.leave();
  } else expect((await hub.inject({ url: '/api/v1/live', headers })).status).toBe(status);
});

test('signing out ends the feed at once, and no other’s', async () => {
  const mine = await hub.cookie('rina');
  const [gone, stays] = [await follow(mine), await follow(await hub.cookie('rina'))];
  await Promise.all([gone.until(1), stays.until(1)]);
  await hub.inject({
    method: 'DELETE',
    url: '/api/v1/auth/session',
    headers: { ...mine, origin: PUBLIC_URL },
  });
  await expect.poll(gone.isOver, DEADLINE).toBe(true);
  flip(1);
  await stays.until(2);
  expect(stays.isOver()).toBe(false);
  await stays.leave();
});

test('the feed ends with its access token', async () => {
  const reader = await follow(await hub.bearer('rina'));
  await reader.until(1);
  hub.clock.advance(HOUR - 1);
  expect(reader.isOver()).toBe(false);
  hub.clock.advance(1);
  await expect.poll(reader.isOver, DEADLINE).toBe(true);
});

test('the feed of a session goes on while the session is renewed, and ends with it', async () => {
  const cookie = await hub.cookie('rina');
  const reader = await follow(cookie);
  await reader.until(1);
  hub.clock.advance(5 * HOUR);
  await hub.inject({ url: '/api/v1/auth/session', headers: cookie });
  // Eight hours after its renewal and not before; each step lets the hourly question to PostgreSQL be answered.
  let hours = 0;
  const step = async () => {
    hours += 1;
    hub.clock.advance(HOUR);
    await hub.identity.standing('00000000-0000-0000-0000-000000000000');
    return reader.isOver();
  };
  while (hours < 7) expect(await step(), `${hours} h after the renewal`).toBe(false);
  await expect.poll(step, DEADLINE).toBe(true);
});

/** Lets the stream ask what its user may do, and PostgreSQL answer. */
const recheck = async () => {
  hub.clock.advance(20_000);
  await hub.identity.standing('00000000-0000-0000-0000-000000000000');
};

// [what happens to the user, whether his feed goes on]
test.each<[string, { role?: Role; is_active?: boolean }, boolean]>([
  ['a role that sees the same', { role: 'TECHNICIAN' }, true],
  ['a role that may see nothing', { role: 'USER' }, false],
  ['the account is deactivated', { is_active: false }, false],
])('%s: followed within a minute', async (what, change, goesOn) => {
  const name = `changed-${what.length}`;
  const id = await addUser(hub.db, name, 'MANAGER');
  const reader = await follow(await hub.bearer(name));
  await reader.until(1);
  await hub.db.updateTable('users').set(change).where('id', '=', id).execute();
  await recheck();
  if (goesOn) {
    await recheck();
    flip(1);
    await reader.until(2);
    expect(reader.isOver()).toBe(false);
    await reader.leave();
  } else await expect.poll(reader.isOver, DEADLINE).toBe(true);
});

test('a feed outlives a short outage of PostgreSQL, not a long one', async () => {
  const reader = await follow(await hub.bearer('rina'));
  await reader.until(1);
  const { standing } = hub.identity;
  try {
    hub.identity.standing = () => Promise.reject(new Error('PostgreSQL is away'));
    for (let n = 0; n < 10; n += 1) {
      hub.clock.advance(20_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    flip(1);
    await reader.until(2);
    expect(reader.isOver()).toBe(false);
    for (let n = 0; n < 6; n += 1) {
      hub.clock.advance(20_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(reader.isOver, DEADLINE).toBe(true);
  } finally {
    hub.identity.standing = standing;
  }
});

test('a sign-in may not hold streams without end', async () => {
  const headers = await hub.bearer('rina');
  const readers = await Promise.all(Array.from({ length: 32 }, () => follow(headers)));
  const refused = await hub.inject({ url: '/api/v1/live', headers });
  expect([refused.status, refused.body.error.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
  await readers[0]?.leave();
  await expect
    .poll(async () => {
      const again = await follow(headers);
      await again.leave();
      return again.response.status;
    }, DEADLINE)
    .toBe(200);
  await Promise.all(readers.map((reader) => reader.leave()));
});
