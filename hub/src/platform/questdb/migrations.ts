import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awayAtStart } from '../away.js';
import type { QuestDb } from './questdb.js';

/** Days that samples, minutes and hours are kept; each at least 1. */
export interface Retention {
  rawDays: number;
  minuteDays: number;
  hourDays: number;
}

const DAY_MS = 86_400_000;

// Both src/ and dist/ lie three folders above this file's own; the SQL is shipped as source.
const MIGRATIONS_DIR = fileURLToPath(new URL('../../../src/migrations/questdb', import.meta.url));

/**
 * Brings QuestDB forward and sets how long it keeps what; answers the names of the migrations it ran. Every statement
 * may run twice (QuestDB has no transaction around them), so a start that died half way is simply repeated. Throws
 * StartError where the server cannot be reached.
 */
export const migrateQuestDb = async (questdb: QuestDb, retention: Retention): Promise<string[]> => {
  const list = `${questdb.tablePrefix}schema_migrations`;
  await questdb
    .exec(`create table if not exists ${list} (name string, applied_at timestamp)`)
    .catch((error: unknown) => {
      throw awayAtStart(error, 'SIAGA_QUESTDB_URL');
    });
  const { rows } = await questdb.exec<[string]>(`select name from ${list}`);
  const applied = new Set(rows.map(([name]) => name));
  const ran: string[] = [];
  for (const name of (await readdir(MIGRATIONS_DIR)).filter((file) => file.endsWith('.sql')).sort()) {
    if (applied.has(name)) continue;
    const text = await readFile(join(MIGRATIONS_DIR, name), 'utf8');
    for (const statement of statementsOf(text))
      await questdb.exec(statement.replaceAll('{prefix}', questdb.tablePrefix));
    await questdb.exec(`insert into ${list} values ('${name}', now())`);
    ran.push(name);
  }
  await applyRetention(questdb, retention);
  return ran;
};

/** A semicolon at a line's end closes a statement; lines that begin with `--` are comments. */
const statementsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

/**
 * Raw rows expire long before their roll-ups. A refresh rebuilds every bucket between a transaction's oldest and
 * newest row from what the base still holds, so without a limit one late row would wipe the roll-ups of all days that
 * expired meanwhile: each view only ever looks back as far as its base certainly keeps everything.
 */
const applyRetention = async (questdb: QuestDb, retention: Retention): Promise<void> => {
  const { rawDays, minuteDays, hourDays } = retention;
  const held = await daysHeld(questdb, retention);
  const hourMonths = Math.ceil((hourDays * 12) / 365);
  for (const kind of ['icmp', 'host']) {
    const [raw, minute, hour] = [kind, `${kind}_1m`, `${kind}_1h`].map((name) => questdb.tablePrefix + name);
    await questdb.exec(`alter materialized view ${minute} set refresh limit ${held.rawDays} days`);
    await questdb.exec(`alter materialized view ${hour} set refresh limit ${held.minuteDays} days`);
    await questdb.exec(`alter table ${raw} set ttl ${rawDays} days`);
    await questdb.exec(`alter materialized view ${minute} set ttl ${minuteDays} days`);
    // Hours lie in partitions of a month, and expire by whole ones.
    await questdb.exec(`alter materialized view ${hour} set ttl ${hourMonths} months`);
  }
};

/**
 * How many days the raw tables and the minutes hold for certain: after a retention was raised, that is what the old
 * one left, growing by a day a day (seen at each start).
 */
const daysHeld = async (
  questdb: QuestDb,
  { rawDays, minuteDays }: Retention,
): Promise<{ rawDays: number; minuteDays: number }> => {
  const table = `${questdb.tablePrefix}retention`;
  await questdb.exec(`create table if not exists ${table} (since timestamp, raw_days int, minute_days int)`);
  const settings = `select since, raw_days, minute_days, now() from ${table}`;
  type Setting = readonly [since: string, raw: number, minutes: number, now: string];
  let { rows } = await questdb.exec<Setting>(settings);
  const last = rows.at(-1);
  if (last?.[1] !== rawDays || last[2] !== minuteDays) {
    await questdb.exec(`insert into ${table} values (now(), ${rawDays}, ${minuteDays})`);
    ({ rows } = await questdb.exec<Setting>(settings));
  }
  const held = (column: 1 | 2, wanted: number): number =>
    rows.slice(0, -1).reduce((days, row, i) => {
      const sinceItsEndMs = Date.parse(row[3]) - Date.parse(rows[i + 1]![0]);
      return Math.min(days, row[column] + Math.max(0, Math.floor(sinceItsEndMs / DAY_MS)));
    }, wanted);
  return { rawDays: held(1, rawDays), minuteDays: held(2, minuteDays) };
};
