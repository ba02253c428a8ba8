import { createObservable, type Observable } from './observable.js';

export interface HubClock {
  /** The hub's epoch ms, as well as it is known: a browser's clock may be wrong by hours. */
  nowMs(): number;
  /** The hub's epoch ms at which the browser's clock stood at this. */
  ofBrowser(browserMs: number): number;
  /** Takes the hub's own word of what time it is. */
  correct(hubNowMs: number): void;
  /** The hub's time, told once a second. */
  tick: Observable<number>;
  start(): void;
}

/** What time it is, by the hub. */
export const createHubClock = (browserNowMs: () => number): HubClock => {
  let aheadMs = 0;
  const nowMs = (): number => browserNowMs() + aheadMs;
  const tick = createObservable(nowMs());
  return {
    nowMs,
    ofBrowser: (browserMs) => browserMs + aheadMs,
    correct(hubNowMs) {
      const difference = hubNowMs - nowMs();
      // Below two seconds it is the way's delay rather than the clock's fault.
      if (Math.abs(difference) < 2000) return;
      aheadMs += difference;
      tick.set(nowMs());
    },
    tick,
    start() {
      setInterval(() => tick.set(nowMs()), 1000);
    },
  };
};

/**
 * Milliseconds for measuring how long something took: they never run back when the browser's clock is set, and they
 * go on while the machine sleeps, which a monotonic clock alone does not.
 */
export const createSteadyMs = (wallMs: () => number, monotonicMs: () => number): (() => number) => {
  let steadyMs = 0;
  let lastWallMs = wallMs();
  let lastMonotonicMs = monotonicMs();
  return () => {
    const wall = wallMs();
    const monotonic = monotonicMs();
    steadyMs += Math.max(0, wall - lastWallMs, monotonic - lastMonotonicMs);
    lastWallMs = wall;
    lastMonotonicMs = monotonic;
    return steadyMs;
  };
};
