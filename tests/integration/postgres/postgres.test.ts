import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAway } from '../../../hub/src/platform/away.js';
import { createPostgres, type Postgres } from '../../../hub/src/platform/postgres/postgres.js';
import { createTestDatabase } from '../../support/postgres.js';

describe('createPostgres', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let postgres: Postgres;

  beforeAll(async () => {
    database = await createTestDatabase();
    postgres = createPostgres(database.url, {
      maxConnections: 1,
      answerTimeoutMs: 500,
      onError: () => undefined,
    });
  });

  afterAll(async () => {
    await postgres?.stop();
    await database?.drop();
  });

  it('gives up a server that does not answer, in a transaction as well, and connects anew', async () => {
    await expect(sql`select pg_sleep(3600)`.execute(postgres.db)).rejects.toSatisfy(isAway);
    const held = postgres.db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      await sql`select pg_sleep(3600)`.execute(trx);
    });
    await expect(held).rejects.toSatisfy(isAway);
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(postgres.db);
    expect(rows).toEqual([{ one: 1 }]);
  });
});
