import net from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '@siaga/shared';
import { StartError } from '../../../hub/src/errors.js';
import type { AuthenticateAgent } from '../../../hub/src/platform/broker/broker.js';
import { createEmbeddedBroker } from '../../../hub/src/platform/broker/embedded.js';
import type { RateLimits } from '../../../hub/src/platform/broker/rate.js';
import { TEST_CERT, TEST_KEY } from './certificate.js';
import { brokerConformance } from './conformance.js';
import { connectRaw, publishFrame } from './raw-client.js';
import { closed, connect, createLogins, listen, newAgent, until, type BrokerHarness } from './harness.js';

const log = pino({ level: 'silent' });

const createHarness = async (
  wrap: (authenticate: AuthenticateAgent) => AuthenticateAgent = (authenticate) => authenticate,
  limits?: RateLimits,
): Promise<BrokerHarness & { metrics: Registry }> => {
  const { agents, authenticate } = createLogins();
  const metrics = new Registry();
  const broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authenticate: wrap(authenticate),
    log,
    metrics,
    ...(limits && { limits }),
  });
  await broker.start();
  return {
    broker,
    metrics,
    port: broker.address().port,
    addAgent: (shard) => {
      const agent = newAgent(shard);
      agents.set(agent.id, agent);
      return Promise.resolve(agent);
    },
    revoke: (agent) => {
      agents.delete(agent.id);
      return Promise.resolve();
    },
    stop: () => broker.stop(),
    differs: { frameBytes: MAX_MESSAGE_BYTES + 1024, cuts: 'disconnect' },
  };
};

brokerConformance('the embedded broker', () => createHarness());

const refusals = async (metrics: Registry): Promise<Record<string, number>> => {
  const metric = await metrics.getSingleMetric('siaga_broker_refusals_total')!.get();
  return Object.fromEntries(metric.values.map(({ labels, value }) => [String(labels['reason']), value]));
};

