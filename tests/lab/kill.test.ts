import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { killRun } from '../support/load/kill-run.js';

/** `npm run bench kill` in small, with another seed in every run; the bench repeats a seed: `-- --seed N --kills 3`. */
describe('kill -9 of hub, QuestDB, PostgreSQL and agents, three of each, under load', () => {
  const seed = randomInt(2 ** 31);
  it(`loses nothing, stores nothing twice, and opens the incidents that must be (seed ${seed})`, async () => {
    const told: string[] = [`seed ${seed}`];
    const result = await killRun({
      ...{ seed, killsPerVictim: 3, agents: 20, devicesPerAgent: 50, blindMs: 0, pauseMs: [200, 3_000] },
      say: (line) => void told.push(line),
    });
    const { samples } = result.ledger;
    console.log(JSON.stringify({ figure: 'lab.kill', seed, samples, tookMs: Math.round(result.tookMs) }));
    expect(result.violations, told.join('\n')).toEqual([]);
    expect(result.incidents.occurrences).toBeGreaterThan(0);
  }, 600_000);
});
