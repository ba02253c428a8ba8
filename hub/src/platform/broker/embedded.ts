import net from 'node:net';
import tls from 'node:tls';
import { Aedes, type AuthenticateError, type Client, type Connection, type PublishPacket } from 'aedes';
import { MAX_MESSAGE_BYTES } from '@siaga/shared';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { systemClock, type Clock } from '../clock.js';
import { listeningFault } from '../listening.js';
import type { AuthenticateAgent, Broker, BrokerMessage } from './broker.js';
import { createFrameGuard } from './frame-guard.js';
import { AGENT_LIMITS, createRateLimit, type RateLimit, type RateLimits } from './rate.js';
import { rightsOf, type AgentRights } from './rights.js';
import { throttleReads } from './throttle.js';

/** A client that is not signed in yet may send frames this long: a CONNECT with its will. */
const MAX_STRANGER_BYTES = 8 * 1024;
/** Topic name, packet id and property bytes around a telemetry payload. */
const MAX_FRAME_BYTES = MAX_MESSAGE_BYTES + 1024;
/** CONNECT (and the TLS handshake before it) must be complete within this. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A client that takes nothing off its socket for so long is cut off. */
const DRAIN_TIMEOUT_MS = 10_000;
/** Unread bytes of one client past which a message that a later one replaces is left out, any other cuts it off. */
const MAX_UNREAD_BYTES = 512 * 1024;
/** QoS 2 messages of one client that wait for their PUBREL. */
const MAX_QOS2_HELD = 16;
const MAX_CONNECTIONS = 20_000;
const TCP_KEEP_ALIVE_MS = 60_000;

export type Refusal =
  | 'oversized-frame'
  | 'login-failed'
  | 'login-unavailable'
  | 'client-id'
  | 'will-topic'
  | 'foreign-topic'
  | 'foreign-subscription'
  | 'slow-subscriber';

export interface EmbeddedBrokerOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** PEM texts. */
  tls?: { cert: string; key: string };
  authenticate: AuthenticateAgent;
  log: Logger;
  metrics?: Registry;
  /** What each agent may send, over all of its connections; AGENT_LIMITS unless told. */
  limits?: RateLimits;
  clock?: Pick<Clock, 'monotonicMs' | 'after'>;
}

/** CONNACK return codes [MQTT-3.2.2.3]. */
const REJECTED = { identifier: 2, unavailable: 3, credentials: 4, notAuthorized: 5 } as const;

type Publish = (packet: PublishPacket, client: Client | null, done: (error?: Error) => void) => void;

/**
 * aedes inside the hub. What agents publish goes straight to `onMessage`, in the call that read it: nobody else may
 * subscribe to it, so it is neither fanned out nor kept, and its PUBACK promises nothing. A publish on a topic that is
 * not the client's own ends that client's connection (MQTT 3.1.1 knows no refusal), a subscription is refused by
 * SUBACK. Sessions are always clean: every message of the hub's is retained or said again on a connection.
 */
