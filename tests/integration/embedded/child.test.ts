import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { createChild, type Child, type ChildOptions } from '../../../hub/src/platform/embedded/child.js';
import { findByArguments } from '../../../hub/src/platform/embedded/process-table.js';
import { isRunning, recordOf } from './support.js';

const log = pino({ level: 'silent' });

describe('supervised child', () => {
  let dataDir: string;
  let children: Child[];
  /** A child that runs `code`; ready once it has printed "up". */
  const create = (code: string, extra: Partial<ChildOptions> = {}): Child => {
    const child = createChild({
      name: 'sample',
      dataDir,
      command: { program: process.execPath, args: ['-e', code, dataDir] },
      marker: [dataDir],
      stopSteps: [{ signal: 'SIGTERM', waitMs: 10_000 }],
      ready: async (aborted) => {
        for (;;) {
          const printed = await readFile(join(dataDir, 'logs', 'sample.log'), 'utf8');
          if (printed.includes('up')) return;
          await sleep(10, undefined, { signal: aborted });
        }
      },
      log,
      ...extra,
    });
    children.push(child);
    return child;
  };
  const RUNS = "console.log('up'); setInterval(() => {}, 1000);";
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'siaga-child-'));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) await child.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('runs in a process group of its own, with a record of who it is', async () => {
    const child = create(RUNS);
    await child.start();
    const record = await recordOf(dataDir, 'sample');
    expect(record.pid).toBe(child.pid());
    expect(record.commandLine).toBe([process.execPath, '-e', RUNS, dataDir].join(' '));
    expect(() => process.kill(-record.pid, 0)).not.toThrow();
    expect((await stat(join(dataDir, 'run', 'sample.json'))).mode & 0o077).toBe(0);
    await child.stop();
    expect(await isRunning(record.pid)).toBe(false);
    await expect(recordOf(dataDir, 'sample')).rejects.toThrow(/ENOENT/);
  });

  it('tells its last words when it ends while starting', async () => {
    const child = create("console.log('the disk is on fire'); process.exit(7)", {
      ready: (aborted) => sleep(60_000, undefined, { signal: aborted }),
    });
    const started = child.start();
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(/sample ended while starting \(exit 7\)[^]*the disk is on fire/);
  });

  it('names a program that is not there', async () => {
    const child = create(RUNS, { command: { program: join(dataDir, 'none'), args: [] } });
    await expect(child.start()).rejects.toThrow(/sample could not be started: .*ENOENT/);
  });

  it('is ended when it never gets ready', async () => {
    const child = create(RUNS, { ready: () => Promise.reject(new StartError('no answer')) });
    await expect(child.start()).rejects.toThrow('no answer');
    expect(child.pid()).toBeUndefined();
    await expect(recordOf(dataDir, 'sample')).rejects.toThrow(/ENOENT/);
  });

  it('is ended when its record cannot be written', async () => {
    await mkdir(join(dataDir, 'run', 'sample.json.fresh'), { recursive: true });
    const child = create(RUNS);
    await expect(child.start()).rejects.toThrow('EISDIR');
    expect(child.pid()).toBeUndefined();
    expect(await findByArguments(process.execPath, [dataDir])).toEqual([]);
  });

  it('is started again each time it dies, a little later each time', async () => {
    const waits: number[] = [];
    const child = create(RUNS, { onExit: ({ restartInMs }) => waits.push(restartInMs) });
    await child.start();
    for (let round = 0; round < 2; round++) {
      const dead = child.pid() as number;
      process.kill(dead, 'SIGKILL');
      await expect
        .poll(() => child.pid() !== undefined && child.pid() !== dead, { timeout: 20_000 })
        .toBe(true);
    }
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] as number);
  });

  it('stays down when it is stopped while waiting for a restart', async () => {
    let died = () => undefined as void;
    const death = new Promise<void>((resolve) => (died = resolve));
    const child = create(RUNS, { onExit: () => died() });
    await child.start();
    process.kill(child.pid() as number, 'SIGKILL');
    await death;
    await child.stop();
    expect(child.pid()).toBeUndefined();
  });

  it('can be stopped while it starts', async () => {
    const child = create('setInterval(() => {}, 1000);');
    const started = child.start();
    await expect.poll(() => child.pid(), { timeout: 10_000 }).toBeDefined();
    const pid = child.pid() as number;
    await Promise.all([expect(started).rejects.toThrow(), child.stop()]);
    expect(await isRunning(pid)).toBe(false);
  });

  it('is killed when it does not end by itself', async () => {
    const child = create(`process.on('SIGTERM', () => {}); ${RUNS}`, {
      stopSteps: [{ signal: 'SIGTERM', waitMs: 100 }],
    });
    await child.start();
    const pid = child.pid() as number;
    await child.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  it('starts a log of its own over when the old one has grown large', async () => {
    const path = join(dataDir, 'logs', 'sample.log');
    const first = create(RUNS);
    await first.start();
    await first.stop();
    await writeFile(path, Buffer.alloc(6 * 1024 * 1024, 'x'));
    await create(RUNS).start();
    expect((await stat(path)).size).toBeLessThan(1024);
    expect((await stat(`${path}.1`)).size).toBe(6 * 1024 * 1024);
  });
});
