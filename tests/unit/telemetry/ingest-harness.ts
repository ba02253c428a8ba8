import { pino } from 'pino';
import { Registry } from 'prom-client';
import { agentTopic, type Ack, type BatchHeader } from '@siaga/shared';
import { createEventBus, type AgentReport } from '../../../hub/src/events.js';
import type { DirectoryAgent, DirectoryCheck, FleetDirectory } from '../../../hub/src/fleet/ports.js';
import { createCounters } from '../../../hub/src/telemetry/counters.js';
import type { DeadLetter } from '../../../hub/src/telemetry/dead-letters.js';
import { createIngest } from '../../../hub/src/telemetry/ingest.js';
import type { Cycles, Judge, JudgedListener, LiveBatch } from '../../../hub/src/telemetry/ports.js';
import type { StreamEntry, StreamStore } from '../../../hub/src/telemetry/streams.js';
import type { RowStore, WriterLimits } from '../../../hub/src/telemetry/writer.js';
import { packMessage, type ManualClock } from './support.js';

export const AGENT_IDS = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
] as const;
export const SHARD = '0a';

/** Checks 1–9 (ICMP) and 10 (host) are the first agent's, 20 is the second's; 31 was the first's until its device moved, 41 the second's. */
export const createTestDirectory = (): FleetDirectory & { remove(agentId: string): void } => {
  const agents = new Map<string, DirectoryAgent>(
    AGENT_IDS.map((id) => [
      id,
      { id, name: id, siteId: 'site', shard: SHARD, state: 'online', lastSeenAtMs: null },
    ]),
  );
  const check = (id: number, agentId: string): DirectoryCheck => ({
    id,
    agentId,
    deviceId: `device-${id}`,
    type: id === 10 ? 'host' : 'icmp',
    intervalMs: 5000,
    timeoutMs: 500,
  });
  return {
    site: () => undefined,
    agent: (id) => agents.get(id),
    device: () => undefined,
    check: (id) => (id <= 10 ? check(id, AGENT_IDS[0]) : id === 20 ? check(id, AGENT_IDS[1]) : undefined),
    movedCheck: (id) =>
      id === 31 ? check(id, AGENT_IDS[0]) : id === 41 ? check(id, AGENT_IDS[1]) : undefined,
    sites: () => [],
    agents: () => agents.values(),
    devices: () => [],
    devicesOfAgent: () => [],
    remove: (id) => agents.delete(id),
  };
};

/** A stream store in memory that can be away, or be another hub's as well. */
export const createMemoryStreams = () => {
  const known = new Map<string, StreamEntry>();
  const control = { away: false, ambiguous: false, calls: 0 };
  const store: StreamStore = {
    load: () => Promise.resolve([...known.values()]),
    remember: (entries) => {
      control.calls++;
      if (control.away) return Promise.reject(new Error('away'));
      for (const entry of entries)
        if ((known.get(entry.agentId)?.stream ?? 0) < entry.stream) known.set(entry.agentId, { ...entry });
      if (control.ambiguous) return Promise.reject(new Error('connection lost'));
      return Promise.resolve(entries.map((entry) => ({ ...known.get(entry.agentId)! })));
    },
  };
  return { store, known, control };
};

/** A judge that judges and heals at once, or when it is told. */
export const createTestJudge = () => {
  let listener: JudgedListener = () => undefined;
  const told = {
    submitted: [] as LiveBatch[],
    late: [] as { agentId: string; body: Cycles; healed: () => void }[],
    heard: [] as string[],
  };
  const control = { atOnce: true };
  const judged = (batch: LiveBatch, passedOver = false): void =>
    listener(batch.agentId, batch.stream, batch.seq, passedOver);
  const judge: Judge = {
    submit: (batch) => {
      told.submitted.push(batch);
      if (control.atOnce) judged(batch);
    },
    late: (agentId, body, healed) => {
      told.late.push({ agentId, body, healed });
      if (control.atOnce) healed();
    },
    onJudged: (heard) => {
      listener = heard;
    },
    heard: (agentId) => told.heard.push(agentId),
  };
  return { judge, told, control, judged };
};

export const createIngestHarness = async (parts: {
  clock: ManualClock;
  rows: RowStore;
  streams?: ReturnType<typeof createMemoryStreams>;
  run?: string;
  limits?: Partial<WriterLimits>;
}) => {
  const { clock, rows, streams = createMemoryStreams(), run = 'run-1' } = parts;
  const events = createEventBus();
  const acks: { topic: string; ack: Ack }[] = [];
  const letters: DeadLetter[] = [];
  const reports: { agentId: string; report: AgentReport }[] = [];
  events.on('agent.report', (agentId, report) => reports.push({ agentId, report }));
  const judge = createTestJudge();
  const directory = createTestDirectory();
  const metrics = new Registry();
  const ingest = createIngest({
    rows,
    tablePrefix: '',
    rawDays: 7,
    streams: streams.store,
    deadLetters: { add: (letter) => letters.push(letter) },
    judge: judge.judge,
    directory,
    events,
    clock,
    random: () => 0.5,
    run,
    publishAck: (topic, payload) => {
      acks.push({ topic, ack: JSON.parse(payload) as Ack });
      return Promise.resolve();
    },
    counters: createCounters(metrics),
    log: pino({ level: 'silent' }),
    ...(parts.limits && { limits: parts.limits }),
  });
  await ingest.start();
  const send = (header: BatchHeader, body?: unknown, agentId: string = AGENT_IDS[0]): void =>
    ingest.handle(agentTopic(SHARD, agentId, 'telemetry'), packMessage(header, body));
  const lastAck = (): Ack | undefined => acks.at(-1)?.ack;
  /** A counter's value; its labels as `name{label}`. */
  const count = async (name: string, label?: string): Promise<number> => {
    const metric = await metrics.getSingleMetric(`siaga_telemetry_${name}`)!.get();
    return metric.values
      .filter(({ labels }) => label === undefined || Object.values(labels).includes(label))
      .reduce((sum, { value }) => sum + value, 0);
  };
  return { ingest, send, acks, lastAck, letters, reports, judge, directory, events, streams, count };
};
