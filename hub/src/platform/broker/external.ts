import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { KEEP_ALIVE_S, TOPIC_ROOT } from '@siaga/shared';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { StartError } from '../../errors.js';
import type { Clock } from '../clock.js';
import type { Broker, BrokerMessage, OutageHandlers } from './broker.js';
import { createOutbound, type Outbound } from './outbound.js';
import { createWillSieve } from './wills.js';

/** What the hub hears of every agent in every shard. */
const HEARS = ['telemetry', 'state', 'reply'].map((channel) => `${TOPIC_ROOT}/+/+/${channel}`);
/** TCP, TLS, CONNECT and SUBSCRIBE, together. */
const CONNECT_WITHIN_MS = 10_000;
/** A broker that is just starting too (the machine booted) gets this long at the hub's start. */
const START_WITHIN_MS = 15_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const GOODBYE_WITHIN_MS = 3_000;
/** CONNACK: this login will not be taken, however often it is tried. */
const REFUSED_LOGIN: readonly unknown[] = [4, 5];

export interface ExternalBrokerOptions {
  /** mqtt:// or mqtts://, without userinfo. */
  url: string;
  /** The hub's own login, which may publish and hear everything under siaga/v1. */
  user?: string | undefined;
  password?: string | undefined;
  /** Of this hub and no other: a broker ends the older of two connections with one id. */
  clientId: string;
  clock: Clock;
  /** 0 ≤ n < 1. */
  random: () => number;
  log: Logger;
  metrics?: Registry;
  startWithinMs?: number;
  /** Seconds; KEEP_ALIVE_S unless told. A line that died without a word is found out within twice of it. */
  keepAliveS?: number;
}

interface Link {
  client: MqttClient;
  outbound: Outbound;
  /** When the connection has ended, whoever ended it. */
  closed: Promise<void>;
}

/**
 * A broker at hand, over the mqtt client. The session is clean, so nothing old is queued for the hub; each connection
 * subscribes anew and is the hub's only once every topic was granted. One client a connection, no reconnecting of its
 * own: nothing waits in it for a broker that is away.
 */
