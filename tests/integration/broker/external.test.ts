import net from 'node:net';
import { Aedes } from 'aedes';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { hubTopic } from '@siaga/shared';
import { StartError } from '../../../hub/src/errors.js';
import type { Broker } from '../../../hub/src/platform/broker/broker.js';
import { freePort } from '../../support/hub-process.js';
import { lacks } from '../../support/lack.js';
import { findMosquitto } from '../../support/mosquitto.js';
import { brokerConformance } from './conformance.js';
import { connect, inbox, listen, until } from './harness.js';
import { HUB_LOGIN, createMosquittoHarness, hubClient, type MosquittoHarness } from './mosquitto-harness.js';

const program = findMosquitto();
const create = (context: TestContext) =>
  createMosquittoHarness(program ?? lacks(context, 'mosquitto (apt-get install mosquitto)'));

brokerConformance('the hub’s client over Mosquitto', create);

/** Each outage as it begins and ends. */
const watchOutages = (broker: Broker): string[] => {
  const told: string[] = [];
  broker.onOutage({ lost: () => told.push('lost'), over: () => told.push('over') });
  return told;
};
const state = (word: 'online' | 'lost', connection = 1): string =>
  JSON.stringify({ v: 1, state: word, connection });

describe('an external broker that goes and comes', () => {
  let harness: MosquittoHarness;
  let heard: ReturnType<typeof listen>;
  let outages: string[];
  const clients: MqttClient[] = [];

  beforeEach(async (context) => {
    harness = await create(context);
    heard = listen(harness.broker);
    outages = watchOutages(harness.broker);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    await (harness as MosquittoHarness | undefined)?.stop();
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('is told, and heard again after %s', async (signal) => {
    const agent = await harness.addAgent();
    expect(harness.broker.problem()).toBeNull();
    await harness.endBroker(signal);
    await until('it is told', () => outages.length === 1);
    expect(outages).toEqual(['lost']);
    expect(harness.broker.problem()).toMatch(/^the broker at mqtt:\/\/127\.0\.0\.1:\d+ is away/);
    expect(harness.broker.problem()).not.toContain(HUB_LOGIN.password);
    await expect(harness.broker.publish(agent.topic('config'), 'x')).rejects.toThrow(/is away/);
    await harness.startBroker();
    await until('it is over', () => outages.length === 2);
    expect(outages).toEqual(['lost', 'over']);
    expect(harness.broker.problem()).toBeNull();
    // Nothing of what could not be said meanwhile was kept for later.
    const client = await connect(harness.port, agent);
    clients.push(client);
    const received = inbox(client);
    await client.subscribeAsync([agent.topic('config'), hubTopic(agent.shard)], { qos: 1 });
    await harness.broker.publish(hubTopic(agent.shard), 'said again', { retain: true });
    await client.publishAsync(agent.topic('telemetry'), 'heard again', { qos: 1 });
    await until('both ways', () => received.length > 0 && heard.messages.length > 0);
    expect(received.map(({ text }) => text)).toEqual(['said again']);
    expect(heard.text(agent.topic('telemetry'))).toEqual(['heard again']);
  });

  it('takes nobody for dead whose will it told when it ended, nor by what it kept of it', async () => {
    const agent = await harness.addAgent();
    const will = {
      topic: agent.topic('state'),
      payload: Buffer.from(state('lost')),
      qos: 1,
      retain: true,
    } as const;
    const client = await connect(harness.port, agent, { will });
    clients.push(client);
    await client.publishAsync(agent.topic('state'), state('online'), { qos: 1, retain: true });
    await until('its birth', () => heard.messages.length === 1);
    await harness.endBroker();
    await until('the outage', () => outages.includes('lost'));
    await harness.startBroker();
    await until('its end', () => outages.includes('over'));
    const again = await connect(harness.port, agent, { will });
    clients.push(again);
    await again.publishAsync(agent.topic('state'), state('online', 2), { qos: 1, retain: true });
    await until('its next birth', () => heard.text(agent.topic('state')).includes(state('online', 2)));
    expect(heard.text(agent.topic('state')).filter((text) => text.includes('lost'))).toEqual([]);
    // A death of its own is told, if a moment later.
    again.stream.destroy();
    await until('its will', () => heard.text(agent.topic('state')).includes(state('lost')));
  });

  it('tells the hub each agent’s last word when it connects', async () => {
    const agent = await harness.addAgent();
    const client = await connect(harness.port, agent);
    clients.push(client);
    await harness.broker.stop();
    await client.publishAsync(agent.topic('state'), state('online'), { qos: 1, retain: true });
    await client.publishAsync(agent.topic('telemetry'), 'to nobody', { qos: 1 });
    const words = listen(harness.broker);
    await harness.broker.start();
    await until('the word', () => words.messages.length > 0);
    expect(words.messages).toMatchObject([{ topic: agent.topic('state'), retain: true }]);
    expect(outages).toEqual([]);
  });

  it('finds out that a line is dead though nothing says so, however much is said into it', async () => {
    // Mosquitto knows one connection a user.
    await harness.broker.stop();
    const line = await createLine(harness.port);
    const broker = hubClient({ url: line.url, ...HUB_LOGIN, keepAliveS: 1 });
    const told = watchOutages(broker);
    await broker.start();
    line.freeze();
    const saying = setInterval(() => {
      broker.publish('siaga/v1/0a/x/ack', 'an ack', { qos: 0 }).catch(() => undefined);
    }, 20);
    const rejection = broker.publish('siaga/v1/0a/x/config', 'a config').catch((error: Error) => error);
    await until('it is told', () => told.includes('lost'));
    clearInterval(saying);
    expect(await rejection).toBeInstanceOf(Error);
    line.thaw();
    await until('it is over', () => told.includes('over'));
    await broker.stop();
    await line.stop();
  });

  it('keeps no more for a broker that takes nothing than it may, and tells the rest at once', async () => {
    // Mosquitto knows one connection a user.
    await harness.broker.stop();
    const line = await createLine(harness.port);
    const broker = hubClient({ url: line.url, ...HUB_LOGIN });
    await broker.start();
    line.freeze();
    const before = process.memoryUsage().rss;
    const payload = Buffer.alloc(1024 * 1024);
    const outcomes = Array.from({ length: 400 }, () =>
      broker.publish('siaga/v1/0a/x/config', payload).then(
        () => 'taken',
        (error: Error) => error.message,
      ),
    );
    const refused = outcomes.slice(-100);
    expect(new Set(await Promise.all(refused))).toEqual(
      new Set(['the MQTT broker takes less than the hub has to say']),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024);
    await broker.stop();
    expect(new Set(await Promise.all(outcomes))).not.toContain('taken');
    await line.stop();
  });

  it('lives through a handler that throws', async () => {
    const agent = await harness.addAgent();
    harness.broker.onMessage(() => {
      throw new Error('broken');
    });
    const client = await connect(harness.port, agent);
    clients.push(client);
    await client.publishAsync(agent.topic('telemetry'), 'one', { qos: 1 });
    const words = listen(harness.broker);
    await client.publishAsync(agent.topic('telemetry'), 'two', { qos: 1 });
    await until('the second', () => words.text(agent.topic('telemetry')).includes('two'));
    expect(outages).toEqual([]);
  });

  it('keeps the connection of one it is told to disconnect: only the broker can end that', async () => {
    const agent = await harness.addAgent();
    const client = await connect(harness.port, agent);
    clients.push(client);
    await harness.broker.disconnect(agent.id);
    await client.publishAsync(agent.topic('telemetry'), 'still here', { qos: 1 });
    await until('it is heard', () => heard.messages.length > 0);
  });

  it.each([
    [
      'a wrong password',
      { password: 'wrong' },
      /^SIAGA_MQTT_URL: .*does not take the login of user siaga-hub.*broker-acl/,
    ],
    [
      'no login',
      { user: undefined, password: undefined },
      /^SIAGA_MQTT_URL: .*does not take the login of nobody/,
    ],
  ])('refuses %s at the start in words that name the setting, and at once', async (_what, login, words) => {
    const broker = hubClient({ url: `mqtt://127.0.0.1:${harness.port}`, ...HUB_LOGIN, ...login });
    const fault = await broker.start().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StartError);
    expect((fault as Error).message).toMatch(words);
    await broker.stop();
  });
});

describe('the start of a hub on an external broker', () => {
  it('names the setting where nothing listens', async () => {
    const port = await freePort();
    const broker = hubClient({ url: `mqtt://127.0.0.1:${port}`, ...HUB_LOGIN, startWithinMs: 100 });
    const fault = await broker.start().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StartError);
    expect((fault as Error).message).toMatch(/^SIAGA_MQTT_URL: .*cannot be reached \(.*ECONNREFUSED/);
    expect((fault as Error).message).not.toContain(HUB_LOGIN.password);
    await broker.stop();
  });

  it('waits for a broker that starts beside it', async (context) => {
    const harness = await create(context);
    await harness.endBroker();
    const broker = hubClient({ url: `mqtt://127.0.0.1:${harness.port}`, ...HUB_LOGIN });
    const starting = broker.start();
    await harness.startBroker();
    await starting;
    expect(broker.problem()).toBeNull();
    await broker.stop();
    await harness.stop();
  });

  it('ends when it is stopped', async () => {
    const port = await freePort();
    const broker = hubClient({ url: `mqtt://127.0.0.1:${port}`, ...HUB_LOGIN });
    const starting = broker.start().catch((error: unknown) => error);
    await broker.stop();
    expect(await starting).toBeInstanceOf(StartError);
  });

  it('ends where the broker grants the hub nothing', async () => {
    const aedes = await Aedes.createBroker({
      authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    });
    const server = net.createServer((socket) => void aedes.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const broker = hubClient({ url: `mqtt://127.0.0.1:${port}` });
    await expect(broker.start()).rejects.toThrow(/^SIAGA_MQTT_URL: .*does not let the hub subscribe/);
    await broker.stop();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});

/** A TCP line to the broker that can be cut, or go dead without a word. */
const createLine = async (port: number) => {
  const sockets = new Set<net.Socket>();
  let isFrozen = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isFrozen) to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    thaw: () => {
      isFrozen = false;
      end();
    },
    stop: async () => {
      end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
