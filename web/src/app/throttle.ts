export interface Throttle {
  /** Runs the action now, or when the pause since its last run is over; many calls make one run. */
  call(): void;
  cancel(): void;
}

/** Lets an action run at once, then at most every `everyMs`; the last call is never lost. */
export const createThrottle = (action: () => void, everyMs: number): Throttle => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = (): void => {
    again = false;
    // Before the action: one that calls again from within itself is put off like any other.
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, everyMs);
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
  };
};
