import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a test database is migrated, UTF-8 and its own', async () => {
  const { pool } = database.postgres;
  const { rows } = await pool.query<{ encoding: string; sites: number }>(
    `select pg_encoding_to_char(encoding) as encoding, (select count(*) from sites) as sites
     from pg_database where datname = current_database()`,
  );
  expect(rows).toEqual([{ encoding: 'UTF8', sites: 0 }]);
});
