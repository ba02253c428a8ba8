import { expect, it } from 'vitest';
import { shrink, simulate } from './simulate.js';
import { storyOf } from './story.js';

/**
 * The simulation can fail. One part that is broken on purpose stays here; the others were tried by hand, and README.md
 * tells which were noticed.
 */
it('notices a row store that forgets rows it has confirmed, and tells a shorter story of it', async () => {
  const story = storyOf(7);
  const sabotage = { rowsForgotten: 0.05 };
  expect((await simulate(story)).failure).toBeUndefined();
  const { failure, told } = await simulate(story, sabotage);
  expect(failure).toMatch(/left the disk unstored|is not stored/);
  expect(told.length).toBeGreaterThan(0);
  expect((await shrink(story, sabotage)).faults.length).toBeLessThan(story.faults.length);
});

it('tells one story a seed, event for event', async () => {
  const [first, second] = [await simulate(storyOf(11)), await simulate(storyOf(11))];
  expect(second).toEqual(first);
  expect((await simulate(storyOf(12))).events).not.toBe(first.events);
});
