import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { createPostgres, type Postgres } from '../../hub/src/platform/postgres/postgres.js';
import { TEMPLATE_DATABASE } from './stores.js';

export interface TestDatabase {
  url: string;
  postgres: Postgres;
  /** Ends the pool and every other connection, and drops the database. */
  drop(): Promise<void>;
}

const administer = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/** A fresh migrated database of the caller's own. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`create database ${name} template ${TEMPLATE_DATABASE}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  // Connections that a test breaks on purpose are the test's business.
  const postgres = createPostgres(url.href, { onError: () => undefined });
  return {
    url: url.href,
    postgres,
    drop: async () => {
      await postgres.stop();
      await administer(`drop database if exists ${name} with (force)`);
    },
  };
};
