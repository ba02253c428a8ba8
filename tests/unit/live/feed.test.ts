import { LIVE_EVENTS } from '@siaga/shared';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import { expect, test } from 'vitest';
import {
  createBoard,
  createWorld,
  deviceId,
  makeTicket,
  parseEvents,
  siteId,
  ticketId,
  type World,
} from './world.js';

const LATER_MS = 50;

const started = async (): Promise<World> => {
  const world = createWorld();
  world.setSite(0, 'Branch');
  world.setAgent(0, 'online');
  world.setDevice(1, 'atm');
  world.setDevice(2, 'router');
  await world.live.start();
  return world;
};

test('a snapshot first, then each change', async () => {
  const { live, clock, setHealth } = await started();
  const board = createBoard(live);
  board.come();
  setHealth(1, 'down');
  clock.advance(LATER_MS);
  expect(board.received.map(({ name }) => name)).toEqual(['snapshot', 'device']);
  expect(board.received[1]?.data).toMatchObject({ id: deviceId(1), health: 'down', code: 'D1' });
});

test('all that is sent fits the contract', async () => {
  const world = await started();
  const board = createBoard(world.live);
  world.setTicket(5, 'new');
  board.come();
  world.setSite(1, 'Other');
  world.setAgent(1, 'pending');
  world.setHealth(2, 'degraded');
  world.setTicket(6, 'new');
  world.removeDevice(1);
  world.clock.advance(LATER_MS);
  const names = board.received.map(({ name }) => name);
  expect(names).toEqual(['snapshot', 'site', 'agent', 'device', 'incident', 'incident', 'removed']);
  for (const { name, data } of board.received)
    expect(
      Check(LIVE_EVENTS[name as keyof typeof LIVE_EVENTS], data),
      `${name} ${JSON.stringify(data)}`,
    ).toBe(true);
});

test('a burst of changes of one device is one event', async () => {
  const { live, clock, setHealth } = await started();
  const board = createBoard(live);
  board.come();
  setHealth(1, 'down');
  setHealth(1, 'up');
  setHealth(1, 'degraded');
  clock.advance(LATER_MS);
  expect(board.received.slice(1).map(({ data }) => (data as { health: string }).health)).toEqual([
    'degraded',
  ]);
});

test('a change that changes nothing is not sent', async () => {
  const { live, clock, events } = await started();
  const board = createBoard(live);
  board.come();
  events.emit('device.changed', deviceId(1));
  events.emit('site.changed', siteId(0));
  clock.advance(LATER_MS);
  expect(board.received).toHaveLength(1);
});

test('a resolved incident is told and leaves the snapshot', async () => {
  const { live, clock, setTicket } = await started();
  setTicket(5, 'new');
  clock.advance(LATER_MS);
  const board = createBoard(live);
  board.come();
  expect(board.shown.incidents.size).toBe(1);
  clock.advance(1000);
  setTicket(5, 'resolved');
  clock.advance(LATER_MS);
  expect(board.received.at(-1)).toMatchObject({
    name: 'incident',
    data: { id: ticketId(5), status: 'resolved' },
  });
  const late = createBoard(live);
  late.come();
  expect(late.shown.incidents.size).toBe(0);
});

test('a late word of an older state does not bring an incident back', async () => {
  const { live, clock, events, setTicket } = await started();
  const older = makeTicket(5, 'new', clock.nowMs());
  clock.advance(1000);
  setTicket(5, 'resolved');
  clock.advance(LATER_MS);
  const board = createBoard(live);
  board.come();
  events.emit('incident.changed', older);
  clock.advance(LATER_MS);
  expect(board.received).toHaveLength(1);
});

test('incidents are not for those who may not read tickets', async () => {
  const { live, clock, setTicket, setHealth } = await started();
  setTicket(5, 'new');
  clock.advance(LATER_MS);
  const board = createBoard(live, false);
  board.come();
  clock.advance(1000);
  setTicket(5, 'on_hold');
  setHealth(1, 'down');
  clock.advance(LATER_MS);
  board.go();
  clock.advance(1000);
  setTicket(5, 'resolved');
  setHealth(1, 'up');
  clock.advance(LATER_MS);
  board.come();
  expect(board.received.map(({ name }) => name)).toEqual(['snapshot', 'device', 'device']);
  expect(board.shown.incidents.size).toBe(0);
});

test('an incident that changed while the open ones were read is not lost', async () => {
  const world = createWorld();
  const starting = world.live.start();
  world.setTicket(9, 'new');
  await starting;
  const board = createBoard(world.live);
  board.come();
  expect([...board.shown.incidents.keys()]).toEqual([ticketId(9)]);
});

