import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateQuestDb } from '../../../hub/src/platform/questdb/migrations.js';
import type { QuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import { DAY_MS, RETENTION, applied, createTestTables, refreshed } from './support.js';

const MINUTE_MS = 60_000;

describe('roll-ups and expiry', () => {
  let questdb: QuestDb;
  let drop: () => Promise<void>;
  /** The start of a minute, of an hour, and of a day at noon, in the last days. */
  const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;

  beforeEach(async () => {
    ({ questdb, drop } = await createTestTables());
  });
  afterEach(() => drop());

  const post = async (...lines: string[]) => expect(await questdb.post(lines.join(''))).toEqual({ ok: true });
  const icmp = (atMs: number, fields: string) =>
    `${questdb.tablePrefix}icmp stream=1i,check_id=1i${fields} ${atMs}\n`;
  const good = (atMs: number, us: number) =>
    icmp(atMs, `,min_us=${us - 10}i,avg_us=${us}i,max_us=${us + 10}i`);
  const rowsOf = async (columns: string, table: string) =>
    (await questdb.exec(`select ${columns} from ${questdb.tablePrefix}${table} order by ts`)).rows;
  const daysIn = async (table: string): Promise<number[]> => {
    const rows = await rowsOf("datediff('d', ts, now())", table);
    return [...new Set(rows.map(([days]) => days as number))];
  };

  it('runs each migration once', async () => {
    expect(await migrateQuestDb(questdb, RETENTION)).toEqual([]);
  });

  it('makes minutes and hours of sums and counts', async () => {
    await post(
      good(noon, 100),
      icmp(noon + 5_000, ',min_us=190i,avg_us=200i,max_us=210i,lost=2i'),
      icmp(noon + 10_000, ',outcome=1i,lost=3i'),
      icmp(noon + 15_000, ',outcome=2i'),
      good(noon + MINUTE_MS, 400),
    );
    await refreshed(questdb, 'icmp', 'icmp_1m');
    const figures = 'cycles, lost, lost_min, lost_max, rtt_sum_us, min_us, max_us';
    expect(await rowsOf(figures, 'icmp_1m')).toEqual([
      [3, 5, 0, 3, 3 * 100 + 200, 90, 210],
      [1, 0, 0, 0, 3 * 400, 390, 410],
    ]);
    await refreshed(questdb, 'icmp_1m', 'icmp_1h');
    expect(await rowsOf(figures, 'icmp_1h')).toEqual([[4, 5, 0, 3, 3 * 100 + 200 + 3 * 400, 90, 410]]);
  });

  it('keeps minutes and hours when their raw rows expire, also when late rows come afterwards', async () => {
    // Twelve, nine and six days ago, before any limit was set; then raw rows live for seven days.
    const ages = [12, 9, 6];
    const name = questdb.tablePrefix + 'icmp';
    await questdb.exec(`alter table ${name} set ttl 0 days`);
    await questdb.exec(`alter materialized view ${name}_1m set refresh limit 0 days`);
    for (const days of ages) await post(good(noon - days * DAY_MS, 100));
    await refreshed(questdb, 'icmp', 'icmp_1m');
    await refreshed(questdb, 'icmp_1m', 'icmp_1h');
    expect(await daysIn('icmp_1m')).toHaveLength(3);
    await migrateQuestDb(questdb, RETENTION);

    await post(good(noon, 100));
    await applied(questdb, 'icmp');
    expect(await daysIn('icmp')).toHaveLength(2);
    // A late row of an expired day and a fresh one in one transaction: a refresh over all of the days between.
    await post(good(noon - 12 * DAY_MS + MINUTE_MS, 500), good(noon + MINUTE_MS, 100));
    await refreshed(questdb, 'icmp', 'icmp_1m');
    await refreshed(questdb, 'icmp_1m', 'icmp_1h');
    expect(await daysIn('icmp')).toHaveLength(2);
    expect(await daysIn('icmp_1m')).toHaveLength(4);
    expect(await daysIn('icmp_1h')).toHaveLength(4);
    expect((await rowsOf('rtt_sum_us', 'icmp_1m')).slice(0, 3)).toEqual([[300], [300], [300]]);
  });

  it('would lose them without the limit: the guard is needed', async () => {
    const name = questdb.tablePrefix + 'icmp';
    await questdb.exec(`alter table ${name} set ttl 0 days`);
    await questdb.exec(`alter materialized view ${name}_1m set refresh limit 0 days`);
    for (const days of [12, 9]) await post(good(noon - days * DAY_MS, 100));
    await refreshed(questdb, 'icmp', 'icmp_1m');
    await questdb.exec(`alter table ${name} set ttl 7 days`);
    await post(good(noon, 100));
    await applied(questdb, 'icmp');
    await post(good(noon - 12 * DAY_MS + MINUTE_MS, 500), good(noon + MINUTE_MS, 100));
    await refreshed(questdb, 'icmp', 'icmp_1m');
    expect((await daysIn('icmp_1m')).length).toBeLessThan(3);
  });

  /** A view takes its settings over some time after the statement was answered. */
  const settings = async () => {
    const { rows } = await questdb.exec<[string, number, string]>(
      `select table_name, ttlValue, ttlUnit from tables() where table_name like '${questdb.tablePrefix}icmp%'`,
    );
    const { rows: limits } = await questdb.exec<[string, number, string]>(
      `select view_name, refresh_limit, refresh_limit_unit from materialized_views() where view_name like '${questdb.tablePrefix}icmp%'`,
    );
    const bare = (entries: readonly (readonly [string, number, string])[]) =>
      Object.fromEntries(
        entries.map(([name, n, unit]) => [name.slice(questdb.tablePrefix.length), `${n} ${unit}`]),
      );
    return { ttl: bare(rows), limit: bare(limits) };
  };

  it('applies changed settings at the next start', async () => {
    expect(await settings()).toEqual({
      ttl: { icmp: '1 WEEK', icmp_1m: '90 DAY', icmp_1h: '5 YEAR' },
      limit: { icmp_1m: '1 WEEK', icmp_1h: '90 DAY' },
    });
    await migrateQuestDb(questdb, { rawDays: 2, minuteDays: 30, hourDays: 400 });
    await expect.poll(settings, { timeout: 20_000 }).toEqual({
      ttl: { icmp: '2 DAY', icmp_1m: '30 DAY', icmp_1h: '14 MONTH' },
      limit: { icmp_1m: '2 DAY', icmp_1h: '30 DAY' },
    });
  });

  it('looks no further back than what a shorter retention left, after it was raised', async () => {
    await migrateQuestDb(questdb, { rawDays: 2, minuteDays: 30, hourDays: 400 });
    await migrateQuestDb(questdb, { rawDays: 10, minuteDays: 60, hourDays: 400 });
    await expect.poll(settings, { timeout: 20_000 }).toEqual({
      ttl: { icmp: '10 DAY', icmp_1m: '60 DAY', icmp_1h: '14 MONTH' },
      limit: { icmp_1m: '2 DAY', icmp_1h: '30 DAY' },
    });
  });
});
