import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { agentTopic, hubTopic, type AgentConfig } from '@siaga/shared';
import { createHubBrain, type HubBrain } from '../../../unit/agent/support/hub-brain.js';

export const SHARD = '3c';
export const PASSWORD = 'not-a-secret';

/** A real broker with the reduced hub behind it. */
export interface BrokerHub {
  readonly url: string;
  readonly brain: HubBrain;
  readonly states: Record<string, unknown>[];
  readonly clients: { clientId: string; clean: boolean; keepalive: number }[];
  announce(): Promise<void>;
  configure(config: AgentConfig | string): Promise<void>;
  /** Cuts every connection without a word. */
  cut(): void;
  stop(): Promise<void>;
}

export const createBrokerHub = async (agentId: string): Promise<BrokerHub> => {
  const broker = await Aedes.createBroker();
  const publish = (topic: string, text: string, retain: boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic,
        payload: Buffer.from(text),
        qos: 1,
        retain,
        dup: false,
      } as const;
      broker.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  const brain = createHubBrain({
    nowMs: () => Date.now(),
    sendAck: (ack) => void publish(agentTopic(SHARD, agentId, 'ack'), JSON.stringify(ack), false),
  });
  const states: Record<string, unknown>[] = [];
  const clients: BrokerHub['clients'] = [];
  broker.preConnect = (_client, packet, done) => {
    clients.push({
      clientId: packet.clientId,
      clean: packet.clean ?? false,
      keepalive: packet.keepalive ?? 0,
    });
    done(null, true);
  };
  broker.authenticate = (_client, username, password, done) => {
    done(null, username === agentId && password?.toString() === PASSWORD);
  };
  broker.on('publish', ({ topic, payload }) => {
    const bytes = Buffer.from(payload);
    if (topic === agentTopic(SHARD, agentId, 'telemetry')) brain.receive(bytes);
    if (topic === agentTopic(SHARD, agentId, 'state'))
      states.push(JSON.parse(bytes.toString()) as Record<string, unknown>);
  });
  const connected = new Set<Client>();
  broker.on('client', (client) => connected.add(client));
  broker.on('clientDisconnect', (client) => connected.delete(client));
  const server: Server = createServer((socket) => void broker.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    brain,
    states,
    clients,
    announce: () => publish(hubTopic(SHARD), JSON.stringify({ run: brain.run, nowMs: Date.now() }), true),
    configure: (config) =>
      publish(
        agentTopic(SHARD, agentId, 'config'),
        typeof config === 'string' ? config : JSON.stringify(config),
        true,
      ),
    cut: () => {
      for (const client of connected) client.conn.destroy();
    },
    stop: async () => {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
