import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { createEmbeddedPostgres } from '../../../hub/src/platform/embedded/index.js';
import { identify } from '../../../hub/src/platform/embedded/process-table.js';
import type { PidRecord } from '../../../hub/src/platform/embedded/left-behind.js';

/** Runs one statement on a connection of its own. */
export const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
};

export const recordOf = async (dataDir: string, name: string): Promise<PidRecord> =>
  JSON.parse(await readFile(join(dataDir, 'run', `${name}.json`), 'utf8')) as PidRecord;

export const isRunning = async (pid: number): Promise<boolean> => (await identify(pid)) !== undefined;

/** Makes a cluster once, for `copyCluster`: initdb syncs every file, and a copy does not. */
export const makeCluster = async (dataDir: string, password: string): Promise<void> => {
  const postgres = createEmbeddedPostgres({ dataDir, password, log: pino({ level: 'silent' }) });
  await postgres.start();
  await postgres.stop();
};

export const copyCluster = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true });
  await promisify(execFile)('cp', ['-a', join(from, 'postgres'), to]);
};
