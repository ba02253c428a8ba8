import { JUDGE_MAX_AGE_MS, LIVE_WINDOW_MS } from '@siaga/shared';
import type { LiveBatch } from '../telemetry/ports.js';
import type { EngineEvent } from './engine/index.js';

/** What waits to be judged, in the order in which it came. */
export type Waiting =
  | { kind: 'batch'; batch: LiveBatch }
  /** A batch that is not judged any more, but still reported in its turn. */
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
   * Replaces batches that are too old to be judged. Their agents' devices turn `unknown` in that place: nobody judged
   * them meanwhile. `passed` hears of each, so that its samples can heal that time later (rule 12).
   */
  passOver(nowMonotonicMs: number, passed: (batch: LiveBatch) => void): void;
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
    passOver: (nowMonotonicMs, passed) => {
      if (!items.some((item) => item.kind === 'batch' && isTooOld(item.batch, nowMonotonicMs))) return;
      const blind = new Set<string>();
      items = items.flatMap((item): Waiting[] => {
        if (item.kind !== 'batch' || !isTooOld(item.batch, nowMonotonicMs)) return [item];
        passed(item.batch);
        const { agentId } = item.batch;
        if (blind.has(agentId)) return [passedOf(item.batch)];
        blind.add(agentId);
        const turnedBlind: EngineEvent = { kind: 'agent-blind', agentId, reason: 'not-judged' };
        return [{ kind: 'event', event: turnedBlind }, passedOf(item.batch)];
      });
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
