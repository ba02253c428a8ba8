import { expect, inject, it } from 'vitest';
import { simulate, tellFailure } from './simulate.js';
import { storyOf } from './story.js';

/** Failing seeds that are told in full; shrinking takes its time. */
const MOST_TOLD = 3;
/** Files that share the seeds: as many processes as the smallest machine has cores. */
export const PARTS = 2;

/** Every seed of this part tells a story in which all invariants hold. */
export const playSeeds = (part: number): void => {
  const { from, count } = inject('seeds');
  it(`holds in every story (part ${part + 1} of ${PARTS})`, { timeout: 600_000 }, async () => {
    const failures: number[] = [];
    let samples = 0;
    for (let seed = from + part; seed < from + count; seed += PARTS) {
      const outcome = await simulate(storyOf(seed));
      samples += outcome.samples;
      if (outcome.failure !== undefined) failures.push(seed);
      if (failures.length >= MOST_TOLD) break;
    }
    const told: string[] = [];
    for (const seed of failures) told.push(await tellFailure(storyOf(seed)));
    expect(told.join('\n\n')).toBe('');
    expect(samples).toBeGreaterThan(0);
  });
};
