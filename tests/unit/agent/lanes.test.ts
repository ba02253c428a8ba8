import { BatchHeader } from '@siaga/shared';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { createRig, icmpConfig, type Rig } from './support/rig.js';

const A = '10.0.0.1';
const B = '10.0.0.2';

const booted = async (addresses = [A, B]): Promise<Rig> => {
  const rig = createRig();
  rig.configure(icmpConfig(1, addresses));
  rig.announce('run-1');
  await rig.boot('a'.repeat(16));
  await rig.advance(15_000);
  return rig;
};

/** Everything made reached the hub, each row under one key and written once by its lanes. */
const expectAllStored = (rig: Rig, tolerance = 0): void => {
  expect(rig.hub.rows.size).toBeGreaterThanOrEqual(rig.made.count - tolerance);
  expect(rig.hub.rows.size).toBeLessThanOrEqual(rig.made.count);
};

const liveHeaders = (rig: Rig) => rig.hub.headers.filter((header) => header.lane === 'live' && header.seq);
const historyHeaders = (rig: Rig) => rig.hub.headers.filter((header) => header.lane === 'history');

describe('the live lane', () => {
  it('begins a connection with hellos, stamps after three exchanges over 5 s, then sends from 1', async () => {
    const rig = await booted();
    const hellos = rig.hub.headers.filter((header) => header.seq === undefined);
    expect(hellos.length).toBeGreaterThanOrEqual(3);
    const first = rig.hub.headers.findIndex((header) => header.seq !== undefined);
    expect(rig.hub.headers.slice(0, first).every((header) => header.seq === undefined)).toBe(true);
    expect(rig.hub.headers[first]).toMatchObject({ lane: 'live', seq: 1, from: 1, stream: 1 });
    await rig.advance(30_000);
    expectAllStored(rig, 6);
  });

  it('sends an empty batch every 10 s when there is nothing to tell', async () => {
    const rig = await booted([]);
    const before = liveHeaders(rig).length;
    await rig.advance(60_000);
    expect(liveHeaders(rig).length - before).toBe(6);
  });

  it('sends a change at once and its re-probes too', async () => {
    const rig = await booted([A]);
    await rig.advance(20_000);
    rig.answers.set(A, 'failed');
    const from = rig.launches.length;
    await rig.advance(9_000);
    // The failing cycle and three re-probes: at once after the time-out, then a second apart.
    const launched = rig.launches.slice(from, from + 4).map(({ atMs }) => atMs);
    const [cycle = 0, ...again] = launched;
    const gaps = again.map((atMs, index) =>
      Math.round(atMs - (index === 0 ? cycle : (again[index - 1] ?? 0))),
    );
    expect(gaps).toEqual([500, 1000, 1000]);
    const failed = rig.hub.bodies.filter((body) => body.icmp?.o.includes(1));
    expect(failed.length).toBeGreaterThanOrEqual(4);
  });

  it('sends the ring again from judged + 1 while judging stands still, and backs off', async () => {
    const rig = await booted();
    await rig.advance(20_000);
    rig.hub.judging = false;
    const from = rig.hub.headers.length;
    await rig.advance(30_000);
    const seqs = rig.hub.headers.slice(from).map((header) => header.seq ?? 0);
    const [firstNew = 0] = seqs;
    const resends = seqs.filter((seq) => seq === firstNew).length;
    expect(resends).toBeGreaterThanOrEqual(3);
    expect(resends).toBeLessThanOrEqual(5);
    expect(Math.min(...seqs)).toBe(firstNew);
  });

  it('sends a lost batch again though new ones keep coming and `judged` creeps up behind the ring', async () => {
    const addresses = Array.from({ length: 10 }, (_, place) => `10.0.1.${place + 1}`);
    const rig = await booted(addresses);
    /** Changes every second: a batch at once, each time. */
    const brisk = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        for (const address of addresses) rig.answers.set(address, second % 2 === 0 ? 'ok' : 'failed');
        await rig.advance(1_000);
      }
    };
    await brisk(90);
    // A new run is sent the whole ring, of which the second batch is lost.
    const { receive } = rig.hub;
    let batches = 0;
    rig.hub.receive = (payload) => {
      const isBatch = Buffer.from(payload).toString('latin1').split('\n', 1)[0]?.includes('"seq"');
      if (!isBatch || ++batches !== 2) receive(payload);
    };
    rig.hub.restart('run-2');
    rig.announce('run-2');
    await brisk(10);
    const judged = rig.hub.judgedOrder.length;
    await brisk(20);
    expect(rig.hub.judgedOrder.length).toBeGreaterThan(judged + 30);
  });

  it('sends the whole ring on a new run, whatever was judged before', async () => {
    const rig = await booted();
    await rig.advance(40_000);
    const before = rig.hub.headers.length;
    rig.hub.restart('run-2');
    rig.announce('run-2');
    await rig.advance(1_000);
    const seqs = rig.hub.headers
      .slice(before)
      .filter(({ lane }) => lane === 'live')
      .map(({ seq }) => seq ?? 0);
    const newest = Math.max(...seqs);
    expect(seqs[0]).toBe(1);
    expect(seqs).toEqual(Array.from({ length: newest }, (_, index) => index + 1));
    await rig.advance(30_000);
    expectAllStored(rig, 6);
  });

  it('keeps 60 seconds in the ring and tells the lowest as `from`', async () => {
    const rig = await booted();
    await rig.advance(120_000);
    rig.hub.restart('run-2');
    rig.announce('run-2');
    const before = rig.hub.headers.length;
    await rig.advance(500);
    const [first] = rig.hub.headers.slice(before);
    expect(first?.seq).toBe(first?.from);
    expect(first?.seq).toBeGreaterThan(1);
    expect(first?.ageMs).toBeLessThanOrEqual(61_000);
    expect(first?.ageMs).toBeGreaterThan(45_000);
  });

  it('resends over a new connection and stores nothing twice', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    rig.line = false;
    await rig.advance(25_000);
    rig.line = true;
    await rig.advance(40_000);
    expectAllStored(rig, 6);
    expect(historyHeaders(rig)).toEqual([]);
  });

  it('takes no ack for another stream and none beyond what it sent', async () => {
    const rig = await booted();
    rig.hub.storing = false;
    rig.hub.acking = false;
    await rig.advance(10_000);
    const held = [...rig.disk.entries.keys()].filter((key) => key.startsWith('l/')).length;
    expect(held).toBeGreaterThan(0);
    rig.hub.restart('run-1');
    rig.hub.ack();
    await rig.advance(1_000);
    expect([...rig.disk.entries.keys()].filter((key) => key.startsWith('l/')).length).toBeGreaterThanOrEqual(
      held,
    );
  });
});

