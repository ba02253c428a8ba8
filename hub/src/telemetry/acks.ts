import type { Clock } from '../platform/clock.js';

/** Acks go out at this tick, at most one an agent and tick. */
export const ACK_TICK_MS = 100;
/** An ack waits so long for the verdicts and rows of what it answers, so that one message tells all of it. */
export const ACK_PATIENCE_MS = 1_000;

/** Who is to be answered, and by when. */
export interface Acks<A> {
  /** At a tick after `withinMs` at the latest, 0: at the next one. */
  owe(agent: A, withinMs: number): void;
  forget(agent: A): void;
  /** Sends what is owed, and nothing afterwards. */
  stop(): void;
}

export const createAcks = <A>(clock: Clock, send: (agent: A) => void): Acks<A> => {
  const owed = new Map<A, number>();
  let cancel: (() => void) | undefined;
  let stopped = false;
  const arm = (): void => {
    if (owed.size > 0) cancel ??= clock.after(ACK_TICK_MS, tick);
  };
  const tick = (): void => {
    cancel = undefined;
    const nowMs = clock.monotonicMs();
    for (const [agent, dueMs] of owed) {
      if (dueMs > nowMs) continue;
      owed.delete(agent);
      send(agent);
    }
    arm();
  };
  return {
    owe: (agent, withinMs) => {
      if (stopped) return; // a verdict that comes after the end is told by the agent's next connection
      const dueMs = clock.monotonicMs() + withinMs;
      if (dueMs < (owed.get(agent) ?? Infinity)) owed.set(agent, dueMs);
      arm();
    },
    forget: (agent) => {
      owed.delete(agent);
    },
    stop: () => {
      stopped = true;
      cancel?.();
      cancel = undefined;
      const left = [...owed.keys()];
      owed.clear();
      for (const agent of left) send(agent);
    },
  };
};
