import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { Kysely, PostgresDialect } from 'kysely';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { awayAtStart } from '../away.js';
import type { Database } from './schema.js';

export type Db = Kysely<Database>;

export interface Postgres {
  db: Db;
  pool: pg.Pool;
  stop(): Promise<void>;
}

// bigint as number: every bigint of ours is a count or a key far below 2^53. The rest keeps pg's own parsers.
const INT8_OID = 20;
pg.types.setTypeParser(INT8_OID, Number);

/**
 * A server that is frozen, or was cut off without a word, answers neither yes nor no for as long as TCP believes in it.
 * Past this its connection counts as broken. Longer than pg keeps idle ones (10 s), so that only busy ones meet it.
 */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * A pool of at most `maxConnections`; connects lazily. `onError` hears of idle connections that broke. A query without
 * an answer for `answerTimeoutMs` (30,000) rejects, and its connection goes.
 */
export const createPostgres = (
  url: string,
  options: { maxConnections?: number; answerTimeoutMs?: number; onError: (error: Error) => void },
): Postgres => {
  const answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 5_000,
    application_name: 'siaga-hub',
    stream: () => {
      const socket = new net.Socket();
      return socket.setTimeout(answerTimeoutMs, () =>
        socket.destroy(
          Object.assign(new Error(`PostgreSQL has not answered for ${answerTimeoutMs / 1000} s`), {
            code: 'ETIMEDOUT',
          }),
        ),
      );
    },
  });
  // A connection that is being ended counts as idle until the server has taken leave: how it goes is no news.
  let stopping = false;
  pool.on('error', (error) => {
    if (!stopping) options.onError(error);
  });
  // The pool listens only while a connection is idle. One that breaks in a transaction, between two queries, would end
  // the process; the next query on it fails and tells why.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    stop: async () => {
      stopping = true;
      await db.destroy();
    },
  };
};

// Both src/ and dist/ lie three folders above this file's own; the SQL is shipped as source.
const MIGRATIONS_DIR = fileURLToPath(new URL('../../../src/migrations/postgres', import.meta.url));

/** A server that takes connections and says nothing (frozen, or a firewall in between) is not there. */
const MIGRATE_CONNECT_WITHIN_MS = 15_000;

/**
 * Brings the database forward; answers the names of the migrations it ran. A second hub waits for the first, for as long
 * as that takes: `aborted` breaks it off. Throws StartError where the server cannot be reached.
 */
export const migratePostgres = async (
  url: string,
  { aborted, connectWithinMs }: { aborted?: AbortSignal; connectWithinMs?: number } = {},
): Promise<string[]> => {
  const socket = new net.Socket();
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectWithinMs ?? MIGRATE_CONNECT_WITHIN_MS,
    application_name: 'siaga-hub',
    stream: () => socket,
  });
  // The query under way tells of it.
  client.on('error', () => undefined);
  const breakOff = (): void => void socket.destroy();
  aborted?.addEventListener('abort', breakOff);
  try {
    aborted?.throwIfAborted();
    await client.connect();
    const ran = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      migrationsTable: 'schema_migrations',
      direction: 'up',
      log: () => undefined,
      singleTransaction: true,
      advisoryLockMode: 'wait',
    });
    await client.end();
    return ran.map((migration) => migration.name);
  } catch (error) {
    throw awayAtStart(error, 'SIAGA_POSTGRES_URL');
  } finally {
    aborted?.removeEventListener('abort', breakOff);
    breakOff();
  }
};
