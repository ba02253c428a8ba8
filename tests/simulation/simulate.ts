import { checkEnd } from './invariants.js';
import type { Fault, Story } from './story.js';
import { createWorld, describe, Violation, type Sabotage } from './world.js';

/** After the faults everything must find its way within this; history's slowest resend takes 5 minutes. */
const PATIENCE_MS = 20 * 60_000;
const LOOK_MS = 5_000;
/** Then so long without anything missing. */
const QUIET_MS = 12_000;
/** One batch of a backlog goes at most so often (DEFAULT_PACE, and a little). */
const BATCH_MS = 150;

export interface Outcome {
  failure: string | undefined;
  /** The last events, in words. */
  told: readonly string[];
  events: number;
  samples: number;
  virtualMs: number;
}

/** Plays one story to its end and looks whether every invariant held. */
export const simulate = async (story: Story, sabotage?: Sabotage): Promise<Outcome> => {
  const world = createWorld(story, sabotage);
  const { scheduler, told } = world;
  let failure: string | undefined;
  try {
    await world.play();
    const backlog = world.disks.reduce((sum, disk) => sum + disk.waiting(), 0);
    const untilMs = scheduler.nowMs() + PATIENCE_MS + backlog * BATCH_MS;
    // The end is looked at in the very moment in which nothing is missing: five seconds later a sample may be old enough
    // to be asked for, while its post is still under way.
    for (let quietMs = 0; ; quietMs += LOOK_MS) {
      const missing = world.unsettled();
      if (missing !== undefined) quietMs = 0;
      if (missing !== undefined && scheduler.nowMs() > untilMs) throw new Violation(`stuck: ${missing}`);
      if (missing === undefined && quietMs >= QUIET_MS) break;
      await scheduler.runUntil(scheduler.nowMs() + LOOK_MS);
    }
    checkEnd(world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    failure = error.message;
  }
  return {
    ...{ failure, told },
    events: scheduler.events(),
    samples: world.ledger.cycles.length,
    virtualMs: scheduler.nowMs(),
  };
};

const without = (story: Story, place: number): Story => ({
  ...story,
  faults: story.faults.filter((_, index) => index !== place),
});

const with_ = (story: Story, place: number, fault: Fault): Story => ({
  ...story,
  faults: story.faults.map((each, index) => (index === place ? fault : each)),
});

/** The smallest story found that still fails: fewer faults first, then shorter ones. */
export const shrink = async (story: Story, sabotage?: Sabotage, tries = 150): Promise<Story> => {
  let smallest = story;
  let left = tries;
  const fails = async (candidate: Story): Promise<boolean> => {
    if (left-- <= 0) return false;
    if ((await simulate(candidate, sabotage)).failure === undefined) return false;
    smallest = candidate;
    return true;
  };
  for (let again = true; again && left > 0;) {
    again = false;
    for (let place = smallest.faults.length - 1; place >= 0; place--)
      if (await fails(without(smallest, place))) again = true;
  }
  for (let place = 0; place < smallest.faults.length; place++)
    for (let fault = smallest.faults[place]!; fault.forMs > 500 && left > 0; fault = smallest.faults[place]!)
      if (!(await fails(with_(smallest, place, { ...fault, forMs: Math.round(fault.forMs / 2) })))) break;
  return smallest;
};

const agentLine = (agent: Story['agents'][number], place: number): string =>
  `agent ${place}: ${agent.devices} devices every ${agent.intervalMs / 1000} s, ${agent.latencyMs} ms away, drift ${agent.driftPpm} ppm, wall clock off by ${agent.wallOffsetMs} ms, ${agent.hasConfig ? 'knows' : 'lacks'} its configuration`;

/** What failed, told so that a reader can follow it. */
export const tellFailure = async (story: Story, sabotage?: Sabotage): Promise<string> => {
  const whole = await simulate(story, sabotage);
  const small = await shrink(story, sabotage);
  const outcome = await simulate(small, sabotage);
  const faults = small.faults.map((fault) => `  at ${(fault.atMs / 1000).toFixed(3)} s ${describe(fault)}`);
  return [
    `seed ${story.seed}: ${whole.failure}`,
    `shrunk from ${story.faults.length} faults to ${small.faults.length}: ${outcome.failure}`,
    `broker ${small.broker}, hub's drift ${small.hubDriftPpm} ppm`,
    ...small.agents.map(agentLine),
    'faults:',
    ...faults,
    'the last events:',
    ...outcome.told,
  ].join('\n');
};