describe('history', () => {
  it('takes what was not stored for 60 s, sends it when live flows again, oldest first', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    rig.line = false;
    await rig.advance(300_000);
    rig.line = true;
    await rig.advance(60_000);
    expectAllStored(rig, 6);
    const history = historyHeaders(rig).filter(
      (header, index, all) => all.findIndex(({ seq }) => seq === header.seq) === index,
    );
    expect(history.length).toBeGreaterThan(20);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    expect(history.every(({ origin }) => origin === 1)).toBe(true);
    expect([...rig.disk.entries.keys()].filter((key) => key.startsWith('h/'))).toEqual([]);
  });

  it('waits for judging and keeps at most 16 in flight', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    rig.line = false;
    await rig.advance(600_000);
    rig.line = true;
    rig.hub.storing = false;
    await rig.advance(20_000);
    expect(new Set(historyHeaders(rig).map(({ seq }) => seq)).size).toBe(16);
    rig.hub.storing = true;
    await rig.advance(90_000);
    expectAllStored(rig, 6);
  });

  it('stands still while live is not judged', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    rig.line = false;
    await rig.advance(200_000);
    rig.line = true;
    rig.hub.judging = false;
    rig.hub.acking = false;
    await rig.advance(40_000);
    expect(historyHeaders(rig)).toEqual([]);
  });

  it('resends from stored + 1 after 30 s without progress', async () => {
    const rig = await booted();
    rig.line = false;
    await rig.advance(120_000);
    rig.line = true;
    rig.hub.storing = false;
    await rig.advance(25_000);
    const before = historyHeaders(rig).length;
    expect(before).toBeGreaterThan(0);
    await rig.advance(20_000);
    const again = historyHeaders(rig).slice(before);
    expect(again.find(({ seq }) => seq === 1)).toMatchObject({ seq: 1, from: 1 });
  });

  it('holds everything a dead process left, under its own stream', async () => {
    const rig = await booted();
    await rig.advance(5_000);
    rig.line = false;
    await rig.advance(20_000);
    rig.kill();
    rig.line = true;
    const made = rig.made.count;
    await rig.boot('b'.repeat(16));
    await rig.advance(40_000);
    expect(rig.hub.headers.at(-1)?.stream).toBe(2);
    expect(historyHeaders(rig).every(({ origin, stream }) => origin === 1 && stream === 2)).toBe(true);
    const ofFirst = [...rig.hub.rows.keys()].filter((key) => key.endsWith('/1')).length;
    // What was in the open batch never reached the disk.
    expect(ofFirst).toBeGreaterThanOrEqual(made - 6);
  });
});

