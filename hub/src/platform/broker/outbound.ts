import type { MqttClient } from 'mqtt';
import type { Clock } from '../clock.js';
import type { PublishOptions } from './broker.js';

/** Messages that the broker has not confirmed (QoS 1) or the socket has not taken (QoS 0). */
const MAX_IN_FLIGHT = 64;
/** What may wait behind them, messages and bytes; past it a publish rejects at once. */
const MAX_WAITING = 8_192;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** A publish is given up, and its caller told, after so long. */
const PUBLISH_WITHIN_MS = 10_000;
/** A broker that has not confirmed a message for so long is not there, whatever TCP believes. */
const UNANSWERED_MS = 30_000;

/** What the hub publishes over one connection, in order, within bounds. */
export interface Outbound {
  publish(topic: string, payload: Buffer, options: Required<PublishOptions>): Promise<void>;
  /** The connection ended: whatever was not confirmed rejects. */
  end(reason: Error): void;
}

interface Message {
  topic: string;
  payload: Buffer;
  options: Required<PublishOptions>;
  settle: (error?: Error) => void;
}

export const createOutbound = (deps: {
  client: Pick<MqttClient, 'publish'>;
  clock: Pick<Clock, 'after'>;
  /** A message was not confirmed for 30 s. */
  onUnanswered: () => void;
}): Outbound => {
  const { client, clock } = deps;
  const waiting: Message[] = [];
  const unsettled = new Set<Message>();
  let waitingBytes = 0;
  let inFlight = 0;
  let ended: Error | undefined;

  const send = ({ topic, payload, options, settle }: Message): void => {
    inFlight++;
    const cancel = options.qos === 1 ? clock.after(UNANSWERED_MS, deps.onUnanswered) : undefined;
    client.publish(topic, payload, options, (error) => {
      cancel?.();
      inFlight--;
      settle(error);
      pump();
    });
  };
  let isPumping = false;
  /** A callback may come within the call that sends. */
  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    while (!ended && inFlight < MAX_IN_FLIGHT) {
      const next = waiting.shift();
      if (!next) break;
      waitingBytes -= next.payload.length;
      // Given up meanwhile.
      if (unsettled.has(next)) send(next);
    }
    isPumping = false;
  };

  return {
    publish: (topic, payload, options) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const isFull = waiting.length >= MAX_WAITING || waitingBytes + payload.length > MAX_WAITING_BYTES;
        if (waiting.length > 0 && isFull)
          return reject(new Error('the MQTT broker takes less than the hub has to say'));
        const settle = (error?: Error): void => {
          if (!unsettled.delete(message)) return;
          cancel();
          if (error) reject(error);
          else resolve();
        };
        const message: Message = { topic, payload, options, settle };
        const cancel = clock.after(PUBLISH_WITHIN_MS, () =>
          settle(new Error(`the MQTT broker has not taken a message within ${PUBLISH_WITHIN_MS / 1000} s`)),
        );
        unsettled.add(message);
        waiting.push(message);
        waitingBytes += payload.length;
        pump();
      }),
    end: (reason) => {
      ended = reason;
      waiting.length = 0;
      for (const message of unsettled) message.settle(reason);
    },
  };
};
