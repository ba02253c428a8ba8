import type { AgentStatus } from '@siaga/shared';
import type { AgentReport, EventBus } from '../events.js';

/** An agent's figures are told at most so often, but for a status of its own, which is told at once. */
const REPORT_EVERY_MS = 60_000;

/** What is gathered of one agent between two reports. */
export interface AgentFigures {
  sentMs: number;
  offsetMs: number | undefined;
}

export const newFigures = (): AgentFigures => ({ sentMs: -Infinity, offsetMs: undefined });

/**
 * Gathers how far an agent's stamps are from the hub's clock. A batch's newest sample is older than the batch by an
 * unknown part of the probe interval, so the largest figure of a minute is the one nearest to the truth.
 */
export const noteStamp = (figures: AgentFigures, newestMs: number, ageMs: number, nowMs: number): void => {
  const offsetMs = newestMs + ageMs - nowMs;
  if (figures.offsetMs === undefined || offsetMs > figures.offsetMs) figures.offsetMs = offsetMs;
};

export const report = (
  figures: AgentFigures,
  events: EventBus,
  agentId: string,
  monotonicMs: number,
  status: AgentStatus | undefined,
): void => {
  if (!status && monotonicMs - figures.sentMs < REPORT_EVERY_MS) return;
  const told: AgentReport = {
    ...(figures.offsetMs !== undefined && { clockOffsetMs: Math.round(figures.offsetMs) }),
    ...(status && {
      outboxRows: status.outboxRows,
      lostSamples: status.lost.reduce((samples, range) => samples + range.samples, 0),
    }),
  };
  figures.sentMs = monotonicMs;
  figures.offsetMs = undefined;
  events.emit('agent.report', agentId, told);
};
