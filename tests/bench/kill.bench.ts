import { randomInt } from 'node:crypto';
import { killRun, VICTIMS } from '../support/load/kill-run.js';
import { printFigure } from './figure.js';
import { optionsOf } from './options.js';

/**
 * kill -9 under load: hub, QuestDB, PostgreSQL and the agents, `--kills N` each (10) at moments that `--seed N` decides,
 * 20 agents with 50 devices each every second. Rows and ledger must be equal as sets, incidents what the ledger demands.
 */
const { seed, kills, agents, devices, blind } = optionsOf({
  seed: randomInt(2 ** 31),
  kills: 10,
  agents: 20,
  devices: 50,
  /** Once a hub stays away for so long, s. */
  blind: 75,
});
console.error(`kill: --seed ${seed} --kills ${kills}`);
const result = await killRun({
  ...{ seed, killsPerVictim: kills, agents, devicesPerAgent: devices, blindMs: blind * 1000 },
  say: (line) => console.error(line),
});
const { ledger, incidents, violations } = result;
const figure = (name: string, value: number, unit: string, bar?: string): void =>
  printFigure({ name: `kill.${name}`, value, unit, ...(bar === undefined ? {} : { bar }), seed });

for (const victim of VICTIMS) figure(`kills.${victim}`, result.kills[victim], 'kills');
figure('samples', ledger.samples, 'samples');
figure('rows', ledger.rows, 'rows');
figure('missing', ledger.missing.length + ledger.unwritten.length, 'samples', '= 0');
figure('doubled', ledger.doubled.length, 'samples', '= 0');
figure('alien', ledger.alien.length + ledger.altered.length, 'rows', '= 0');
figure('lost-with-process', ledger.lostWithProcess, 'samples');
figure('faults', incidents.faults, 'outages of >= 3 cycles');
figure('occurrences', incidents.occurrences, 'incidents opened or reopened');
figure('ambiguous', incidents.ambiguous, 'devices');
figure('incidents-lost', incidents.lost.length, 'devices', '= 0');
figure('incidents-doubled', incidents.doubled.length, 'devices', '= 0');
figure('incidents-crooked', incidents.crooked.length, 'devices', '= 0');
figure('blind-faults', incidents.blindFaults, 'outages that nobody judged');
figure('blind-faults-untold', incidents.untold.length, 'outages', '= 0');
figure('drained', Math.round(result.drainedMs / 1000), 's');
figure('took', Math.round(result.tookMs / 1000), 's');
if (violations.length > 0) {
  console.error(`\n${violations.join('\n')}\n\nagain: npm run bench kill -- --seed ${seed} --kills ${kills}`);
  process.exit(1);
}
process.exit(0);
