import type { Logger } from 'pino';
import type { AgentReport } from '../events.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import { saveFigures, type AgentFigures } from './agents-repository.js';
import type { WritableDirectory } from './directory.js';

/** Figures and signs of life are written together, at most this often. */
const FLUSH_MS = 10_000;

/** What agents report of themselves, and when they were last heard: in memory at once, in PostgreSQL at leisure. */
export interface AgentReports {
  start(): void;
  /** Any message of the agent; cheap enough for each of them. */
  heard: (agentId: string) => void;
  report: (agentId: string, report: AgentReport) => void;
  /** Writes down what is not written yet. */
  stop(): Promise<void>;
}

export const createAgentReports = (deps: {
  db: Db;
  directory: WritableDirectory;
  clock: Clock;
  log: Logger;
}): AgentReports => {
  const { db, directory, clock, log } = deps;
  let figures = new Map<string, AgentFigures>();
  let writing: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  const figuresOf = (agentId: string): AgentFigures => {
    let own = figures.get(agentId);
    if (!own) {
      own = { id: agentId, seenAtMs: null, clockOffsetMs: null, outboxRows: null, lostSamples: null };
      figures.set(agentId, own);
    }
    return own;
  };

  const heard = (agentId: string): void => {
    const agent = directory.agent(agentId);
    if (!agent) return;
    const nowMs = clock.nowMs();
    agent.lastSeenAtMs = nowMs;
    figuresOf(agentId).seenAtMs = nowMs;
  };

  const flush = async (): Promise<void> => {
    if (figures.size === 0) return;
    const batch = figures;
    figures = new Map();
    try {
      await saveFigures(db, [...batch.values()]);
    } catch (error) {
      log.warn({ err: error, agents: batch.size }, "agents' figures could not be saved; trying again");
      // What came in meanwhile is newer and stays on top.
      for (const [agentId, old] of batch) {
        const newer = figuresOf(agentId);
        newer.seenAtMs ??= old.seenAtMs;
        newer.clockOffsetMs ??= old.clockOffsetMs;
        newer.outboxRows ??= old.outboxRows;
        newer.lostSamples ??= old.lostSamples;
      }
    }
  };

  /** One writing at a time, so that an older figure never follows a newer one. */
  const flushInTurn = (): Promise<void> => {
    const work = (writing ?? Promise.resolve()).then(flush);
    writing = work;
    return work;
  };

  return {
    start: () => {
      cancel = clock.every(FLUSH_MS, () => void flushInTurn());
    },
    heard,
    report: (agentId, report) => {
      if (!directory.agent(agentId)) return;
      heard(agentId);
      const own = figuresOf(agentId);
      own.clockOffsetMs = report.clockOffsetMs ?? own.clockOffsetMs;
      own.outboxRows = report.outboxRows ?? own.outboxRows;
      own.lostSamples = report.lostSamples ?? own.lostSamples;
    },
    stop: async () => {
      cancel?.();
      await flushInTurn();
    },
  };
};