describe('streams and stamps', () => {
  it('takes the next stream where the hub knows a newer one, and loses nothing', async () => {
    const rig = createRig();
    rig.hub.newest = { stream: 7, process: 'f'.repeat(16) };
    rig.configure(icmpConfig(1, [A, B]));
    rig.announce('run-1');
    await rig.boot('a'.repeat(16));
    await rig.advance(60_000);
    expect(rig.disk.stream?.stream).toBe(8);
    expect(rig.states.at(-1)).toMatchObject({ state: 'online', stream: 8, connection: 1 });
    expectAllStored(rig, 6);
  });

  it.each([
    { name: 'an older stream', newest: { stream: 0, process: 'e'.repeat(16) }, next: 1 },
    { name: 'this very process', newest: { stream: 1, process: 'a'.repeat(16) }, next: 2 },
  ])('takes no refusal that names $name', async ({ newest, next }) => {
    const rig = await booted();
    rig.refuse({ ...newest, next });
    await rig.advance(5_000);
    expect(rig.disk.stream?.stream).toBe(1);
    expect(rig.states).toHaveLength(1);
  });

  it('stays away from a rival under its own identity, ever longer, and loses nothing', async () => {
    const rig = await booted();
    // The rival took the next stream each time; this one takes the one behind it.
    const pushOut = async (): Promise<void> => {
      const stream = (rig.disk.stream?.stream ?? 0) + 1;
      rig.refuse({ stream, process: 'f'.repeat(16), next: stream + 1 });
      await rig.advance(10_000);
    };
    const births: number[] = [];
    for (let time = 0; time < 4; time++) {
      await pushOut();
      births.push(rig.states.length);
    }
    // Back at once three times, then not.
    expect(births).toEqual([2, 3, 4, 4]);
    expect(rig.logs.some((line) => line.includes("another agent uses this agent's identity"))).toBe(true);
    await rig.advance(10_000);
    expect(rig.states).toHaveLength(4);
    await rig.advance(60_000);
    expect(rig.states).toHaveLength(5);
    await rig.advance(30_000);
    expectAllStored(rig, 6);
  });

  it('sends what a refused stream held as history of that stream', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    rig.hub.storing = false;
    await rig.advance(10_000);
    rig.hub.restart('run-2');
    rig.announce('run-2');
    rig.hub.newest = { stream: 1, process: 'c'.repeat(16) };
    rig.hub.storing = true;
    await rig.advance(60_000);
    expect(rig.disk.stream?.stream).toBe(2);
    expect(historyHeaders(rig).some(({ origin, stream }) => origin === 1 && stream === 2)).toBe(true);
    expectAllStored(rig, 6);
  });

  it('stamps with the hub’s time what was made before the first exchange', async () => {
    const rig = createRig();
    rig.hubAheadMs = 3_600_000;
    rig.configure(icmpConfig(1, [A, B]));
    rig.disk.config = JSON.stringify(icmpConfig(1, [A, B]));
    rig.line = false;
    await rig.boot('a'.repeat(16));
    await rig.advance(200_000);
    rig.line = true;
    rig.announce('run-1');
    await rig.advance(60_000);
    expectAllStored(rig, 6);
    const wallNow = Date.UTC(2026, 0, 15, 8) + rig.nowMonoMs();
    const stamps = [...rig.hub.rows.keys()].map((key) => Number(key.split('/')[0]));
    expect(Math.min(...stamps)).toBeGreaterThan(wallNow + 3_600_000 - 262_000);
    expect(Math.max(...stamps)).toBeLessThanOrEqual(wallNow + 3_600_000);
    expect(historyHeaders(rig).length).toBeGreaterThan(0);
  });

  it('leaves wall clock plus the last known offset where a process died before its first exchange', async () => {
    const rig = createRig();
    rig.hubAheadMs = 3_600_000;
    rig.configure(icmpConfig(1, [A, B]));
    rig.announce('run-1');
    await rig.boot('a'.repeat(16));
    await rig.advance(80_000);
    rig.kill();
    rig.line = false;
    const from = rig.nowMonoMs();
    await rig.boot('b'.repeat(16));
    await rig.advance(30_000);
    rig.kill();
    rig.line = true;
    await rig.boot('c'.repeat(16));
    await rig.advance(40_000);
    const stamps = [...rig.hub.rows.keys()]
      .filter((key) => key.endsWith('/2'))
      .map((key) => Number(key.split('/')[0]) - Date.UTC(2026, 0, 15, 8) - 3_600_000 - from);
    expect(stamps.length).toBeGreaterThan(4);
    for (const stamp of stamps) {
      expect(stamp).toBeGreaterThan(-100);
      expect(stamp).toBeLessThan(30_100);
    }
  });

  it('brings what was made under a clock of 1970, and what lies behind it', async () => {
    const rig = createRig();
    rig.disk.config = JSON.stringify(icmpConfig(1, [A, B]));
    rig.wallStepMs = -Date.UTC(2026, 0, 15, 7, 59);
    rig.line = false;
    await rig.boot('a'.repeat(16));
    await rig.advance(30_000);
    rig.kill();
    rig.wallStepMs = 0;
    rig.line = true;
    rig.announce('run-1');
    await rig.boot('b'.repeat(16));
    await rig.advance(60_000);
    expect(historyHeaders(rig).length).toBeGreaterThan(0);
    for (const header of rig.hub.headers) expect(Check(BatchHeader, header)).toBe(true);
    expect([...rig.hub.rows.keys()].filter((key) => key.endsWith('/1')).length).toBeGreaterThan(4);
  });

  it('judges in the order in which the samples were made, over the first exchange too', async () => {
    const rig = createRig();
    rig.disk.config = JSON.stringify(icmpConfig(1, [A, B]));
    rig.announce('run-1');
    await rig.boot('a'.repeat(16));
    await rig.advance(60_000);
    const byCheck = rig.hub.judgedOrder.filter((key) => key.split('/')[1] === '1');
    const stamps = byCheck.map((key) => Number(key.split('/')[0]));
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
    expect(new Set(byCheck).size).toBe(byCheck.length);
  });

  it('orders will, birth and clean stop by (stream, connection)', async () => {
    const rig = createRig();
    rig.announce('run-1');
    const agent = await rig.boot('a'.repeat(16));
    await rig.advance(5_000);
    rig.line = false;
    await rig.advance(2_000);
    rig.line = true;
    await rig.advance(15_000);
    const stopping = agent.stop();
    await rig.advance(1_000);
    await stopping;
    const states = rig.states.map(({ state, stream, connection }) => ({ state, stream, connection }));
    expect(states[0]).toEqual({ state: 'online', stream: 1, connection: 1 });
    expect(states[1]).toEqual({ state: 'lost', stream: 1, connection: 1 });
    const [online, stopped] = states.slice(-2);
    expect(online?.state).toBe('online');
    expect(online?.connection).toBeGreaterThan(1);
    expect(stopped).toEqual({ ...online, state: 'stopped' });
  });
});

