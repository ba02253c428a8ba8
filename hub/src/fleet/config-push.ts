import { agentTopic } from '@siaga/shared';
import type { Logger } from 'pino';
import type { Broker } from '../platform/broker/broker.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import { loadConfigAgents, loadConfigs } from './configs-repository.js';
import { buildConfig } from './rules.js';

/** Changes within this time go out as one configuration. */
const GATHER_MS = 100;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** Agents whose configurations are read in one statement when all are published. */
const AGENTS_PER_STATEMENT = 100;

/**
 * Publishes each agent's configuration, retained. Version and checks are read together, in one statement, when they
 * are sent, and an agent's sendings follow each other: an older version never overwrites a newer one, and one version
 * never has two contents. What the broker does not take is sent again.
 */
export interface ConfigPush {
  /** The agent's configuration changed, or the agent is gone: an empty payload then clears what was retained. */
  changed: (agentId: string) => void;
  /** Publishes every agent's; resolves when all were tried once. After the broker's start and restart. */
  publishAll: () => Promise<void>;
  /** Sends nothing more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

interface Sending {
  /** Something changed since the last reading. */
  dirty: boolean;
  running: Promise<void> | undefined;
  cancelTimer: (() => void) | undefined;
  retryMs: number;
}

export const createConfigPush = (deps: {
  db: Db;
  broker: () => Broker;
  clock: Clock;
  log: Logger;
}): ConfigPush => {
  const { db, clock, log } = deps;
  const sendings = new Map<string, Sending>();
  let stopped = false;

  /** Answers the agents whose configuration the broker did not take. */
  const send = async (agentIds: readonly string[]): Promise<Set<string>> => {
    const failed = new Set<string>();
    for (const { agentId, shard, inService, version, checks } of await loadConfigs(db, agentIds)) {
      const payload = inService ? JSON.stringify(buildConfig(version, checks)) : '';
      try {
        await deps.broker().publish(agentTopic(shard, agentId, 'config'), payload, { qos: 1, retain: true });
        // The last word of an agent out of service is kept by an external broker; nobody else clears it.
        if (!inService)
          await deps.broker().publish(agentTopic(shard, agentId, 'state'), '', { qos: 1, retain: true });
      } catch (error) {
        failed.add(agentId);
        log.warn({ err: error, agentId, version }, 'a configuration was not taken by the broker');
      }
    }
    return failed;
  };

  const schedule = (agentId: string, sending: Sending, delayMs: number): void => {
    if (stopped || sending.cancelTimer || sending.running) return;
    sending.cancelTimer = clock.after(delayMs, () => {
      sending.cancelTimer = undefined;
      void start([agentId]);
    });
  };

  /** Sends these agents' configurations, none of which is being sent now. */
  const start = (agentIds: readonly string[]): Promise<void> => {
    const work = (async () => {
      let failed: ReadonlySet<string> = new Set(agentIds);
      try {
        failed = await send(agentIds);
      } catch (error) {
        log.warn({ err: error, agents: agentIds.length }, 'configurations could not be read');
      }
      for (const agentId of agentIds) settle(agentId, !failed.has(agentId));
    })();
    for (const agentId of agentIds) {
      const sending = sendingOf(agentId);
      sending.dirty = false;
      sending.cancelTimer?.();
      sending.cancelTimer = undefined;
      sending.running = work;
    }
    return work;
  };

  const settle = (agentId: string, wasSent: boolean): void => {
    const sending = sendingOf(agentId);
    sending.running = undefined;
    if (!wasSent) {
      schedule(agentId, sending, sending.retryMs);
      sending.retryMs = Math.min(sending.retryMs * 2, LONGEST_RETRY_MS);
    } else if (sending.dirty) {
      sending.retryMs = FIRST_RETRY_MS;
      schedule(agentId, sending, GATHER_MS);
    } else {
      sendings.delete(agentId);
    }
  };

  const sendingOf = (agentId: string): Sending => {
    let sending = sendings.get(agentId);
    if (!sending) {
      sending = { dirty: false, running: undefined, cancelTimer: undefined, retryMs: FIRST_RETRY_MS };
      sendings.set(agentId, sending);
    }
    return sending;
  };

  const changed = (agentId: string): void => {
    const sending = sendingOf(agentId);
    sending.dirty = true;
    schedule(agentId, sending, GATHER_MS);
  };

  return {
    changed,
    publishAll: async () => {
      const ids = await loadConfigAgents(db);
      for (let from = 0; from < ids.length && !stopped; from += AGENTS_PER_STATEMENT) {
        const chunk = ids.slice(from, from + AGENTS_PER_STATEMENT);
        const idle = chunk.filter((agentId) => !sendings.get(agentId)?.running);
        // One that is being sent may have been read before the broker restarted.
        for (const agentId of chunk) if (!idle.includes(agentId)) changed(agentId);
        if (idle.length > 0) await start(idle);
      }
    },
    stop: async () => {
      stopped = true;
      for (const sending of sendings.values()) sending.cancelTimer?.();
      await Promise.all([...sendings.values()].flatMap((sending) => sending.running ?? []));
    },
  };
};
