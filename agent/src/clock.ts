/** Time as a part that is handed in, so that tests and the simulation own it. */
export interface Clock {
  /** Wall clock, epoch ms. Can step; never use it to measure a duration. */
  nowMs: () => number;
  /** Monotonic ms since an arbitrary start, with fractions. */
  monotonicMs: () => number;
  /** Calls `action` once after `delayMs`; the answer cancels it. Keeps the process alive. */
  after(delayMs: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A repeating timer over a `Clock`; the answer ends it. */
export const every = (clock: Clock, periodMs: number, action: () => void): (() => void) => {
  let cancel: () => void = () => undefined;
  const arm = (): void => {
    cancel = clock.after(periodMs, () => {
      arm();
      action();
    });
  };
  arm();
  return () => cancel();
};
