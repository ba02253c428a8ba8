import { execFile } from 'node:child_process';
import net from 'node:net';
import { promisify } from 'node:util';
import type { MqttClient } from 'mqtt';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedBroker } from '../../../hub/src/platform/broker/embedded.js';
import { lacks } from '../../support/lack.js';
import { connect, createLogins, listen, newAgent, until, type TestAgent } from './harness.js';
import {
  connectFrame,
  connectRaw,
  field,
  frame,
  publishFrame,
  subscribeFrame,
  type RawClient,
} from './raw-client.js';

/** What MQTT 3.1.1 clients do, the strange and the hostile included, to the broker that the hub brings along. */

let broker: ReturnType<typeof createEmbeddedBroker>;
let metrics: Registry;
let port: number;
let heard: ReturnType<typeof listen>;
let logins: ReturnType<typeof createLogins>;
let neighbour: MqttClient;
let neighbourAgent: TestAgent;
const sockets: net.Socket[] = [];

const addAgent = (): TestAgent => {
  const agent = newAgent();
  logins.agents.set(agent.id, agent);
  return agent;
};
const join = async (agent = addAgent(), keepAliveS?: number): Promise<RawClient & { agent: TestAgent }> => {
  const client = await connectRaw(port, agent, keepAliveS);
  sockets.push(client.socket);
  return { ...client, agent };
};
const connections = async (): Promise<number> =>
  (await metrics.getSingleMetric('siaga_broker_connections')!.get()).values[0]!.value;
/** Whatever was sent before has been dealt with by then, and nobody else noticed. */
const neighbourWorks = async (): Promise<void> => {
  const word = `word-${Math.random()}`;
  await neighbour.publishAsync(neighbourAgent.topic('telemetry'), word, { qos: 1 });
  await until('the neighbour is heard', () => heard.text(neighbourAgent.topic('telemetry')).includes(word));
};
const fromOthers = () => heard.messages.filter(({ topic }) => topic !== neighbourAgent.topic('telemetry'));

beforeEach(async () => {
  logins = createLogins();
  metrics = new Registry();
  broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authenticate: logins.authenticate,
    log: pino({ level: 'silent' }),
    metrics,
  });
  heard = listen(broker);
  await broker.start();
  ({ port } = broker.address());
  neighbourAgent = addAgent();
  neighbour = await connect(port, neighbourAgent);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  neighbour.end(true);
  await broker.stop();
});

describe('topics with odd characters', () => {
  const odd: [what: string, topic: string | Buffer][] = [
    ['nothing', ''],
    ['a system topic', '$SYS/broker/uptime'],
    ['a shared one', '$share/hubs/siaga/v1/+/+/telemetry'],
    ['a wildcard of all levels', 'siaga/v1/#'],
    ['a wildcard of one level', 'siaga/v1/+/x/telemetry'],
    ['a wildcard in the middle of a word', 'siaga/v1/0a+b/#c'],
    ['empty levels', '/siaga//v1///'],
    ['one slash', '/'],
    ['a blank', ' '],
    ['NUL', 'siaga/v1/\u0000/telemetry'],
    ['control characters', 'siaga/\u0001\u001f\u007f/v1'],
    ['characters beyond the first plane', 'siaga/𝄞/📟'],
    ['a lone surrogate, as bytes', Buffer.from([0x73, 0xed, 0xa0, 0x80])],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80])],
    ['a byte order mark', '\ufeffsiaga'],
    ['65,535 bytes', 'x'.repeat(65_535)],
    ['65,535 bytes of levels', '/'.repeat(65_535)],
    ['the name of what objects have', '__proto__'],
  ];
  it.each(odd)('a publish on %s is heard by nobody', async (_what, topic) => {
    for (const qos of [0, 1, 2]) {
      const { socket } = await join();
      socket.write(publishFrame(topic, 'odd', qos));
    }
    await neighbourWorks();
    expect(fromOthers()).toEqual([]);
  });

  it.each([...odd, ['a wildcard that is not the last', 'siaga/#/telemetry'] as (typeof odd)[number]])(
    'a subscription to %s brings nothing',
    async (_what, filter) => {
      const { socket, received } = await join();
      socket.write(subscribeFrame(filter));
      await neighbourWorks();
      await broker.publish(neighbourAgent.topic('ack'), 'secret');
      await broker.publish(neighbourAgent.topic('config'), 'secret', { retain: true });
      await neighbourWorks();
      expect(received().includes('secret')).toBe(false);
    },
  );

  it('a name in its own topic that only looks like the agent’s is another topic', async () => {
    const { socket, agent } = await join();
    for (const topic of [
      agent.topic('telemetry').toUpperCase(),
      `${agent.topic('telemetry')}/`,
      `/${agent.topic('telemetry')}`,
      `${agent.topic('telemetry')}\u0000`,
    ])
      socket.write(publishFrame(topic, 'odd'));
    await neighbourWorks();
    expect(fromOthers()).toEqual([]);
  });
});

