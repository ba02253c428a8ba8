import { systemClock, type Clock } from '../../../agent/src/clock.js';

interface Timer {
  action: (() => void) | undefined;
}

/**
 * The system's clock with timers that fall together in steps of `tickMs`: four hundred agents that each wake for every
 * single check would spend more on timers than on samples. No timer fires early; each fires up to one step late.
 */
export const createCoarseClock = (tickMs: number): Clock => {
  if (tickMs === 0) return systemClock;
  const ticks = new Map<number, Timer[]>();
  let next = Math.floor(systemClock.monotonicMs() / tickMs) + 1;

  const run = (): void => {
    const now = Math.floor(systemClock.monotonicMs() / tickMs);
    for (; next <= now; next++) {
      const due = ticks.get(next);
      if (!due) continue;
      ticks.delete(next);
      for (const timer of due) timer.action?.();
    }
    setTimeout(run, next * tickMs - systemClock.monotonicMs());
  };
  run();

  return {
    ...systemClock,
    after: (delayMs, action) => {
      const tick = Math.max(next, Math.ceil((systemClock.monotonicMs() + delayMs) / tickMs));
      const timer: Timer = { action };
      const others = ticks.get(tick);
      if (others) others.push(timer);
      else ticks.set(tick, [timer]);
      return () => {
        timer.action = undefined;
      };
    },
  };
};
