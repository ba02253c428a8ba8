import type { Clock } from '../platform/clock.js';
import type { Newest } from './lanes.js';
import type { StreamEntry, StreamStore } from './streams.js';

const RETRY_FIRST_MS = 200;
const RETRY_MOST_MS = 5_000;

/** Gets new streams remembered before their first batch is taken up; all that are asked for meanwhile in one go. */
export interface StreamRegistry {
  /** A later call for the same agent replaces an earlier one that is not under way yet. */
  register(agentId: string, told: Newest): void;
  stop(): void;
}

export const createStreamRegistry = (deps: {
  store: StreamStore;
  clock: Clock;
  random(): number;
  /** What is known of the agent now; undefined where there is no such agent any more. */
  onKnown(agentId: string, newest: Newest | undefined): void;
  onFailure(error: unknown): void;
}): StreamRegistry => {
  const { store, clock } = deps;
  const wanted = new Map<string, StreamEntry>();
  let busy = false;
  let failures = 0;
  let stopped = false;
  let cancelRetry: (() => void) | undefined;

  const run = (): void => {
    if (busy || stopped || wanted.size === 0) return;
    busy = true;
    const entries = [...wanted.values()];
    store.remember(entries).then(
      (known) => settle(entries, known),
      (error: unknown) => retry(error),
    );
  };

  const settle = (entries: readonly StreamEntry[], known: readonly StreamEntry[]): void => {
    if (stopped) return;
    busy = false;
    failures = 0;
    const byAgent = new Map(known.map((entry) => [entry.agentId, entry]));
    for (const entry of entries) {
      const newest = byAgent.get(entry.agentId);
      // Another hub wrote in the same moment and this answer is from before it: ask again.
      if (newest && newest.stream < entry.stream) continue;
      if (wanted.get(entry.agentId) === entry) wanted.delete(entry.agentId);
      deps.onKnown(entry.agentId, newest && { stream: newest.stream, process: newest.process });
    }
    run();
  };

  const retry = (error: unknown): void => {
    if (stopped) return;
    deps.onFailure(error);
    const fullMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures++, 8));
    cancelRetry = clock.after(fullMs * (0.5 + deps.random() / 2), () => {
      busy = false;
      run();
    });
  };

  return {
    register: (agentId, told) => {
      wanted.set(agentId, { agentId, ...told });
      run();
    },
    stop: () => {
      stopped = true;
      cancelRetry?.();
    },
  };
};
