import type { Clock } from '../clock.js';
import type { BrokerMessage } from './broker.js';

/** A broker that stops tells its clients' last wills and then hangs up; it has this long between the two, ms. */
export const WILL_HOLD_MS = 3_000;

/**
 * Keeps last wills that an external broker's own end set off from being taken for deaths of agents. A will is held for
 * a moment and dropped where the connection ends meanwhile; one that was kept (retained) may be of such an end as well
 * and is always dropped. Whoever is really gone is then told by its silence, after the grace of rule 7.
 */
export interface WillSieve {
  pass(message: BrokerMessage): void;
  /** The connection to the broker ended: what is held was its last breath. */
  drop(): void;
}

export const createWillSieve = (
  clock: Pick<Clock, 'after'>,
  deliver: (message: BrokerMessage) => void,
): WillSieve => {
  const held = new Map<string, { message: BrokerMessage; cancel: () => void }>();
  const release = (topic: string): void => {
    const will = held.get(topic);
    if (!will) return;
    held.delete(topic);
    will.cancel();
    deliver(will.message);
  };
  return {
    pass: (message) => {
      const { topic, payload, retain } = message;
      // A later word on the same topic (of a new connection) must not overtake the will of the one before.
      release(topic);
      if (!topic.endsWith('/state') || !isWill(payload)) return deliver(message);
      if (retain) return;
      const copy = { ...message, payload: Buffer.from(payload) };
      held.set(topic, { message: copy, cancel: clock.after(WILL_HOLD_MS, () => release(topic)) });
    },
    drop: () => {
      for (const { cancel } of held.values()) cancel();
      held.clear();
    },
  };
};

/** Agents say that they are `lost` by their last will only (shared, AgentStateMessage). */
const isWill = (payload: Buffer): boolean => {
  try {
    return (JSON.parse(payload.toString('utf8')) as { state?: unknown } | null)?.state === 'lost';
  } catch {
    return false;
  }
};
