import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createEmbeddedPostgres, createEmbeddedQuestDb } from '../../hub/src/platform/embedded/index.js';
import { migratePostgres } from '../../hub/src/platform/postgres/postgres.js';
import { questDbJar } from './questdb-jar.js';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    questDb: { url: string; user: string; password: string };
  }
}

/** The database every test database is cloned from: migrated once a run, so that a clone costs a file copy. */
export const TEMPLATE_DATABASE = 'siaga_template';

/** One PostgreSQL and one QuestDB for a whole run of a project, in a folder that goes with it. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'siaga-stores-'));
  const log = pino({ level: process.env['SIAGA_LOG_LEVEL'] ?? 'silent' });
  const password = 'test-only';
  const postgres = createEmbeddedPostgres({ dataDir, password, log, onProgress: () => undefined });
  const questDb = createEmbeddedQuestDb({
    ...{ dataDir, jar: questDbJar(), user: 'siaga', password, log },
    // Lets a test suspend a table, as a full disk does.
    settings: { 'dev.mode.enabled': 'true' },
  });
  const stop = async () => {
    await Promise.allSettled([postgres.stop(), questDb.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const [{ url }, { url: questDbUrl }] = await Promise.all([postgres.start(), questDb.start()]);
    await makeTemplate(url);
    project.provide('postgresUrl', url);
    project.provide('questDb', { url: questDbUrl, user: 'siaga', password });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
};

const makeTemplate = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE_DATABASE}`;
  await migratePostgres(template.href);
};
