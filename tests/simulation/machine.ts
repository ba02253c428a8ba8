import type { Scheduler } from './scheduler.js';

/** When every story begins, epoch ms. */
export const EPOCH_MS = Date.UTC(2026, 0, 15, 8);

/**
 * One life of a process, from its start to its kill. Every call of a port asks `reach` first: a dead process reaches
 * nothing. Armed with a number of calls, it dies at that call, so that a kill falls between any two of them.
 */
export interface Life {
  readonly alive: boolean;
  /** False: this process is dead, the call has no effect and no answer. */
  reach(): boolean;
  /** Dies before its call number `calls` from now on. */
  dieAfter(calls: number): void;
  kill(): void;
}

export const createLife = (died: () => void): Life => {
  let alive = true;
  let fuse = Infinity;
  const kill = (): void => {
    if (!alive) return;
    alive = false;
    died();
  };
  return {
    get alive() {
      return alive;
    },
    reach: () => {
      if (!alive) return false;
      if (fuse !== Infinity && --fuse < 0) kill();
      return alive;
    },
    dieAfter: (calls) => {
      fuse = calls;
    },
    kill,
  };
};

/** The promise of whoever died meanwhile: nobody is there to hear. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Both sides' clocks: agent's and hub's ports are subsets of it. */
export interface ProcessClock {
  nowMs: () => number;
  monotonicMs: () => number;
  after(delayMs: number, action: () => void): () => void;
  every(periodMs: number, action: () => void): () => void;
}

/** A computer with a quartz of its own. */
export interface Machine {
  /** Sets the wall clock forward or back. */
  stepWall(byMs: number): void;
  nowMs(): number;
  clockOf(life: Life): ProcessClock;
}

export const createMachine = (
  scheduler: Scheduler,
  { driftPpm, wallOffsetMs }: { driftPpm: number; wallOffsetMs: number },
): Machine => {
  const rate = 1 + driftPpm / 1e6;
  let offsetMs = wallOffsetMs;
  const monotonicMs = (): number => 10_000 + scheduler.nowMs() * rate;
  const nowMs = (): number => Math.floor(EPOCH_MS + offsetMs + scheduler.nowMs() * rate);
  return {
    nowMs,
    stepWall: (byMs) => {
      offsetMs += byMs;
    },
    clockOf: (life) => {
      const after = (delayMs: number, action: () => void): (() => void) =>
        // As Node: never less than a millisecond, so that time goes on whatever a rounding says.
        scheduler.after(Math.max(1, delayMs) / rate, () => {
          if (life.alive) action();
        });
      return {
        nowMs,
        monotonicMs,
        after,
        every: (periodMs, action) => {
          let cancel = (): void => undefined;
          const again = (): void => {
            cancel = after(periodMs, () => {
              again();
              action();
            });
          };
          again();
          return () => cancel();
        },
      };
    },
  };
};