test('an id of another run gets a snapshot', async () => {
  const { live } = await started();
  const board = createBoard(live);
  board.come('an-earlier-run.5');
  expect(board.received.map(({ name }) => name)).toEqual(['snapshot']);
});

test('stopping ends every subscription and hears nothing more', async () => {
  const { live, clock, setHealth } = await started();
  let ends = 0;
  let chunks = 0;
  live.subscribe({
    lastEventId: undefined,
    withIncidents: true,
    sink: { send: () => void (chunks += 1), end: () => void (ends += 1) },
  });
  const sent = chunks;
  live.stop();
  setHealth(1, 'down');
  clock.advance(LATER_MS);
  expect({ ends, chunks }).toEqual({ ends: 1, chunks: sent });
});

const index = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('health' as const),
      n: index,
      to: fc.constantFrom('up' as const, 'down' as const, 'unknown' as const),
    }),
  },
  fc.record({ do: fc.constant('device' as const), n: index, name: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('remove' as const), n: index }),
  fc.record({ do: fc.constant('site' as const), n: index, name: fc.constantFrom('a', 'b') }),
  fc.record({
    do: fc.constant('ticket' as const),
    n: index,
    status: fc.constantFrom('new' as const, 'on_hold' as const, 'resolved' as const),
  }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 120 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('come' as const), board: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go' as const), board: index }) },
  // A page that was loaded anew knows no last event.
  fc.record({ do: fc.constant('reload' as const), board: index }),
);

