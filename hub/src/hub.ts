import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { registerV1 } from './api/v1/index.js';
import type { Config } from './config.js';
import { createDesk } from './desk/index.js';
import { createDetection } from './detection/index.js';
import { createEventBus } from './events.js';
import { createFleet } from './fleet/index.js';
import { createIdentity } from './identity/index.js';
import { createLive } from './live/index.js';
import { ownAuthority, placeForAgents, placeForLocalAgent } from './broker-place.js';
import type { BrokerMessage } from './platform/broker/broker.js';
import { createEmbeddedBroker } from './platform/broker/embedded.js';
import { createExternalBroker } from './platform/broker/external.js';
import { systemClock } from './platform/clock.js';
import {
  createEmbeddedPostgres,
  createEmbeddedQuestDb,
  createLocalAgent,
  endAllLeftBehind,
  heldLocalPassword,
  lockDataDir,
} from './platform/embedded/index.js';
import { createHttp } from './platform/http/http.js';
import { requireListeningPlace } from './platform/listening.js';
import { createPostgres, migratePostgres } from './platform/postgres/postgres.js';
import { migrateQuestDb } from './platform/questdb/migrations.js';
import { createQuestDb, type QuestDb } from './platform/questdb/questdb.js';
import { createWalWatch } from './platform/questdb/wal-watch.js';
import { loadSecrets, type Secrets } from './platform/secrets.js';
import { createReports } from './reports/index.js';
import { createTelemetry } from './telemetry/index.js';

export interface Hub {
  /** Starts every part in order; after a failure `stop` ends those that had started. Throws StartError. */
  start(): Promise<{ url: string; admin?: { email: string; password?: string } }>;
  /** Stops the last started first; a part that fails to stop does not keep the others from it. */
  stop(): Promise<void>;
}

export interface HubOptions {
  log: Logger;
  /** Told of each step as it begins. */
  progress: (step: string) => void;
  /** Told where it cannot go on: whoever started it stops it, and starts it anew if it shall run. */
  failed: (reason: string) => void;
}

