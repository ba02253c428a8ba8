import { mkdtemp, rm, stat, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hubTopic,
  type Agent as ApiAgent,
  type Device,
  type EnrolledAgent,
  type EnrolmentToken,
  type Site,
} from '@siaga/shared';
import { createAgent, type Agent } from '../../../agent/src/agent.js';
import { systemClock } from '../../../agent/src/clock.js';
import { createLinuxHostReader } from '../../../agent/src/host-linux.js';
import { createLevelStore } from '../../../agent/src/level-store.js';
import { createMqttNetwork } from '../../../agent/src/mqtt-network.js';
import { createConfigFile, createStreamFile } from '../../../agent/src/state-files.js';
import { runAdmin } from '../../../hub/src/admin.js';
import { loadConfig } from '../../../hub/src/config.js';
import { createHub, type Hub } from '../../../hub/src/hub.js';
import { createQuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import { ADMIN, freePort, signIn, type ApiClient } from '../../support/hub-process.js';
import { lacks } from '../../support/lack.js';
import { findMosquitto, startMosquitto, type Mosquitto } from '../../support/mosquitto.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { testQuestDb } from '../../support/questdb.js';
import { counted, realProber, silent, until as untilSync } from '../agent/support/real-agent.js';
import { until } from '../questdb/support.js';
import { connect, inbox } from './harness.js';

const HUB_PASSWORD = 'the hub alone knows this';
const DEVICES = 20;

const program = findMosquitto();
let database: TestDatabase;
let dir: string;
let env: Record<string, string>;
let port: number;
let mosquitto: Mosquitto | undefined;
let hub: Hub | undefined;
let api: ApiClient;
let url: string;

/** `siaga admin broker-acl`; answers what it said. */
const brokerAcl = async (): Promise<{ out: string; err: string }> => {
  const said = { out: '', err: '' };
  const code = await runAdmin(['broker-acl', '--dir', join(dir, 'broker')], env, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
  });
  expect({ code, err: said.err }).toMatchObject({ code: 0 });
  return said;
};
/** With the settings that the command printed; nothing is kept over its end. */
const startBroker = async (): Promise<void> => {
  const { out } = await brokerAcl();
  const settings = out.slice(out.indexOf('per_listener_settings'));
  mosquitto = await startMosquitto({ program: program!, dir, port, settings });
};
const newHub = (settings: Record<string, string>, failed: (reason: string) => void): Hub => {
  const loaded = loadConfig(settings);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return createHub(loaded.config, { log: pino({ level: 'silent' }), progress: () => undefined, failed });
};
const startHub = async (failed: (reason: string) => void = () => undefined): Promise<void> => {
  hub = newHub(env, failed);
  ({ url } = await hub.start());
  api = await signIn(url);
};
const readiness = async (): Promise<{ status: number; broker: string | null }> => {
  const answer = await fetch(`${url}/readyz`);
  const body = (await answer.json()) as { parts: { broker: string | null } };
  return { status: answer.status, broker: body.parts.broker };
};

