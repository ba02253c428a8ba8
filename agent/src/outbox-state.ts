import type { AgentStatus } from '@siaga/shared';
import type { OutboxRecord } from './outbox-record.js';
import { StoreError } from './store.js';

/** What the outbox knows of itself; written with every change in the same atomic write. */
export interface OutboxState {
  stream: number;
  /** Samples and bytes that lie in it. */
  rows: number;
  bytes: number;
  /** The history log's place that is given out next. */
  nextPosition: number;
  /** Samples evicted from a full disk, by time range, oldest first. */
  lost: AgentStatus['lost'];
  /** Writes since the store was begun, this one included: tells whether one whose answer was an error is there all the same. */
  writes: number;
  /** Hub time minus wall clock when it was last known, ms. */
  offsetMs: number;
}

export const emptyState = (): OutboxState => ({
  stream: 0,
  rows: 0,
  bytes: 0,
  nextPosition: 1,
  lost: [],
  writes: 0,
  offsetMs: 0,
});

/** The state as it was written. @throws StoreError `corrupt` where it is none: nothing beside it can be trusted either. */
export const parseState = (bytes: Uint8Array | undefined): OutboxState => {
  if (!bytes) return emptyState();
  try {
    const state = JSON.parse(Buffer.from(bytes).toString()) as OutboxState;
    if ([state.stream, state.rows, state.bytes, state.nextPosition].every(Number.isSafeInteger))
      // A store of an earlier version does not count its writes.
      return { ...state, writes: Number.isSafeInteger(state.writes) ? state.writes : 0 };
  } catch {
    // No JSON: told below.
  }
  throw new StoreError('corrupt', 'the outbox does not know its own state');
};

const KEPT_RANGES = 20;
/** Batches evicted one after the other are one range. */
const SAME_RANGE_MS = 60_000;

/** Adds a lost batch to the ranges; the oldest two become one where there would be too many, so that no sample is forgotten. */
export const countLost = (ranges: AgentStatus['lost'], batch: OutboxRecord): AgentStatus['lost'] => {
  if (batch.samples === 0) return ranges;
  const last = ranges.at(-1);
  if (last && batch.fromMs - last.toMs <= SAME_RANGE_MS && last.fromMs - batch.toMs <= SAME_RANGE_MS) {
    const widened = {
      fromMs: Math.min(last.fromMs, batch.fromMs),
      toMs: Math.max(last.toMs, batch.toMs),
      samples: last.samples + batch.samples,
    };
    return [...ranges.slice(0, -1), widened];
  }
  const longer = [...ranges, { fromMs: batch.fromMs, toMs: batch.toMs, samples: batch.samples }];
  const [first, second, ...rest] = longer;
  if (longer.length <= KEPT_RANGES || !first || !second) return longer;
  const merged = {
    fromMs: Math.min(first.fromMs, second.fromMs),
    toMs: Math.max(first.toMs, second.toMs),
    samples: first.samples + second.samples,
  };
  return [merged, ...rest];
};