describe('the embedded broker', () => {
  it('names the setting where its port is taken', async () => {
    const holder = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as net.AddressInfo;
    const { authenticate } = createLogins();
    const broker = createEmbeddedBroker({ host: '127.0.0.1', port, authenticate, log });
    const error = await broker.start().catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toBe(
      `SIAGA_MQTT_PORT: 127.0.0.1:${port} is taken by another program; name another port or end that program`,
    );
    holder.close();
  });

  it('names the setting where its address is none of this machine', async () => {
    const { authenticate } = createLogins();
    const broker = createEmbeddedBroker({ host: '192.0.2.1', port: 0, authenticate, log });
    await expect(broker.start()).rejects.toThrow(/SIAGA_MQTT_HOST/);
  });

  it('speaks TLS where it has a certificate, and stops with a handshake under way', async () => {
    const { agents, authenticate } = createLogins();
    const broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      tls: { cert: TEST_CERT, key: TEST_KEY },
      authenticate,
      log,
    });
    await broker.start();
    const { port } = broker.address();
    const heard = listen(broker);
    const agent = newAgent();
    agents.set(agent.id, agent);
    const client = await connect(port, agent, { protocol: 'mqtts', host: 'localhost', ca: TEST_CERT });
    await client.publishAsync(agent.topic('telemetry'), 'ciphered', { qos: 1 });
    await until('it is heard', () => heard.text(agent.topic('telemetry')).length > 0);
    const plain = net.connect(port, '127.0.0.1');
    plain.on('error', () => undefined);
    plain.write(Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, 0]));
    await until('the one without TLS is cut off', () => plain.destroyed);
    const silent = net.connect(port, '127.0.0.1');
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    client.end(true);
    await broker.stop();
    await until('the silent one is cut off', () => silent.destroyed);
  });

  it('counts what it refuses', async () => {
    const harness = await createHarness();
    const [agent, neighbour] = [await harness.addAgent(), await harness.addAgent()];
    const will = {
      topic: neighbour.topic('state'),
      payload: Buffer.from('x'),
      qos: 0 as const,
      retain: false,
    };
    await expect(connect(harness.port, agent, { password: 'wrong' })).rejects.toThrow();
    await expect(connect(harness.port, agent, { clientId: neighbour.id })).rejects.toThrow();
    await expect(connect(harness.port, agent, { will })).rejects.toThrow();
    const client = await connect(harness.port, agent);
    client.on('error', () => undefined);
    await client.subscribeAsync('#').catch(() => undefined);
    client.publish(neighbour.topic('telemetry'), 'forged');
    await closed(client);
    const fat = await connect(harness.port, agent);
    fat.on('error', () => undefined);
    fat.publish(agent.topic('telemetry'), Buffer.alloc(2 * MAX_MESSAGE_BYTES), { qos: 1 }, () => undefined);
    await closed(fat);
    expect(await refusals(harness.metrics)).toEqual({
      'login-failed': 1,
      'client-id': 1,
      'will-topic': 1,
      'foreign-subscription': 1,
      'foreign-topic': 1,
      'oversized-frame': 1,
    });
    await harness.stop();
  });

  it('keeps its memory where a stranger pours 190 MB', async () => {
    const harness = await createHarness();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 3; i++) {
      const socket = net.connect(harness.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(Buffer.from([0x10, 0x80, 0x80, 0xcc, 0x5a]));
      const chunk = Buffer.alloc(1024 * 1024);
      while (!socket.destroyed) {
        await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
      }
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    expect((await refusals(harness.metrics))['oversized-frame']).toBe(3);
    await harness.stop();
  });

  it('lets nobody be locked out by a neighbour behind the same address that keeps failing', async () => {
    const harness = await createHarness();
    const [agent, stranger] = [await harness.addAgent(), newAgent()];
    for (let i = 0; i < 40; i++) await connect(harness.port, stranger).catch(() => undefined);
    expect((await refusals(harness.metrics))['login-failed']).toBe(40);
    // It never signed in before: nothing but its secret speaks for it.
    (await connect(harness.port, agent)).end(true);
    await harness.stop();
  });

  it('refuses while nobody can say who it is, and lives', async () => {
    let away = true;
    const harness = await createHarness(
      (authenticate) => (username, password) =>
        away ? Promise.reject(new Error('no database')) : authenticate(username, password),
    );
    const agent = await harness.addAgent();
    await expect(connect(harness.port, agent)).rejects.toThrow(/unavailable/i);
    away = false;
    (await connect(harness.port, agent)).end(true);
    await harness.stop();
  });

  it('lets nobody in who is revoked while the sign-in is under way', async () => {
    let answer: (() => void) | undefined;
    const harness = await createHarness((authenticate) => async (username, password) => {
      const agent = await authenticate(username, password);
      await new Promise<void>((resolve) => (answer = resolve));
      return agent;
    });
    const agent = await harness.addAgent();
    const signingIn = connect(harness.port, agent);
    await until('the sign-in is under way', () => answer !== undefined);
    await harness.revoke(agent);
    await harness.broker.disconnect(agent.id);
    answer!();
    await expect(signingIn).rejects.toThrow();
    await harness.stop();
  });

  it('forgets a connection that ended while its sign-in was under way', async () => {
    let answer: (() => void) | undefined;
    const harness = await createHarness((authenticate) => async (username, password) => {
      const agent = await authenticate(username, password);
      await new Promise<void>((resolve) => (answer = resolve));
      return agent;
    });
    const connections = async (): Promise<number> =>
      (await harness.metrics.getSingleMetric('siaga_broker_connections')!.get()).values[0]!.value;
    const agent = await harness.addAgent();
    const socket = net.connect(harness.port, '127.0.0.1');
    const text = (value: string): Buffer => Buffer.from([0, value.length, ...Buffer.from(value)]);
    const body = Buffer.concat([
      text('MQTT'),
      Buffer.from([4, 0xc2, 0, 60]),
      ...[agent.id, agent.id, agent.password].map(text),
    ]);
    socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    await until('the sign-in is under way', () => answer !== undefined);
    socket.destroy();
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
    answer!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await connections()).toBe(0);
    await harness.stop();
  });

  it('keeps no session and queues nothing for who is away', async () => {
    const harness = await createHarness();
    const agent = await harness.addAgent();
    const first = await connect(harness.port, agent, { clean: false });
    await first.subscribeAsync(agent.topic('command'), { qos: 1 });
    await first.endAsync();
    await harness.broker.publish(agent.topic('command'), 'stale');
    const heard: string[] = [];
    const second = await connect(harness.port, agent, { clean: false });
    second.on('message', (_topic, payload) => heard.push(payload.toString()));
    await second.subscribeAsync(agent.topic('command'), { qos: 1 });
    await harness.broker.publish(agent.topic('command'), 'fresh');
    await until('the fresh one', () => heard.length > 0);
    expect(heard).toEqual(['fresh']);
    second.end(true);
    await harness.stop();
  });

  it('lives through a handler that throws', async () => {
    const harness = await createHarness();
    const agent = await harness.addAgent();
    harness.broker.onMessage(() => {
      throw new Error('broken');
    });
    const client = await connect(harness.port, agent);
    await client.publishAsync(agent.topic('telemetry'), 'one', { qos: 1 });
    const heard = listen(harness.broker);
    await client.publishAsync(agent.topic('telemetry'), 'two', { qos: 1 });
    await until('the second', () => heard.messages.length > 0);
    client.end(true);
    await harness.stop();
  });
});

