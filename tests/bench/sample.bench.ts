import { randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { agentTopic, OUTCOME, type BatchBody } from '@siaga/shared';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createRunner, type VerdictStore } from '../../hub/src/detection/index.js';
import { createEventBus } from '../../hub/src/events.js';
import { createDirectory } from '../../hub/src/fleet/directory.js';
import { systemClock } from '../../hub/src/platform/clock.js';
import { createCounters } from '../../hub/src/telemetry/counters.js';
import { createIngest } from '../../hub/src/telemetry/ingest.js';
import { medianOf, printFigure } from './figure.js';

/**
 * What one sample costs the hub's own code, from the broker's payload to the verdict and the text of its row: real
 * ingest, runner and engine, calm devices, a row store that takes everything at once. Processor time, not wall clock.
 * The whole road, stores and broker included, is `npm run bench ingest`.
 */
const AGENTS = 200;
const DEVICES = 50;
const ROUNDS = 5;
/** Batches an agent sends a round; each holds `cycles` cycles of all its devices. */
const SHAPES = [
  { cycles: 1, deflate: true, batches: 40 },
  { cycles: 2, deflate: true, batches: 20 },
  { cycles: 10, deflate: true, batches: 4 },
  { cycles: 2, deflate: false, batches: 20 },
] as const;
const INTERVAL_MS = 1_000;
const SHARD = '00';

const noVerdicts: VerdictStore = {
  loadVerdicts: () => Promise.resolve([]),
  openIncidents: () => Promise.resolve(new Map()),
  takeLeases: (shards) =>
    Promise.resolve(new Map(shards.map((shard) => [shard, { fence: 1, renewedAtMs: null, behind: {} }]))),
  raiseLeases: (leases) => Promise.resolve(leases),
  renewLeases: () => Promise.resolve(),
  save: () => Promise.resolve({ tickets: [], openIncidents: new Map(), parked: [] }),
  wasCommitted: () => Promise.resolve(false),
  heal: () => Promise.resolve([]),
};

const agentIds = Array.from({ length: AGENTS }, () => randomUUID());
const directory = createDirectory();
const siteId = randomUUID();
agentIds.forEach((id, place) => {
  directory.putAgent({ id, name: id, siteId, shard: SHARD, state: 'online', lastSeenAtMs: null });
  for (let n = 0; n < DEVICES; n++) {
    const deviceId = randomUUID();
    const check = { id: place * DEVICES + n + 1, deviceId, agentId: id, type: 'icmp' as const };
    directory.putDevice({
      id: deviceId,
      code: deviceId,
      name: deviceId,
      kind: 'atm',
      address: '10.0.0.1',
      link: 'fibre',
      siteId,
      agentId: id,
      parentIds: [],
      checks: [{ ...check, intervalMs: INTERVAL_MS, timeoutMs: null }],
      createdAtMs: 0,
    });
  }
});

const bodyOf = (place: number, t0: number, cycles: number): BatchBody => {
  const length = DEVICES * cycles;
  const spread = Math.floor((INTERVAL_MS * cycles) / length);
  const rtt = Array.from({ length }, () => 300 + Math.floor(Math.random() * 900));
  return {
    t0,
    icmp: {
      c: rtt.map((_, n) => place * DEVICES + (n % DEVICES) + 1),
      d: rtt.map((_, n) => (n === 0 ? 0 : spread)),
      o: rtt.map(() => OUTCOME.ok),
      a: rtt,
      b: rtt.map((us) => us + 20),
      m: rtt.map((us) => us + 60),
      l: rtt.map(() => 0),
    },
  };
};

const startMs = Date.now() - 60_000;
/** A round's messages in the order in which they come: every agent's first, every agent's second … */
const messagesOf = ({ cycles, deflate, batches }: (typeof SHAPES)[number]) => {
  const messages: { topic: string; payload: Buffer }[] = [];
  for (let seq = 1; seq <= batches; seq++)
    agentIds.forEach((id, place) => {
      const body = Buffer.from(
        JSON.stringify(bodyOf(place, startMs + (seq - 1) * cycles * INTERVAL_MS, cycles)),
      );
      const header = { v: 1, lane: 'live', stream: 1, process: '00112233445566aa', seq, from: 1, ageMs: 0 };
      const line = { ...header, sentAt: seq, config: 1, ...(deflate && { enc: 'deflate' }) };
      messages.push({
        topic: agentTopic(SHARD, id, 'telemetry'),
        payload: Buffer.concat([
          Buffer.from(`${JSON.stringify(line)}\n`),
          deflate ? deflateRawSync(body) : body,
        ]),
      });
    });
  return messages;
};

/** Processor time a sample, µs. */
const round = async (messages: ReturnType<typeof messagesOf>, samples: number): Promise<number> => {
  const [events, metrics, log] = [createEventBus(), new Registry(), pino({ level: 'silent' })];
  const run = randomUUID();
  const judge = createRunner({
    store: noVerdicts,
    directory,
    events,
    clock: systemClock,
    run,
    log,
    metrics,
  });
  let rows = 0;
  const counters = createCounters(metrics);
  const ingest = createIngest({
    rows: {
      post: (lines) => {
        for (let at = lines.indexOf(10); at >= 0; at = lines.indexOf(10, at + 1)) rows++;
        return Promise.resolve({ ok: true });
      },
    },
    tablePrefix: '',
    rawDays: 7,
    streams: {
      load: () =>
        Promise.resolve(agentIds.map((agentId) => ({ agentId, stream: 1, process: '00112233445566aa' }))),
      remember: () => Promise.resolve([]),
    },
    deadLetters: { add: () => undefined },
    judge,
    directory,
    events,
    clock: systemClock,
    random: Math.random,
    run,
    publishAck: () => Promise.resolve(),
    counters,
    log,
  });
  await judge.start();
  await ingest.start();
  const before = process.cpuUsage();
  for (let at = 0; at < messages.length; at++) {
    ingest.handle(messages[at]!.topic, messages[at]!.payload);
    // As a broker reads: some dozens of messages a turn of the event loop.
    if (at % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  await ingest.stop(10_000);
  await judge.stop();
  const { user, system } = process.cpuUsage(before);
  if (rows !== samples) throw new Error(`${rows} rows of ${samples} samples`);
  return (user + system) / samples;
};

const cases = SHAPES.map((shape) => ({
  shape,
  messages: messagesOf(shape),
  samples: AGENTS * DEVICES * shape.cycles * shape.batches,
  costs: [] as number[],
}));
for (const { messages, samples } of cases) await round(messages, samples); // warm
for (let turn = 0; turn < ROUNDS; turn++)
  for (const each of cases) each.costs.push(await round(each.messages, each.samples));
for (const { shape, messages, costs, samples } of cases)
  printFigure({
    name: 'sample.cost',
    samples: DEVICES * shape.cycles,
    deflated: String(shape.deflate),
    bytes: Math.round((messages.reduce((sum, { payload }) => sum + payload.length, 0) / samples) * 10) / 10,
    value: Math.round(medianOf(costs) * 1000),
    unit: 'ns/sample',
  });