test('however boards come and go, each sees every event once, in order, and the truth in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const world = await started();
      const boards = [0, 1, 2, 3].map((n) => createBoard(world.live, n !== 3));
      for (const act of steps) {
        if (act.do === 'health') world.setHealth(act.n, act.to);
        else if (act.do === 'device') world.setDevice(act.n, act.name);
        else if (act.do === 'remove') world.removeDevice(act.n);
        else if (act.do === 'site') world.setSite(act.n, act.name);
        else if (act.do === 'ticket') world.setTicket(act.n, act.status);
        else if (act.do === 'wait') world.clock.advance(act.ms);
        else if (act.do === 'come') boards[act.board]?.come();
        else if (act.do === 'go') boards[act.board]?.go();
        else {
          boards[act.board]?.go();
          boards[act.board]?.come('');
        }
      }
      for (const board of boards) board.come();
      world.clock.advance(LATER_MS);
      for (const [n, board] of boards.entries()) {
        const withIncidents = n !== 3;
        expect(board.shown).toEqual(world.truth(withIncidents));
        const places = board.sinceSnapshot().map(({ id }) => Number(id.split('.')[1]));
        for (const [i, place] of places.entries()) {
          const before = places[i - 1];
          if (before === undefined) continue;
          if (withIncidents) expect(place).toBe(before + 1);
          else expect(place).toBeGreaterThan(before);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('without the right to read tickets no device tells of an open incident, nor that one came or went', async () => {
  const { live, clock, setHealth, setOpenIncident } = await started();
  setHealth(1, 'down');
  setOpenIncident(1, 7);
  clock.advance(LATER_MS);
  const [sees, blind] = [createBoard(live), createBoard(live, false)];
  sees.come();
  blind.come();
  setOpenIncident(1, null);
  setOpenIncident(2, 8);
  clock.advance(LATER_MS);
  setOpenIncident(1, 9);
  clock.advance(LATER_MS);
  expect(JSON.stringify(sees.received)).toContain(ticketId(7));
  expect(sees.received).toHaveLength(4);
  // Device 2 became `down` as well: that much is for everybody.
  expect(blind.received.map(({ name }) => name)).toEqual(['snapshot', 'device']);
  expect(JSON.stringify(blind.received)).not.toContain('00000000-0000-7000-8004');
  for (const { data } of blind.received.slice(1)) expect(data).toMatchObject({ open_incident_id: null });
});

test('who may see more or less than before begins with a snapshot', async () => {
  const { live, clock, setTicket, setHealth } = await started();
  const board = createBoard(live, false);
  board.come();
  setTicket(5, 'new');
  setHealth(1, 'down');
  clock.advance(LATER_MS);
  board.go();
  const promoted = createBoard(live, true);
  promoted.come(board.received.at(-1)?.id);
  expect(promoted.received.map(({ name }) => name)).toEqual(['snapshot']);
  expect(promoted.shown.incidents.size).toBe(1);
  promoted.go();
  const demoted = createBoard(live, false);
  demoted.come(promoted.received.at(-1)?.id);
  expect(demoted.received.map(({ name }) => name)).toEqual(['snapshot']);
  expect(demoted.shown.incidents.size).toBe(0);
});

/** A reader that takes a piece only when the test lets it. */
const slowReader = (live: World['live'], withIncidents = true, lastEventId?: string) => {
  let text = '';
  const waiting: (() => void)[] = [];
  const stop = live.subscribe({
    lastEventId,
    withIncidents,
    sink: {
      send: (chunk) => void (text += chunk.toString()),
      pace: (next) => void waiting.push(next),
      end: () => undefined,
    },
  });
  return {
    stop,
    /** Takes the next piece; false where there is none to wait for. */
    take: (): boolean => {
      const next = waiting.shift();
      next?.();
      return next !== undefined;
    },
    takeAll: () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) next();
    },
    text: () => text,
    events: () => parseEvents(text),
  };
};

const large = async (devices: number): Promise<World> => {
  const world = createWorld();
  world.setSite(0, 'Branch');
  for (let n = 1; n <= devices; n += 1) world.setDevice(n, `device ${n}`);
  await world.live.start();
  return world;
};

test('a large snapshot tells of one moment, whatever happens while it is read, and nothing is lost after it', async () => {
  const { live, clock, setHealth, removeDevice, setDevice } = await large(3_000);
  const reader = slowReader(live);
  let n = 0;
  do {
    n += 1;
    setHealth(n * 7, 'down');
    setHealth(n * 7 + 1, 'up');
    clock.advance(LATER_MS);
  } while (reader.take() && n < 3);
  removeDevice(2_999);
  setDevice(3_001, 'new');
  clock.advance(LATER_MS);
  reader.takeAll();
  setHealth(1, 'degraded');
  clock.advance(LATER_MS);
  const [first, ...rest] = reader.events();
  const snapshot = first?.data as { devices: { id: string; health: string }[] };
  expect(first?.name).toBe('snapshot');
  expect(snapshot.devices).toHaveLength(3_000);
  expect(snapshot.devices.every(({ health }) => health === 'unknown')).toBe(true);
  const place = (id: string | undefined) => Number(id?.split('.')[1]);
  expect(rest.map(({ id }) => place(id) - place(first?.id))).toEqual(rest.map((_, at) => at + 1));
  expect(rest.map(({ name }) => name).filter((name) => name !== 'device')).toEqual(['removed']);
  expect(rest.at(-1)?.data).toMatchObject({ id: deviceId(1), health: 'degraded' });
});

test('who reads so slowly that more happened than is held gets a second snapshot, and is level after it', async () => {
  const { live, clock, setHealth, truth } = await large(3_000);
  const reader = slowReader(live);
  for (let round = 0; round < 4; round += 1) {
    for (let n = 1; n <= 3_000; n += 1) setHealth(n, round % 2 === 0 ? 'down' : 'up');
    clock.advance(LATER_MS);
  }
  reader.takeAll();
  setHealth(5, 'degraded');
  clock.advance(LATER_MS);
  expect(reader.events().map(({ name }) => name)).toEqual(['snapshot', 'snapshot', 'device']);
  const last = reader.events()[1]?.data as { devices: { id: string; name: string; health: string }[] };
  const shown = new Map(last.devices.map(({ id, name, health }) => [id, `${name} ${health}`]));
  shown.set(deviceId(5), 'device 5 degraded');
  expect(shown).toEqual(truth(true).devices);
});

test('a reader that left in the middle of its snapshot is sent nothing more', async () => {
  const { live, clock, setHealth } = await large(3_000);
  const reader = slowReader(live);
  const had = reader.text();
  reader.stop();
  reader.takeAll();
  setHealth(1, 'down');
  clock.advance(LATER_MS);
  expect(reader.text()).toBe(had);
});

test('what was missed comes in pieces as well', async () => {
  const { live, clock, setHealth } = await large(1_200);
  const first = createBoard(live);
  first.come();
  first.go();
  for (let n = 1; n <= 1_200; n += 1) setHealth(n, 'down');
  clock.advance(LATER_MS);
  const reader = slowReader(live, true, first.received.at(-1)?.id);
  expect(reader.events()).toHaveLength(500);
  setHealth(3, 'up');
  clock.advance(LATER_MS);
  reader.takeAll();
  expect(reader.events()).toHaveLength(1_201);
  expect(reader.events().at(-1)?.data).toMatchObject({ id: deviceId(3), health: 'up' });
});
