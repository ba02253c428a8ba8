import type { Clock } from './clock.js';

/** So often within an hour a newer stream is taken up at once: a restored disk asks for one, an interrupted start for two. */
const AT_ONCE = 3;
const WITHIN_MS = 3_600_000;
const FIRST_AWAY_MS = 30_000;
const LONGEST_AWAY_MS = 1_800_000;

/**
 * Tells two agents that live under one identity (a cloned machine) from one whose disk was restored. Each refusal makes the
 * refused one the newer of the two: without a pause they would push each other out every few seconds, and nobody's samples
 * would be judged.
 */
export interface Rivalry {
  /** Refused for a newer process. Answers how long to stay away before coming back, ms: 0, then half a minute to half an hour. */
  refused(): number;
}

/** `random`: 0 ≤ x < 1. */
export const createRivalry = (clock: Clock, random: () => number): Rivalry => {
  let refusals: number[] = [];
  return {
    refused: () => {
      const nowMs = clock.monotonicMs();
      refusals = [...refusals.filter((atMs) => nowMs - atMs < WITHIN_MS), nowMs];
      const beyond = refusals.length - AT_ONCE;
      if (beyond <= 0) return 0;
      return Math.min(LONGEST_AWAY_MS, FIRST_AWAY_MS * 2 ** (beyond - 1)) * (1 + random());
    },
  };
};