export const createEmbeddedBroker = (
  options: EmbeddedBrokerOptions,
): Broker & { address(): { port: number } } => {
  const { log, limits = AGENT_LIMITS, clock = systemClock } = options;
  const registers = options.metrics ? [options.metrics] : [];
  const refusals = new Counter({
    name: 'siaga_broker_refusals_total',
    help: 'What the MQTT broker refused, by reason',
    labelNames: ['reason'],
    registers,
  });
  const heldBack = new Counter({
    name: 'siaga_broker_held_back_total',
    help: 'Times an agent was not read from for a while, since it sent more than it may',
    registers,
  });
  const refuse = (reason: Refusal, client?: string): void => {
    refusals.inc({ reason });
    log.debug({ reason, client }, 'broker refused');
  };

  const rights = new WeakMap<Client, AgentRights>();
  const sockets = new Map<Connection, string | undefined>();
  /** Every TCP connection, those in the middle of a TLS handshake included. */
  const tcpSockets = new Set<net.Socket>();
  const willTopics = new WeakMap<Client, string>();
  /** By user name: one that connects anew brings its debt along. */
  const rateLimits = new Map<string, RateLimit>();
  const rateLimitOf = (username: string): RateLimit => {
    let limit = rateLimits.get(username);
    if (!limit) rateLimits.set(username, (limit = createRateLimit(limits, clock.monotonicMs())));
    return limit;
  };
  /** Sign-ins under way; one that is taken out was revoked meanwhile. */
  const signingIn = new Map<Client, string>();

  let handler: ((message: BrokerMessage) => void) | undefined;
  let aedes: Aedes | undefined;
  let fanOut: Publish | undefined;
  let server: net.Server | undefined;

  new Gauge({
    name: 'siaga_broker_connections',
    help: 'Open MQTT connections',
    registers,
    collect() {
      this.set(sockets.size);
    },
  });

  const hear = (packet: PublishPacket): void => {
    try {
      handler?.({ topic: packet.topic, payload: packet.payload as Buffer, retain: packet.retain });
    } catch (error) {
      log.error({ err: error, topic: packet.topic }, 'a handler of broker messages failed');
    }
  };

  const signIn = async (client: Client, username: string, password: Buffer): Promise<number | undefined> => {
    signingIn.set(client, username);
    const agent = await options.authenticate(username, password);
    if (!signingIn.delete(client)) return REJECTED.notAuthorized;
    // It hung up meanwhile: nobody is there to be let in, and no close would ever take it off the list again.
    if (!sockets.has(client.conn)) return REJECTED.unavailable;
    if (!agent) {
      refuse('login-failed', username);
      return REJECTED.credentials;
    }
    if (client.id !== agent.agentId) {
      refuse('client-id', username);
      return REJECTED.identifier;
    }
    const granted = rightsOf(agent.agentId, agent.shard);
    const willTopic = willTopics.get(client);
    if (willTopic !== undefined && willTopic !== granted.willTopic) {
      refuse('will-topic', username);
      return REJECTED.notAuthorized;
    }
    rights.set(client, granted);
    sockets.set(client.conn, username);
    return undefined;
  };

  const createAedes = () =>
    Aedes.createBroker({
      // Unbounded: with a bound, that many slow subscribers would hold up everybody's messages.
      concurrency: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      drainTimeout: DRAIN_TIMEOUT_MS,
      maxTopicLevels: 16,
      maxInflightInbound: MAX_QOS2_HELD,
      preConnect: (client, packet, done) => {
        (packet as { clean: boolean }).clean = true;
        if (packet.will) willTopics.set(client, packet.will.topic);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        const answer = (code: number | undefined): void => {
          if (code === undefined) return done(null, true);
          const error: Error & { returnCode?: number } = new Error('sign-in refused');
          error.returnCode = code;
          done(error as AuthenticateError, null);
        };
        if (!username || !password) {
          refuse('login-failed', username);
          return answer(REJECTED.credentials);
        }
        signIn(client, username, password).then(answer, (error: unknown) => {
          signingIn.delete(client);
          refuse('login-unavailable', username);
          log.warn({ err: error, client: username }, 'an agent could not be authenticated');
          answer(REJECTED.unavailable);
        });
      },
      authorizePublish: (client, packet, done) => {
        if (client && rights.get(client)?.mayPublish(packet.topic)) return done(null);
        refuse('foreign-topic', client?.id);
        done(new Error('not a topic of this client'));
      },
      authorizeSubscribe: (client, subscription, done) => {
        if (rights.get(client)?.maySubscribe(subscription.topic)) return done(null, subscription);
        refuse('foreign-subscription', client.id);
        done(null, null);
      },
      authorizeForward: (client, packet) => {
        if ((client.conn as net.Socket).writableLength <= MAX_UNREAD_BYTES) return packet;
        refuse('slow-subscriber', client.id);
        if (!packet.topic.endsWith('/ack')) client.conn.destroy();
        return null;
      },
    });

  const onConnection = (socket: net.Socket): void => {
    const broker = aedes;
    if (!broker) return void socket.destroy();
    sockets.set(socket, undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    const guard = createFrameGuard(MAX_STRANGER_BYTES);
    throttleReads(socket, {
      guard,
      limitOf: () => {
        const username = sockets.get(socket);
        if (username === undefined) return undefined;
        guard.allow(MAX_FRAME_BYTES);
        return rateLimitOf(username);
      },
      nowMs: clock.monotonicMs,
      after: clock.after,
      onOversized: () => refuse('oversized-frame', sockets.get(socket)),
      onHeldBack: () => heldBack.inc(),
    });
    broker.handle(socket);
  };

  const listen = (): Promise<net.Server> =>
    new Promise((resolve, reject) => {
      const created = options.tls
        ? tls.createServer({ ...options.tls, handshakeTimeout: CONNECT_TIMEOUT_MS }, onConnection)
        : net.createServer(onConnection);
      created.maxConnections = MAX_CONNECTIONS;
      created.on('connection', (socket: net.Socket) => {
        tcpSockets.add(socket);
        socket.once('close', () => tcpSockets.delete(socket));
      });
      created.once('error', (error: NodeJS.ErrnoException) =>
        reject(listeningFault(error, { part: 'MQTT', host: options.host, port: options.port })),
      );
      created.listen(options.port, options.host, () => {
        created.removeAllListeners('error');
        created.on('error', (error) => log.error({ err: error }, 'MQTT server'));
        created.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
        resolve(created);
      });
    });

  return {
    start: async () => {
      const created = await createAedes();
      const original = created.publish.bind(created) as unknown as Publish;
      // aedes sends both a client's PUBLISH and its last will through here, with the client; its own with none.
      const divert: Publish = (packet, client, done) => {
        if (typeof client === 'function' || !client) return original(packet, client, done);
        hear(packet);
        done();
      };
      (created as unknown as { publish: Publish }).publish = divert;
      created.on('clientError', (client, error) =>
        log.debug({ client: client.id, err: error }, 'MQTT client'),
      );
      created.on('connectionError', (_client, error) => log.debug({ err: error }, 'MQTT connection'));
      (created as NodeJS.EventEmitter).on('error', (error: Error) =>
        log.error({ err: error }, 'MQTT broker'),
      );
      aedes = created;
      fanOut = original;
      try {
        server = await listen();
      } catch (error) {
        aedes = fanOut = undefined;
        await new Promise<void>((resolve) => created.close(resolve));
        throw error;
      }
    },
    stop: async () => {
      // First deaf, then closed: no last will that our own closing sets off may be taken for a death.
      handler = undefined;
      const [stopping, listening] = [aedes, server];
      aedes = fanOut = server = undefined;
      const closed = listening && new Promise<void>((resolve) => listening.close(() => resolve()));
      if (stopping) await new Promise<void>((resolve) => stopping.close(resolve));
      for (const socket of tcpSockets) socket.destroy();
      await closed;
    },
    publish: (topic, payload, { qos = 1, retain = false } = {}) =>
      new Promise((resolve, reject) => {
        if (!fanOut) return reject(new Error('the MQTT broker is not running'));
        const bytes =
          typeof payload === 'string'
            ? Buffer.from(payload)
            : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        // Its callback waits for the slowest subscriber; the broker has the message once this call is through.
        fanOut({ cmd: 'publish', topic, payload: bytes, qos, retain, dup: false }, null, (error) => {
          if (error) reject(error);
        });
        setImmediate(resolve);
      }),
    onMessage: (listener) => {
      handler = listener;
    },
    onOutage: () => undefined,
    problem: () => (fanOut ? null : 'the MQTT broker is not running'),
    disconnect: (username) => {
      for (const [client, name] of signingIn) if (name === username) signingIn.delete(client);
      for (const [socket, name] of sockets) if (name === username) socket.destroy();
      return Promise.resolve();
    },
    address: () => ({ port: (server?.address() as net.AddressInfo | null)?.port ?? 0 }),
  };
};
