import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { lockDataDir } from '../../../hub/src/platform/embedded/index.js';
import { ownStartTime } from '../../../hub/src/platform/embedded/process-table.js';

describe('lock of the data dir', () => {
  let dataDir: string;
  const locks = async () => (await readdir(join(dataDir, 'run'))).sort();
  const leave = async (name: string, content: string) => {
    await mkdir(join(dataDir, 'run'), { recursive: true });
    await writeFile(join(dataDir, 'run', name), content);
  };
  const deadPid = () => spawnSync('true').pid;
  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'siaga-lock-')), 'deep', 'data');
  });
  afterEach(() => rm(join(dataDir, '..', '..'), { recursive: true, force: true }));

  it('holds until it is released', async () => {
    const first = await lockDataDir(dataDir);
    await expect(lockDataDir(dataDir)).rejects.toThrow(StartError);
    await expect(lockDataDir(dataDir)).rejects.toThrow(/SIAGA_DATA_DIR: .* in use .*pid \d+/);
    await first.release();
    const second = await lockDataDir(dataDir);
    await second.release();
    expect(await locks()).toEqual([]);
  });

  it.each<[what: string, content: () => Promise<string>]>([
    ['of a process that is gone', async () => JSON.stringify({ pid: deadPid(), startTime: '1' })],
    ['whose pid another process has now', async () => JSON.stringify({ pid: process.pid, startTime: '1' })],
    ['torn by a power cut', async () => '{"pid":'],
    ['of no bytes', async () => ''],
  ])('takes over a lock %s', async (_what, content) => {
    await leave('hub.lock.3', await content());
    const lock = await lockDataDir(dataDir);
    expect(await locks()).toEqual(['hub.lock.4']);
    await expect(lockDataDir(dataDir)).rejects.toThrow(/in use/);
    await lock.release();
  });

  it('does not take over a living lock beside a dead one', async () => {
    await leave('hub.lock.9', JSON.stringify({ pid: deadPid(), startTime: '1' }));
    await leave('hub.lock.2', JSON.stringify({ pid: process.pid, startTime: await ownStartTime() }));
    await expect(lockDataDir(dataDir)).rejects.toThrow(/in use/);
  });

  it('has one winner among many that take over a dead lock at once', async () => {
    for (let round = 0; round < 10; round++) {
      await leave('hub.lock.1', JSON.stringify({ pid: deadPid(), startTime: '1' }));
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dataDir)));
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]?.value.release();
    }
  });

  it('refuses a path that is a file', async () => {
    await mkdir(join(dataDir, '..'), { recursive: true });
    await writeFile(dataDir, '');
    await expect(lockDataDir(dataDir)).rejects.toThrow(/SIAGA_DATA_DIR: .* is not a folder/);
  });

  it.runIf(process.platform === 'linux')('refuses a folder that takes no files', async () => {
    const refused = lockDataDir('/sys/siaga');
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(/SIAGA_DATA_DIR: \/sys\/siaga .*(may not be written|read-only)/);
  });
});
