import {
  agentTopic,
  hubTopic,
  type Ack,
  type AgentConfig,
  type AgentStateMessage,
  type BatchHeader,
} from '@siaga/shared';
import type { Clock } from './clock.js';
import { encodeMessage } from './codec.js';
import { readAck, readAnnouncement, readConfig, type Inbound } from './inbound.js';
import { createLimiter, type Log } from './log.js';
import type { Connection, Network } from './network.js';
import type { TelemetrySender } from './telemetry-sender.js';
import type { AgentTime } from './time.js';

/** A hello is repeated this often until the connection's first ack. */
const HELLO_PERIOD_MS = 5_000;
/** Until the hub's time is known, another one follows each ack after this. */
const SYNC_HELLO_MS = 2_500;
const MIN_RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 10_000;
/** A hub that restarts is back within seconds, and what broke meanwhile is judged only with us: so long we ask often. */
const SOON_BACK_MS = 120_000;
const SOON_RECONNECT_MS = 2_000;
/** The broker may take this long to grant the topics, and to confirm the farewell. */
const SUBSCRIBE_PATIENCE_MS = 10_000;
const FAREWELL_PATIENCE_MS = 2_000;
/** Messages whose echo is still understood. */
const REMEMBERED_SENDINGS = 512;
/** A hub that shows one run after the other is believed no faster than this. */
const RUN_GAP_MS = 1_000;

export interface ConversationDeps {
  clock: Clock;
  network: Network;
  /** 0 ≤ x < 1. */
  random: () => number;
  identity: { agentId: string; shard: string };
  /** Random id of this process, 16 hex digits. */
  process: string;
  stream: () => number;
  configVersion: () => number;
  /** What a state message tells beside its order. */
  about: () => Pick<AgentStateMessage, 'instance' | 'version' | 'probe' | 'probeNote'>;
  time: AgentTime;
  log: Log;
  /** A new connection, or a new run of the hub: it knows nothing of us. */
  onForgotten: () => void;
  onSynced: () => void;
  onAck: (ack: Ack) => void;
  onConfig: (config: AgentConfig) => void;
  /** The stream is older than one the hub knows; `next` is free. */
  onRefused: (next: number) => void;
}

/** The talk with the hub: connecting, birth and will, hello, what comes in. */
export interface Conversation {
  readonly sender: TelemetrySender;
  start(): void;
  /** Leaves, as a new stream has to, and comes back after so many ms. */
  renew(awayMs: number): Promise<void>;
  /** Publishes `stopped` where it is connected, and disconnects. */
  stop(): Promise<void>;
}

