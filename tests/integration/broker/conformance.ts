import net from 'node:net';
import type { MqttClient } from 'mqtt';
import { MAX_MESSAGE_BYTES, hubTopic } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { closed, connect, inbox, listen, until, type BrokerHarness, type TestAgent } from './harness.js';

/** What the hub expects of any broker; runs over each implementation of `Broker`. */
export const brokerConformance = (
  name: string,
  create: (context: TestContext) => Promise<BrokerHarness>,
): void => {
  describe(`${name}, as the hub expects a broker to be`, () => {
    let harness: BrokerHarness;
    let agent: TestAgent;
    let neighbour: TestAgent;
    let heard: ReturnType<typeof listen>;
    const clients: MqttClient[] = [];

    beforeEach(async (context) => {
      harness = await create(context);
      heard = listen(harness.broker);
      agent = await harness.addAgent();
      neighbour = await harness.addAgent();
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      // Undefined where the machine lacks the broker.
      await (harness as BrokerHarness | undefined)?.stop();
    });

    const join = async (who: TestAgent, options = {}): Promise<MqttClient> => {
      const client = await connect(harness.port, who, options);
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    };
    /** The neighbour works: it is heard, and it hears. */
    const works = async (client: MqttClient, who: TestAgent): Promise<void> => {
      const word = `word-${Math.random()}`;
      await client.publishAsync(who.topic('telemetry'), word, { qos: 1 });
      await until('the neighbour is heard', () => heard.text(who.topic('telemetry')).includes(word));
    };

    it.each([0, 1, 2] as const)('hears telemetry, state and replies at QoS %d', async (qos) => {
      const client = await join(agent);
      for (const channel of ['telemetry', 'state', 'reply'] as const) {
        await client.publishAsync(agent.topic(channel), `of ${channel}`, { qos });
        await until(channel, () => heard.text(agent.topic(channel)).length > 0);
        expect(heard.text(agent.topic(channel))).toEqual([`of ${channel}`]);
      }
    });

    it('hears what a client sends in the order in which it was sent', async () => {
      const client = await join(agent);
      const words = Array.from({ length: 500 }, (_, i) => String(i));
      await Promise.all(words.map((word) => client.publishAsync(agent.topic('telemetry'), word, { qos: 1 })));
      await until('all of them', () => heard.messages.length >= words.length);
      expect(heard.text(agent.topic('telemetry'))).toEqual(words);
    });

    it.each([
      ['nothing', 0],
      ['one byte', 1],
      ['the largest message', MAX_MESSAGE_BYTES],
    ])('carries %s', async (_what, size) => {
      const client = await join(agent);
      const payload = Buffer.alloc(size, 'x');
      await client.publishAsync(agent.topic('telemetry'), payload, { qos: 1 });
      await until('it is heard', () => heard.messages.length > 0);
      expect(heard.messages[0]!.payload.equals(payload)).toBe(true);
    });

    it.each([0, 1] as const)('brings what the hub publishes to its agent only, QoS %d', async (qos) => {
      const [mine, other] = [await join(agent), await join(neighbour)];
      const [received, otherReceived] = [inbox(mine), inbox(other)];
      await mine.subscribeAsync([agent.topic('ack'), agent.topic('command'), hubTopic(agent.shard)], {
        qos: 1,
      });
      await other.subscribeAsync(neighbour.topic('ack'), { qos: 1 });
      await harness.broker.publish(agent.topic('ack'), 'an ack', { qos });
      await harness.broker.publish(agent.topic('command'), Buffer.from('a command'));
      await harness.broker.publish(hubTopic(agent.shard), 'the hub', { qos });
      await until('all three', () => received.length === 3);
      expect(received.map(({ text }) => text).sort()).toEqual(['a command', 'an ack', 'the hub']);
      await works(other, neighbour);
      expect(otherReceived).toEqual([]);
    });

    it('keeps what is retained for whoever comes later, the last of a topic, until it is emptied', async () => {
      await harness.broker.publish(agent.topic('config'), 'old', { retain: true });
      await harness.broker.publish(agent.topic('config'), 'new', { retain: true });
      const client = await join(agent);
      const received = inbox(client);
      await client.subscribeAsync(agent.topic('config'), { qos: 1 });
      await until('the retained one', () => received.length > 0);
      expect(received).toEqual([{ topic: agent.topic('config'), text: 'new', retain: true }]);

      await harness.broker.publish(agent.topic('config'), '', { retain: true });
      await until('the empty one', () => received.length > 1);
      await client.unsubscribeAsync(agent.topic('config'));
      await client.subscribeAsync(agent.topic('config'), { qos: 1 });
      await works(client, agent);
      expect(received).toHaveLength(2);
    });

    it('tells the last will of a client that breaks off, and of none that takes its leave', async () => {
      const will = {
        topic: agent.topic('state'),
        payload: Buffer.from('lost'),
        qos: 1 as const,
        retain: true,
      };
      const polite = await join(agent, { will });
      await polite.endAsync();
      const rude = await join(agent, { will });
      expect(heard.text(agent.topic('state'))).toEqual([]);
      rude.stream.destroy();
      await until('the will', () => heard.text(agent.topic('state')).length > 0);
      expect(heard.text(agent.topic('state'))).toEqual(['lost']);
    });

    it('tells the last will of a client that falls silent past its keep-alive', async () => {
      const will = {
        topic: agent.topic('state'),
        payload: Buffer.from('lost'),
        qos: 1 as const,
        retain: false,
      };
      const client = await join(agent, { will, keepalive: 1, reschedulePings: false });
      // A half-open line: nothing is sent any more, and nothing says so.
      (client.stream as net.Socket).write = () => true;
      await until('the will', () => heard.text(agent.topic('state')).includes('lost'));
    });

    it('gives a client id to its newest connection', async () => {
      const will = {
        topic: agent.topic('state'),
        payload: Buffer.from('lost'),
        qos: 1 as const,
        retain: false,
      };
      const first = await join(agent, { will });
      const second = await join(agent, { will });
      await closed(first);
      await until('the will of the first', () => heard.text(agent.topic('state')).length === 1);
      await works(second, agent);
      expect(second.connected).toBe(true);
    });

    it.each([
      ['a wrong password', () => ({ password: 'wrong' })],
      ['an unknown user', () => ({ username: 'nobody' })],
      ['no user at all', () => ({ username: undefined, password: undefined })],
      ['an empty password', () => ({ password: '' })],
    ])('refuses %s and serves the others', async (_what, options) => {
      const other = await join(neighbour);
      await expect(connect(harness.port, agent, options() as object)).rejects.toThrow();
      await works(other, neighbour);
    });

    it('refuses who was revoked', async () => {
      const client = await join(agent);
      await harness.revoke(agent);
      if (harness.differs.cuts === 'disconnect') await harness.broker.disconnect(agent.id);
      await closed(client);
      await expect(connect(harness.port, agent)).rejects.toThrow();
    });

    it.each([
      ["a neighbour's telemetry", () => neighbour.topic('telemetry')],
      ["a neighbour's acks", () => neighbour.topic('ack')],
      ['its own acks', () => agent.topic('ack')],
      ['its own configuration', () => agent.topic('config')],
      ["the hub's word", () => hubTopic(agent.shard)],
      ['its telemetry in another shard', () => `siaga/v1/ff/${agent.id}/telemetry`],
      ['a topic of nobody', () => 'anything'],
      ['a topic with odd characters', () => 'siaga/v1/\u0001/ø/日本/telemetry'],
      ['a topic of many levels', () => 'a/'.repeat(60)],
    ])('lets nobody publish on %s', async (_what, topic) => {
      const other = await join(neighbour);
      const received = inbox(other);
      await other.subscribeAsync([neighbour.topic('ack'), hubTopic(neighbour.shard)], { qos: 1 });
      const client = await join(agent);
      client.publish(topic(), 'forged', { qos: 1, retain: true }, () => undefined);
      // By now the forged message was dealt with: whatever the broker does to its sender, this one comes after it.
      await Promise.race([closed(client), works(client, agent).catch(() => closed(client))]);
      await works(other, neighbour);
      expect(heard.messages.map(({ payload }) => payload.toString())).not.toContain('forged');
      expect(received).toEqual([]);
    });

    it.each([
      ['everything', () => '#'],
      ['all acks of its shard', () => `siaga/v1/${agent.shard}/+/ack`],
      ["a neighbour's configuration", () => neighbour.topic('config')],
      ["a neighbour's telemetry", () => neighbour.topic('telemetry')],
      ["another shard's hub", () => hubTopic('ff')],
      ['system topics', () => '$SYS/#'],
    ])('lets nobody hear %s', async (_what, filter) => {
      const client = await join(agent);
      const received = inbox(client);
      await client.subscribeAsync(filter(), { qos: 1 }).catch(() => undefined);
      const other = await join(neighbour);
      await harness.broker.publish(neighbour.topic('config'), 'secret', { retain: true });
      await harness.broker.publish(neighbour.topic('ack'), 'secret');
      await harness.broker.publish(hubTopic('ff'), 'secret');
      await works(other, neighbour);
      await works(client, agent);
      expect(received).toEqual([]);
    });

    it("does not speak a will on a neighbour's topic", async () => {
      const will = {
        topic: neighbour.topic('state'),
        payload: Buffer.from('lost'),
        qos: 1 as const,
        retain: true,
      };
      const client = await join(agent, { will }).catch(() => undefined);
      client?.stream.destroy();
      await works(await join(neighbour), neighbour);
      expect(heard.text(neighbour.topic('state'))).toEqual([]);
    });

    it('closes the connection of a frame that is too long; nobody else notices', async () => {
      const other = await join(neighbour);
      const client = await join(agent);
      client.publish(
        agent.topic('telemetry'),
        Buffer.alloc(harness.differs.frameBytes + 4096),
        { qos: 1 },
        () => undefined,
      );
      await closed(client);
      await works(other, neighbour);
      expect(heard.text(agent.topic('telemetry'))).toEqual([]);
      await works(await join(agent), agent);
    });

    it('does not buffer a CONNECT of 190 MB from a stranger', async () => {
      const other = await join(neighbour);
      const sentBytes = await pourConnect(harness.port, 190 * 1024 * 1024);
      expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
      await works(other, neighbour);
    });

    it('does not buffer for a subscriber that does not read', async () => {
      const other = await join(neighbour);
      const slow = await join(agent);
      await slow.subscribeAsync([agent.topic('ack'), agent.topic('command')], { qos: 1 });
      const line = slow.stream as net.Socket;
      line.unpipe();
      line.pause();
      const before = process.memoryUsage().rss;
      for (let i = 0; i < 4_000; i++)
        await harness.broker
          .publish(agent.topic('ack'), Buffer.alloc(64 * 1024, i), { qos: 0 })
          .catch(() => undefined);
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
      await works(other, neighbour);
    });

    it('lives through clients that speak no MQTT, or break off anywhere', async () => {
      const other = await join(neighbour);
      const words = [
        Buffer.from('GET / HTTP/1.1\r\nHost: hub\r\n\r\n'),
        Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Buffer.from([0x30, 0x02, 0x00, 0x00]),
        Buffer.from([0x10]),
        Buffer.from([0x00, 0x00]),
        Buffer.from([0xff, 0x80]),
      ];
      for (const word of words) {
        const socket = net.connect(harness.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await new Promise<void>((resolve) => socket.write(word, () => resolve()));
        socket.destroy();
      }
      await works(other, neighbour);
    });

    it('serves many who come and go at once', async () => {
      const agents = await Promise.all(Array.from({ length: 200 }, () => harness.addAgent()));
      await Promise.all(
        agents.map(async (each) => {
          const client = await join(each);
          await client.publishAsync(each.topic('telemetry'), each.id, { qos: 1 });
          client.stream.destroy();
        }),
      );
      await until('all are heard', () =>
        agents.every((each) => heard.text(each.topic('telemetry')).includes(each.id)),
      );
    });

    it('says no last will that its own stopping set off', async () => {
      const will = {
        topic: agent.topic('state'),
        payload: Buffer.from('lost'),
        qos: 1 as const,
        retain: false,
      };
      const client = await join(agent, { will });
      await works(client, agent);
      const before = heard.messages.length;
      await harness.broker.stop();
      expect(heard.messages.slice(before)).toEqual([]);
      await expect(harness.broker.publish(agent.topic('ack'), 'late')).rejects.toThrow();
    });
  });
};

/** Begins a CONNECT of that length and pours; answers how much was taken before the connection ended. */
const pourConnect = (port: number, bytes: number): Promise<number> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    const length: number[] = [];
    for (let left = bytes; left > 0; left = Math.floor(left / 128))
      length.push((left % 128) | (left > 127 ? 0x80 : 0));
    const pour = (): void => {
      while (sent < bytes && !socket.destroyed) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('connect', () => {
      socket.write(Buffer.from([0x10, ...length]));
      socket.write(Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60]));
      pour();
    });
    socket.on('drain', pour);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(sent));
  });
