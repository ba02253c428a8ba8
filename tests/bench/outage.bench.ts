import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createEmbeddedPostgres, createEmbeddedQuestDb } from '../../hub/src/platform/embedded/index.js';
import { createGate } from '../support/gate.js';
import { freePort, startHubProcess } from '../support/hub-process.js';
import { compareIncidents, forecastIncidents, readIncidents } from '../support/incident-ledger.js';
import { compareLedger, explainVerdict, readLedger, readStoredRows } from '../support/ledger.js';
import { makeOutages } from '../support/load/outages.js';
import { provisionFleet } from '../support/load/provision.js';
import { createRandom } from '../support/load/random.js';
import { ledgerDirOf, startLoad } from '../support/load/start-load.js';
import { startMosquitto } from '../support/mosquitto.js';
import { questDbJar } from '../support/questdb-jar.js';
import { medianOf, printFigure } from './figure.js';
import { optionsOf } from './options.js';

/**
 * A part of the house away for long, under load and with devices failing all the while: QuestDB (an hour in the issue;
 * here `--seconds`), PostgreSQL, or the broker. Verdicts go on as far as they can, memory keeps its bound, and afterwards
 * rows and ledger are equal as sets and incidents what the ledger demands. The stores are shut off at a gate that refuses
 * whoever knocks; the broker is Debian's Mosquitto, ended and started again.
 * Options: --part questdb|postgres|broker, --seconds 120, --seed N, --agents, --devices.
 */
const { part, seconds, seed, agents, devices } = optionsOf({
  part: 'questdb',
  seconds: 120,
  seed: randomInt(2 ** 31),
  agents: 10,
  devices: 20,
});
if (!['questdb', 'postgres', 'broker'].includes(part))
  throw new Error(`--part takes questdb, postgres or broker, not ${part}`);
const CALM_MS = 20_000;
const AFTERWARDS_MS = 60_000;
const PATIENCE_MS = 600_000;
const LOOK_MS = 2_000;

const say = (what: string): void => console.error(`${new Date().toISOString()}  ${part}: ${what}`);
const log = pino({ level: 'silent' });
const directory = await mkdtemp(join(tmpdir(), 'siaga-outage-'));
const dataDir = join(directory, 'hub');
const stops: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];

