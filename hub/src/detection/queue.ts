import { JUDGE_MAX_AGE_MS, LIVE_WINDOW_MS } from '@siaga/shared';
import type { LiveBatch } from '../telemetry/ports.js';
import type { EngineEvent } from './engine/index.js';

/** What waits to be judged, in the order in which it came. */
export type Waiting =
  | { kind: 'batch'; batch: LiveBatch }
  /** Batches up to this one that are not judged any more, but still reported in their turn. */
  | { kind: 'passed'; agentId: string; stream: number; seq: number }
  | { kind: 'event'; event: EngineEvent };

export interface Queue {
  add(item: Waiting): void;
  isEmpty(): boolean;
  /** Samples that wait. */
  samples(): number;
  /** The first items with at most `maxSamples` samples in them, one batch at least. */
  take(maxSamples: number): Waiting[];
  /** Taken items come back, before all others. */
  putBack(items: readonly Waiting[]): void;
  /**
   * Replaces batches that are too old to be judged; answers how many. Their agents' devices turn `unknown` in that place:
   * nobody judged them meanwhile. What follows each other of one agent becomes one item, so that hours without a verdict
   * store take no more room than a minute.
   */
  passOver(nowMonotonicMs: number): number;
  /** This item is not judged; a batch is still reported. */
  setAside(item: Waiting): void;
  clear(): void;
}

const samplesOf = (item: Waiting): number =>
  item.kind === 'batch' ? (item.batch.body.icmp?.c.length ?? 0) : 0;

const passedOf = ({ agentId, stream, seq }: LiveBatch): Waiting => ({ kind: 'passed', agentId, stream, seq });

/** Past it a batch is not worth judging: its age by the agent plus its waiting here, or its waiting alone. */
export const isTooOld = (batch: LiveBatch, nowMonotonicMs: number): boolean => {
  const waitedMs = nowMonotonicMs - batch.arrivedMs;
  return waitedMs > LIVE_WINDOW_MS || batch.ageMs + waitedMs >= JUDGE_MAX_AGE_MS;
};

export const createQueue = (): Queue => {
  let items: Waiting[] = [];
  return {
    add: (item) => {
      items.push(item);
    },
    isEmpty: () => items.length === 0,
    samples: () => items.reduce((sum, item) => sum + samplesOf(item), 0),
    take: (maxSamples) => {
      let samples = 0;
      let end = 0;
      while (end < items.length) {
        samples += samplesOf(items[end]!);
        if (samples > maxSamples && end > 0) break;
        end += 1;
      }
      const taken = items.slice(0, end);
      items = items.slice(end);
      return taken;
    },
    putBack: (taken) => {
      items = [...taken, ...items];
    },
    passOver: (nowMonotonicMs) => {
      const isPast = (item: Waiting) => item.kind === 'batch' && isTooOld(item.batch, nowMonotonicMs);
      const count = items.filter(isPast).length;
      if (count === 0) return 0;
      const left: Waiting[] = [];
      /** The last item of each agent, where that one was passed over. */
      const passed = new Map<string, Waiting & { kind: 'passed' }>();
      for (const item of items) {
        if (item.kind === 'event') left.push(item);
        else if (item.kind === 'batch' && !isTooOld(item.batch, nowMonotonicMs)) {
          passed.delete(item.batch.agentId);
          left.push(item);
        } else {
          const { agentId, stream, seq } = item.kind === 'batch' ? item.batch : item;
          const before = passed.get(agentId);
          if (before?.stream === stream) {
            before.seq = seq;
            continue;
          }
          const next: Waiting & { kind: 'passed' } = { kind: 'passed', agentId, stream, seq };
          if (item.kind === 'batch' && !before)
            left.push({ kind: 'event', event: { kind: 'agent-blind', agentId, reason: 'not-judged' } });
          passed.set(agentId, next);
          left.push(next);
        }
      }
      items = left;
      return count;
    },
    setAside: (bad) => {
      items = items.flatMap((item): Waiting[] => {
        if (item !== bad) return [item];
        return item.kind === 'batch' ? [passedOf(item.batch)] : [];
      });
    },
    clear: () => {
      items = [];
    },
  };
};
