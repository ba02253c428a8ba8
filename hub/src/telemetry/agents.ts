import { agentTopic, parseAgentTopic, type Ack } from '@siaga/shared';
import type { FleetDirectory } from '../fleet/ports.js';
import { newJudgingLine, type JudgingLine } from './judging-line.js';
import type { Lane, Newest } from './lanes.js';
import { newFigures, type AgentFigures } from './reports.js';

/** Messages of one agent that wait while its new stream is being remembered; past it the ring brings them again. */
const MAX_HELD_MESSAGES = 64;
const MAX_HELD_BYTES = 512 * 1024;
/** The same for all agents together. */
const MAX_HELD_BYTES_OF_ALL = 32 * 1024 * 1024;

export interface HeldMessage {
  payload: Buffer;
  arrivedMs: number;
}

/** All the hub remembers of an agent's telemetry while it runs. */
export interface AgentState {
  readonly id: string;
  readonly topic: string;
  readonly ackTopic: string;
  newest: Newest;
  live: Lane | undefined;
  history: Lane | undefined;
  /** History batches taken up and not stored, of whatever stream. */
  historyWaiting: number;
  /** Rows of live batches that wait for the row store. */
  liveRowsWaiting: number;
  /** Live batches that wait for their verdicts. */
  readonly judging: JudgingLine;
  /** Messages that wait for a new stream to be remembered. */
  held: HeldMessage[] | undefined;
  /** The newest message that no ack has answered yet. */
  echo: { sentAt: number; arrivedMs: number } | undefined;
  /** An older process, or a second copy, spoke since the last ack. */
  refused: boolean;
  figures: AgentFigures;
}

export interface AgentBook {
  /** What PostgreSQL knows of an agent, also before it first speaks. */
  learn(agentId: string, newest: Newest): void;
  /** The agent that may speak on this telemetry topic; undefined where the directory knows none, or a revoked one. */
  at(topic: string): AgentState | undefined;
  byId(agentId: string): AgentState | undefined;
  remove(agentId: string): void;
  /** Keeps a copy for later; false where there is no room. */
  hold(agent: AgentState, payload: Buffer, arrivedMs: number): boolean;
  /** Ends the waiting and answers what was held, oldest first. */
  release(agent: AgentState): HeldMessage[];
}

/** @param onGone an agent's state is given up: it was removed, or speaks in another shard from now on */
export const createAgentBook = (
  directory: FleetDirectory,
  onGone: (agent: AgentState) => void,
): AgentBook => {
  const byTopic = new Map<string, AgentState>();
  const byId = new Map<string, AgentState>();
  const known = new Map<string, Newest>();
  let heldBytes = 0;

  const bytesOf = (held: readonly HeldMessage[]): number =>
    held.reduce((sum, { payload }) => sum + payload.length, 0);

  const release = (agent: AgentState): HeldMessage[] => {
    const held = agent.held ?? [];
    agent.held = undefined;
    heldBytes -= bytesOf(held);
    return held;
  };

  const remove = (agentId: string): void => {
    const agent = byId.get(agentId);
    if (!agent) return;
    release(agent);
    onGone(agent);
    byId.delete(agentId);
    byTopic.delete(agent.topic);
  };

  const add = (topic: string): AgentState | undefined => {
    const parsed = parseAgentTopic(topic);
    const listed = parsed?.channel === 'telemetry' ? directory.agent(parsed.agentId) : undefined;
    if (!parsed || listed?.shard !== parsed.shard) return undefined;
    // One agent, one state: a new shard means a new topic, and the old one is nobody's.
    remove(listed.id);
    const agent: AgentState = {
      id: listed.id,
      topic,
      ackTopic: agentTopic(listed.shard, listed.id, 'ack'),
      newest: known.get(listed.id) ?? { stream: 0, process: '' },
      live: undefined,
      history: undefined,
      historyWaiting: 0,
      liveRowsWaiting: 0,
      judging: newJudgingLine(),
      held: undefined,
      echo: undefined,
      refused: false,
      figures: newFigures(),
    };
    byTopic.set(topic, agent);
    byId.set(agent.id, agent);
    return agent;
  };

  return {
    learn: (agentId, newest) => {
      known.set(agentId, newest);
      const agent = byId.get(agentId);
      if (agent) agent.newest = newest;
    },
    at: (topic) => {
      const agent = byTopic.get(topic) ?? add(topic);
      // An external broker may keep a connection that the embedded one would have cut.
      return agent && directory.agent(agent.id)?.state !== 'revoked' ? agent : undefined;
    },
    byId: (agentId) => byId.get(agentId),
    remove: (agentId) => {
      remove(agentId);
      known.delete(agentId);
    },
    hold: (agent, payload, arrivedMs) => {
      const held = (agent.held ??= []);
      const full =
        held.length >= MAX_HELD_MESSAGES ||
        bytesOf(held) + payload.length > MAX_HELD_BYTES ||
        heldBytes + payload.length > MAX_HELD_BYTES_OF_ALL;
      if (full) return false;
      held.push({ payload: Buffer.from(payload), arrivedMs });
      heldBytes += payload.length;
      return true;
    },
    release,
  };
};

/** Where the hub stands with the agent; answers what it said last, and what was refused, once. */
export const ackFor = (agent: AgentState, run: string, nowMs: number, monotonicMs: number): Ack => {
  const { live, history, echo, newest, refused } = agent;
  agent.echo = undefined;
  agent.refused = false;
  return {
    run,
    nowMs,
    ...(echo && { echo: { sentAt: echo.sentAt, heldMs: Math.max(0, monotonicMs - echo.arrivedMs) } }),
    live: {
      stream: live?.stream ?? 0,
      judged: live?.judged.value() ?? 0,
      stored: live?.stored.value() ?? 0,
    },
    history: { stream: history?.stream ?? 0, stored: history?.stored.value() ?? 0 },
    ...(refused && { refused: { ...newest, next: newest.stream + 1 } }),
  };
};

/** True while nothing of the agent waits for a verdict or a commit. */
export const isSettled = ({ live, history }: AgentState): boolean =>
  (!live || (live.judged.value() === live.next - 1 && live.stored.value() === live.next - 1)) &&
  (!history || history.stored.value() === history.next - 1);
