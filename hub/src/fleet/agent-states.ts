import { AgentStateMessage, parseAgentTopic } from '@siaga/shared';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { Compile } from 'typebox/compile';
import type { EventBus } from '../events.js';
import type { BrokerMessage } from '../platform/broker/broker.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import { lockAgents, moveState, saveStateMessage } from './agents-repository.js';
import type { WritableDirectory } from './directory.js';
import { orderState } from './rules.js';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** State messages and silences of one agent that may wait for PostgreSQL; the oldest go first. */
const MAX_WAITING = 32;
/** Between two log lines about the same agent's refused messages. */
const QUIET_MS = 60_000;

const checker = Compile(AgentStateMessage);

/**
 * `isTried`: it was asked of PostgreSQL before and nobody knows whether it was committed, so that what it asks for may be
 * there already and is still to be told.
 */
type Step = { isTried?: true } & (
  | { kind: 'message'; message: AgentStateMessage; seenAtMs: number | undefined; isReplacing?: true }
  | { kind: 'silent' }
  | { kind: 'heard' }
);

/** Keeps what is known of each agent's life: its own word in (stream, connection) order, and silences. */
export interface AgentStates {
  /** A message on an agent's `state` topic. Never throws; what does not fit is counted and dropped. */
  onMessage(message: BrokerMessage): void;
  /** Detection found it silent (rule 7). */
  silent: (agentId: string) => void;
  /** Detection heard it again after that. */
  heardAgain: (agentId: string) => void;
  /** Takes nothing more; resolves when the step under way has ended. */
  stop(): Promise<void>;
}

interface Waiting {
  steps: Step[];
  running: Promise<void> | undefined;
  cancelRetry: (() => void) | undefined;
}

