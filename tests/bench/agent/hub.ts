import { pino } from 'pino';
import { Registry } from 'prom-client';
import { hubTopic, agentTopic, type AgentConfig } from '@siaga/shared';
import { createEventBus } from '../../../hub/src/events.js';
import type { DirectoryAgent, DirectoryCheck, FleetDirectory } from '../../../hub/src/fleet/ports.js';
import { createEmbeddedBroker } from '../../../hub/src/platform/broker/embedded.js';
import { systemClock } from '../../../hub/src/platform/clock.js';
import { createCounters } from '../../../hub/src/telemetry/counters.js';
import { createIngest } from '../../../hub/src/telemetry/ingest.js';
import type { Judge } from '../../../hub/src/telemetry/ports.js';

export const SHARD = '0a';
export const PASSWORD = 'not-a-secret';
/** Answers of PostgreSQL and QuestDB that a calm hub waits for, ms. */
const JUDGING_MS = 5;
const STORING_MS = 5;

/** One ICMP cycle as the hub got it. */
export type OnCycle = (
  check: number,
  atMs: number,
  rttUs: { min: number; avg: number; max: number },
  lost: number,
) => void;

export interface BenchHub {
  port: number;
  configure(config: AgentConfig): Promise<void>;
  /** Hears every cycle from now on, each once. */
  hear(onCycle: OnCycle): void;
  stop(): Promise<void>;
}

/**
 * The hub's real broker and ingest for one agent, over stores in memory that answer as calm ones do: what the agent
 * sends and gets back is what it would with the whole hub.
 */
export const startBenchHub = async (
  agentId: string,
  tls?: { cert: string; key: string },
): Promise<BenchHub> => {
  const log = pino({ level: 'silent' });
  const run = 'bench';
  let checks = new Map<number, DirectoryCheck>();
  let onCycle: OnCycle = () => undefined;
  const agent: DirectoryAgent = {
    id: agentId,
    name: 'bench',
    siteId: 'site',
    shard: SHARD,
    state: 'online',
    lastSeenAtMs: null,
  };
  const directory: FleetDirectory = {
    site: () => undefined,
    agent: (id) => (id === agentId ? agent : undefined),
    device: () => undefined,
    check: (id) => checks.get(id),
    movedCheck: () => undefined,
    sites: () => [],
    agents: () => [agent],
    devices: () => [],
    devicesOfAgent: () => [],
  };
  const tell = (line: string): void => {
    const numberOf = (field: string) => Number(new RegExp(`[ ,]${field}=(\\d+)i`).exec(line)?.[1] ?? 0);
    onCycle(
      numberOf('check_id'),
      Number(line.slice(line.lastIndexOf(' '))),
      { min: numberOf('min_us'), avg: numberOf('avg_us'), max: numberOf('max_us') },
      numberOf('lost'),
    );
  };
  let judged: Parameters<Judge['onJudged']>[0] = () => undefined;
  const judge: Judge = {
    submit: (batch) => {
      setTimeout(() => judged(batch.agentId, batch.stream, batch.seq, false), JUDGING_MS);
    },
    late: (_agentId, _body, healed) => healed(),
    onJudged: (listener) => {
      judged = listener;
    },
    heard: () => undefined,
  };
  const broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    log,
    ...(tls && { tls }),
    authenticate: (username, password) =>
      Promise.resolve(
        username === agentId && password.toString() === PASSWORD ? { agentId, shard: SHARD } : undefined,
      ),
  });
  const ingest = createIngest({
    rows: {
      post: (lines) => {
        for (const line of lines.toString().split('\n')) if (line.startsWith('icmp ')) tell(line);
        return new Promise((resolve) => setTimeout(() => resolve({ ok: true }), STORING_MS));
      },
    },
    tablePrefix: '',
    rawDays: 7,
    streams: { load: () => Promise.resolve([]), remember: (entries) => Promise.resolve([...entries]) },
    deadLetters: {
      add: (letter) => {
        throw new Error(`a dead letter: ${JSON.stringify(letter).slice(0, 300)}`);
      },
    },
    judge,
    directory,
    events: createEventBus(),
    clock: systemClock,
    random: Math.random,
    run,
    publishAck: (topic, payload) => broker.publish(topic, payload, { qos: 0 }),
    counters: createCounters(new Registry()),
    log,
  });
  await ingest.start();
  broker.onMessage(({ topic, payload }) => {
    if (topic.endsWith('/telemetry')) ingest.handle(topic, payload);
  });
  await broker.start();
  const retained = (topic: string, value: unknown): Promise<void> =>
    broker.publish(topic, JSON.stringify(value), { retain: true });
  await retained(hubTopic(SHARD), { run, nowMs: Date.now() });
  return {
    port: broker.address().port,
    configure: async (config) => {
      checks = new Map(
        config.checks.map((check) => {
          const { id, deviceId, type, intervalMs } = check;
          const timeoutMs = check.type === 'icmp' ? check.timeoutMs : null;
          return [id, { id, deviceId, agentId, type, intervalMs, timeoutMs }];
        }),
      );
      await retained(agentTopic(SHARD, agentId, 'config'), config);
    },
    hear: (heard) => {
      onCycle = heard;
    },
    stop: async () => {
      await ingest.stop(1_000);
      await broker.stop();
    },
  };
};
