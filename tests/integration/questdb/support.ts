import { randomBytes } from 'node:crypto';
import { createQuestDb, type QuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import { migrateQuestDb, type Retention } from '../../../hub/src/platform/questdb/migrations.js';
import { testQuestDb } from '../../support/questdb.js';

export const DAY_MS = 86_400_000;
export const RETENTION: Retention = { rawDays: 7, minuteDays: 90, hourDays: 1825 };

const VIEWS = ['icmp_1h', 'host_1h', 'icmp_1m', 'host_1m'];
const TABLES = ['icmp', 'host', 'schema_migrations', 'retention'];

/** Tables of the test's own in the run's QuestDB; `drop` takes them away. */
export const createTestTables = async (
  retention: Retention = RETENTION,
): Promise<{ questdb: QuestDb; drop: () => Promise<void> }> => {
  const questdb = createQuestDb({ ...testQuestDb(), tablePrefix: `t${randomBytes(6).toString('hex')}_` });
  await migrateQuestDb(questdb, retention);
  return {
    questdb,
    drop: async () => {
      for (const view of VIEWS)
        await questdb.exec(`drop materialized view if exists ${questdb.tablePrefix}${view}`);
      for (const table of TABLES) await questdb.exec(`drop table if exists ${questdb.tablePrefix}${table}`);
      await questdb.stop();
    },
  };
};

const WAIT_MS = 30_000;

/** Resolves when the condition holds; throws with `what` after a generous deadline. */
export const until = async (what: string, condition: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + WAIT_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Committed rows are seen once they are applied. */
export const applied = async (questdb: QuestDb, table: string): Promise<void> => {
  await until(`${table} applied`, async () => {
    const { rows } = await questdb.exec<[number, number]>(
      `select writerTxn, sequencerTxn from wal_tables() where name = '${questdb.tablePrefix}${table}'`,
    );
    return rows[0]![0] === rows[0]![1];
  });
};

/** Refreshes a view up to what its base holds now. */
export const refreshed = async (questdb: QuestDb, base: string, view: string): Promise<void> => {
  await applied(questdb, base);
  const name = questdb.tablePrefix + view;
  await questdb.exec(`refresh materialized view ${name} incremental`);
  await until(`${view} refreshed`, async () => {
    const { rows } = await questdb.exec<[string, number, number]>(
      `select view_status, refresh_base_table_txn, base_table_txn from materialized_views() where view_name = '${name}'`,
    );
    const [status, done, wanted] = rows[0]!;
    if (status === 'invalid') throw new Error(`${view} became invalid`);
    return status === 'valid' && done === wanted;
  });
  await applied(questdb, view);
};
