import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endAllLeftBehind, writePidRecord } from '../../../hub/src/platform/embedded/left-behind.js';
import { identify } from '../../../hub/src/platform/embedded/process-table.js';
import { PASSWORD, bundleStandIn, startStandIn, type StandIn } from './stand-in.js';
import { copyCluster, isRunning, makeCluster, query, recordOf } from './support.js';

const USER = 'nobody';
const isRoot = process.geteuid?.() === 0;
/** Root may become that user, and that user may run this Node. */
const canSwitchUser = (() => {
  if (!isRoot) return false;
  try {
    execFileSync('runuser', ['-u', USER, '--', process.execPath, '--version'], { stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
})();

describe('what a killed hub leaves behind', () => {
  let dir: string;
  let script: string;
  let count = 0;
  const emptyDir = () => join(dir, `data-${++count}`);
  const dirWithCluster = async () => {
    const dataDir = emptyDir();
    await copyCluster(join(dir, 'made'), dataDir);
    return dataDir;
  };
  const standIns: StandIn[] = [];
  const sleepers: ChildProcess[] = [];
  const start = async (...args: Parameters<typeof startStandIn>): Promise<StandIn> => {
    const standIn = await startStandIn(...args);
    standIns.push(standIn);
    return standIn;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'siaga-left-'));
    await chmod(dir, 0o755);
    script = await bundleStandIn(dir, canSwitchUser ? 'copy' : 'link');
    await makeCluster(join(dir, 'made'), PASSWORD);
  });
  afterEach(async () => {
    for (const standIn of standIns.splice(0)) await standIn.end('SIGTERM');
    for (const sleeper of sleepers.splice(0)) sleeper.kill('SIGKILL');
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is ended by the next start, which goes on with all data', async () => {
    const dataDir = await dirWithCluster();
    const first = await start(script, dataDir);
    await query(first.url, 'create table kept as select 7 as number');
    const { pid } = await recordOf(dataDir, 'postgres');
    await first.end('SIGKILL');
    expect(await isRunning(pid)).toBe(true);

    const second = await start(script, dataDir);
    expect(await isRunning(pid)).toBe(false);
    expect(await query(second.url, 'select number from kept')).toEqual([7]);
  });

  it.runIf(process.platform === 'linux')(
    'is found without a record too: the hub was killed right after the spawn',
    async () => {
      const dataDir = await dirWithCluster();
      const first = await start(script, dataDir);
      const { pid } = await recordOf(dataDir, 'postgres');
      await first.end('SIGKILL');
      await rm(join(dataDir, 'run', 'postgres.json'));
      await start(script, dataDir);
      expect(await isRunning(pid)).toBe(false);
    },
  );

  it('refuses a second start on a data dir in use, and the first goes on', async () => {
    const dataDir = await dirWithCluster();
    const first = await start(script, dataDir);
    await expect(start(script, dataDir)).rejects.toThrow(
      /SIAGA_DATA_DIR: .* is in use by another hub \(pid \d+\)/,
    );
    expect(await query(first.url, 'select 1')).toEqual([1]);
  });

  it.each([
    ['another start time', { startTime: '1' }],
    ['another command line', { commandLine: 'postgres -D elsewhere' }],
  ])('is never a process that meanwhile has its pid, by %s', async (_what, difference) => {
    const dataDir = await dirWithCluster();
    const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
    sleepers.push(sleeper);
    const pid = sleeper.pid as number;
    const identity = await identify(pid);
    await writePidRecord(join(dataDir, 'run', 'postgres.json'), {
      pid,
      startTime: identity?.startTime ?? '',
      commandLine: 'sleep 600',
      stopSignal: 'SIGTERM',
      ...difference,
    });
    await start(script, dataDir);
    expect(await isRunning(pid)).toBe(true);
  });

  it('is ended whole, also what this start does not use', async () => {
    const dataDir = emptyDir();
    const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
    sleepers.push(sleeper);
    const pid = sleeper.pid as number;
    await writePidRecord(join(dataDir, 'run', 'agent.json'), {
      pid,
      startTime: (await identify(pid))?.startTime ?? '',
      commandLine: 'sleep 600',
      stopSignal: 'SIGTERM',
    });
    await writePidRecord(join(dataDir, 'run', 'questdb.json'), {
      pid: process.pid,
      startTime: '1',
      commandLine: 'java',
      stopSignal: 'SIGTERM',
    });
    await writeFile(join(dataDir, 'run', 'torn.json'), '{');
    await endAllLeftBehind(dataDir, pino({ level: 'silent' }));
    expect(await isRunning(pid)).toBe(false);
    expect(await readdir(join(dataDir, 'run'))).toEqual([]);
  });

  it.runIf(canSwitchUser)('is ended for an ordinary user as well, in a folder of its own', async () => {
    const home = emptyDir();
    await mkdir(home, { mode: 0o700 });
    const id = (flag: string) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
    await chown(home, id('-u'), id('-g'));
    const dataDir = join(home, 'data');
    const first = await start(script, dataDir, USER);
    await query(first.url, 'create table kept as select 7 as number');
    const { pid } = await recordOf(dataDir, 'postgres');
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${id('-u')}\\s`, 'm'));
    // runuser passes no SIGKILL on: the stand-in itself is its child
    const [standIn] = (
      await readFile(`/proc/${first.process.pid}/task/${first.process.pid}/children`, 'utf8')
    )
      .trim()
      .split(' ')
      .map(Number);
    process.kill(standIn as number, 'SIGKILL');
    await first.end('SIGKILL');

    const second = await start(script, dataDir, USER);
    expect(await isRunning(pid)).toBe(false);
    expect(await query(second.url, 'select number from kept')).toEqual([7]);
  });
});
