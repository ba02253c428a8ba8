import { spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { createEmbeddedPostgres, type EmbeddedPostgres } from '../../../hub/src/platform/embedded/index.js';
import { copyCluster, isRunning, makeCluster, query, recordOf } from './support.js';

const log = pino({ level: 'silent' });
const PASSWORD = 'p@ss/word';
const isRoot = process.geteuid?.() === 0;

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  let parts: EmbeddedPostgres[];
  const create = (extra: Partial<Parameters<typeof createEmbeddedPostgres>[0]> = {}): EmbeddedPostgres => {
    const part = createEmbeddedPostgres({ dataDir, password: PASSWORD, log, ...extra });
    parts.push(part);
    return part;
  };
  let made: string;
  beforeAll(async () => {
    made = await mkdtemp(join(tmpdir(), 'siaga-pg-'));
    await makeCluster(made, PASSWORD);
  });
  afterAll(() => rm(made, { recursive: true, force: true }));
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'siaga-pg-'));
    parts = [];
  });
  afterEach(async () => {
    for (const part of parts) await part.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('keeps its data over a stop and a start, and leaves no process behind', async () => {
    await copyCluster(made, dataDir);
    const first = create();
    const { url } = await first.start();
    await query(url, "create table kept as select 'ya' as word");
    const { pid } = await recordOf(dataDir, 'postgres');
    await first.stop();
    expect(await isRunning(pid)).toBe(false);
    expect(await readdir(join(dataDir, 'run'))).toEqual([]);

    const again = await create().start();
    expect(await query(again.url, 'select word from kept')).toEqual(['ya']);
  });

  it('is safe by its settings: UTF-8, durable, on loopback, with a password', async () => {
    const { url } = await create().start();
    for (const [setting, value] of [
      ['server_encoding', 'UTF8'],
      ['fsync', 'on'],
      ['synchronous_commit', 'on'],
      ['listen_addresses', '127.0.0.1'],
      ['unix_socket_directories', ''],
      ['password_encryption', 'scram-sha-256'],
    ] as const)
      expect([setting, await query(url, `show ${setting}`)]).toEqual([setting, [value]]);
    expect(await query(url, "select 'Ä' < 'b' collate \"default\"")).toEqual([false]);
    expect(await query(url, 'select distinct auth_method from pg_hba_file_rules')).toEqual(['scram-sha-256']);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o077).toBe(0);
    expect((await readdir(dataDir)).sort()).toEqual(['logs', 'postgres', 'run']);
  });

  // [what the killed server left behind, beside its lock file; what becomes of that process]
  it.each([
    ['a stranger that has its pid by now', 'lives on'],
    ['a stranger that has its pid and works in its cluster', 'lives on'],
    ['a backend at work for a second more', 'ends'],
    ['a backend that is stopped for good', 'is ended'],
  ] as const)(
    'starts over what a killed server left: %s, which %s',
    { timeout: 60_000 },
    async (who, fate) => {
      await copyCluster(made, dataDir);
      const first = create();
      await first.start();
      await first.stop();
      const cluster = join(dataDir, 'postgres');
      const { uid, gid } = await stat(cluster);
      const other = spawn('sleep', [fate === 'ends' ? '1' : '300'], {
        ...{ uid, gid, stdio: 'ignore' as const },
        ...(who.includes('backend') && { argv0: 'postgres: siaga siaga 127.0.0.1(1) SELECT' }),
        ...(!who.endsWith('by now') && { cwd: cluster }),
      });
      try {
        if (fate === 'is ended') other.kill('SIGSTOP');
        // As much of the file as tells whose it is.
        const lock = join(cluster, 'postmaster.pid');
        await writeFile(lock, `${other.pid}\n${cluster}\n`, { mode: 0o600 });
        await chown(lock, uid, gid);
        const { url } = await create().start();
        expect(await query(url, 'select 1 as one')).toEqual([1]);
        await expect
          .poll(() => other.exitCode ?? other.signalCode)
          .toBe({ ends: 0, 'is ended': 'SIGKILL', 'lives on': null }[fate]);
      } finally {
        other.kill('SIGKILL');
      }
    },
  );

  it('leaves a server alone that somebody else started on its cluster, and does not start beside it', async () => {
    await copyCluster(made, dataDir);
    const first = create();
    await first.start();
    await first.stop();
    const cluster = join(dataDir, 'postgres');
    const { uid, gid } = await stat(cluster);
    const other = spawn('sleep', ['300'], {
      ...{ uid, gid, stdio: 'ignore' as const, cwd: cluster, argv0: '/usr/bin/postgres' },
    });
    try {
      const lock = join(cluster, 'postmaster.pid');
      await writeFile(lock, `${other.pid}\n${cluster}\n`, { mode: 0o600 });
      await chown(lock, uid, gid);
      await expect(create().start()).rejects.toThrow(/lock file "postmaster.pid" already exists/);
      expect(other.exitCode ?? other.signalCode).toBe(null);
      await rm(lock);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('comes back on the same port with all data when it is killed', async () => {
    await copyCluster(made, dataDir);
    const exits: (NodeJS.Signals | null)[] = [];
    const { url } = await create({ onExit: ({ signal }) => exits.push(signal) }).start();
    await query(url, 'create table kept as select 7 as number');
    process.kill((await recordOf(dataDir, 'postgres')).pid, 'SIGKILL');
    await expect
      .poll(() => query(url, 'select number from kept').catch(() => undefined), { timeout: 30_000 })
      .toEqual([7]);
    expect(exits).toEqual(['SIGKILL']);
  });

  it('clears what a kill in the middle of its making left', async () => {
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(dataDir, 'postgres.fresh', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.password'), 'half');
    const { url } = await create().start();
    expect(await query(url, 'select 1')).toEqual([1]);
    expect((await readdir(dataDir)).sort()).toEqual(['logs', 'postgres', 'run']);
  });

  it('says so when the data was made with another secret', async () => {
    await copyCluster(made, dataDir);
    const other = create({ password: 'another' }).start();
    await expect(other).rejects.toThrow(StartError);
    await expect(other).rejects.toThrow(/secrets\.json/);
    await expect(recordOf(dataDir, 'postgres')).rejects.toThrow(/ENOENT/);
  });

  it.runIf(isRoot)('runs as an unprivileged account where user namespaces are refused', async () => {
    const systemHome = await mkdtemp(join(tmpdir(), 'siaga-home-'));
    try {
      const refused = { rootWays: { unshareProgram: 'false', systemHome } };
      const first = create(refused);
      const { url } = await first.start();
      await query(url, 'create table kept as select 7 as number');
      await first.stop();
      const again = create(refused);
      expect(await query((await again.start()).url, 'select number from kept')).toEqual([7]);
      await again.stop();
      const homes = (await readdir(systemHome)).filter((name) => !name.startsWith('postgresql-'));
      expect(homes).toHaveLength(1);
      expect((await stat(join(systemHome, homes[0] as string))).uid).not.toBe(0);
      // Data that is there is gone on with, also once namespaces are to be had.
      expect(
        await query(
          (await create({ rootWays: { unshareProgram: 'unshare', systemHome } }).start()).url,
          'select number from kept',
        ),
      ).toEqual([7]);
    } finally {
      for (const part of parts) await part.stop();
      await rm(systemHome, { recursive: true, force: true });
    }
  });

  it.runIf(isRoot)(
    'refuses root’s own data where user namespaces are refused, and says what to do',
    async () => {
      await copyCluster(made, dataDir);
      const systemHome = join(dataDir, 'system');
      const refused = create({ rootWays: { unshareProgram: 'false', systemHome } }).start();
      await expect(refused).rejects.toThrow(/SIAGA_POSTGRES_URL/);
    },
  );
});