const LOOPBACK = '127.0.0.1';
const QUESTDB_USER = 'siaga';
const WEB_DIR = fileURLToPath(new URL('../../web/dist/app', import.meta.url));
const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The composition root: builds every part by hand, in the order in which they need each other. */
export const createHub = (config: Config, { log, progress, failed }: HubOptions): Hub => {
  const stops: (() => unknown)[] = [];
  /** What was begun and is waited for later. */
  const underWay: Promise<unknown>[] = [];
  const clock = systemClock;

  /** Once PostgreSQL is ready. QuestDB takes longer, and judging does not need it: until then rows wait in memory. */
  const startStores = async (secrets: Secrets) => {
    const { dataDir } = config;
    const startPostgres = async (): Promise<string> => {
      if (config.postgresUrl !== undefined) return config.postgresUrl;
      const password = secrets.postgresPassword;
      const embedded = createEmbeddedPostgres({ dataDir, password, log, onProgress: progress });
      stops.push(() => embedded.stop());
      return (await embedded.start()).url;
    };
    const startQuestDb = async () => {
      const { url, user, password, jar } = config.questdb;
      // Told at once how to stop, though it is there only after those that use it: so it is stopped after them.
      const stopped = new AbortController();
      let client: QuestDb | undefined;
      const stopClient = (): Promise<void> | undefined => {
        stopped.abort();
        return client?.stop();
      };
      if (url !== undefined) {
        stops.push(stopClient);
        return (client = createQuestDb({ url, ...(user && { user }), ...(password && { password }) }));
      }
      const login = { user: QUESTDB_USER, password: secrets.questdbPassword };
      const embedded = createEmbeddedQuestDb({ dataDir, jar, ...login, log });
      stops.push(() => embedded.stop(), stopClient);
      const started = await embedded.start();
      stopped.signal.throwIfAborted();
      return (client = createQuestDb({ url: started.url, ...login }));
    };
    const readyQuestDb = async () => {
      const questdb = await startQuestDb();
      await migrateQuestDb(questdb, config.retention);
      return questdb;
    };
    const readyPostgres = async () => {
      const url = await startPostgres();
      progress('bringing PostgreSQL forward');
      const stopped = new AbortController();
      stops.push(() => stopped.abort());
      await migratePostgres(url, { aborted: stopped.signal });
      return url;
    };
    progress('starting PostgreSQL and QuestDB');
    const questdbReady = readyQuestDb();
    // Its failure is told where it is waited for.
    questdbReady.catch(() => undefined);
    underWay.push(questdbReady);
    const postgresUrl = await readyPostgres();
    const postgres = createPostgres(postgresUrl, {
      onError: (error) => log.warn({ err: error }, 'a connection to PostgreSQL broke'),
    });
    stops.push(() => postgres.stop());
    return { db: postgres.db, questdb: whenReady(questdbReady), questdbReady };
  };

  /** Whatever becomes of it, no part's start is under way any more when this has ended. */
  const start: Hub['start'] = async () => {
    try {
      return await startParts();
    } finally {
      await Promise.allSettled(underWay.splice(0));
    }
  };

  const startParts: Hub['start'] = async () => {
    const lock = await lockDataDir(config.dataDir);
    stops.push(() => lock.release());
    await endAllLeftBehind(config.dataDir, log);
    await requireListeningPlace({ part: 'HTTP', ...config.http });
    if (!config.mqtt.external) await requireListeningPlace({ part: 'MQTT', ...config.mqtt });
    const secrets = await loadSecrets(config.dataDir);
    const { db, questdb, questdbReady } = await startStores(secrets);

    const run = randomUUID();
    const events = createEventBus();
    // Two hubs that answer the agents of one broker would have them begin anew with each word of the other.
    events.on('judging.lost', () => failed('another hub judges now'));
    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    const { accessTokenMinutes, retention } = config;

    const identity = createIdentity({ db, secrets, clock, accessTokenMinutes, log, events });
    identity.start();
    stops.push(() => identity.stop());

    const fleet = createFleet({
      db,
      secrets,
      events,
      clock,
      log,
      metrics,
      broker: () => broker,
      mqttUrl: () => placeForAgents(config, brokerPort()),
      ca: config.mqtt.external ? undefined : ownAuthority(config),
    });
    const { directory } = fleet;
    await fleet.start();
    stops.push(() => fleet.stop());

    const desk = createDesk({ db, clock, events, log });
    await desk.start();
    const { incidents } = desk;
    const detection = createDetection({ db, directory, incidents, events, clock, run, log, metrics });
    const { external } = config.mqtt;
    const embedded = external
      ? undefined
      : createEmbeddedBroker({
          host: config.mqtt.host,
          port: config.mqtt.port,
          ...(config.http.tls && { tls: config.http.tls }),
          authenticate: fleet.authenticateAgent,
          log,
          metrics,
        });
    const clientId = `siaga-hub-${run}`;
    const broker =
      embedded ?? createExternalBroker({ ...external!, clientId, clock, random: Math.random, log, metrics });
    const brokerPort = () => embedded?.address().port ?? 0;
    // Stopped in this order: nothing more is heard, what was heard is stored and acknowledged, then judged, and only
    // then the broker closes; its clients' last wills are not heard either. What was judged too late to be
    // acknowledged comes again from the agents' rings and changes nothing.
    stops.push(() => broker.stop());
    progress('loading verdicts and starting to judge');
    await detection.start();
    stops.push(() => detection.stop());
    const walWatch = createWalWatch({ questdb, clock, log });
    walWatch.start();
    stops.push(() => walWatch.stop());

    const heard = (agentId: string): void => {
      detection.heard(agentId);
      fleet.heard(agentId);
    };
    const telemetry = createTelemetry({
      broker,
      questdb,
      db,
      judge: { ...detection, heard },
      directory,
      events,
      clock,
      run,
      log,
      metrics,
      retention,
    });
    const live = createLive({
      directory,
      verdict: detection.verdict,
      openIncidents: () => desk.tickets.openIncidents(),
      events,
      clock,
      run,
    });
    let isStarted = false;
    const ready = async () => ({
      start: isStarted ? null : 'still starting',
      postgres: await faultOf(() => sql`select 1`.execute(db)),
      questdb: await faultOf(() => questdb.exec('select 1')),
      broker: broker.problem(),
      detection: detection.problem(),
    });
    // Fastify tells where it listens in a line of its own; the start says so in words already.
    const httpLog = log.isLevelEnabled('debug') ? log : log.child({}, { level: 'warn' });
    const http = createHttp({
      config,
      identity,
      log: httpLog,
      clock,
      metrics,
      ready,
      webDir: WEB_DIR,
      version: VERSION,
    });
    const { publicUrl } = config.http;
    const reports = createReports({ db, directory, clock });
    registerV1(http, {
      identity,
      fleet,
      telemetry,
      detection,
      desk,
      reports,
      live,
      events,
      clock,
      publicUrl,
    });

    await telemetry.start();
    stops.push(() => telemetry.stop());
    await live.start();
    stops.push(() => live.stop());

    progress(
      external
        ? `connecting to the broker at ${external.url}`
        : `listening for agents on ${config.mqtt.host}:${config.mqtt.port}`,
    );
    let hears = true;
    stops.push(() => (hears = false));
    broker.onMessage((message: BrokerMessage) => {
      if (!hears) return;
      if (message.topic.endsWith('/telemetry')) telemetry.handle(message);
      else fleet.onStateMessage(message);
    });
    broker.onOutage({
      lost: () => events.emit('broker.outage', 'lost'),
      over: () => events.emit('broker.outage', 'over'),
    });
    await broker.start();
    await fleet.publishAllConfigs();
    progress('waiting for QuestDB');
    await questdbReady;

    progress(`listening for people on ${config.http.host}:${config.http.port}`);
    const { url } = await http.start();
    stops.push(() => http.stop());

    if (config.localAgent) await startLocalAgent(fleet, brokerPort());

    // Last, so that a password that was made up is told as soon as it is good: a start that fails makes none.
    const admin = await identity.ensureAdmin(config.admin.email, config.admin.password);
    isStarted = true;
    return {
      url: config.http.port === 0 ? url : config.http.publicUrl,
      ...(admin.created && {
        admin: { email: config.admin.email, ...(admin.password && { password: admin.password }) },
      }),
    };
  };

  const startLocalAgent = async (fleet: ReturnType<typeof createFleet>, mqttPort: number): Promise<void> => {
    const password = await heldLocalPassword(config.dataDir);
    const credentials = await fleet.ensureLocalAgent({ address: LOOPBACK, password });
    if (!credentials) return;
    progress('starting the agent that watches this machine');
    const agent = createLocalAgent({
      dataDir: config.dataDir,
      mqttUrl: placeForLocalAgent(config, mqttPort),
      ca: (config.mqtt.external ? undefined : ownAuthority(config)) ?? null,
      ...credentials,
      log,
    });
    stops.push(() => agent.stop());
    await agent.start();
  };

  return {
    start,
    stop: async () => {
      const faults: unknown[] = [];
      for (const stop of stops.splice(0).reverse()) {
        try {
          await stop();
        } catch (error) {
          faults.push(error);
        }
      }
      if (faults.length > 0) throw new AggregateError(faults, 'not every part stopped cleanly');
    },
  };
};

/** The store before its time: what is asked of it is done once it is ready, or fails as its start did. */
const whenReady = (ready: Promise<QuestDb>): QuestDb => ({
  tablePrefix: '',
  exec: async <Row extends readonly unknown[]>(statement: string) => (await ready).exec<Row>(statement),
  post: async (lines) => (await ready).post(lines),
  stop: async () => (await ready).stop(),
});

const faultOf = async (ask: () => Promise<unknown>): Promise<string | null> => {
  try {
    await ask();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