export const createExternalBroker = (options: ExternalBrokerOptions): Broker => {
  const { url, clock, log } = options;
  const registers = options.metrics ? [options.metrics] : [];
  const outages = new Counter({
    name: 'siaga_broker_outages_total',
    help: 'Times the connection to the external MQTT broker was lost',
    registers,
  });
  let handler: ((message: BrokerMessage) => void) | undefined;
  let outage: OutageHandlers = { lost: () => undefined, over: () => undefined };
  let link: Link | undefined;
  let attempt: MqttClient | undefined;
  let problem = 'the hub has not connected yet';
  let stopped = false;
  let stopWaiting = new AbortController();
  let running: Promise<void> | undefined;

  new Gauge({
    name: 'siaga_broker_connected',
    help: '1 while the hub is connected to the external MQTT broker',
    registers,
    collect() {
      this.set(link ? 1 : 0);
    },
  });

  const sieve = createWillSieve(clock, (message) => {
    try {
      handler?.(message);
    } catch (error) {
      log.error({ err: error, topic: message.topic }, 'a handler of broker messages failed');
    }
  });

  /** One attempt. Rejects where it came to nothing; nothing of it is left then. */
  const open = async (): Promise<Link> => {
    const client = connect(url, clientOptions(options));
    attempt = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload, { retain }) => {
      if (!stopped) sieve.pass({ topic, payload, retain });
    });
    let reason: Error | undefined;
    client.on('error', (error) => (reason = error));
    const closed = new Promise<void>((resolve) => client.once('close', resolve));
    let cancel = (): void => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      void closed.then(() => reject(reason ?? new Error('the broker closed the connection')));
      cancel = clock.after(CONNECT_WITHIN_MS, () =>
        reject(new Error(`no answer within ${CONNECT_WITHIN_MS / 1000} s`)),
      );
    });
    try {
      await Promise.race([new Promise<void>((resolve) => client.once('connect', () => resolve())), ended]);
      await Promise.race([subscribe(client), ended]);
    } catch (error) {
      client.end(true);
      throw error;
    } finally {
      cancel();
      ended.catch(() => undefined);
      attempt = undefined;
    }
    const outbound = createOutbound({
      client,
      clock,
      onUnanswered: () => {
        log.warn({ url }, 'the MQTT broker confirms nothing any more; connecting anew');
        client.end(true);
      },
    });
    return { client, outbound, closed };
  };

  /** Tries until it is connected, or `mayRetry` says no to an error; that one is thrown. */
  const openPatiently = async (mayRetry: (error: unknown) => boolean): Promise<Link> => {
    for (let failures = 0; ; failures++) {
      try {
        return await open();
      } catch (error) {
        problem = `the broker at ${url} is away: ${reasonOf(error)}`;
        if (stopped || !mayRetry(error)) throw error;
        log.debug({ err: error, url }, 'no connection to the MQTT broker');
        const ceilingMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 8));
        await sleep(ceilingMs * (0.5 + options.random() / 2), undefined, { signal: stopWaiting.signal });
      }
    }
  };

  const leave = async ({ client, closed }: Link): Promise<void> => {
    // Its callers know already that they are not confirmed; the client would wait for them for ever.
    for (const messageId of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(messageId));
    client.end(false);
    // A dead line never confirms the goodbye, and a second `end` does nothing.
    const cancel = clock.after(GOODBYE_WITHIN_MS, () => client.stream.destroy());
    await closed;
    cancel();
  };

  const tell = (what: keyof OutageHandlers): void => {
    try {
      outage[what]();
    } catch (error) {
      log.error({ err: error }, 'a handler of broker outages failed');
    }
  };

  /** Keeps the hub connected until it is stopped. */
  const keep = async (first: Link): Promise<void> => {
    for (let current = first; ;) {
      await current.closed;
      current.client.end(true);
      current.outbound.end(new Error('the connection to the MQTT broker broke'));
      sieve.drop();
      if (stopped) return;
      link = undefined;
      problem = `the broker at ${url} is away`;
      outages.inc();
      log.warn({ url }, 'the connection to the MQTT broker broke; connecting anew');
      tell('lost');
      current = await openPatiently(() => true);
      if (stopped) {
        current.client.end(true);
        return;
      }
      link = current;
      log.info({ url }, 'connected to the MQTT broker again');
      tell('over');
    }
  };

  const start = async (): Promise<void> => {
    stopped = false;
    stopWaiting = new AbortController();
    const deadlineMs = clock.monotonicMs() + (options.startWithinMs ?? START_WITHIN_MS);
    try {
      link = await openPatiently((error) => !isRefusal(error) && clock.monotonicMs() < deadlineMs);
    } catch (error) {
      if (stopped) throw new StartError('the MQTT broker was left while the hub connected', { cause: error });
      throw new StartError(startFault(options, error), { cause: error });
    }
    running = keep(link).catch((error: unknown) => {
      if (!stopped) log.error({ err: error }, 'the connection to the MQTT broker is not kept any more');
    });
  };

  return {
    start,
    stop: async () => {
      stopped = true;
      handler = undefined;
      sieve.drop();
      stopWaiting.abort();
      attempt?.end(true);
      const leaving = link;
      link = undefined;
      problem = 'the hub has left the broker';
      if (leaving) {
        leaving.outbound.end(new Error('the hub is leaving the MQTT broker'));
        await leave(leaving);
      }
      await running;
    },
    publish: (topic, payload, { qos = 1, retain = false } = {}) => {
      if (!link) return Promise.reject(new Error(problem));
      const bytes =
        typeof payload === 'string'
          ? Buffer.from(payload)
          : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      return link.outbound.publish(topic, bytes, { qos, retain });
    },
    onMessage: (listener) => {
      handler = listener;
    },
    onOutage: (handlers) => {
      outage = handlers;
    },
    problem: () => (link ? null : problem),
    disconnect: (username) => {
      log.warn(
        { agentId: username },
        'an agent’s credentials changed: the MQTT broker goes by the old ones until `siaga admin broker-acl` has written its files and it has read them',
      );
      return Promise.resolve();
    },
  };
};

const clientOptions = ({
  clientId,
  user,
  password,
  keepAliveS = KEEP_ALIVE_S,
}: ExternalBrokerOptions): IClientOptions => ({
  clientId,
  ...(user === undefined ? {} : { username: user }),
  ...(password === undefined ? {} : { password }),
  protocolVersion: 4,
  clean: true,
  keepalive: keepAliveS,
  // At a steady pace: what comes in meanwhile tells nothing of whether what goes out is still taken.
  reschedulePings: false,
  connectTimeout: CONNECT_WITHIN_MS,
  reconnectPeriod: 0,
  resubscribe: false,
  queueQoSZero: false,
  timerVariant: 'native',
});

const subscribe = async (client: MqttClient): Promise<void> => {
  try {
    await client.subscribeAsync(HEARS, { qos: 1 });
  } catch (error) {
    // The client throws where a topic was not granted, and where the connection ended meanwhile.
    if (!client.connected) throw error;
    throw new GrantError(`it does not let the hub subscribe to ${HEARS.join(', ')}`, { cause: error });
  }
};

class GrantError extends Error {}

const isLoginRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && REFUSED_LOGIN.includes(error.code);
const isRefusal = (error: unknown): boolean => isLoginRefusal(error) || error instanceof GrantError;

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(reasonOf))].join(', ');
  return error instanceof Error ? error.message : String(error);
};

const startFault = ({ url, user }: ExternalBrokerOptions, error: unknown): string => {
  if (isLoginRefusal(error))
    return (
      `SIAGA_MQTT_URL: the broker at ${url} does not take the login of ${user === undefined ? 'nobody' : `user ${user}`}: ` +
      'write its password file with `siaga admin broker-acl` and let it read that'
    );
  if (error instanceof GrantError)
    return `SIAGA_MQTT_URL: the broker at ${url} is of no use: ${error.message}`;
  return `SIAGA_MQTT_URL: the broker at ${url} cannot be reached (${reasonOf(error)})`;
};
