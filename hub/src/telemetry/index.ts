import { hubTopic, type HubAnnouncement, type Series } from '@siaga/shared';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus, HubEvents } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Broker, BrokerMessage } from '../platform/broker/broker.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { QuestDb } from '../platform/questdb/questdb.js';
import { createCounters } from './counters.js';
import { createDeadLetters } from './dead-letters.js';
import { createIngest } from './ingest.js';
import type { Judge, LatestFigures } from './ports.js';
import { createSeriesReader, type SeriesRequest } from './series.js';
import { createStreamStore } from './streams.js';

export type { CycleColumns, Cycles, Judge, JudgedListener, LatestFigures, LiveBatch } from './ports.js';
export { isoTimeMs } from './iso-time.js';
export { readTime, type SeriesRequest } from './series.js';

/** Time the last rows get to be committed at a clean stop; what is left comes again from the agents' rings. */
const STOP_WITHIN_MS = 5_000;
const ANNOUNCE_RETRY_MS = 1_000;

export interface Telemetry {
  /** Before the broker listens: loads the agents' streams. Rejects while PostgreSQL is away. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A message on an agent's telemetry topic. Never throws; does not keep the payload. */
  handle(message: BrokerMessage): void;
  /** Newest figures of a device's ICMP check since this hub started; undefined where there were none. */
  latest(deviceId: string): LatestFigures | undefined;
  /** Throws VALIDATION_ERROR, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE. */
  series(request: SeriesRequest): Promise<Series>;
}

export interface TelemetryDeps {
  broker: Pick<Broker, 'publish'>;
  questdb: QuestDb;
  db: Db;
  judge: Judge;
  directory: FleetDirectory;
  events: EventBus;
  clock: Clock;
  /** New at each start of the hub. */
  run: string;
  log: Logger;
  metrics: Registry;
  /** Days that samples and minutes are kept; as migrateQuestDb was told (7, 90). */
  retention?: { rawDays: number; minuteDays: number };
}

export const createTelemetry = (deps: TelemetryDeps): Telemetry => {
  const { broker, questdb, directory, events, clock, run, log } = deps;
  const counters = createCounters(deps.metrics);
  const { rawDays, minuteDays } = deps.retention ?? { rawDays: 7, minuteDays: 90 };
  const ingest = createIngest({
    rows: questdb,
    tablePrefix: questdb.tablePrefix,
    rawDays,
    streams: createStreamStore(deps.db),
    deadLetters: createDeadLetters({ db: deps.db, clock, log, lost: counters.deadLettersLost }),
    judge: deps.judge,
    directory,
    events,
    clock,
    random: Math.random,
    run,
    // QoS 0: an ack that is lost is said again.
    publishAck: (topic, payload) => broker.publish(topic, payload, { qos: 0 }),
    counters,
    log,
  });
  const reader = createSeriesReader({ questdb, directory, clock, retention: { rawDays, minuteDays } });

  /** Shards whose agents know of this run, or are being told. */
  const announced = new Set<string>();
  let running = false;
  const announce = (shard: string): void => {
    if (!running || announced.has(shard)) return;
    announced.add(shard);
    const announcement: HubAnnouncement = { run, nowMs: clock.nowMs() };
    broker.publish(hubTopic(shard), JSON.stringify(announcement), { retain: true }).catch(() => {
      // The broker is not there yet, or away.
      announced.delete(shard);
      clock.after(ANNOUNCE_RETRY_MS, () => announce(shard));
    });
  };
  /** The broker may have lost what it kept, and agents what they were told. */
  const onBrokerOutage = (what: HubEvents['broker.outage'][0]): void => {
    if (what === 'lost') return;
    announced.clear();
    for (const agent of directory.agents()) announce(agent.shard);
  };
  const onAgentChanged = (agentId: string): void => {
    const agent = directory.agent(agentId);
    if (agent) announce(agent.shard);
  };

  return {
    start: async () => {
      await ingest.start();
      running = true;
      events.on('agent.changed', onAgentChanged);
      events.on('broker.outage', onBrokerOutage);
      for (const agent of directory.agents()) announce(agent.shard);
      // Nobody waits for it, and nothing is lost without it.
      reader.warmUp().catch((error: unknown) => log.debug({ err: error }, 'the charts are not warmed up'));
    },
    stop: async () => {
      running = false;
      events.off('agent.changed', onAgentChanged);
      events.off('broker.outage', onBrokerOutage);
      await ingest.stop(STOP_WITHIN_MS);
    },
    handle: ({ topic, payload }) => ingest.handle(topic, payload),
    latest: (deviceId) => {
      const check = directory.device(deviceId)?.checks.find(({ type }) => type === 'icmp');
      return check && ingest.latest.of(check.id);
    },
    series: (request) => reader.read(request),
  };
};
