import { createConnection, type Socket } from 'node:net';
import type { LiveSnapshot, TicketSummary } from '@siaga/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, makeTicket, parseEvents } from '../../unit/live/world.js';
import { DEADLINE, startLiveHub, type LiveHub } from './live-world.js';

let feed: LiveHub;
let hub: LiveHub['hub'];
let world: LiveHub['world'];
let follow: LiveHub['follow'];
let pass: LiveHub['pass'];
let url: LiveHub['url'];
beforeAll(async () => {
  feed = await startLiveHub();
  ({ hub, world, follow, pass, url } = feed);
});
afterAll(() => feed.stop());

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
  const second = await startLiveHub({ rina: 'MANAGER' }, other);
  try {
    const controller = new AbortController();
    const response = await fetch(`${second.url}/api/v1/live`, {
      headers: { ...(await second.hub.bearer('rina')), 'accept-encoding': 'identity' },
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
        second.hub.clock.advance(15_000);
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