describe('an agent that sends more than it may', () => {
  const limits: RateLimits = {
    bytesPerS: 1_000_000,
    burstBytes: 1_000_000,
    messagesPerS: 1_000,
    burstMessages: 1_000,
  };
  /** Bytes of a chunk that is read before the account is looked at again. */
  const CHUNK_BYTES = 256 * 1024;

  it.each([
    ['bytes', 50_000, 60],
    ['messages', 10, 3_000],
  ])(
    'is not read from for a while (%s); nothing of it is lost, and no neighbour notices',
    async (_what, size, count) => {
      const harness = await createHarness(undefined, limits);
      const heard = listen(harness.broker);
      const [agent, neighbour] = [await harness.addAgent(), await harness.addAgent()];
      const other = await connect(harness.port, neighbour);
      const { socket } = await connectRaw(harness.port, agent);
      const startMs = performance.now();
      const message = publishFrame(agent.topic('telemetry'), Buffer.alloc(size, 'x'));
      for (let i = 0; i < count; i++) socket.write(message);
      await other.publishAsync(neighbour.topic('telemetry'), 'meanwhile', { qos: 1 });
      await until('the neighbour is heard', () => heard.text(neighbour.topic('telemetry')).length === 1);
      const ofFlood = () => heard.messages.filter(({ topic }) => topic === agent.topic('telemetry')).length;
      while (ofFlood() < count) {
        const sum = ofFlood();
        const s = (performance.now() - startMs) / 1_000;
        expect(sum * message.length).toBeLessThanOrEqual(
          limits.burstBytes + s * limits.bytesPerS + CHUNK_BYTES,
        );
        expect(sum).toBeLessThanOrEqual(
          limits.burstMessages + s * limits.messagesPerS + CHUNK_BYTES / message.length,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(socket.destroyed).toBe(false);
      const held = await harness.metrics.getSingleMetric('siaga_broker_held_back_total')!.get();
      expect(held.values[0]!.value).toBeGreaterThan(0);
      other.end(true);
      socket.destroy();
      await harness.stop();
    },
  );

  it('brings its debt along to its next connection', async () => {
    const harness = await createHarness(undefined, { ...limits, bytesPerS: 1, burstBytes: 100_000 });
    const heard = listen(harness.broker);
    const agent = await harness.addAgent();
    const first = await connectRaw(harness.port, agent);
    for (let i = 0; i < 3; i++)
      first.socket.write(publishFrame(agent.topic('telemetry'), Buffer.alloc(50_000)));
    await until('it has spent what it may', () => heard.messages.length >= 2);
    const soFar = heard.messages.length;
    const second = await connectRaw(harness.port, agent);
    const [message, count] = [publishFrame(agent.topic('telemetry'), Buffer.alloc(1_000)), 2_000];
    for (let i = 0; i < count; i++) second.socket.write(message);
    const neighbour = await harness.addAgent();
    const other = await connect(harness.port, neighbour);
    for (let i = 0; i < 50; i++)
      await other.publishAsync(neighbour.topic('telemetry'), 'meanwhile', { qos: 1 });
    expect(
      heard.messages.filter(({ topic }) => topic === agent.topic('telemetry')).length,
    ).toBeLessThanOrEqual(soFar + 1);
    other.end(true);
    second.socket.destroy();
    await harness.stop();
  });
});
