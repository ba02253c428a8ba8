import { availableParallelism } from 'node:os';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { simulate, tellFailure } from '../simulation/simulate.js';
import { storyOf } from '../simulation/story.js';
import { printFigure } from './figure.js';
import { optionsOf } from './options.js';

/**
 * The simulation over many seeds: `npm run bench simulate -- --seeds 100000 --from 1`. Fails where a story does, and
 * tells it. Also says what a story costs.
 */
const MOST_TOLD = 5;
const EVERY_SEEDS = 1_000;

interface Share {
  from: number;
  count: number;
  step: number;
}
interface Told {
  stories: number;
  samples: number;
  events: number;
  virtualMs: number;
  failed: number[];
  told: string[];
}

const play = async ({ from, count, step }: Share): Promise<Told> => {
  const sum: Told = { stories: 0, samples: 0, events: 0, virtualMs: 0, failed: [], told: [] };
  for (let seed = from; sum.stories < count; seed += step) {
    const outcome = await simulate(storyOf(seed));
    sum.stories++;
    sum.samples += outcome.samples;
    sum.events += outcome.events;
    sum.virtualMs += outcome.virtualMs;
    if (outcome.failure !== undefined) {
      sum.failed.push(seed);
      if (sum.told.length < MOST_TOLD) sum.told.push(await tellFailure(storyOf(seed)));
    }
    // The event loop gets its turn now and then: garbage of native parts goes with it.
    if (sum.stories % EVERY_SEEDS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return sum;
};

const main = async (): Promise<void> => {
  const { seeds, from } = optionsOf({ seeds: 100_000, from: 1 });
  const workers = Math.min(seeds, availableParallelism());
  const beganAtMs = performance.now();
  const parts = await Promise.all(
    Array.from(
      { length: workers },
      (_, place) =>
        new Promise<Told>((resolve, reject) => {
          const count = Math.floor(seeds / workers) + (place < seeds % workers ? 1 : 0);
          const share: Share = { from: from + place, count, step: workers };
          const worker = new Worker(new URL(import.meta.url), { workerData: share });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  const tookS = (performance.now() - beganAtMs) / 1000;
  const sum = (of: (part: Told) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const failed = parts.flatMap((part) => part.failed);
  for (const told of parts.flatMap((part) => part.told)) console.error(`${told}\n`);
  printFigure({
    name: 'simulate.failed',
    value: failed.length,
    unit: 'stories',
    bar: '0',
    stories: sum((part) => part.stories),
    from,
    samples: sum((part) => part.samples),
    events: sum((part) => part.events),
    virtualHours: Math.round(sum((part) => part.virtualMs) / 3_600_000),
    tookS: Math.round(tookS),
    ...(failed.length > 0 && { seeds: failed.slice(0, 20).join(' ') }),
  });
  if (failed.length > 0) process.exitCode = 1;
};

if (isMainThread) await main();
else parentPort?.postMessage(await play(workerData as Share));
