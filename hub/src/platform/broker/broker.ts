/**
 * The MQTT broker as the hub sees it; one conformance suite runs over every implementation.
 * The hub speaks for itself: it may publish anything and hears every agent's topics.
 */
export interface BrokerMessage {
  topic: string;
  payload: Buffer;
  retain: boolean;
}

export interface PublishOptions {
  /** Default 1. */
  qos?: 0 | 1;
  retain?: boolean;
}

export interface Broker {
  /** Starts listening (embedded) or connects (external). Rejects with the setting's name where the port is taken. */
  start(): Promise<void>;
  /** Hears nothing more and stops; no last will of a client reaches `onMessage` after this was called. */
  stop(): Promise<void>;
  /** Resolves when the broker has taken the message; rejects while it is away. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /** Set before `start`. Called for each message on an agent's `telemetry`, `state` and `reply` topics. */
  onMessage(handler: (message: BrokerMessage) => void): void;
  /** Ends every connection of this user name (revoked, deleted). */
  disconnect(username: string): Promise<void>;
}

/** Who may connect, asked at each CONNECT. Answers the shard the agent's topics are in, or undefined to refuse. */
export type AuthenticateAgent = (
  username: string,
  password: Buffer,
) => Promise<{ agentId: string; shard: string } | undefined>;
