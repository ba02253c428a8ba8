import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterDir } from './postgres-place.js';

/** Line of postmaster.pid that holds the port. */
const PORT_LINE = 3;

/**
 * Where the embedded PostgreSQL of a hub that runs on this data dir answers, as the server itself wrote it down; a file
 * that a kill left behind names a port where nobody answers. Undefined where there is none.
 */
export const runningPostgresUrl = async (dataDir: string, password: string): Promise<string | undefined> => {
  const text = await readFile(join(clusterDir(dataDir), 'postmaster.pid'), 'utf8').catch(() => '');
  const port = Number(text.split('\n')[PORT_LINE]);
  return Number.isInteger(port) && port > 0
    ? `postgresql://siaga:${encodeURIComponent(password)}@127.0.0.1:${port}/siaga?sslmode=disable`
    : undefined;
};