describe('a disk that fails', () => {
  it('goes on judging from memory while the disk refuses', async () => {
    const rig = await booted();
    await rig.advance(10_000);
    const { StoreError } = await import('../../../agent/src/store.js');
    rig.disk.fault = new StoreError('failed', 'I/O error');
    const before = rig.hub.rows.size;
    await rig.advance(30_000);
    expect(rig.hub.rows.size).toBeGreaterThan(before + 8);
    rig.disk.fault = undefined;
    await rig.advance(20_000);
    expectAllStored(rig, 6);
  });

  it('sets a corrupt store aside, says so, and writes again what memory still holds', async () => {
    const rig = await booted();
    rig.hub.storing = false;
    await rig.advance(20_000);
    const { StoreError } = await import('../../../agent/src/store.js');
    rig.disk.fault = new StoreError('corrupt', 'checksum mismatch');
    await rig.advance(15_000);
    expect(rig.disk.asides).toBe(1);
    expect(rig.disk.stream).toMatchObject({ stream: 1, corrupt: 1 });
    expect([...rig.disk.entries.keys()].filter((key) => key.startsWith('l/')).length).toBeGreaterThan(2);
    rig.hub.storing = true;
    await rig.advance(80_000);
    expectAllStored(rig, 6);
    expect(rig.hub.bodies.some((body) => body.status?.corrupt === 1)).toBe(true);
  });
});