export const createConversation = (deps: ConversationDeps): Conversation => {
  const { clock, network, random, identity, time, log } = deps;
  const topic = (channel: 'telemetry' | 'ack' | 'state' | 'config'): string =>
    agentTopic(identity.shard, identity.agentId, channel);
  const topics = { ack: topic('ack'), config: topic('config'), hub: hubTopic(identity.shard) };
  const limited = createLimiter(clock, 60_000);
  /** An origin of its own for `sentAt`: an echo meant for an earlier process cannot be taken for one of ours. */
  const sentAtOriginMs = Math.floor(random() * 1e12);
  const sendings = new Map<number, number>();

  let connectionNumber = 0;
  let attempts = 0;
  let awaySinceMs = clock.monotonicMs();
  let attempt: { abort?: () => void } | undefined;
  let link: Connection | undefined;
  let greeted = false;
  let run: string | undefined;
  let runSinceMs = -Infinity;
  let acked = false;
  let cancelHello: () => void = () => undefined;
  let syncHelloDue = false;
  let cancelReconnect: () => void = () => undefined;

  const stateMessage = (state: AgentStateMessage['state']): string => {
    const message: AgentStateMessage = {
      v: 1,
      state,
      stream: deps.stream(),
      connection: connectionNumber,
      ...deps.about(),
    };
    return JSON.stringify(message);
  };

  const publish = (
    header: Omit<BatchHeader, 'v' | 'stream' | 'process' | 'sentAt'>,
    body?: Uint8Array,
    done?: () => void,
  ): void => {
    if (!link) return;
    const monoMs = clock.monotonicMs();
    const sentAt = Math.round((sentAtOriginMs + monoMs) * 1000) / 1000;
    sendings.set(sentAt, monoMs);
    if (sendings.size > REMEMBERED_SENDINGS)
      for (const [oldest] of sendings) {
        sendings.delete(oldest);
        break;
      }
    const message = encodeMessage(
      { v: 1, stream: deps.stream(), process: deps.process, ...header, sentAt },
      body,
    );
    link.publish(topic('telemetry'), message, { retain: false }, (error) => {
      if (!error) done?.();
    });
  };

  const hello = (): void => {
    publish({ lane: 'live', ageMs: 0, config: deps.configVersion() });
    cancelHello();
    syncHelloDue = false;
    cancelHello = clock.after(HELLO_PERIOD_MS, () => {
      if (!acked || !time.synced) hello();
    });
  };

  const showRun = (shown: string): void => {
    if (shown === run) return;
    const nowMs = clock.monotonicMs();
    if (run !== undefined && nowMs - runSinceMs < RUN_GAP_MS) return;
    run = shown;
    runSinceMs = nowMs;
    if (greeted) deps.onForgotten();
  };

  const takeEcho = (ack: Ack): void => {
    if (!ack.echo) return;
    const sentMonoMs = sendings.get(ack.echo.sentAt);
    if (sentMonoMs === undefined) return;
    sendings.delete(ack.echo.sentAt);
    const result = time.exchange({
      sentMonoMs,
      receivedMonoMs: clock.monotonicMs(),
      heldMs: ack.echo.heldMs,
      hubNowMs: ack.nowMs,
    });
    if (result === 'synced') deps.onSynced();
  };

  /** A refusal tells the newest stream and process; one that names an older stream, or us, was meant for another. */
  const isOurs = ({ stream, process, next }: NonNullable<Ack['refused']>): boolean =>
    next > deps.stream() &&
    (stream > deps.stream() || (stream === deps.stream() && process !== deps.process));

  const takeAck = (ack: Ack): void => {
    acked = true;
    attempts = 0;
    takeEcho(ack);
    if (ack.refused && isOurs(ack.refused)) {
      deps.onRefused(ack.refused.next);
      return;
    }
    showRun(ack.run);
    if (ack.run === run) deps.onAck(ack);
    if (time.synced) cancelHello();
    else if (!syncHelloDue) {
      syncHelloDue = true;
      cancelHello();
      cancelHello = clock.after(SYNC_HELLO_MS, hello);
    }
  };

  const take = <T>(name: string, inbound: Inbound<T>, use: (value: T) => void): void => {
    if (inbound.ok) use(inbound.value);
    else
      limited(name, (heldBack) =>
        log.warn(`a message of the hub was refused: ${name} ${inbound.reason}`, { heldBack }),
      );
  };

  const onMessage = (name: string, payload: Uint8Array): void => {
    if (name === topics.ack) take('ack', readAck(payload), takeAck);
    else if (name === topics.hub) take('hub', readAnnouncement(payload), ({ run: shown }) => showRun(shown));
    else if (name === topics.config) take('config', readConfig(payload), deps.onConfig);
  };

  const greet = (connection: Connection): void => {
    connection.publish(topic('state'), stateMessage('online'), { retain: true });
    greeted = true;
    log.info('connected', { connection: connectionNumber });
    hello();
    deps.onForgotten();
  };

  const onOpen = (connection: Connection): void => {
    link = connection;
    const cancelPatience = clock.after(SUBSCRIBE_PATIENCE_MS, () => connection.drop());
    connection.subscribe(Object.values(topics), (error) => {
      cancelPatience();
      if (link !== connection) return;
      if (!error) return greet(connection);
      log.warn('the broker refused our topics', { reason: error.message });
      connection.drop();
    });
  };

  const connect = (): void => {
    connectionNumber++;
    acked = false;
    const mine: { abort?: () => void } = {};
    attempt = mine;
    const { abort } = network.connect({
      will: { topic: topic('state'), payload: stateMessage('lost') },
      onOpen: (connection) => (attempt === mine ? onOpen(connection) : connection.drop()),
      onMessage: (name, payload) => {
        if (attempt === mine) onMessage(name, payload);
      },
      onClosed: (reason) => {
        if (attempt === mine) onClosed(reason);
      },
    });
    mine.abort = abort;
  };

  const onClosed = (reason: string): void => {
    link = undefined;
    attempt = undefined;
    greeted = false;
    cancelHello();
    const nowMs = clock.monotonicMs();
    if (attempts === 0) awaySinceMs = nowMs;
    const longestMs = nowMs - awaySinceMs < SOON_BACK_MS ? SOON_RECONNECT_MS : MAX_RECONNECT_MS;
    const ceilingMs = Math.min(longestMs, MIN_RECONNECT_MS * 2 ** ++attempts);
    const delayMs = MIN_RECONNECT_MS + random() * (ceilingMs - MIN_RECONNECT_MS);
    limited(`closed ${reason}`, (heldBack) =>
      log.warn('no connection to the hub', { reason, retryInMs: Math.round(delayMs), heldBack }),
    );
    cancelReconnect = clock.after(delayMs, connect);
  };

  const farewell = (connection: Connection): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(FAREWELL_PATIENCE_MS, resolve);
      connection.publish(topic('state'), stateMessage('stopped'), { retain: true }, () => {
        cancel();
        resolve();
      });
    });

  const leave = async (sayStopped: boolean): Promise<void> => {
    cancelReconnect();
    cancelHello();
    const [connection, abort] = [link, attempt?.abort];
    link = undefined;
    attempt = undefined;
    greeted = false;
    if (!connection) return abort?.();
    if (sayStopped) await farewell(connection);
    await connection.close();
  };

  return {
    sender: {
      get open() {
        return greeted && time.synced;
      },
      send: publish,
    },
    start: connect,
    renew: async (awayMs) => {
      await leave(false);
      connectionNumber = 0;
      if (awayMs > 0) cancelReconnect = clock.after(awayMs, connect);
      else connect();
    },
    stop: () => leave(true),
  };
};
