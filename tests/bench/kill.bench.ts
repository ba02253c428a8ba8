import { randomInt } from 'node:crypto';
import { killRun, VICTIMS } from '../support/load/kill-run.js';
import { printFigure } from './figure.js';

/**
 * kill -9 under load: hub, QuestDB, PostgreSQL and the agents, `--kills=N` each (10) at moments that `--seed=N` decides,
 * 20 agents with 50 devices each every second. Rows and ledger must be equal as sets, incidents what the ledger demands.
 */
const option = (name: string, fallback: number): number => {
  const text = process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${text}`);
  return value;
};

const seed = option('seed', randomInt(2 ** 31));
const killsPerVictim = option('kills', 10);
console.error(`kill: --seed=${seed} --kills=${killsPerVictim}`);
const result = await killRun({
  ...{ seed, killsPerVictim },
  agents: option('agents', 20),
  devicesPerAgent: option('devices', 50),
  blindMs: option('blind', 75) * 1000,
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
  console.error(
    `\n${violations.join('\n')}\n\nagain: npm run bench kill -- --seed=${seed} --kills=${killsPerVictim}`,
  );
  process.exit(1);
}
process.exit(0);
