import { JUDGE_MAX_AGE_MS, LIVE_WINDOW_MS } from '@siaga/shared';
import type { LiveBatch } from '../telemetry/ports.js';
import type { EngineEvent } from './engine/index.js';

/** What waits to be judged, in the order in which it came. */
export type Waiting =
  | { kind: 'batch'; batch: LiveBatch }
  /** A batch that is not judged any more, but still reported in its turn. */
  | { kind: 'passed'; agentId: string; stream: number; seq: number }
  | { kind: 'event'; event: EngineEvent };

/** Past it a batch is not worth judging: its age by the agent plus its waiting here, or its waiting alone. */
export const isTooOld = (batch: LiveBatch, nowMonotonicMs: number): boolean => {
  const waitedMs = nowMonotonicMs - batch.arrivedMs;
  return waitedMs > LIVE_WINDOW_MS || batch.ageMs + waitedMs >= JUDGE_MAX_AGE_MS;
};

/**
 * Replaces batches that are too old. Its agent's devices turn `unknown` in their place: nobody judged them meanwhile.
 * `passed` hears of each, so that its samples can heal that time later (rule 12).
 */
export const passOver = (
  queue: readonly Waiting[],
  nowMonotonicMs: number,
  passed: (batch: LiveBatch) => void,
): Waiting[] => {
  const next: Waiting[] = [];
  const blind = new Set<string>();
  for (const item of queue) {
    if (item.kind !== 'batch' || !isTooOld(item.batch, nowMonotonicMs)) {
      next.push(item);
      continue;
    }
    const { agentId, stream, seq } = item.batch;
    if (!blind.has(agentId)) {
      blind.add(agentId);
      next.push({ kind: 'event', event: { kind: 'agent-blind', agentId, reason: 'not-judged' } });
    }
    next.push({ kind: 'passed', agentId, stream, seq });
    passed(item.batch);
  }
  return next;
};

const samplesOf = ({ body }: LiveBatch): number => body.icmp?.c.length ?? 0;

/** The first items of the queue with at most `maxSamples` samples in them, one item at least. */
export const firstGroup = (queue: readonly Waiting[], maxSamples: number): Waiting[] => {
  let samples = 0;
  for (const [place, item] of queue.entries()) {
    if (item.kind !== 'batch') continue;
    samples += samplesOf(item.batch);
    if (samples > maxSamples && place > 0) return queue.slice(0, place);
  }
  return [...queue];
};
