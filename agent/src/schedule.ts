/** Cycles stand within this share of the interval around their steady beat, so that nothing periodic hides from them. */
const JITTER_SHARE = 0.05;

/** A well-mixed 0 ≤ x < 1 from whole numbers: the same for the same numbers, in any process. */
export const hashUnit = (seed: number, checkId: number, beat: number): number => {
  let hash = (seed ^ Math.imul(checkId, 0x9e3779b1) ^ Math.imul(beat, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

/** When the beats of one check fall due: spread over the interval by its id, steady, never drifting. */
export interface Beat {
  readonly intervalMs: number;
  /** Moment of beat `number` (0, 1, 2 …) on the monotonic clock, ms. */
  at(number: number): number;
  /** The first beat due after `monoMs`. */
  after(monoMs: number): number;
}

/** `originMs` is the moment from which the beats count; `seed` is the process's. */
export const createBeat = (seed: number, checkId: number, intervalMs: number, originMs: number): Beat => {
  const phaseMs = hashUnit(seed, checkId, -1) * intervalMs;
  const at = (number: number): number => {
    const jitterMs = (hashUnit(seed, checkId, number) - 0.5) * 2 * JITTER_SHARE * intervalMs;
    return originMs + phaseMs + number * intervalMs + jitterMs;
  };
  return {
    intervalMs,
    at,
    after: (monoMs) => {
      let number = Math.max(0, Math.floor((monoMs - originMs - phaseMs) / intervalMs - JITTER_SHARE));
      while (at(number) <= monoMs) number++;
      return number;
    },
  };
};
