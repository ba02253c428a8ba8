import type { Clock } from '../../hub/src/platform/clock.js';

/** A clock that stands still until it is told otherwise; what comes due runs in the order of its time. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

interface Timer {
  dueMs: number;
  action: () => void;
  periodMs?: number;
}

export const createManualClock = (startMs = Date.UTC(2026, 0, 15, 8)): ManualClock => {
  let elapsedMs = 0;
  const timers = new Set<Timer>();
  const add = (timer: Timer) => {
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const nextDue = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after: (delayMs, action) => add({ dueMs: elapsedMs + delayMs, action }),
    every: (periodMs, action) => add({ dueMs: elapsedMs + periodMs, action, periodMs }),
    advance: (ms) => {
      const untilMs = elapsedMs + ms;
      for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
        elapsedMs = timer.dueMs;
        if (timer.periodMs === undefined) timers.delete(timer);
        else timer.dueMs += timer.periodMs;
        timer.action();
      }
      elapsedMs = untilMs;
    },
  };
};
