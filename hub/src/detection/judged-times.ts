import type { FleetDirectory } from '../fleet/ports.js';
import type { LiveBatch } from '../telemetry/ports.js';
import type { Behind, JudgedUntil } from './store.js';

/** An agent makes a batch every 10 s; whose newest judged one is older than this is behind. */
const BEHIND_AFTER_MS = 15_000;

/** Until when each agent's samples were judged, hub's epoch ms: what a lease says of a whole shard is not true of all. */
export interface JudgedTimes {
  /** As the hub before left it: until this one has judged a batch of theirs, all these agents are behind. */
  load(untilMs: ReadonlyMap<string, number>): void;
  /** A batch was judged: it holds what its agent had seen until it was made. */
  judged(batch: LiveBatch): void;
  /** To put on record; `atMs`: all that waited then was judged. */
  until(atMs: number): JudgedUntil;
}

export const createJudgedTimes = ({
  directory,
  clock,
  isBlind,
}: {
  directory: FleetDirectory;
  clock: { nowMs(): number; monotonicMs(): number };
  /** Its devices are `unknown` on record already. */
  isBlind: (agentId: string) => boolean;
}): JudgedTimes => {
  const times = new Map<string, number>();
  const unheard = new Set<string>();

  const isBehind = (agentId: string, atMs: number): boolean =>
    (unheard.has(agentId) || atMs - times.get(agentId)! > BEHIND_AFTER_MS) && !isBlind(agentId);

  return {
    load: (untilMs) => {
      times.clear();
      unheard.clear();
      for (const [agentId, atMs] of untilMs) {
        times.set(agentId, atMs);
        unheard.add(agentId);
      }
    },
    judged: ({ agentId, arrivedMs, ageMs }) => {
      const madeAtMs = Math.floor(clock.nowMs() - (clock.monotonicMs() - arrivedMs) - ageMs);
      times.set(agentId, Math.max(times.get(agentId) ?? 0, madeAtMs));
      unheard.delete(agentId);
    },
    until: (atMs) => {
      const behind = new Map<string, Record<string, number>>();
      for (const [agentId, untilMs] of times) {
        const shard = directory.agent(agentId)?.shard;
        if (shard === undefined) {
          times.delete(agentId);
          unheard.delete(agentId);
        } else if (isBehind(agentId, atMs)) {
          const own = behind.get(shard) ?? {};
          behind.set(shard, own);
          own[agentId] = untilMs;
        }
      }
      return { atMs, behind: behind satisfies ReadonlyMap<string, Behind> };
    },
  };
};
