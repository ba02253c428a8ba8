import { execFileSync } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fillDisk, type DiskFiller } from '../support/disk-filler.js';
import { signIn } from '../support/hub-process.js';
import { compareIncidents, forecastIncidents, readIncidents } from '../support/incident-ledger.js';
import { compareLedger, explainVerdict, readLedger, readStoredRows } from '../support/ledger.js';
import { startLoadedHub, type LoadedHub } from '../support/load/loaded-hub.js';
import { makeOutages } from '../support/load/outages.js';
import { createRandom } from '../support/load/random.js';
import { ledgerDirOf, startLoad, type Load } from '../support/load/start-load.js';

const DISK = '3g';
const SEED = 4;
const SHAPE = { agents: 5, devicesPerAgent: 40, intervalS: 1 };
const FULL_MS = 30_000;
const PATIENCE = { timeout: 180_000, interval: 2_000 };

/** How many samples the hub judged since its start. */
const judgedOf = async (hub: LoadedHub, token: string): Promise<number> => {
  const answer = await fetch(`${hub.hub.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const line = (await answer.text())
    .split('\n')
    .find((text) => text.startsWith('siaga_detection_outcomes_total') && text.includes('"judged"'));
  return Number(line?.split(' ').at(-1));
};

it('QuestDB’s disk is full for a while: verdicts go on, and afterwards every row is there once', async () => {
  let disk = '';
  let load: Load | undefined;
  let filler: DiskFiller | undefined;
  const world = await startLoadedHub(SHAPE, {}, [], async (dataDir) => {
    disk = join(dataDir, 'questdb');
    await mkdir(disk, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0700`, 'tmpfs', disk]);
  });
  try {
    const directory = join(world.directory, 'load');
    const nowMs = Date.now();
    const outages = makeOutages({
      ...{ random: createRandom(SEED), agents: SHAPE.agents, devicesPerAgent: SHAPE.devicesPerAgent },
      ...{ fromMs: nowMs + 12_000, toMs: nowMs + 600_000, cycleMs: 1_000, meanCalmMs: 30_000 },
    });
    load = await startLoad({ fleet: world.fleet, mqttUrl: world.mqttUrl, directory, outages });
    await sleep(12_000);

    const { token } = await signIn(world.hub.url);
    filler = await fillDisk(disk);
    await sleep(5_000);
    const before = await judgedOf(world, token);
    await sleep(FULL_MS - 5_000);
    const judgedWhileFull = (await judgedOf(world, token)) - before;
    await expect.poll(async () => (await statfs(disk)).bavail).toBe(0);
    await filler.release();
    // Nine tenths of what the agents measured meanwhile: verdicts do not wait for rows.
    expect(judgedWhileFull).toBeGreaterThan(
      0.9 * SHAPE.agents * SHAPE.devicesPerAgent * (FULL_MS / 1_000 - 5),
    );

    await sleep(5_000);
    await load.command({ do: 'quiet' });
    const { questDb, postgresUrl } = await world.stores();
    const compare = async () =>
      compareLedger(await readLedger(ledgerDirOf(directory)), await readStoredRows(questDb));
    await expect
      .poll(async () => {
        const { missing, unwritten } = await compare();
        return missing.length + unwritten.length;
      }, PATIENCE)
      .toBe(0);
    await load.stop();
    load = undefined;
    expect(explainVerdict(await compare())).toEqual([]);

    const forecast = forecastIncidents(await readLedger(ledgerDirOf(directory)), world.fleet);
    expect(forecast.faults).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        const { incidents, late } = await readIncidents(postgresUrl);
        const { lost, doubled, crooked } = compareIncidents(forecast, incidents, late);
        return [...lost, ...doubled, ...crooked];
      }, PATIENCE)
      .toEqual([]);
  } finally {
    await filler?.release().catch(() => undefined);
    await load?.kill();
    await world.hub.end('SIGTERM');
    execFileSync('umount', ['-l', disk]);
    await world.stop();
  }
}, 600_000);
