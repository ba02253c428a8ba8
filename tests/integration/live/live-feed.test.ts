import { createConnection, type Socket } from 'node:net';
import type { LiveSnapshot, Role, TicketSummary } from '@siaga/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerV1 } from '../../../hub/src/api/v1/index.js';
import { createEventBus } from '../../../hub/src/events.js';
import { takesGzip } from '../../../hub/src/platform/http/event-stream.js';
import { createWorld, makeTicket, parseEvents, type Received } from '../../unit/live/world.js';
import { addUser, PUBLIC_URL, startHttp, type TestHttp } from '../http/http-harness.js';

const HOUR = 3_600_000;
const DEADLINE = { timeout: 20_000 };

// No handler of the other routes is reached here.
const unreached: never = new Proxy(() => undefined, { get: () => unreached }) as never;

let hub: TestHttp;
let world: ReturnType<typeof createWorld>;
let url: string;
beforeAll(async () => {
  world = createWorld();
  world.setSite(0, 'Branch');
  world.setAgent(0, 'online');
  world.setDevice(1, 'atm');
  world.setDevice(2, 'router');
  await world.live.start();
  hub = await startHttp({
    v1: (http, identity, parts) =>
      registerV1(http, {
        identity,
        fleet: unreached,
        telemetry: unreached,
        detection: unreached,
        desk: unreached,
        reports: unreached,
        live: world.live,
        events: parts.events,
        clock: parts.clock,
        publicUrl: PUBLIC_URL,
      }),
  });
  await addUser(hub.db, 'rina', 'MANAGER');
  await addUser(hub.db, 'nobody', 'USER');
  ({ url } = await hub.http.start());
});
afterAll(() => hub.stop());

/** A reader of the feed over a real connection. */
const follow = async (headers: Record<string, string>) => {
  const controller = new AbortController();
  const response = await fetch(`${url}/api/v1/live`, {
    // On a clock that leaps hours at once a heartbeat would not wait for the compressor of another thread.
    headers: { 'accept-encoding': 'identity', ...headers },
    signal: controller.signal,
  });
  const chunks: string[] = [];
  const events: Received[] = [];
  let isOver = false;
  let rest = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const chunk = decoder.decode(bytes, { stream: true });
      chunks.push(chunk);
      rest += chunk;
      if (!chunk.includes('\n')) continue;
      const end = rest.lastIndexOf('\n\n') + 2;
      if (end < 2) continue;
      events.push(...parseEvents(rest.slice(0, end)));
      rest = rest.slice(end);
    }
  })().then(
    () => (isOver = true),
    () => (isOver = true),
  );
  return {
    response,
    text: () => chunks.join(''),
    events: () => events,
    names: () => events.map(({ name }) => name),
    isOver: () => isOver,
    leave: async () => {
      controller.abort();
      await reading;
    },
    until: (count: number) => expect.poll(() => events.length, DEADLINE).toBeGreaterThanOrEqual(count),
  };
};
/** Lets the feed send what has changed. */
const pass = () => world.clock.advance(50);
let flips = 0;
const flip = (device: number) => {
  flips += 1;
  world.setHealth(device, flips % 2 === 0 ? 'up' : 'down');
  pass();
};

