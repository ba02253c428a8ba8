import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import { createChild, type Child, type ChildExit } from './child.js';
import { onFreePort } from './free-port.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { clearStaleLock } from './postgres-lock.js';
import { ROOT_WAYS, clusterDir, placePostgres, type PostgresPlace, type RootWays } from './postgres-place.js';

export interface EmbeddedPostgresOptions {
  /** Absolute. */
  dataDir: string;
  /** Of the user `siaga`; the cluster keeps the one it was made with. */
  password: string;
  log: Logger;
  onProgress?: (step: string) => void;
  /** The server ended by itself and is being restarted on the same port. */
  onExit?: (exit: ChildExit) => void;
  /** Server settings beside the safe ones, for tests that need no durability. */
  settings?: Readonly<Record<string, string>>;
  rootWays?: RootWays;
}

export interface EmbeddedPostgres {
  /** Makes the cluster at first, starts it, waits until it answers. Throws StartError. */
  start(): Promise<{ url: string }>;
  /** Fast shutdown: what is committed is on disk, open transactions are rolled back. */
  stop(): Promise<void>;
}

const NAME = 'postgres';
const USER = 'siaga';
const DATABASE = 'siaga';
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 30_000 }, // fast shutdown
  { signal: 'SIGQUIT', waitMs: 10_000 }, // immediate: recovers at the next start
] as const;
const POLL_MS = 50;
/** Recovery after a kill replays the log since the last checkpoint; that is minutes at worst. */
const READY_WITHIN_MS = 300_000;
const CONNECT_TIMEOUT_MS = 5_000;
const INVALID_PASSWORD = '28P01';
const STARTING_UP = '57P03';

/** PostgreSQL as a child process: on loopback, on a free port, with a password, in `{dataDir}/postgres`. */
export const createEmbeddedPostgres = (options: EmbeddedPostgresOptions): EmbeddedPostgres => {
  const { dataDir, password, log } = options;
  let child: Child | undefined;
  let stopped = false;

  const urlOf = (port: number, database: string) =>
    `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`;

  const startOn = async (place: PostgresPlace, port: number): Promise<void> => {
    const cluster = clusterDir(place.home);
    const marker = ['-D', cluster];
    const settings = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '', // a socket's path may be too long for a deep data dir; TCP is enough
      fsync: 'on',
      synchronous_commit: 'on',
      logging_collector: 'off',
      ...options.settings,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    child = createChild({
      name: NAME,
      dataDir,
      command: {
        program: join(place.binaries, 'bin', 'postgres'),
        args: [...marker, ...args],
        wrapper: place.wrapper,
        ...(place.account ? { account: place.account } : {}),
      },
      marker,
      stopSteps: STOP_STEPS,
      prepare: () => clearStaleLock(cluster),
      ready: (aborted) => waitUntilAnswering(urlOf(port, 'postgres'), cluster, aborted),
      log,
      ...(options.onExit ? { onExit: options.onExit } : {}),
    });
    await child.start();
  };

  return {
    start: async () => {
      const binaries = await findPostgresBinaries();
      const place = await placePostgres({
        dataDir,
        binaries,
        log,
        rootWays: options.rootWays ?? ROOT_WAYS,
      });
      if (!existsSync(clusterDir(place.home))) {
        options.onProgress?.('making the PostgreSQL database');
        await makeCluster(place, password);
      }
      options.onProgress?.('starting PostgreSQL');
      let url = '';
      await onFreePort(async (port) => {
        if (stopped) throw new StartError('PostgreSQL was stopped while it started');
        await startOn(place, port);
        url = urlOf(port, DATABASE);
        try {
          await makeDatabase(urlOf(port, 'postgres'));
        } catch (error) {
          await child?.stop();
          throw error;
        }
      });
      return { url };
    },
    stop: async () => {
      stopped = true;
      await child?.stop();
    },
  };
};

/** Made under another name and renamed: a kill in between leaves nothing half, only a folder that the next start clears. */
const makeCluster = async (place: PostgresPlace, password: string): Promise<void> => {
  const fresh = `${clusterDir(place.home)}.fresh`;
  const passwordFile = join(place.home, 'postgres.password');
  await rm(fresh, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (place.account) await chown(passwordFile, place.account.uid, place.account.gid);
  const [program, ...args] = [
    ...place.wrapper,
    join(place.binaries, 'bin', 'initdb'),
    `--pgdata=${fresh}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
  ];
  try {
    await new Promise<void>((resolve, reject) => {
      execFile(program, args, { ...(place.account ?? {}) }, (error, _stdout, stderr) => {
        if (error)
          reject(new StartError(`initdb failed: ${stderr.trim() || error.message}`, { cause: error }));
        else resolve();
      });
    });
    await rename(fresh, clusterDir(place.home));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
};

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // a connection that breaks fails the query under way, which tells it
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

const waitUntilAnswering = async (url: string, cluster: string, aborted: AbortSignal): Promise<void> => {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === INVALID_PASSWORD)
        throw new StartError(
          `The PostgreSQL data in ${cluster} was made with another secret: put back the secrets.json that belongs to it`,
          { cause: error },
        );
      const patient = code === undefined || code === 'ECONNREFUSED' || code === STARTING_UP;
      if (!patient || performance.now() > deadlineMs)
        throw new StartError(`PostgreSQL does not answer: ${(error as Error).message}`, { cause: error });
    }
    await sleep(POLL_MS, undefined, { signal: aborted });
  }
};

const makeDatabase = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
