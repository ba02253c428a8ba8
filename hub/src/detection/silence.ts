import type { BlindReason } from './engine/index.js';

/** Rule 7: an agent of which nothing was heard for this long is silent. */
export const SILENT_AFTER_MS = 45_000;
/** Rule 7: after the hub's own start, or the broker's, agents have this long to come back. */
export const START_GRACE_MS = 90_000;
/** The hub itself stood still for longer than this: what agents sent meanwhile lies unread, they are not silent. */
const STALL_MS = 5_000;

/** Who was heard when, by the hub's monotonic clock. */
export interface SilenceWatch {
  /** Begins to watch an agent; `blind` where it is known to be away already. Knows it already: nothing happens. */
  add(agentId: string, blind: BlindReason | 'never-heard' | null, nowMs: number): void;
  remove(agentId: string): void;
  /** A sign of life. Answers why the agent was blind until now, or null where it was not. */
  heard(agentId: string, nowMs: number): BlindReason | 'never-heard' | null;
  /** Blind from now on, for a reason from outside. False where it was blind already. */
  blind(agentId: string, reason: BlindReason): boolean;
  /** The broker is away: nobody can be heard, so nobody is silent. */
  deaf(): void;
  /** It is there again: from now on rule 7's grace, as after the hub's own start. */
  hearing(nowMs: number): void;
  /** Agents that have just become silent. To be asked about once a second. */
  tick(nowMs: number): string[];
}

interface Seen {
  heardAtMs: number;
  blind: BlindReason | 'never-heard' | null;
}

/** All times are the hub's monotonic clock, ms. */
export const createSilenceWatch = (startedAtMs: number): SilenceWatch => {
  const agents = new Map<string, Seen>();
  let graceUntilMs = startedAtMs + START_GRACE_MS;
  let lastTickMs = startedAtMs;
  let isDeaf = false;
  return {
    add: (agentId, blind, nowMs) => {
      if (!agents.has(agentId)) agents.set(agentId, { heardAtMs: nowMs, blind });
    },
    remove: (agentId) => {
      agents.delete(agentId);
    },
    heard: (agentId, nowMs) => {
      const seen = agents.get(agentId);
      if (!seen) return null;
      const { blind } = seen;
      seen.heardAtMs = nowMs;
      seen.blind = null;
      return blind;
    },
    blind: (agentId, reason) => {
      const seen = agents.get(agentId);
      if (!seen || (seen.blind !== null && seen.blind !== 'never-heard')) return false;
      seen.blind = reason;
      return true;
    },
    deaf: () => {
      isDeaf = true;
    },
    hearing: (nowMs) => {
      isDeaf = false;
      graceUntilMs = Math.max(graceUntilMs, nowMs + START_GRACE_MS);
    },
    tick: (nowMs) => {
      if (nowMs - lastTickMs > STALL_MS) graceUntilMs = Math.max(graceUntilMs, nowMs + SILENT_AFTER_MS);
      lastTickMs = nowMs;
      if (isDeaf || nowMs < graceUntilMs) return [];
      const silent: string[] = [];
      for (const [agentId, seen] of agents) {
        if (seen.blind !== null || nowMs - seen.heardAtMs <= SILENT_AFTER_MS) continue;
        seen.blind = 'agent-silent';
        silent.push(agentId);
      }
      return silent;
    },
  };
};