export const createAgentStates = (deps: {
  db: Db;
  directory: WritableDirectory;
  events: EventBus;
  clock: Clock;
  log: Logger;
  metrics: Registry | undefined;
}): AgentStates => {
  const { db, directory, events, clock, log } = deps;
  const waiting = new Map<string, Waiting>();
  const lastWarnedMs = new Map<string, number>();
  let stopped = false;
  const refused =
    deps.metrics &&
    new Counter({
      name: 'siaga_agent_state_refused_total',
      help: 'State messages of agents that were not taken up, by reason',
      labelNames: ['reason'],
      registers: [deps.metrics],
    });

  const refuse = (agentId: string, reason: string, words: string): void => {
    refused?.inc({ reason });
    const nowMs = clock.monotonicMs();
    const lastMs = lastWarnedMs.get(agentId);
    if (lastMs !== undefined && nowMs - lastMs < QUIET_MS) return;
    lastWarnedMs.set(agentId, nowMs);
    log.warn({ agentId, reason }, words);
  };

  const takeMessage = async (agentId: string, step: Step & { kind: 'message' }): Promise<void> => {
    const { message, seenAtMs } = step;
    const order = await db.transaction().execute(async (trx) => {
      const [row] = await lockAgents(trx, [agentId]);
      if (!row) return undefined;
      const { state, state_stream: stream, connection, instance, stream: telemetryStream } = row;
      const verdict = orderState({ state, stream, connection, instance, telemetryStream }, message);
      const seenAt = seenAtMs === undefined ? undefined : new Date(seenAtMs);
      if (state === 'online' && message.state === 'online' && message.stream > stream)
        step.isReplacing = true;
      if (verdict.take) await saveStateMessage(trx, agentId, message, seenAt);
      return verdict;
    });
    if (!order) return;
    const isOwnDoing = step.isTried === true && !order.take && order.reason === 'repeated';
    if (!order.take && !isOwnDoing) {
      if (order.reason === 'second-instance')
        refuse(
          agentId,
          order.reason,
          "a second machine uses this agent's identity while the first is online; enrol it as an agent of its own",
        );
      else if (order.reason === 'far-ahead')
        refuse(
          agentId,
          order.reason,
          'a state message of a stream or connection far ahead of the newest known',
        );
      else refused?.inc({ reason: order.reason });
      return;
    }
    const agent = directory.agent(agentId);
    // Revoked while the message was being saved: its last word is the revocation.
    if (!agent || agent.state === 'revoked') return;
    directory.putAgent({ ...agent, state: message.state, lastSeenAtMs: seenAtMs ?? agent.lastSeenAtMs });
    if (step.isReplacing) events.emit('agent.replaced', agentId);
    events.emit('agent.state', agentId, message.state);
    events.emit('agent.changed', agentId);
  };

  const move = async (
    agentId: string,
    step: Step,
    from: 'online' | 'lost',
    to: 'online' | 'lost',
  ): Promise<void> => {
    const sources = step.isTried ? [from, to] : [from];
    if (!(await db.transaction().execute((trx) => moveState(trx, agentId, sources, to)))) return;
    const agent = directory.agent(agentId);
    if (!agent || agent.state === 'revoked') return;
    directory.putAgent({ ...agent, state: to });
    events.emit('agent.changed', agentId);
  };

  const take = (agentId: string, step: Step): Promise<void> => {
    switch (step.kind) {
      case 'message':
        return takeMessage(agentId, step);
      case 'silent':
        return move(agentId, step, 'online', 'lost');
      case 'heard':
        return move(agentId, step, 'lost', 'online');
    }
  };

  /** One step of an agent after another; a step that PostgreSQL does not take is tried again before the next. */
  const drain = async (agentId: string, queue: Waiting): Promise<void> => {
    let retryMs = FIRST_RETRY_MS;
    for (let step = queue.steps[0]; step && !stopped; step = queue.steps[0]) {
      try {
        await take(agentId, step);
        // The oldest may have been pushed out by newer ones meanwhile.
        if (queue.steps[0] === step) queue.steps.shift();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (isRefusal(error)) {
          refuse(agentId, 'unsavable', 'a state message holds what PostgreSQL cannot');
          if (queue.steps[0] === step) queue.steps.shift();
          continue;
        }
        step.isTried = true;
        if (stopped) break;
        log.warn({ err: error, agentId, retryMs }, "an agent's state could not be saved; trying again");
        await new Promise<void>((resolve) => {
          const cancel = clock.after(retryMs, resolve);
          queue.cancelRetry = () => {
            cancel();
            resolve();
          };
        });
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    waiting.delete(agentId);
  };

  const add = (agentId: string, step: Step): void => {
    if (stopped) return;
    let queue = waiting.get(agentId);
    if (!queue) waiting.set(agentId, (queue = { steps: [], running: undefined, cancelRetry: undefined }));
    queue.steps.push(step);
    if (queue.steps.length > MAX_WAITING) {
      queue.steps.shift();
      refuse(agentId, 'flood', 'more state messages than can be saved; the oldest were dropped');
    }
    queue.running ??= drain(agentId, queue);
  };

  return {
    onMessage: ({ topic, payload }) => {
      const parsed = parseAgentTopic(topic);
      // An empty payload is the hub's own clearing of what a deleted agent left behind.
      if (parsed?.channel !== 'state' || payload.length === 0) return;
      const { agentId, shard } = parsed;
      const agent = directory.agent(agentId);
      if (!agent || agent.shard !== shard)
        return refuse(agentId, 'unknown', 'a state message of no known agent');
      const message = decode(payload);
      if (!message) return refuse(agentId, 'undecodable', 'a state message that does not fit its schema');
      // A will is the broker's word of an agent that it cannot hear.
      const seenAtMs = message.state === 'lost' ? undefined : clock.nowMs();
      add(agentId, { kind: 'message', message, seenAtMs });
    },
    silent: (agentId) => add(agentId, { kind: 'silent' }),
    heardAgain: (agentId) => add(agentId, { kind: 'heard' }),
    stop: async () => {
      stopped = true;
      for (const queue of waiting.values()) queue.cancelRetry?.();
      await Promise.all([...waiting.values()].flatMap((queue) => queue.running ?? []));
    },
  };
};

/** Whether PostgreSQL will refuse the same values for ever (SQLSTATE classes 22, data, and 23, constraints). */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^2[23][0-9A-Z]{3}$/.test(String(error.code));

const decode = (payload: Buffer): AgentStateMessage | undefined => {
  try {
    const message: unknown = JSON.parse(payload.toString('utf8'));
    return checker.Check(message) ? message : undefined;
  } catch {
    return undefined;
  }
};
