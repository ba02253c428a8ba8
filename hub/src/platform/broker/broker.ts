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
  /**
   * Starts listening (embedded) or connects (external). Rejects with a StartError that names the setting where the port
   * is taken, the broker cannot be reached, or it refuses the hub.
   */
  start(): Promise<void>;
  /** Hears nothing more and stops; no last will of a client reaches `onMessage` after this was called. */
  stop(): Promise<void>;
  /** Resolves when the broker has taken the message; rejects while it is away, or takes too little too slowly. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /**
   * Set before `start`. Called for each message on an agent's `telemetry`, `state` and `reply` topics; from an external
   * broker also, `retain` set, for the last state of each agent whenever the hub has connected. Last wills that the
   * broker's own end set off are no word of any agent and are not among them.
   */
  onMessage(handler: (message: BrokerMessage) => void): void;
  /**
   * Set before `start`. `lost`: nothing can be heard or published any more; `over`: it can again, and whatever was
   * retained must be published anew. In turns; the embedded broker, whose life is the hub's, calls neither.
   */
  onOutage(handlers: OutageHandlers): void;
  /** Why nothing can be heard or published just now, or null. */
  problem(): string | null;
  /**
   * Ends every connection of this user name (revoked, deleted, new credentials). A client of an external broker cannot
   * do that: there it only warns, and the connection lives until the broker has read its files again
   * (`siaga admin broker-acl`). Nothing an agent says after it was revoked is taken up, on either.
   */
  disconnect(username: string): Promise<void>;
}

export interface OutageHandlers {
  lost(): void;
  over(): void;
}

/** Who may connect, asked at each CONNECT. Answers the shard the agent's topics are in, or undefined to refuse. */
export type AuthenticateAgent = (
  username: string,
  password: Buffer,
) => Promise<{ agentId: string; shard: string } | undefined>;
