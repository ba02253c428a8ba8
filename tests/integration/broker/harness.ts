import { randomBytes, randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { agentTopic } from '@siaga/shared';
import type { AuthenticateAgent, Broker, BrokerMessage } from '../../../hub/src/platform/broker/broker.js';

/** A broker under test with logins that the test makes. */
export interface BrokerHarness {
  broker: Broker;
  port: number;
  /** A login of its own, in this shard. */
  addAgent(shard?: string): Promise<TestAgent>;
  /** Its password is not taken any more; what becomes of open connections, `differs` tells. */
  revoke(agent: TestAgent): Promise<void>;
  stop(): Promise<void>;
  differs: Differences;
}

/** Where the implementations must differ, and why. */
export interface Differences {
  /**
   * Longest frame a signed-in client may send. The embedded broker hears agents only; an external one carries the hub's
   * configurations as well, knows one limit for all clients, and leaves telemetry that is too long to ingest.
   */
  frameBytes: number;
  /** What ends an open connection of a revoked agent: the hub by itself, or the broker when it reads its files again. */
  cuts: 'disconnect' | 'revoke';
}

export interface TestAgent {
  id: string;
  shard: string;
  password: string;
  topic(channel: 'telemetry' | 'ack' | 'state' | 'config' | 'command' | 'reply'): string;
}

export const newAgent = (shard = '0a'): TestAgent => {
  const id = randomUUID();
  return {
    id,
    shard,
    password: randomBytes(16).toString('hex'),
    topic: (channel) => agentTopic(shard, id, channel),
  };
};

/** Logins in memory, as the embedded broker asks for them. */
export const createLogins = () => {
  const agents = new Map<string, TestAgent>();
  const authenticate: AuthenticateAgent = (username, password) => {
    const agent = agents.get(username);
    const known = agent?.password === password.toString() ? agent : undefined;
    return Promise.resolve(known && { agentId: known.id, shard: known.shard });
  };
  return { agents, authenticate };
};

const WAIT_MS = 20_000;

export const until = async (what: string, condition: () => boolean): Promise<void> => {
  const end = performance.now() + WAIT_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Connects as an agent does, without reconnecting; rejects with the refusal. */
export const connect = (port: number, agent: TestAgent, options: IClientOptions = {}): Promise<MqttClient> =>
  mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    protocolVersion: 4,
    username: agent.id,
    password: agent.password,
    clientId: agent.id,
    reconnectPeriod: 0,
    connectTimeout: WAIT_MS,
    ...options,
  });

/** Gathers what the hub hears; `text` of the messages on a topic. */
export const listen = (broker: Broker) => {
  const messages: BrokerMessage[] = [];
  broker.onMessage(({ topic, payload, retain }) =>
    messages.push({ topic, payload: Buffer.from(payload), retain }),
  );
  const text = (topic: string): string[] =>
    messages.filter((message) => message.topic === topic).map(({ payload }) => payload.toString());
  return { messages, text };
};

/** Gathers what a client receives. */
export const inbox = (client: MqttClient) => {
  const received: { topic: string; text: string; retain: boolean }[] = [];
  client.on('message', (topic, payload, packet) =>
    received.push({ topic, text: payload.toString(), retain: packet.retain }),
  );
  return received;
};

/** Resolves when the connection is over, whoever ended it. */
export const closed = (client: MqttClient): Promise<void> =>
  client.connected ? new Promise((resolve) => client.once('close', () => resolve())) : Promise.resolve();
