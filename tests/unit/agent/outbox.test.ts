import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBody } from '../../../agent/src/codec.js';
import { createLevelStore } from '../../../agent/src/level-store.js';
import { createOutbox, type LiveEntry, type Outbox, type OutboxLimits } from '../../../agent/src/outbox.js';
import type { OutboxRecord } from '../../../agent/src/outbox-record.js';
import { countLost } from '../../../agent/src/outbox-state.js';
import { createStreamFile } from '../../../agent/src/state-files.js';
import { StoreError, type OutboxStore } from '../../../agent/src/store.js';

const silent = (): void => undefined;
const log = { info: silent, warn: silent, error: silent };

let directory: string;
const opened: Outbox[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siaga-outbox-'));
});
afterEach(async () => {
  for (const outbox of opened.splice(0)) await outbox.close();
  await rm(directory, { recursive: true, force: true });
});

const storePath = (): string => join(directory, 'outbox');

const openOutbox = async (
  options: { process?: string; limits?: OutboxLimits; store?: OutboxStore } = {},
): Promise<Outbox> => {
  const outbox = createOutbox({
    store: options.store ?? createLevelStore(storePath(), () => 1_700_000_000_000),
    streamFile: createStreamFile(directory),
    log,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  await outbox.open(options.process ?? 'a'.repeat(16));
  opened.push(outbox);
  return outbox;
};

const closeOutbox = async (outbox: Outbox): Promise<void> => {
  opened.splice(opened.indexOf(outbox), 1);
  await outbox.close();
};

const record = (origin: number, fromMs: number, samples = 1, text = ''): OutboxRecord => ({
  origin,
  config: 1,
  samples,
  fromMs,
  toMs: fromMs + 10,
  body: encodeBody(JSON.stringify({ t0: fromMs, text })),
});
const entry = (origin: number, seq: number): LiveEntry => ({
  seq,
  record: record(origin, 1_000 * seq),
  onDisk: true,
});
const starts = (records: readonly OutboxRecord[]): number[] => records.map(({ fromMs }) => fromMs);

describe('the stream', () => {
  it('is one higher at each process start, on the disk before the start is over', async () => {
    for (const stream of [1, 2, 3]) {
      const outbox = await openOutbox({ process: `${stream}`.repeat(16) });
      expect(outbox.stream).toBe(stream);
      expect(JSON.parse(await readFile(join(directory, 'stream.json'), 'utf8'))).toEqual({
        stream,
        process: `${stream}`.repeat(16),
        corrupt: 0,
      });
      await closeOutbox(outbox);
    }
  });

  it.each(['stream.json', 'outbox'])('survives the loss of %s', async (lost) => {
    await closeOutbox(await openOutbox());
    await closeOutbox(await openOutbox());
    await rm(join(directory, lost), { recursive: true });
    expect((await openOutbox()).stream).toBe(3);
  });

  it('that the hub names is kept', async () => {
    const outbox = await openOutbox();
    await outbox.takeStream(41);
    expect(outbox.stream).toBe(41);
    await closeOutbox(outbox);
    expect((await openOutbox()).stream).toBe(42);
  });

  it('refuses a damaged file rather than counting from 1 again', async () => {
    await writeFile(join(directory, 'stream.json'), '{"stream":');
    await expect(openOutbox()).rejects.toThrow(/stream\.json is damaged/);
  });
});

describe('what a process leaves', () => {
  it('becomes history of the next, oldest first, under its own stream', async () => {
    const first = await openOutbox();
    await first.putLive(entry(1, 1));
    await first.moveToHistory([entry(1, 1)]);
    await first.putLive(entry(1, 2));
    await first.putLive(entry(1, 3));
    await first.dropLive([entry(1, 2)]);
    await closeOutbox(first);
    const second = await openOutbox();
    expect([second.firstPosition, second.nextPosition]).toEqual([1, 3]);
    const history = await second.readHistory(1, 10);
    expect(starts(history)).toEqual([1_000, 3_000]);
    expect(history.every(({ origin }) => origin === 1)).toBe(true);
    expect(second.state.rows).toBe(2);
  });

  it('keeps the provisional stamps of what was never sent', async () => {
    const first = await openOutbox();
    const unstamped = { madeMonoMs: 5, monotonic: undefined };
    await first.putUnstamped({ number: 1, record: { ...record(1, 7_000), unstamped } });
    await closeOutbox(first);
    const second = await openOutbox();
    expect(await second.readUnstamped(10)).toEqual([]);
    const [left] = await second.readHistory(1, 10);
    expect(left?.fromMs).toBe(7_000);
    expect(left?.unstamped).toBeUndefined();
  });

  it('is whole after any number of deaths (property): what was put and not dropped is there, once, in order', async () => {
    const step = fc.record({
      action: fc.constantFrom('put', 'drop', 'move', 'stored', 'die'),
      count: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await rm(directory, { recursive: true, force: true });
        let outbox = await openOutbox();
        let live: LiveEntry[] = [];
        let history: number[] = [];
        let seq = 0;
        for (const { action, count } of steps) {
          const some = live.slice(0, count);
          if (action === 'put') {
            const next = { ...entry(outbox.stream, ++seq) };
            await outbox.putLive(next);
            live.push(next);
          } else if (action === 'drop') {
            await outbox.dropLive(some);
            live = live.slice(count);
          } else if (action === 'move') {
            await outbox.moveToHistory(some);
            history.push(...some.map((one) => one.record.fromMs));
            live = live.slice(count);
          } else if (action === 'stored') {
            const to = Math.min(outbox.firstPosition + count, outbox.nextPosition) - 1;
            history = history.slice(to + 1 - outbox.firstPosition);
            await outbox.dropHistory(to);
          } else {
            await closeOutbox(outbox);
            outbox = await openOutbox();
            history.push(...live.map((one) => one.record.fromMs));
            live = [];
          }
        }
        const held = await outbox.readHistory(outbox.firstPosition, 1_000);
        expect(starts(held)).toEqual(history);
        expect(outbox.state.rows).toBe(history.length + live.length);
        await closeOutbox(outbox);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a corrupt store', () => {
  const damage = async (): Promise<void> => {
    for (const name of await readdir(storePath()))
      if (/^(MANIFEST|CURRENT)/.test(name)) await writeFile(join(storePath(), name), 'not a database');
  };

  it('is set aside, counted and begun anew; the stream goes on', async () => {
    const first = await openOutbox();
    await first.putLive(entry(1, 1));
    await closeOutbox(first);
    await damage();
    const second = await openOutbox();
    expect(second.stream).toBe(2);
    expect(second.corrupt).toBe(1);
    expect(second.state.rows).toBe(0);
    expect(await readdir(directory)).toContain('outbox.corrupt-1700000000000');
    await second.putLive(entry(2, 1));
    await closeOutbox(second);
    const third = await openOutbox();
    expect(third.corrupt).toBe(1);
    expect(starts(await third.readHistory(third.firstPosition, 10))).toEqual([1_000]);
  });

  it('is no word for a store that another process holds', async () => {
    await openOutbox();
    const other = createOutbox({
      store: createLevelStore(storePath(), () => 1),
      streamFile: createStreamFile(directory),
      log,
    });
    await expect(other.open('b'.repeat(16))).rejects.toThrow(/lock/i);
    expect(await readdir(directory)).not.toContain('outbox.corrupt-1');
  });

  it.each(['corrupt', 'quota'])(
    'is told by the store, not by a directory that is called %s',
    async (name) => {
      const path = join(directory, name, 'outbox');
      const store = createLevelStore(path, () => 1);
      await store.open();
      const fault = await createLevelStore(path, () => 1)
        .open()
        .catch((error: unknown) => (error as StoreError).fault);
      await store.close();
      expect(fault).toBe('failed');
    },
  );
});

describe('a full disk', () => {
  const fill = async (outbox: Outbox, batches: number): Promise<void> => {
    for (let seq = 1; seq <= batches; seq++) {
      const one: LiveEntry = {
        seq,
        record: record(1, seq * 10_000, 5, 'x'.repeat(seq % 7)),
        onDisk: true,
      };
      await outbox.putLive(one);
      await outbox.moveToHistory([one]);
    }
  };

  it('evicts the oldest history above its bytes and counts it by time range', async () => {
    const outbox = await openOutbox({ limits: { maxBytes: 10_000, minFreeBytes: 0 } });
    await fill(outbox, 200);
    expect(outbox.state.bytes).toBeGreaterThan(10_000);
    while (outbox.state.bytes > 10_000) await outbox.tidy();
    const gone = outbox.firstPosition - 1;
    expect(gone).toBeGreaterThanOrEqual(64);
    expect(outbox.state.lost).toEqual([{ fromMs: 10_000, toMs: gone * 10_000 + 10, samples: gone * 5 }]);
    expect(outbox.state.rows).toBe((200 - gone) * 5);
    await closeOutbox(outbox);
    expect((await openOutbox()).state.lost[0]?.samples).toBe(gone * 5);
  });

  it('leaves live alone and does nothing while there is room', async () => {
    const outbox = await openOutbox({ limits: { maxBytes: 1e9, minFreeBytes: 0 } });
    await fill(outbox, 3);
    await outbox.tidy();
    expect(outbox.firstPosition).toBe(1);
  });

  it('pays for a refused write with the oldest history', async () => {
    const level = createLevelStore(storePath(), () => 1);
    let full = false;
    const tight: OutboxStore = {
      ...level,
      write: (ops, sync) => {
        const growing = ops.some(({ key, value }) => value && key !== 'state');
        if (growing && full) return Promise.reject(new StoreError('full', 'no space left on device'));
        if (!growing) full = false;
        return level.write(ops, sync);
      },
    };
    const outbox = await openOutbox({ store: tight });
    await fill(outbox, 100);
    full = true;
    await outbox.putLive({ seq: 101, record: record(1, 9e6), onDisk: true });
    expect(outbox.state.lost[0]?.samples).toBe(64 * 5);
    expect(outbox.firstPosition).toBe(65);
  });

  it('refuses when there is nothing left to pay with, and works again afterwards', async () => {
    const level = createLevelStore(storePath(), () => 1);
    let full = false;
    const store: OutboxStore = {
      ...level,
      write: (ops, sync) =>
        full ? Promise.reject(new StoreError('full', 'no space left on device')) : level.write(ops, sync),
    };
    const outbox = await openOutbox({ store });
    full = true;
    await expect(outbox.putLive(entry(1, 1))).rejects.toThrow(/no space/);
    full = false;
    await outbox.putLive(entry(1, 2));
    expect(outbox.state.rows).toBe(1);
  });
});

describe('a write whose answer is an error', () => {
  // [what became of it]
  it.each([['is on the disk all the same'], ['never came there']])(
    '%s: nothing is written over',
    async (what) => {
      const level = createLevelStore(storePath(), () => 1);
      let fails = 0;
      const store: OutboxStore = {
        ...level,
        write: async (ops, sync) => {
          if (fails-- <= 0) return level.write(ops, sync);
          if (what.startsWith('is')) await level.write(ops, sync);
          throw new StoreError('failed', 'input/output error');
        },
      };
      const first = await openOutbox({ store });
      await first.putUnstamped({ number: 1, record: record(1, 1_000) });
      const unstamped = await first.readUnstamped(10);
      fails = 1;
      const adopted = await first
        .adopt(unstamped, [], [unstamped[0]!.record])
        .then(() => true)
        .catch(() => false);
      expect(adopted).toBe(what.startsWith('is'));
      // What comes next must find a place of its own.
      await first.moveToHistory([{ seq: 1, record: record(1, 9_000), onDisk: false }]);
      if (!adopted) await first.adopt(await first.readUnstamped(10), [], [unstamped[0]!.record]);
      const stamps = (await first.readHistory(first.firstPosition, 10)).map(({ fromMs }) => fromMs);
      expect(stamps.sort((a, b) => a - b)).toEqual([1_000, 9_000]);
      expect(first.state.rows).toBe(2);
    },
  );

  it('is looked for once the disk answers again', async () => {
    const level = createLevelStore(storePath(), () => 1);
    let isAway = false;
    const store: OutboxStore = {
      ...level,
      write: async (ops, sync) => {
        await level.write(ops, sync);
        if (isAway) throw new StoreError('failed', 'input/output error');
      },
      get: (key) =>
        isAway ? Promise.reject(new StoreError('failed', 'input/output error')) : level.get(key),
    };
    const outbox = await openOutbox({ store });
    isAway = true;
    const lost = { seq: 1, record: record(1, 1_000), onDisk: false };
    await expect(outbox.moveToHistory([lost])).rejects.toThrow('input/output');
    isAway = false;
    await outbox.moveToHistory([{ seq: 2, record: record(1, 9_000), onDisk: false }]);
    const stamps = (await outbox.readHistory(outbox.firstPosition, 10)).map(({ fromMs }) => fromMs);
    expect(stamps).toEqual([1_000, 9_000]);
  });
});

describe('lost ranges', () => {
  it('join what was evicted in a row and never forget a sample (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 200_000 }), samples: fc.nat(50) }), {
          maxLength: 100,
        }),
        (steps) => {
          let fromMs = 0;
          let ranges: ReturnType<typeof countLost> = [];
          for (const { gapMs, samples } of steps) {
            fromMs += gapMs;
            ranges = countLost(ranges, record(1, fromMs, samples));
          }
          expect(ranges.length).toBeLessThanOrEqual(20);
          const counted = ranges.reduce((sum, range) => sum + range.samples, 0);
          expect(counted).toBe(steps.reduce((sum, { samples }) => sum + samples, 0));
          expect(ranges.every((range) => range.fromMs <= range.toMs && range.samples > 0)).toBe(true);
        },
      ),
    );
  });
});