test('a snapshot, then each change as it happens', async () => {
  const reader = await follow(await hub.bearer('rina'));
  expect(reader.response.status).toBe(200);
  expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(reader.response.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(reader.response.headers.get('x-accel-buffering')).toBe('no');
  expect(reader.response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(reader.response.headers.get('x-request-id')).toBeTruthy();
  expect(reader.response.headers.get('content-encoding')).toBeNull();
  await reader.until(1);
  expect(reader.text()).toMatch(/^retry: \d+\n\n/);
  const snapshot = reader.events()[0]?.data as LiveSnapshot;
  expect(snapshot.devices.map(({ code }) => code).sort()).toEqual(['D1', 'D2']);
  flip(1);
  await reader.until(2);
  expect(reader.names()).toEqual(['snapshot', 'device']);
  await reader.leave();
});

test('who takes gzip gets each event compressed, and at once', async () => {
  const reader = await follow({ ...(await hub.bearer('rina')), 'accept-encoding': 'gzip' });
  expect(reader.response.headers.get('content-encoding')).toBe('gzip');
  await reader.until(1);
  flip(1);
  await reader.until(2);
  await reader.leave();
});

// [accept-encoding, whether gzip may be sent]
test.each<[string | undefined, boolean]>([
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.8, *;q=0.1', true],
  ['*', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['identity', false],
  ['x-gzip-like', false],
  ['', false],
  [undefined, false],
])('accept-encoding %s', (header, isTaken) => {
  expect(takesGzip(header)).toBe(isTaken);
});

test('Last-Event-ID resumes without a gap and without a snapshot', async () => {
  const headers = await hub.bearer('rina');
  const first = await follow(headers);
  await first.until(1);
  flip(1);
  await first.until(2);
  await first.leave();
  const had = first.events().at(-1)?.id ?? '';
  flip(2);
  flip(1);
  const second = await follow({ ...headers, 'last-event-id': had });
  await second.until(2);
  flip(2);
  await second.until(3);
  const place = (id: string) => Number(id.split('.')[1]);
  expect(second.names()).toEqual(['device', 'device', 'device']);
  expect(second.events().map(({ id }) => place(id) - place(had))).toEqual([1, 2, 3]);
  await second.leave();
});

test('an id of before a restart gets a snapshot', async () => {
  const reader = await follow({ ...(await hub.bearer('rina')), 'last-event-id': 'an-earlier-run.17' });
  await reader.until(1);
  expect(reader.names()).toEqual(['snapshot']);
  await reader.leave();
});

test('incidents come with the right to read tickets', async () => {
  const reader = await follow(await hub.bearer('rina'));
  await reader.until(1);
  world.clock.advance(1000);
  world.setTicket(3, 'new');
  pass();
  await reader.until(2);
  expect(reader.events()[1]).toMatchObject({ name: 'incident', data: { title: 'incident 3' } });
  await reader.leave();
});

test('a comment every 15 s keeps the stream alive', async () => {
  const reader = await follow(await hub.bearer('rina'));
  await reader.until(1);
  hub.clock.advance(15_000);
  await expect.poll(() => reader.text().endsWith('\n\n:\n\n'), DEADLINE).toBe(true);
  await reader.leave();
});

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

test('a HEAD opens no stream', async () => {
  const answer = await hub.inject({ method: 'HEAD', url: '/api/v1/live', headers: await hub.bearer('rina') });
  expect(answer.status).toBe(405);
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

/** A reader that takes nothing off its socket after the first bytes. */
const stuckReader = async (headers: Record<string, string>): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const lines = Object.entries({ host: `${hostname}:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`GET /api/v1/live HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.pause();
  return socket;
};

test('a reader that takes nothing is cut, and the others hear everything meanwhile', async () => {
  const socket = await stuckReader(await hub.bearer('rina'));
  let isCut = false;
  socket.on('close', () => (isCut = true));
  socket.on('error', () => (isCut = true));
  const reader = await follow(await hub.bearer('rina'));
  await reader.until(1);
  // Each is half a megabyte: far past what sockets and the hub will hold for one reader.
  const bulky = (n: number): TicketSummary => ({
    ...makeTicket(100 + n, 'new', world.clock.nowMs()),
    description: 'x'.repeat(512 * 1024),
  });
  for (let n = 0; n < 60; n += 1) {
    world.events.emit('incident.changed', bulky(n));
    pass();
    await reader.until(n + 2);
  }
  // Reads on what is left in its own buffers until the end comes.
  socket.resume();
  await expect.poll(() => isCut, DEADLINE).toBe(true);
  expect(reader.isOver()).toBe(false);
  await reader.leave();
});

test('a snapshot far beyond what may wait for a slow reader reaches him whole, heartbeats and all', async () => {
  const other = createWorld();
  const devices = 60_000;
  for (let n = 1; n <= devices; n += 1) other.setDevice(n, `device ${n} ${'x'.repeat(200)}`);
  await other.live.start();
  const second = await startHttp({
    v1: (http, identity, parts) =>
      registerV1(http, {
        identity,
        fleet: unreached,
        telemetry: unreached,
        detection: unreached,
        desk: unreached,
        reports: unreached,
        live: other.live,
        events: parts.events,
        clock: parts.clock,
        publicUrl: PUBLIC_URL,
      }),
  });
  try {
    await addUser(second.db, 'rina', 'MANAGER');
    const { url: address } = await second.http.start();
    const controller = new AbortController();
    const response = await fetch(`${address}/api/v1/live`, {
      headers: { ...(await second.bearer('rina')), 'accept-encoding': 'identity' },
      signal: controller.signal,
    });
    const decoder = new TextDecoder();
    const chunks: string[] = [];
    let reads = 0;
    let isChanged = false;
    for await (const bytes of response.body ?? []) {
      const chunk = decoder.decode(bytes, { stream: true });
      chunks.push(chunk);
      reads += 1;
      isChanged ||= chunk.includes('event: device');
      if (reads % 100 === 0) {
        // Time for heartbeats, also in the middle of the snapshot, and for changes.
        second.clock.advance(15_000);
        other.setHealth(1 + (reads % devices), 'down');
        other.clock.advance(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isChanged && chunk.endsWith('\n\n')) break;
    }
    controller.abort();
    const text = chunks.join('');
    expect(text.length).toBeGreaterThan(20 * 1024 * 1024);
    const [first, ...rest] = parseEvents(text);
    expect((first?.data as LiveSnapshot).devices).toHaveLength(devices);
    expect(new Set(rest.map(({ name }) => name))).toEqual(new Set(['device']));
  } finally {
    await second.stop();
  }
});

test('stopping the hub ends every feed', async () => {
  const other = createWorld();
  await other.live.start();
  const second = await startHttp({
    v1: (http, identity) =>
      registerV1(http, {
        identity,
        fleet: unreached,
        telemetry: unreached,
        detection: unreached,
        desk: unreached,
        reports: unreached,
        live: other.live,
        events: createEventBus(),
        clock: other.clock,
        publicUrl: PUBLIC_URL,
      }),
  });
  await addUser(second.db, 'rina', 'MANAGER');
  const { url: address } = await second.http.start();
  const response = await fetch(`${address}/api/v1/live`, { headers: await second.bearer('rina') });
  const read = response.text();
  await second.stop();
  expect(await read).toContain('event: snapshot');
});