describe('QoS 2', () => {
  it('is heard once, however often it is sent again', async () => {
    const { socket, agent, received } = await join();
    const first = publishFrame(agent.topic('telemetry'), 'once', 2, 7);
    const again = Buffer.from(first);
    again[0]! |= 0x08;
    socket.write(first);
    await until('PUBREC', () => received().includes(Buffer.from([0x50, 2, 0, 7])));
    socket.write(again);
    socket.write(again);
    socket.write(frame(0x62, Buffer.from([0, 7])));
    await until('PUBCOMP', () => received().includes(Buffer.from([0x70, 2, 0, 7])));
    expect(fromOthers().map(({ payload }) => payload.toString())).toEqual(['once']);
  });

  it('is held for few messages only: one that never releases them is cut off', async () => {
    const { socket, agent } = await join();
    for (let id = 1; id <= 1_000; id++) socket.write(publishFrame(agent.topic('telemetry'), 'x', 2, id));
    await until('it is cut off', () => socket.destroyed || socket.readableEnded);
    await neighbourWorks();
    expect(fromOthers().length).toBeLessThanOrEqual(16);
  });
});

describe('packets that are out of place', () => {
  it.each<[string, (agent: TestAgent) => Buffer]>([
    ['a second CONNECT', (agent) => connectFrame(agent)],
    ['a CONNACK', () => frame(0x20, Buffer.from([0, 0]))],
    ['a PUBACK of nothing', () => frame(0x40, Buffer.from([0, 9]))],
    ['a PUBREL of nothing', () => frame(0x62, Buffer.from([0, 9]))],
    ['a PUBCOMP of nothing', () => frame(0x70, Buffer.from([0, 9]))],
    ['a SUBACK', () => frame(0x90, Buffer.from([0, 9, 1]))],
    ['a PINGRESP', () => frame(0xd0)],
    ['QoS 3', (agent) => frame(0x36, field(agent.topic('telemetry')), Buffer.from([0, 1]), Buffer.from('x'))],
    ['a QoS 1 publish with message number 0', (agent) => publishFrame(agent.topic('telemetry'), 'x', 1, 0)],
    ['a SUBSCRIBE of nothing', () => frame(0x82, Buffer.from([0, 1]))],
    [
      'a SUBSCRIBE with flags that are reserved',
      () => frame(0x80, Buffer.from([0, 1]), field('a'), Buffer.from([0])),
    ],
    ['a SUBSCRIBE at QoS 3', () => subscribeFrame('a', 3)],
    ['an UNSUBSCRIBE of what it never had', () => frame(0xa2, Buffer.from([0, 1]), field('a/b'))],
    ['a topic longer than its frame', () => frame(0x30, Buffer.from([0xff, 0xff, 0x61]))],
    ['an AUTH, of a later version', () => frame(0xf0)],
    ['packet type 0', () => frame(0x00)],
  ])('%s harms nobody', async (_what, make) => {
    const { socket, agent } = await join();
    socket.write(make(agent));
    await neighbourWorks();
    // Its owner comes back as well.
    const client = await connect(port, agent);
    await client.publishAsync(agent.topic('telemetry'), 'back', { qos: 1 });
    await until('it is heard', () => heard.text(agent.topic('telemetry')).includes('back'));
    client.end(true);
  });

  it('anything before CONNECT is heard by nobody', async () => {
    const agent = addAgent();
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    socket.write(Buffer.concat([publishFrame(agent.topic('telemetry'), 'early', 1), connectFrame(agent)]));
    await neighbourWorks();
    expect(fromOthers()).toEqual([]);
  });
});

