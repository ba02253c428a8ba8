import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyReply } from 'fastify';
import { createEventBus } from '../../hub/src/events.js';
import { createLive } from '../../hub/src/live/index.js';
import { systemClock } from '../../hub/src/platform/clock.js';
import { openEventStream } from '../../hub/src/platform/http/event-stream.js';
import type { DirectoryDevice, FleetDirectory } from '../../hub/src/fleet/ports.js';
import { openFeed } from './feed.js';
import { percentileOf, printFigure } from './figure.js';
import { optionsOf } from './options.js';

/**
 * The live feed while 500 devices of 10,000 change their health each second: from a verdict to its event at an open
 * board over HTTP, early and late in the run, and what a change costs. Boards read in this same process; now and then a
 * new one comes and takes a snapshot.
 */
const { devices, boards, rate, seconds } = optionsOf({ devices: 10_000, boards: 20, rate: 500, seconds: 20 });
const TICK_MS = 20;
const NEW_BOARD_MS = 1_000;

const agentId = '00000000-0000-4000-8000-000000000000';
const ids = Array.from(
  { length: devices },
  (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
);
const fleet = new Map(
  ids.map((id, n): [string, DirectoryDevice] => [
    id,
    {
      id,
      code: `ATM-${n}`,
      name: `ATM ${n}`,
      kind: 'atm',
      address: `10.50.${n >> 8}.${n & 255}`,
      link: 'fibre',
      siteId: agentId,
      agentId,
      parentIds: [],
      checks: [],
      createdAtMs: 0,
    },
  ]),
);
const verdicts = new Map(ids.map((id) => [id, { sinceMs: Date.now(), isUp: true }]));
const directory = {
  site: () => undefined,
  agent: () => undefined,
  device: (id: string) => fleet.get(id),
  sites: () => [],
  agents: () => [],
  devices: () => fleet.values(),
} as unknown as FleetDirectory;
const events = createEventBus();
const live = createLive({
  directory,
  verdict: (id) => {
    const { sinceMs, isUp } = verdicts.get(id)!;
    return { health: isUp ? 'up' : 'down', sinceMs, openIncidentId: null };
  },
  openIncidents: () => Promise.resolve([]),
  events,
  clock: systemClock,
  run: 'bench',
});
await live.start();
const server = createServer((_request, response) => {
  const reply = { hijack: () => undefined, raw: response, getHeaders: () => ({}) } as unknown as FastifyReply;
  const stream = openEventStream(reply, systemClock, () => unsubscribe());
  const sink = { send: (chunk: string | Buffer) => stream.write(chunk), end: () => stream.end() };
  const unsubscribe = live.subscribe({ lastEventId: undefined, withIncidents: true, sink });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const changedMs = new Map<string, number>();
const beganMs = performance.now();
const delays: { afterMs: number; delayMs: number }[] = [];
let received = 0;
const feeds = await Promise.all(
  Array.from({ length: boards }, (_, board) =>
    openFeed(url, '', (name, data, atMs) => {
      if (name !== 'device') return;
      received++;
      if (board > 0) return;
      const since = changedMs.get((JSON.parse(data) as { id: string }).id);
      if (since !== undefined) delays.push({ afterMs: since - beganMs, delayMs: atMs - since });
    }),
  ),
);

let changes = 0;
let nextBoardMs = NEW_BOARD_MS;
const cpuBefore = process.cpuUsage();
for (let nowMs = 0; nowMs < seconds * 1000; nowMs = performance.now() - beganMs) {
  const changed: string[] = [];
  for (; changes < (nowMs / 1000) * rate; changes++) {
    const id = ids[(changes * 7919) % devices]!;
    verdicts.set(id, { sinceMs: Date.now(), isUp: !verdicts.get(id)!.isUp });
    changedMs.set(id, performance.now());
    changed.push(id);
  }
  if (changed.length > 0) events.emit('health.changed', changed);
  if (nowMs > nextBoardMs) {
    nextBoardMs += NEW_BOARD_MS;
    feeds.push(await openFeed(url, '', () => undefined));
  }
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
await new Promise((resolve) => setTimeout(resolve, 500));
const cpu = process.cpuUsage(cpuBefore);
for (const feed of feeds) feed.close();
live.stop();
server.close();
server.closeAllConnections();

const half = (seconds * 1000) / 2;
for (const [part, of] of [
  ['first half', delays.filter(({ afterMs }) => afterMs < half)],
  ['second half', delays.filter(({ afterMs }) => afterMs >= half)],
] as const)
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    printFigure({
      name: `feed.verdict-to-board.${name}`,
      part,
      devices,
      boards,
      value: Number(
        percentileOf(
          of.map(({ delayMs }) => delayMs),
          share,
        ).toFixed(1),
      ),
      unit: 'ms',
    });
printFigure({
  name: 'feed.cpu',
  value: Number(((cpu.user + cpu.system) / 10_000 / seconds).toFixed(1)),
  unit: '% of a core, boards included',
  changesPerS: Math.round(changes / seconds),
});
if (received !== changes * boards) {
  printFigure({ name: 'feed.lost', value: changes * boards - received, unit: 'events', bar: '= 0' });
  process.exitCode = 1;
}
