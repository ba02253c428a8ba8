import { createObservable, type Observable } from './observable.js';

export interface HubClock {
  /** The hub's epoch ms, as well as it is known: a browser's clock may be wrong by hours. */
  nowMs(): number;
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
    correct(hubNowMs) {
      const difference = hubNowMs - browserNowMs();
      // Below two seconds it is the way's delay rather than the clock's fault.
      aheadMs = Math.abs(difference) < 2000 ? 0 : difference;
      tick.set(nowMs());
    },
    tick,
    start() {
      setInterval(() => tick.set(nowMs()), 1000);
    },
  };
};