describe('connections', () => {
  it('3,000 that come and go, many at a time, are all served and leave nothing', async () => {
    const agents = Array.from({ length: 3_000 }, addAgent);
    const waiting = [...agents];
    const before = process.memoryUsage().rss;
    const serve = async (): Promise<void> => {
      for (let agent = waiting.pop(); agent; agent = waiting.pop()) {
        const { socket } = await join(agent);
        socket.end(publishFrame(agent.topic('telemetry'), 'here', 1));
      }
    };
    await Promise.all(Array.from({ length: 100 }, serve));
    await until('all are heard', () => fromOthers().length === agents.length);
    await expect.poll(connections, { timeout: 20_000 }).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    await neighbourWorks();
  });

  it('many at once with the same credentials leave the newest only', async () => {
    const agent = addAgent();
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => connectRaw(port, agent).catch(() => undefined)),
    );
    for (const client of clients) if (client) sockets.push(client.socket);
    await expect.poll(connections, { timeout: 20_000 }).toBe(2);
    const alive = clients.filter(
      (client) => client && !client.socket.destroyed && !client.socket.readableEnded,
    );
    expect(alive).toHaveLength(1);
    alive[0]!.socket.write(publishFrame(agent.topic('telemetry'), 'the one'));
    await until('it is heard', () => heard.text(agent.topic('telemetry')).includes('the one'));
  });

  it('that say nothing, or half a CONNECT, are cut off; the others are served meanwhile', async () => {
    const agent = addAgent();
    const half = connectFrame(agent).subarray(0, 20);
    const silent = Array.from({ length: 500 }, (_, i) => {
      const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
      if (i % 2 === 1) socket.write(half);
      return socket;
    });
    sockets.push(...silent);
    await expect.poll(connections, { timeout: 20_000 }).toBe(501);
    await neighbourWorks();
    await expect.poll(connections, { timeout: 20_000 }).toBe(1);
  });

  it('that die without a word are found out by their keep-alive; without one they are left alone', async () => {
    const [mortal, immortal] = [await join(addAgent(), 1), await join(addAgent(), 0)];
    await until(
      'the one with a keep-alive is cut off',
      () => mortal.socket.readableEnded || mortal.socket.destroyed,
    );
    expect(immortal.socket.destroyed).toBe(false);
    immortal.socket.write(publishFrame(immortal.agent.topic('telemetry'), 'still here'));
    await until('it is heard', () => fromOthers().length === 1);
  });

  it.each([
    ['nothing', ''],
    ['7,000 bytes', 'w'.repeat(7_000)],
  ])('that break off leave a will of %s, at any QoS', async (_what, payload) => {
    for (const qos of [0, 1, 2] as const) {
      const agent = addAgent();
      const will = { topic: agent.topic('state'), payload: Buffer.from(payload), qos, retain: qos === 2 };
      const client = await connect(port, agent, { will });
      client.on('error', () => undefined);
      client.stream.destroy();
      await until('the will', () => heard.text(agent.topic('state')).length === 1);
      expect(heard.text(agent.topic('state'))).toEqual([payload]);
    }
  });
});

describe('a client of another house', () => {
  const run = promisify(execFile);
  it.for(['0', '1', '2'])('mosquitto_pub and mosquitto_sub, QoS %s', async (qos, context) => {
    await run('mosquitto_pub', ['--version']).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') lacks(context, 'mosquitto_pub (apt-get install mosquitto-clients)');
    });
    const agent = addAgent();
    const login = [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-i',
      agent.id,
      '-u',
      agent.id,
      '-P',
      agent.password,
    ];
    await run('mosquitto_pub', [...login, '-q', qos, '-t', agent.topic('telemetry'), '-m', 'from outside']);
    await until('it is heard', () => heard.text(agent.topic('telemetry')).includes('from outside'));
    await broker.publish(agent.topic('config'), 'for it', { retain: true });
    const { stdout } = await run('mosquitto_sub', [
      ...login,
      '-q',
      qos,
      '-t',
      agent.topic('config'),
      '-C',
      '1',
      '-W',
      '20',
    ]);
    expect(stdout).toBe('for it\n');
  });
});