const run = async (): Promise<string[]> => {
  const login = { user: 'siaga', password: 'bench-only' };
  const postgres = createEmbeddedPostgres({ dataDir: directory, password: login.password, log });
  stops.push(() => postgres.stop());
  const questDb = createEmbeddedQuestDb({ dataDir: directory, jar: questDbJar(), ...login, log });
  stops.push(() => questDb.stop());
  const [{ url: postgresUrl }, { url: questDbUrl }] = await Promise.all([postgres.start(), questDb.start()]);
  const gateOf = async (url: string) => {
    const target = new URL(url);
    const gate = await createGate(Number(target.port));
    stops.push(() => gate.shut().catch(() => undefined));
    target.port = String(gate.port);
    return { gate, url: target.href };
  };
  const [toPostgres, toQuestDb] = [await gateOf(postgresUrl), await gateOf(questDbUrl)];
  const questDbLogin = new URL(toQuestDb.url);
  questDbLogin.username = login.user;
  questDbLogin.password = login.password;

  const brokerPort = await freePort();
  const startBroker = () =>
    startMosquitto({
      program: 'mosquitto',
      dir: directory,
      port: brokerPort,
      settings: 'allow_anonymous true\n',
    });
  let mosquitto = part === 'broker' ? await startBroker() : undefined;
  stops.push(() => mosquitto?.end('SIGTERM'));
  const ports = { httpPort: await freePort(), mqttPort: await freePort() };
  const startHub = () =>
    startHubProcess({
      dataDir,
      ...ports,
      env: {
        SIAGA_LOCAL_AGENT: 'off',
        SIAGA_LOG_LEVEL: 'warn',
        SIAGA_POSTGRES_URL: toPostgres.url,
        SIAGA_QUESTDB_URL: questDbLogin.href,
        ...(mosquitto && { SIAGA_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`, SIAGA_MQTT_PORT: '' }),
      },
      deadlineMs: 240_000,
    });
  let hub = await startHub();
  stops.push(() => hub.end('SIGTERM'));
  const shape = { agents, devicesPerAgent: devices, intervalS: 1 };
  const fleet = await provisionFleet(postgresUrl, dataDir, shape);
  await hub.end('SIGTERM');
  hub = await startHub();

  const loadDir = join(directory, 'load');
  const beganMs = Date.now();
  const load = await startLoad({
    fleet,
    mqttUrl: `mqtt://127.0.0.1:${mosquitto ? brokerPort : ports.mqttPort}`,
    directory: loadDir,
    outages: makeOutages({
      random: createRandom(seed),
      agents,
      devicesPerAgent: devices,
      fromMs: beganMs + CALM_MS,
      toMs: beganMs + CALM_MS + (seconds + AFTERWARDS_MS / 1000) * 1000,
      cycleMs: 1_000,
      meanCalmMs: 120_000,
    }),
  });
  stops.push(() => load.kill());
  const hubPid = hub.child.pid!;
  const rssMb = async () =>
    Math.round(Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${hubPid}/status`, 'utf8'))?.[1]) / 1024);

  await sleep(CALM_MS + 15_000);
  say(`away for ${seconds} s`);
  if (part === 'questdb') await toQuestDb.gate.shut();
  else if (part === 'postgres') await toPostgres.gate.shut();
  else await mosquitto!.end('SIGKILL');
  const awayMs = Date.now();
  const rss: number[] = [];
  while (Date.now() - awayMs < seconds * 1000) {
    await sleep(LOOK_MS);
    rss.push(await rssMb());
  }
  say('back');
  const backMs = Date.now();
  if (part === 'questdb') await toQuestDb.gate.open();
  else if (part === 'postgres') await toPostgres.gate.open();
  else mosquitto = await startBroker();
  await sleep(AFTERWARDS_MS + 15_000);
  rss.push(await rssMb());
  await load.command({ do: 'quiet' });

  const source = { url: questDbUrl, ...login };
  const compare = async () =>
    compareLedger(await readLedger(ledgerDirOf(loadDir)), await readStoredRows(source));
  let verdict = await compare();
  const until = Date.now() + PATIENCE_MS;
  while (verdict.missing.length + verdict.unwritten.length > 0 && Date.now() < until) {
    await sleep(5_000);
    verdict = await compare();
  }
  const drainedS = Math.round((Date.now() - backMs) / 1000);
  await sleep(5_000);
  await load.stop();
  verdict = await compare();
  const forecast = forecastIncidents(await readLedger(ledgerDirOf(loadDir)), fleet);
  const judge = async () => {
    const { incidents, late } = await readIncidents(postgresUrl);
    return { stored: incidents, ...compareIncidents(forecast, incidents, late) };
  };
  let incidents = await judge();
  for (let again = 0; again < 20 && !incidents.equal; again++) {
    await sleep(1_000);
    incidents = await judge();
  }
  const openedMeanwhile = incidents.stored.filter(({ firstFailedMs }) =>
    firstFailedMs.some((atMs) => atMs > awayMs && atMs < backMs - 10_000),
  ).length;

  const figure = (name: string, value: number, unit: string, bar?: string, more = {}): void =>
    printFigure({ name: `outage.${part}.${name}`, value, unit, ...(bar && { bar }), seconds, seed, ...more });
  const half = Math.floor(rss.length / 2);
  figure('samples', verdict.samples, 'samples');
  figure('missing', verdict.missing.length + verdict.unwritten.length, 'samples', '= 0');
  figure('doubled', verdict.doubled.length, 'samples', '= 0');
  figure('alien', verdict.alien.length + verdict.altered.length, 'rows', '= 0');
  figure('faults', incidents.faults, 'outages of >= 3 cycles');
  figure(
    'devices-failing-meanwhile',
    openedMeanwhile,
    'incidents that began or began again while it was away',
  );
  figure('incidents-lost', incidents.lost.length, 'devices', '= 0');
  figure('incidents-doubled', incidents.doubled.length, 'devices', '= 0');
  figure('incidents-crooked', incidents.crooked.length, 'devices', '= 0');
  figure('blind-faults', incidents.blindFaults, 'outages that nobody judged');
  figure('blind-faults-untold', incidents.untold.length, 'outages', '= 0');
  figure('hub-rss', Math.max(...rss), 'MB', '<= 400', {
    firstHalfMedian: medianOf(rss.slice(0, half)),
    lastHalfMedian: medianOf(rss.slice(half)),
  });
  figure('drained', drainedS, 's after it came back');
  return [
    ...explainVerdict(verdict),
    ...[...incidents.lost, ...incidents.doubled, ...incidents.crooked].slice(0, 40),
    ...incidents.untold.slice(0, 10).map((fault) => `nobody tells of ${JSON.stringify(fault)}`),
    ...(part === 'questdb' && openedMeanwhile === 0 ? ['no verdict while QuestDB was away'] : []),
  ];
};

let violations: string[];
try {
  violations = await run();
} finally {
  for (const stop of stops.reverse()) await stop();
}
if (violations.length > 0) console.error(violations.join('\n'));
process.exit(violations.length > 0 ? 1 : 0);
