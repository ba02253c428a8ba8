import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '@siaga/shared';
import { createQuestDb, type QuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import { ROOT, signIn, startHubProcess, type HubProcess } from '../../support/hub-process.js';
import type { LoadFleet } from '../../support/load/fleet.js';
import { provisionFleet, storesOfHub } from '../../support/load/provision.js';
import { percentileOf, printFigure } from '../figure.js';

/**
 * A data folder of a hub whose minute and hour tables are as the materialized views would hold them after 90 days of
 * probing every 5 s. It stays in .cache for the next run; its rows reach a day into the future, so that it is good for
 * a day. Minutes are kept in full only for the days that `minuteDays` says: over 90 days the hub reads hours, and of
 * the minutes the last two hours alone, which lie in a partition of their own each day.
 */
interface Seeded {
  fleet: LoadFleet;
  days: number;
  devices: number;
  minuteDays: number;
  goodUntilMs: number;
}

export interface SeriesOptions {
  days: number;
  devices: number;
  /** Days of minutes to keep. */
  minuteDays: number;
  say: (words: string) => void;
}

const AGENTS = 40;
const RAW_MINUTES = 30;
const DAY_MS = 86_400_000;
const READS = 200;
const CHUNK_DAYS = 5;

const start = (dataDir: string, env: Record<string, string> = {}): Promise<HubProcess> =>
  startHubProcess({ dataDir, env: { SIAGA_LOCAL_AGENT: 'off', ...env }, deadlineMs: 240_000 });

/** Rows of a table in the order of time: every check of each step, then the next step. */
const fill = async (
  questdb: QuestDb,
  table: string,
  about: {
    checks: number;
    firstCheck: number;
    fromMs: number;
    steps: number;
    stepMs: number;
  },
): Promise<void> => {
  const { checks, firstCheck, fromMs, steps, stepMs } = about;
  const perStatement = Math.max(1, Math.floor((CHUNK_DAYS * DAY_MS) / 3_600_000));
  for (let step = 0; step < steps; step += perStatement) {
    const count = Math.min(perStatement, steps - step);
    const beganUs = (fromMs + step * stepMs) * 1000;
    await questdb.exec(
      `insert into ${table} select cast(${beganUs} + ((x - 1) / ${checks}) * ${stepMs * 1000} as timestamp) ts,
        cast(${firstCheck} + (x - 1) % ${checks} as int) check_id, ${FIGURES}
      from long_sequence(${count * checks})`,
    );
  }
};

/** Waits until QuestDB has applied what it took. */
const settled = async (questdb: QuestDb): Promise<void> => {
  for (;;) {
    const { rows } = await questdb.exec<[number]>(
      'select count() from wal_tables() where writerTxn <> sequencerTxn or suspended',
    );
    if (rows[0]?.[0] === 0) return;
    await wait(200);
  }
};

/** Makes a view anew from the table below it, and waits for its end. */
const refresh = async (questdb: QuestDb, view: string): Promise<void> => {
  await questdb.exec(`refresh materialized view ${view} full`);
  for (let idle = 0; idle < 3;) {
    await wait(500);
    const { rows } = await questdb.exec<[string, number, number]>(
      `select view_status, refresh_base_table_txn, base_table_txn from materialized_views() where view_name = '${view}'`,
    );
    const [status, refreshed, base] = rows[0] ?? [];
    if (status === 'invalid') throw new Error(`${view} cannot be refreshed`);
    idle = status === 'valid' && refreshed === base ? idle + 1 : 0;
  }
  await settled(questdb);
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One cycle as a good line answers; now and then a packet is lost. */
const FIGURES = `1L stream, cast(0 as byte) outcome, rnd_int(5000, 7000, 0) min_us, rnd_int(7000, 9000, 0) avg_us,
  rnd_int(9000, 60000, 0) max_us, cast(case when rnd_int(0, 99, 0) = 0 then 1 else 0 end as byte) lost`;

const seed = async (dir: string, { devices, days, minuteDays, say }: SeriesOptions): Promise<void> => {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const dataDir = join(dir, 'hub');
  // Else QuestDB drops old samples before the views have taken them.
  const kept = String(days + 30);
  const hub = await start(dataDir, { SIAGA_RETENTION_RAW_DAYS: kept, SIAGA_RETENTION_MINUTE_DAYS: kept });
  try {
    const stores = await storesOfHub(dataDir);
    const fleet = await provisionFleet(stores.postgresUrl, dataDir, {
      agents: AGENTS,
      devicesPerAgent: Math.ceil(devices / AGENTS),
      intervalS: 5,
    });
    const checks = fleet.agents.flatMap((agent) => agent.devices.map(({ checkId }) => checkId));
    const about = { checks: checks.length, firstCheck: Math.min(...checks) };
    const questdb = createQuestDb({ ...stores.questDb, timeoutMs: 600_000 });
    const beganMs = performance.now();
    const hourMs = 3_600_000;
    const lastHourMs = Math.ceil(Date.now() / hourMs) * hourMs + DAY_MS;
    say(`filling QuestDB with ${days} days of ${checks.length} devices`);
    // Nobody probes 2,000 devices for 90 days here: one cycle an hour, then one a minute, at last one in 5 s. The
    // views hold as many rows for the hours as in the field, with smaller counts in them.
    const minutesFromMs = lastHourMs - (minuteDays + 1) * DAY_MS;
    const rawFromMs = Date.now() - RAW_MINUTES * 60_000;
    const spans: [fromMs: number, toMs: number, stepMs: number][] = [
      [lastHourMs - (days + 2) * DAY_MS, minutesFromMs, hourMs],
      [minutesFromMs, lastHourMs, 60_000],
      [rawFromMs, Date.now(), 5_000],
    ];
    for (const [fromMs, toMs, stepMs] of spans)
      await fill(questdb, 'icmp', { ...about, fromMs, steps: Math.floor((toMs - fromMs) / stepMs), stepMs });
    await settled(questdb);
    await refresh(questdb, 'icmp_1m');
    await refresh(questdb, 'icmp_1h');
    const countOf = async (table: string): Promise<number> =>
      (await questdb.exec<[number]>(`select count() from ${table}`)).rows[0]?.[0] ?? 0;
    const [hourRows, minuteRows] = [await countOf('icmp_1h'), await countOf('icmp_1m')];
    printFigure({
      name: 'board.series.seeding',
      value: Number(((performance.now() - beganMs) / 1000).toFixed(1)),
      unit: 's',
      hourRows,
      minuteRows,
      minuteDays,
    });
    await questdb.stop();
    const seeded: Seeded = {
      fleet,
      days,
      devices,
      minuteDays,
      goodUntilMs: Date.now() + DAY_MS - 2 * hourMs,
    };
    await writeFile(join(dir, 'seeded.json'), JSON.stringify(seeded), { mode: 0o600 });
  } finally {
    await hub.end('SIGTERM');
  }
};

/** Empties the page cache, so that what follows comes from the disk; only root may. */
const dropCaches = (): boolean => {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
};

export const measureSeries = async (about: SeriesOptions): Promise<void> => {
  const { days, devices, minuteDays, say } = about;
  const dir = join(ROOT, '.cache/bench-series');
  const file = join(dir, 'seeded.json');
  const read = async (): Promise<Seeded> => JSON.parse(await readFile(file, 'utf8')) as Seeded;
  const known = existsSync(file) ? await read() : undefined;
  if (
    !known ||
    known.days !== days ||
    known.devices !== devices ||
    known.minuteDays !== minuteDays ||
    known.goodUntilMs < Date.now()
  )
    await seed(dir, about);
  const { fleet } = await read();
  const all = fleet.agents.flatMap((agent) => agent.devices);

  const emptied = dropCaches();
  if (!emptied)
    say(
      'without root the page cache stays: "cold" is a QuestDB that has just started, its files still in memory',
    );
  const hub = await start(join(dir, 'hub'));
  try {
    const api = await signIn(hub.url);
    for (const metric of ['rtt', 'loss'] as const) {
      const times: number[] = [];
      let points = 0;
      let filled = 0;
      for (let n = 0; n < READS; n += 1) {
        const one = all[Math.floor(Math.random() * all.length)];
        if (!one) throw new Error('there are no devices');
        const toMs = Date.now();
        const range = `from=${toMs - days * DAY_MS}&to=${toMs}&points=2000`;
        const beganMs = performance.now();
        const series = await api.get<Series>(
          `/monitoring/devices/${one.deviceId}/series?metric=${metric}&${range}`,
        );
        times.push(performance.now() - beganMs);
        points = Math.max(points, series.t.length);
        filled = series.avg.filter((value) => value !== null).length;
      }
      const shown = { metric, devices: all.length, days, points, filled };
      const cold = times[0] ?? NaN;
      if (metric === 'rtt')
        printFigure({
          name: 'board.series.cold',
          ...shown,
          value: Math.round(cold),
          unit: 'ms',
          cold: emptied ? 'page cache emptied' : 'QuestDB just started',
        });
      for (const [name, share] of [
        ['p50', 0.5],
        ['p95', 0.95],
        ['max', 1],
      ] as const)
        printFigure({
          name: `board.series.warm.${name}`,
          ...shown,
          value: Number(percentileOf(times.slice(1), share).toFixed(1)),
          unit: 'ms',
          ...(name === 'p95' && { bar: '<= 200' }),
        });
      printFigure({
        name: 'board.series.points',
        metric,
        value: points,
        unit: 'points',
        bar: '<= 2000',
        filled,
      });
    }
  } finally {
    await hub.end('SIGTERM');
  }
};
