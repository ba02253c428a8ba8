import type { LiveSnapshot } from '@siaga/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takesGzip } from '../../../hub/src/platform/http/event-stream.js';
import { DEADLINE, startLiveHub, type LiveHub } from './live-world.js';

let feed: LiveHub;
let hub: LiveHub['hub'];
let world: LiveHub['world'];
let follow: LiveHub['follow'];
let pass: LiveHub['pass'];
let flip: LiveHub['flip'];
beforeAll(async () => {
  feed = await startLiveHub();
  ({ hub, world, follow, pass, flip } = feed);
});
afterAll(() => feed.stop());

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

test('a HEAD opens no stream', async () => {
  const answer = await hub.inject({ method: 'HEAD', url: '/api/v1/live', headers: await hub.bearer('rina') });
  expect(answer.status).toBe(405);
});

test('stopping the hub ends every feed', async () => {
  const second = await startLiveHub();
  const response = await fetch(`${second.url}/api/v1/live`, { headers: await second.hub.bearer('rina') });
  const read = response.text();
  await second.stop();
  expect(await read).toContain('event: snapshot');
});
