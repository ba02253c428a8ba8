import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The repository, from here as well as from a bundle in .cache/bench. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const ADMIN = { email: 'admin@bank.example', password: 'Correct-Horse-7-Staple' } as const;

/** A port of the loopback that was free a moment ago. */
export const freePort = async (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

export interface HubProcess {
  url: string;
  mqttPort: number;
  child: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** Sends the signal to its whole process group and waits for its end; answers the exit code (null: by signal). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface HubProcessOptions {
  dataDir: string;
  httpPort?: number;
  mqttPort?: number;
  env?: Record<string, string>;
  /** Default: the built hub as `npm start` runs it. */
  command?: [string, ...string[]];
  deadlineMs?: number;
  /** Hears of the process long before it answers, e.g. to kill it in its start. */
  onSpawn?: (child: ChildProcess) => void;
}

/** Starts the real thing as users do, in a process group of its own, and waits until it answers. */
export const startHubProcess = async (options: HubProcessOptions): Promise<HubProcess> => {
  const httpPort = options.httpPort ?? (await freePort());
  const mqttPort = options.mqttPort ?? (await freePort());
  const [command, ...args] = options.command ?? [process.execPath, 'deploy/start.mjs'];
  const child = spawn(command, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutTestSettings(process.env),
      SIAGA_DATA_DIR: options.dataDir,
      SIAGA_HTTP_PORT: String(httpPort),
      SIAGA_MQTT_PORT: String(mqttPort),
      SIAGA_ADMIN_EMAIL: ADMIN.email,
      SIAGA_ADMIN_PASSWORD: ADMIN.password,
      ...options.env,
    },
  });
  options.onSpawn?.(child);
  let text = '';
  const hear = (chunk: Buffer) => void (text += chunk.toString());
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const url = `http://127.0.0.1:${httpPort}`;
  const deadline = performance.now() + (options.deadlineMs ?? 90_000);
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the hub ended at its start:\n${text}`);
    if (await isReady(url)) break;
    if (performance.now() > deadline) {
      // Asked first, so that it takes its own children with it.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 20_000))]);
      throw new Error(`the hub did not answer in time:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    mqttPort,
    child,
    output: () => text,
    end: async (signal) => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, signal);
      return exited;
    },
  };
};

/** The hub refuses settings that it does not know, and those of the tests are none of its own. */
const withoutTestSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SIAGA_TEST_')));

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).status === 200;
  } catch {
    return false;
  }
};

/** A signed-in caller of the v1 API. */
export interface ApiClient {
  token: string;
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** Signs in; every answer that is no success throws with its body. */
export const signIn = async (url: string): Promise<ApiClient> => {
  const call = async <T>(
    method: string,
    path: string,
    token: string | undefined,
    body: unknown,
  ): Promise<T> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : (JSON.parse(text) as { data: T }).data) as T;
  };
  const { access_token: token } = await call<{ access_token: string }>(
    'POST',
    '/auth/login',
    undefined,
    ADMIN,
  );
  return {
    token,
    get: (path) => call('GET', path, token, undefined),
    send: (method, path, body) => call(method, path, token, body),
  };
};
