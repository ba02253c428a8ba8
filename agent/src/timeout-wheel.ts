import type { Clock } from './clock.js';

/** Time-outs fall due on this grid: late by it at most, so that a thousand of them cost fifty timers a second. */
const STEP_MS = 20;

/** Something that may time out. */
export interface Expiring {
  /** Monotonic ms; Infinity once it needs no time-out any more. */
  deadlineMs: number;
}

/**
 * Time-outs that are nearly always called off. Calling one off is setting its `deadlineMs` to Infinity, so it costs
 * nothing; the wheel finds out when it comes by, and leaves one that was given a later deadline to its later place.
 */
export interface TimeoutWheel<T extends Expiring> {
  /** Watches `item.deadlineMs`, which lies no further ahead than the wheel's span. */
  watch(item: T): void;
  /** Forgets all of them. */
  stop(): void;
}

/**
 * `expire` is called with each item once its deadline has passed; `before` right before a group of them.
 * `spanMs` is the longest time-out.
 */
export const createTimeoutWheel = <T extends Expiring>(
  clock: Clock,
  spanMs: number,
  before: () => void,
  expire: (item: T) => void,
): TimeoutWheel<T> => {
  const buckets = Array.from({ length: Math.ceil(spanMs / STEP_MS) + 2 }, (): T[] => []);
  let watched = 0;
  /** The step that is looked at next; none before it holds anything. */
  let nextStep = 0;
  let turning = false;
  let cancelTimer: (() => void) | undefined;

  const bucketOf = (step: number): T[] => buckets[step % buckets.length] as T[];

  const arm = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (watched === 0) return;
    while (bucketOf(nextStep).length === 0) nextStep++;
    cancelTimer = clock.after(Math.max(0, Math.ceil(nextStep * STEP_MS - clock.monotonicMs())), turn);
  };

  const turn = (): void => {
    turning = true;
    before();
    const nowMs = clock.monotonicMs();
    for (; watched > 0 && nextStep * STEP_MS <= nowMs; nextStep++) {
      const bucket = bucketOf(nextStep);
      if (bucket.length === 0) continue;
      const due = bucket.splice(0);
      watched -= due.length;
      for (const item of due) if (item.deadlineMs <= nowMs) expire(item);
    }
    turning = false;
    arm();
  };

  return {
    watch: (item) => {
      const step = Math.ceil(item.deadlineMs / STEP_MS);
      // The process stood still: what fell due meanwhile goes first, so that no step shares a bucket with a later one.
      if (watched > 0 && !turning && step - nextStep >= buckets.length) turn();
      bucketOf(step).push(item);
      watched++;
      if (turning || (cancelTimer && step >= nextStep)) return;
      nextStep = watched === 1 ? step : Math.min(nextStep, step);
      arm();
    },
    stop: () => {
      for (const bucket of buckets) bucket.length = 0;
      watched = 0;
      arm();
    },
  };
};
