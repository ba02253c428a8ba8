import { connect, type IClientOptions } from 'mqtt';
import { KEEP_ALIVE_S } from '@siaga/shared';
import { reasonOf } from './log.js';
import type { Connection, Network } from './network.js';

const CONNECT_PATIENCE_MS = 10_000;
const CLOSE_WITHIN_MS = 3_000;

export interface MqttCredentials {
  /** mqtt:// or mqtts:// */
  url: string;
  clientId: string;
  username: string;
  password: string;
  /** PEM of the authority to trust, or null for the system's own. */
  ca: string | null;
}

/** The broker over the mqtt client: clean session, one client an attempt, no reconnecting of its own. */
export const createMqttNetwork = ({ url, ca, ...credentials }: MqttCredentials): Network => ({
  connect: ({ will, onOpen, onMessage, onClosed }) => {
    const options: IClientOptions = {
      ...credentials,
      ...(ca === null ? {} : { ca }),
      clean: true,
      keepalive: KEEP_ALIVE_S,
      connectTimeout: CONNECT_PATIENCE_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      timerVariant: 'native',
      // The client's cache of all 65,536 message numbers takes 6 MB.
      writeCache: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    };
    const client = connect(url, options);
    let reason = 'the connection was closed';
    let closed = false;

    const connection: Connection = {
      subscribe: (topics, done) => {
        client.subscribe([...topics], { qos: 1 }, (error, granted) => {
          const refused = granted?.find(({ qos }) => qos === 128);
          if (error) done(error);
          else if (refused) done(new Error(`${refused.topic} was not granted`));
          else done();
        });
      },
      publish: (topic, payload, { retain }, done) => {
        if (closed) return;
        client.publish(topic, payload as Buffer | string, { qos: 1, retain }, (error) =>
          error ? done?.(error) : done?.(),
        );
      },
      close: () =>
        new Promise((resolve) => {
          // Unconfirmed messages are in the outbox; waiting for them could last for ever.
          for (const messageId of Object.keys(client.outgoing))
            client.removeOutgoingMessage(Number(messageId));
          client.end(false, () => resolve());
          // A dead line never confirms the goodbye, and a second `end` does nothing; the broker tells the last will then.
          const timer = setTimeout(() => client.stream.destroy(), CLOSE_WITHIN_MS).unref();
          client.once('close', () => clearTimeout(timer));
        }),
      drop: () => {
        client.end(true);
      },
    };

    client.on('connect', () => onOpen(connection));
    client.on('message', onMessage);
    client.on('error', (error) => {
      reason = reasonOf(error) || (error as { code?: string }).code || reason;
    });
    client.on('close', () => {
      if (closed) return;
      closed = true;
      client.end(true);
      onClosed(reason);
    });
    return { abort: () => connection.drop() };
  },
});
