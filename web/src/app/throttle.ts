export interface Throttle {
  /** Runs the action now, or when the pause since its last run is over; many calls make one run. */
  call(): void;
  cancel(): void;
  /** True during a pause. */
  readonly resting: boolean;
}

export interface ThrottleOptions {
  /**
   * The pause after a run that follows a calm time (of twice the longest pause): it doubles from run to run. What
   * changes once is followed closely, what never rests as seldom as `everyMs` says.
   */
  calmMs?: number;
  /** The pause that what is about to be done deserves, at most `everyMs`; asked at each run. */
  pauseMs?: () => number;
}

/** Lets an action run at once, then at most every `everyMs`; the last call is never lost. */
export const createThrottle = (
  action: () => void,
  everyMs: number,
  { calmMs = everyMs, pauseMs: wantedMs }: ThrottleOptions = {},
): Throttle => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  let pauseMs = calmMs;
  let ranAtMs = -Infinity;
  const run = (): void => {
    again = false;
    const nowMs = performance.now();
    if (wantedMs) pauseMs = Math.min(everyMs, wantedMs());
    else pauseMs = nowMs - ranAtMs > 2 * everyMs ? calmMs : Math.min(everyMs, pauseMs * 2);
    ranAtMs = nowMs;
    // Before the action: one that calls again from within itself is put off like any other.
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, pauseMs);
    action();
  };
  return {
    call() {
      if (timer === undefined) run();
      else again = true;
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      again = false;
    },
    get resting() {
      return timer !== undefined;
    },
  };
};
