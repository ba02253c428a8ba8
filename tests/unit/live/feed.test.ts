import { LIVE_EVENTS } from '@siaga/shared';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import { expect, test } from 'vitest';
import { createBoard, createWorld, deviceId, makeTicket, siteId, ticketId, type World } from './world.js';

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
