/**
 * Virtual time. What falls due runs in the order of its time, then of its making; between two of them every promise
 * that can settle has settled. A step costs a quarter of a microsecond: the queue of `process.nextTick` is looked at
 * when no microtask is left, so nothing waits for the event loop.
 */
export interface Scheduler {
  /** True time since the story's beginning, ms with fractions. */
  nowMs(): number;
  after(delayMs: number, action: () => void): () => void;
  at(atMs: number, action: () => void): () => void;
  /** Runs what falls due up to then. Rejects with what an action throws. */
  runUntil(atMs: number): Promise<void>;
  /** Ends `runUntil` after the event under way. */
  halt(error: Error): void;
  /** Events that ran. */
  events(): number;
}

/** More events than this at one moment set each other off without end. */
const MOST_AT_ONCE = 100_000;

interface Timer {
  dueMs: number;
  order: number;
  action: (() => void) | undefined;
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);

const push = (heap: Timer[], timer: Timer): void => {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(timer, heap[parent]!)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = timer;
};

const pop = (heap: Timer[]): void => {
  const last = heap.pop()!;
  const { length } = heap;
  if (length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= length) break;
    if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
};

export const createScheduler = (): Scheduler => {
  const heap: Timer[] = [];
  let nowMs = 0;
  let made = 0;
  let ran = 0;
  let ranAtOnce = 0;
  let halted: Error | undefined;

  const at = (atMs: number, action: () => void): (() => void) => {
    const timer: Timer = { dueMs: Math.max(nowMs, atMs), order: made++, action };
    push(heap, timer);
    return () => {
      timer.action = undefined;
    };
  };

  /** The next one that was not cancelled, taken off. */
  const next = (untilMs: number): Timer | undefined => {
    for (let first = heap[0]; first && first.dueMs <= untilMs; first = heap[0]) {
      pop(heap);
      if (first.action) return first;
    }
    return undefined;
  };

  return {
    nowMs: () => nowMs,
    at,
    after: (delayMs, action) => at(nowMs + Math.max(0, delayMs), action),
    halt: (error) => {
      halted ??= error;
    },
    events: () => ran,
    runUntil: (untilMs) =>
      new Promise((resolve, reject) => {
        const step = (): void => {
          if (halted) return reject(halted);
          const timer = next(untilMs);
          if (!timer) {
            nowMs = Math.max(nowMs, untilMs);
            return resolve();
          }
          if (timer.dueMs > nowMs) ranAtOnce = 0;
          else if (++ranAtOnce > MOST_AT_ONCE) return reject(new Error(`time stands still at ${nowMs} ms`));
          nowMs = timer.dueMs;
          ran++;
          try {
            timer.action!();
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
          queueMicrotask(settled);
        };
        const settled = (): void => process.nextTick(step);
        settled();
      }),
  };
};
