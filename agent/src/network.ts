/** An open connection to the broker. All calls are no-ops once it is closed. */
export interface Connection {
  /** `done` tells whether the broker granted every topic. */
  subscribe(topics: readonly string[], done: (error?: Error) => void): void;
  /** QoS 1. `done` when the broker confirmed it, or with an error when the connection ended before. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: { retain: boolean },
    done?: (error?: Error) => void,
  ): void;
  /** Says goodbye, so that no last will is sent; settles when the connection is gone. */
  close(): Promise<void>;
  /** Cuts without a goodbye. */
  drop(): void;
}

export interface ConnectAttempt {
  will: { topic: string; payload: string };
  onOpen: (connection: Connection) => void;
  onMessage: (topic: string, payload: Uint8Array) => void;
  /** Exactly once an attempt, whether it ever opened or not. */
  onClosed: (reason: string) => void;
}

/** The way to the broker: clean session, keep-alive and client id are its own business; reconnecting is the caller's. */
export interface Network {
  /** One attempt; `abort` gives it up (then `onClosed` follows). */
  connect(attempt: ConnectAttempt): { abort: () => void };
}
