import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import { createChild, type Child, type ChildExit } from './child.js';
import { onFreePort } from './free-port.js';

export interface EmbeddedQuestDbOptions {
  /** Absolute. */
  dataDir: string;
  /** Path of questdb.jar. */
  jar: string;
  user: string;
  password: string;
  log: Logger;
  /** The server ended by itself and is being restarted on the same port. */
  onExit?: (exit: ChildExit) => void;
  /** Server settings beside the safe ones, for tests. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedQuestDb {
  /** Starts it and waits until it answers queries. Throws StartError. */
  start(): Promise<{ url: string }>;
  stop(): Promise<void>;
}

const NAME = 'questdb';
const STOP_STEPS = [{ signal: 'SIGTERM', waitMs: 20_000 }] as const;
const POLL_MS = 100;
const READY_WITHIN_MS = 180_000;
const REQUEST_TIMEOUT_MS = 5_000;
const NO_JAVA =
  'Java (17 or later) is not there, and the embedded QuestDB needs it: install it, or point SIAGA_QUESTDB_URL at a server';

/** QuestDB as a child process: HTTP on loopback only, guarded by user and password, commits synced to disk. */
export const createEmbeddedQuestDb = (options: EmbeddedQuestDbOptions): EmbeddedQuestDb => {
  const { dataDir, jar, log } = options;
  const home = join(dataDir, 'questdb');
  /** It unpacks 8 MB of libraries at each start, and leaves them behind where it is killed. */
  const scratch = join(home, 'scratch');
  const clearScratch = async (): Promise<void> => {
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true, mode: 0o700 });
  };
  let child: Child | undefined;
  let stopped = false;

  const startOn = async (port: number): Promise<void> => {
    await writeSettings(home, port, options);
    const marker = ['-d', home];
    child = createChild({
      name: NAME,
      dataDir,
      command: {
        program: 'java',
        args: [
          '-Xmx512m',
          '-XX:+UseSerialGC',
          `-Djava.io.tmpdir=${scratch}`,
          '-p',
          jar,
          '-m',
          'io.questdb/io.questdb.ServerMain',
          ...marker,
        ],
      },
      marker,
      stopSteps: STOP_STEPS,
      prepare: clearScratch,
      ready: (aborted) => waitUntilAnswering(`http://127.0.0.1:${port}`, options, aborted),
      log,
      ...(options.onExit ? { onExit: options.onExit } : {}),
    });
    try {
      await child.start();
    } catch (error) {
      throw isMissing(error) ? new StartError(NO_JAVA, { cause: error }) : error;
    }
  };

  return {
    start: async () => {
      if (!existsSync(jar))
        throw new StartError(
          `QuestDB's jar is not at ${jar}: "npm start" fetches it; or name one with SIAGA_QUESTDB_JAR, or a server with SIAGA_QUESTDB_URL`,
        );
      let url = '';
      await onFreePort(async (port) => {
        if (stopped) throw new StartError('QuestDB was stopped while it started');
        await startOn(port);
        url = `http://127.0.0.1:${port}`;
      });
      return { url };
    },
    stop: async () => {
      stopped = true;
      await child?.stop();
    },
  };
};

const isMissing = (error: unknown): boolean =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

const writeSettings = async (
  home: string,
  port: number,
  { user, password, settings = {} }: EmbeddedQuestDbOptions,
): Promise<void> => {
  const conf = join(home, 'conf');
  await mkdir(conf, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  const write = async (name: string, lines: string[]) => {
    const path = join(conf, name);
    await writeFile(`${path}.fresh`, `${lines.join('\n')}\n`, { mode: 0o600 });
    await rename(`${path}.fresh`, path);
  };
  await write('server.conf', [
    `http.bind.to=127.0.0.1:${port}`,
    `http.user=${user}`,
    `http.password=${password}`,
    'http.min.enabled=false',
    'pg.enabled=false',
    'line.tcp.enabled=false',
    'telemetry.enabled=false',
    'shared.worker.count=1',
    'cairo.commit.mode=sync',
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ]);
  await write('log.conf', [
    'writers=stdout',
    'w.stdout.class=io.questdb.log.LogConsoleWriter',
    'w.stdout.level=CRITICAL,ERROR,ADVISORY',
  ]);
};

const waitUntilAnswering = async (
  url: string,
  { user, password }: EmbeddedQuestDbOptions,
  aborted: AbortSignal,
): Promise<void> => {
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const answer = await fetch(`${url}/exec?query=${encodeURIComponent('select 1')}`, {
        headers,
        signal: AbortSignal.any([aborted, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      await answer.arrayBuffer();
      if (answer.ok) return;
      if (answer.status === 401) throw new StartError(`Another server answers at ${url}`);
    } catch (error) {
      if (aborted.aborted || error instanceof StartError) throw error;
    }
    if (performance.now() > deadlineMs)
      throw new StartError(`QuestDB does not answer within ${READY_WITHIN_MS / 1000} s`);
    await sleep(POLL_MS, undefined, { signal: aborted });
  }
};
