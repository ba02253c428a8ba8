import { expect, test } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { migratePostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { migrateQuestDb } from '../../../hub/src/platform/questdb/migrations.js';
import { createQuestDb } from '../../../hub/src/platform/questdb/questdb.js';

// Port 1: nothing listens there.
const startOn: [setting: string, start: () => Promise<unknown>][] = [
  ['SIAGA_POSTGRES_URL', () => migratePostgres('postgresql://siaga:hush@127.0.0.1:1/siaga')],
  [
    'SIAGA_QUESTDB_URL',
    async () => {
      const questdb = createQuestDb({ url: 'http://siaga:hush@127.0.0.1:1' });
      try {
        await migrateQuestDb(questdb, { rawDays: 7, minuteDays: 90, hourDays: 1825 });
      } finally {
        await questdb.stop();
      }
    },
  ],
];

test.each(startOn)('a server that cannot be reached is told with its setting, %s', async (setting, start) => {
  const error: unknown = await start().catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(StartError);
  expect((error as Error).message).toMatch(
    new RegExp(`^${setting}: the server cannot be reached .*ECONNREFUSED`),
  );
  expect((error as Error).message).not.toContain('hush');
});
