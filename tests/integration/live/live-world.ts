import type { Role } from '@siaga/shared';
import { expect } from 'vitest';
import { registerV1 } from '../../../hub/src/api/v1/index.js';
import { createWorld, parseEvents, type Received } from '../../unit/live/world.js';
import { addUser, PUBLIC_URL, startHttp } from '../http/http-harness.js';

export const DEADLINE = { timeout: 20_000 };

// No handler of the other routes is reached here.
const unreached: never = new Proxy(() => undefined, { get: () => unreached }) as never;

/** The live feed of a fleet in memory over true HTTP, with `users` who may sign in. */
export const startLiveHub = async (
  users: Readonly<Record<string, Role>> = { rina: 'MANAGER' },
  world = worldOfTwo(),
) => {
  await world.live.start();
  const hub = await startHttp({
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
  for (const [name, role] of Object.entries(users)) await addUser(hub.db, name, role);
  const { url } = await hub.http.start();
  /** Lets the feed send what has changed. */
  const pass = () => world.clock.advance(50);
  let flips = 0;
  return {
    hub,
    world,
    url,
    follow: (headers: Record<string, string>) => follow(url, headers),
    pass,
    /** Lets a device go down or, the next time, come up, and the feed tell of it. */
    flip(device: number) {
      flips += 1;
      world.setHealth(device, flips % 2 === 0 ? 'up' : 'down');
      pass();
    },
    stop: () => hub.stop(),
  };
};
export type LiveHub = Awaited<ReturnType<typeof startLiveHub>>;

const worldOfTwo = () => {
  const world = createWorld();
  world.setSite(0, 'Branch');
  world.setAgent(0, 'online');
  world.setDevice(1, 'atm');
  world.setDevice(2, 'router');
  return world;
};

/** A reader of the feed over a real connection. */
const follow = async (url: string, headers: Record<string, string>) => {
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
