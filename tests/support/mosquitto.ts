import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';

/** Debian's mosquitto, or undefined where this machine has none. */
export const findMosquitto = (): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, 'mosquitto'))
    .find((path) => existsSync(path));

export interface Mosquitto {
  pid: number;
  /** Reads password and ACL files again. */
  reload(): void;
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Runs it on this loopback port with these settings beside the listener; resolves when it listens. */
export const startMosquitto = async (options: {
  program: string;
  dir: string;
  port: number;
  settings: string;
}): Promise<Mosquitto> => {
  const { program, dir, port, settings } = options;
  const path = join(dir, 'mosquitto.conf');
  const isRoot = process.geteuid?.() === 0;
  await writeFile(
    path,
    [`listener ${port} 127.0.0.1`, ...(isRoot ? ['user root'] : []), 'log_dest stderr', settings].join('\n'),
  );
  const child: ChildProcess = spawn(program, ['-c', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = performance.now() + 20_000;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline)
      throw new Error(`mosquitto does not listen:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    pid: child.pid!,
    reload: () => void child.kill('SIGHUP'),
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
};

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
