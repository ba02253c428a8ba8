import { link, mkdir, open, readFile, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.js';
import { identify, ownStartTime } from './process-table.js';

const NAME = /^hub\.lock\.(\d+)$/;
const NEEDED_MB = 256;
const TEST_BYTES = 1024 * 1024;
const ATTEMPTS = 20;

interface Holder {
  pid: number;
  startTime: string;
}

/**
 * Takes the data dir for this process: one hub at a time. A lock whose process is gone is taken over.
 * Throws StartError where the dir is in use, cannot be written, or its disk is full.
 *
 * The lock is `run/hub.lock.N`, made whole by link(). Who takes over a dead N makes N + 1 (one winner: link is
 * exclusive) and looks again after that: whoever then sees another living lock gives way. Nobody ever removes a
 * lock that might live, so a slow starter that acts on an old listing cannot end up holding beside another.
 */
export const lockDataDir = async (dataDir: string): Promise<{ release(): Promise<void> }> => {
  const runDir = join(dataDir, 'run');
  const own: Holder = { pid: process.pid, startTime: await ownStartTime() };
  const fresh = join(runDir, `hub.lock.fresh.${own.pid}`);
  try {
    await mkdir(runDir, { recursive: true, mode: 0o700 });
    await testWriting(dataDir, join(runDir, `write-test.${own.pid}`));
    await writeWhole(fresh, Buffer.from(`${JSON.stringify(own)}\n`));
  } catch (error) {
    throw explain(dataDir, error as NodeJS.ErrnoException);
  }
  try {
    const path = await take(dataDir, runDir, fresh);
    return { release: () => rm(path, { force: true }) };
  } finally {
    await rm(fresh, { force: true });
  }
};

const take = async (dataDir: string, runDir: string, fresh: string): Promise<string> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen = await listLocks(runDir);
    const living = seen.find(({ alive }) => alive);
    if (living) throw inUse(dataDir, living.pid);
    const path = join(runDir, `hub.lock.${Math.max(0, ...seen.map(({ generation }) => generation)) + 1}`);
    try {
      await link(fresh, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw explain(dataDir, error as NodeJS.ErrnoException);
    }
    const others = (await listLocks(runDir)).filter((lock) => lock.path !== path);
    if (!others.some(({ alive }) => alive)) {
      for (const stale of others) await rm(stale.path, { force: true });
      return path;
    }
    await rm(path, { force: true });
  }
  throw inUse(dataDir);
};

const listLocks = async (runDir: string) => {
  const locks = [];
  for (const name of await readdir(runDir)) {
    const generation = Number(NAME.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(generation)) continue;
    const path = join(runDir, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue; // released meanwhile
    const holder = parse(text);
    const now = holder && (await identify(holder.pid));
    locks.push({
      path,
      generation,
      pid: holder?.pid,
      alive: now !== undefined && now.startTime === holder?.startTime,
    });
  }
  return locks;
};

const parse = (text: string): Holder | undefined => {
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && typeof startTime === 'string'
      ? { pid: pid as number, startTime }
      : undefined;
  } catch {
    return undefined; // torn by a power cut: its process is gone
  }
};

const writeWhole = async (path: string, content: Buffer): Promise<void> => {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
};

const testWriting = async (dataDir: string, path: string): Promise<void> => {
  try {
    await writeWhole(path, Buffer.alloc(TEST_BYTES, 1));
  } finally {
    await rm(path, { force: true });
  }
  const { bavail, bsize } = await statfs(dataDir);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < NEEDED_MB) throw Object.assign(new Error(`${freeMb} MB free`), { code: 'ENOSPC' });
};

const inUse = (dataDir: string, pid?: number) =>
  new StartError(
    `SIAGA_DATA_DIR: ${dataDir} is in use by another hub${pid ? ` (pid ${pid})` : ''}; stop that one or name another folder`,
  );

const explain = (dataDir: string, error: NodeJS.ErrnoException): StartError => {
  const words: Record<string, string> = {
    EROFS: 'is on a read-only file system; name a folder that can be written',
    EACCES: 'may not be written by this user; name another folder or change its owner',
    EPERM: 'may not be written by this user; name another folder or change its owner',
    ENOSPC: `has too little room: the hub needs at least ${NEEDED_MB} MB free to start (${error.message}); free some or name a folder on another disk`,
    EDQUOT: 'is over its disk quota; free some room or name a folder on another disk',
    ENOTDIR: 'is not a folder; name a folder',
    EEXIST: 'is not a folder; name a folder',
  };
  const said = words[error.code ?? ''] ?? `cannot be used: ${error.message}`;
  return new StartError(`SIAGA_DATA_DIR: ${dataDir} ${said}`, { cause: error });
};
