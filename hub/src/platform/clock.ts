/** Time as a part that is handed in, so that tests and the simulation own it. */
export interface Clock {
  /** Wall clock, epoch ms. Can step; never use it to measure a duration. */
  nowMs(): number;
  /** Monotonic ms since an arbitrary start, with fractions. */
  monotonicMs(): number;
  /** Calls `action` once after `delayMs`; the answer cancels it. Does not keep the process alive. */
  after(delayMs: number, action: () => void): () => void;
  /** Calls `action` every `periodMs` until cancelled. Does not keep the process alive. */
  every(periodMs: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, action) => {
    const timer = setInterval(action, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