beforeEach(async (context) => {
  if (program === undefined) lacks(context, 'mosquitto (apt-get install mosquitto)');
  database = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), 'siaga-hub-mosquitto-'));
  port = await freePort();
  const questDb = new URL(testQuestDb().url);
  questDb.username = testQuestDb().user;
  questDb.password = testQuestDb().password;
  env = {
    SIAGA_DATA_DIR: join(dir, 'data'),
    SIAGA_POSTGRES_URL: database.url,
    SIAGA_QUESTDB_URL: questDb.href,
    SIAGA_MQTT_URL: `mqtt://siaga-hub:${encodeURIComponent(HUB_PASSWORD)}@127.0.0.1:${port}`,
    SIAGA_HTTP_PORT: '0',
    SIAGA_LOCAL_AGENT: 'off',
    SIAGA_ADMIN_EMAIL: ADMIN.email,
    SIAGA_ADMIN_PASSWORD: ADMIN.password,
  };
});
afterEach(async () => {
  await hub?.stop();
  await mosquitto?.end('SIGKILL');
  hub = mosquitto = undefined;
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

/** A site, an agent with credentials that the broker knows, and devices that answer. */
const enrol = async (): Promise<EnrolledAgent> => {
  const site = await api.send<Site>('POST', '/monitoring/sites', { code: 'KC-1', name: 'Branch' });
  const agent = await api.send<ApiAgent>('POST', '/monitoring/agents', { name: 'branch', site_id: site.id });
  const { token } = await api.send<EnrolmentToken>('POST', `/monitoring/agents/${agent.id}/enrolment`);
  const enrolled = await api.send<EnrolledAgent>('POST', '/monitoring/agents/enrol', { token });
  await brokerAcl();
  mosquitto!.reload();
  for (let i = 0; i < DEVICES; i++)
    await api.send<Device>('POST', '/monitoring/devices', {
      address: `127.0.0.${i + 1}`,
      site_id: site.id,
      agent_id: agent.id,
    });
  return enrolled;
};

const startAgent = async (login: EnrolledAgent): Promise<{ agent: Agent; answered: () => number }> => {
  const { prober, answered } = counted(await realProber());
  const folder = join(dir, 'agent');
  const agent = createAgent({
    identity: { agentId: login.agent_id, shard: login.shard },
    instance: 'test',
    version: '0.0.0',
    process: 'a'.repeat(16),
    clock: systemClock,
    random: Math.random,
    network: createMqttNetwork({
      url: login.mqtt_url,
      clientId: login.agent_id,
      username: login.username,
      password: login.password,
      ca: login.ca,
    }),
    store: createLevelStore(join(folder, 'outbox'), systemClock.nowMs),
    streamFile: createStreamFile(folder),
    configFile: createConfigFile(folder),
    prober,
    hostReader: createLinuxHostReader(folder),
    log: silent,
  });
  await agent.start();
  return { agent, answered };
};

describe('a hub on Mosquitto, with the files of siaga admin broker-acl', () => {
  it('loses nothing in outages of the broker, takes no agent for lost, and says what was retained again', async () => {
    await startBroker();
    await startHub();
    const login = await enrol();
    expect(login.mqtt_url).toBe(`mqtt://127.0.0.1:${port}`);
    const { agent, answered } = await startAgent(login);
    const questdb = createQuestDb(testQuestDb());
    const devices = await api.get<Device[]>('/monitoring/devices?per_page=100');
    const checks = devices.flatMap((device) => device.checks.map(({ id }) => id));
    const stored = async (): Promise<number> => {
      const { rows } = await questdb.exec<[number]>(
        `select count() from icmp where check_id in (${checks.join(',')})`,
      );
      return rows[0]![0];
    };
    const states = new Set<string>();
    const watching = setInterval(() => {
      void api.get<ApiAgent>(`/monitoring/agents/${login.agent_id}`).then(
        ({ state }) => states.add(state),
        () => undefined,
      );
    }, 100);
    await until('samples are stored', async () => (await stored()) > DEVICES);
    states.clear();

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await mosquitto!.end(signal);
      await until('the hub tells that it is away', async () => (await readiness()).status === 503);
      expect((await readiness()).broker).toMatch(/is away/);
      const before = answered();
      await untilSync('the agent probes on', () => answered() > before + DEVICES);
      await startBroker();
      await until('the hub is ready again', async () => (await readiness()).status === 200);
      const missing = answered();
      await until('all of it is stored', async () => (await stored()) >= missing);
    }

    clearInterval(watching);
    await agent.stop();
    const made = answered();
    await until('the rest is stored', async () => (await stored()) >= made);
    expect(await stored()).toBe(made);
    expect([...states]).toEqual(['online']);
    expect(await api.get('/tickets')).toEqual([]);

    const client = await connect(port, {
      id: login.agent_id,
      shard: login.shard,
      password: login.password,
      topic: () => '',
    });
    const received = inbox(client);
    const topics = [hubTopic(login.shard), `siaga/v1/${login.shard}/${login.agent_id}/config`];
    await client.subscribeAsync(topics, { qos: 1 });
    await untilSync('both are said', () => received.length >= 2);
    expect(received.map(({ topic }) => topic).sort()).toEqual(topics.sort());
    client.end(true);
    await questdb.stop();
  }, 240_000);

  it('hears an agent no more once it was revoked, and the broker lets it in no more', async () => {
    await startBroker();
    await startHub();
    const login = await enrol();
    const who = { id: login.agent_id, shard: login.shard, password: login.password, topic: () => '' };
    const client = await connect(port, who);
    await api.send('POST', `/monitoring/agents/${login.agent_id}/revoke`);
    const acks = inbox(client);
    await client.subscribeAsync(`siaga/v1/${login.shard}/${login.agent_id}/ack`, { qos: 1 });
    const hello = { v: 1, lane: 'live', stream: 1, process: 'a'.repeat(16), ageMs: 0, sentAt: 1, config: 0 };
    for (let i = 0; i < 3; i++)
      await client.publishAsync(
        `siaga/v1/${login.shard}/${login.agent_id}/telemetry`,
        JSON.stringify(hello),
        {
          qos: 1,
        },
      );
    await brokerAcl();
    mosquitto!.reload();
    await untilSync('the broker cuts it', () => !client.connected);
    await expect(connect(port, who)).rejects.toThrow();
    expect(acks).toEqual([]);
  });

  it('gives up as soon as another hub judges', async () => {
    await startBroker();
    const failures: string[] = [];
    await startHub((reason) => failures.push(reason));
    const login = await enrol();
    const { agent } = await startAgent(login);
    // A second one on the same stores and broker, such as a standby that was started too soon.
    const other = newHub({ ...env, SIAGA_DATA_DIR: join(dir, 'other') }, () => undefined);
    try {
      await other.start();
      await untilSync('the first gives up', () => failures.length > 0);
      expect(failures).toEqual(['another hub judges now']);
    } finally {
      await agent.stop();
      await other.stop();
    }
  }, 60_000);

  it('keeps its files to their owner, whole, and without any password in the clear', async () => {
    await startBroker();
    await startHub();
    const login = await enrol();
    for (const name of ['passwords', 'acl']) {
      const path = join(dir, 'broker', name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const text = await readFile(path, 'utf8');
      expect(text).not.toContain(login.password);
      expect(text).not.toContain(HUB_PASSWORD);
      expect(text).toContain(login.agent_id);
    }
    expect(JSON.stringify(login)).not.toContain(HUB_PASSWORD);
  });

  it('leaves out an agent whose hash was never kept, and tells its name', async () => {
    await startBroker();
    await startHub();
    const login = await enrol();
    await database.postgres.db.updateTable('agents').set({ broker_hash: null }).execute();
    const { err } = await brokerAcl();
    expect(err).toContain(`branch (${login.agent_id})`);
    expect(await readFile(join(dir, 'broker', 'passwords'), 'utf8')).not.toContain(login.agent_id);
  });
});
