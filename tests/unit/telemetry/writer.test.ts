import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../hub/src/platform/clock.js';
import { createWriter, type RowBatch, type WriterLimits } from '../../../hub/src/telemetry/writer.js';
import { createScriptedStore, type PostScript } from './scripted-store.js';
import { createManualClock } from './support.js';

interface TestBatch extends RowBatch {
  name: string;
}

const setUp = (
  script: PostScript[] = [],
  limits: Partial<WriterLimits> = {},
  clockOf: (base: Clock) => Clock = (base) => base,
) => {
  const clock = createManualClock();
  const scripted = createScriptedStore(clock, script);
  const told = { committed: [] as string[], letGo: [] as string[], refused: [] as string[], failures: 0 };
  const writer = createWriter<TestBatch>({
    store: scripted.store,
    clock: clockOf(clock),
    random: () => 0.5,
    limits,
    events: {
      committed: ({ name }) => told.committed.push(name),
      letGo: ({ name }) => told.letGo.push(name),
      refused: (_batch, line, message) => told.refused.push(`${line}: ${message}`),
      failed: () => told.failures++,
    },
  });
  const append = (name: string, rows = 1, history = false): boolean =>
    writer.append({
      name,
      history,
      rows,
      lines: Buffer.from(Array.from({ length: rows }, (_, i) => `${name}.${i}\n`).join('')),
    });
  return { clock, writer, append, told, ...scripted };
};

describe('createWriter', () => {
  it('joins what comes within 100 ms into one post', async () => {
    const { clock, append, told, posts } = setUp();
    append('a');
    await clock.advance(60);
    append('b', 2);
    await clock.advance(39);
    expect(posts).toEqual([]);
    await clock.advance(1);
    expect(posts).toEqual([['a.0', 'b.0', 'b.1']]);
    expect(told.committed).toEqual(['a', 'b']);
  });

  it.each(Array.from({ length: 40 }, (_, step) => step / 200))(
    'sends what comes due between two looks at the clock (timers %d ms early)',
    async (earlyMs) => {
      const { clock, append, posts, told } = setUp([{ do: 'fail' }], {}, (base) => {
        let lookedMs = 0;
        return {
          ...base,
          // Time goes on while the writer works.
          monotonicMs: () => base.monotonicMs() + (lookedMs += 0.01),
          after: (delayMs, action) => base.after(Math.max(0, delayMs - earlyMs), action),
        };
      });
      append('a');
      await clock.advance(1_000);
      append('b');
      await clock.advance(1_000);
      expect(told).toMatchObject({ failures: 1, committed: ['a', 'b'] });
      expect(posts).toEqual([['a.0'], ['a.0'], ['b.0']]);
    },
  );

  it('sends a full post at once, and never splits a batch', async () => {
    const { clock, append, posts } = setUp([], { postRows: 5 });
    append('a', 3);
    append('b', 3);
    await clock.advance(0);
    expect(posts).toEqual([['a.0', 'a.1', 'a.2']]);
    append('big', 9);
    await clock.advance(100);
    expect(posts.slice(1).map((lines) => lines.length)).toEqual([3, 9]);
  });

  it('has two posts under way at most', async () => {
    const { clock, append, told, posts, mostUnderWay } = setUp(
      Array.from({ length: 10 }, () => ({ do: 'slow', ms: 500 })),
      { postRows: 1 },
    );
    for (let i = 0; i < 6; i++) append(`b${i}`);
    await clock.advance(499);
    expect(posts).toHaveLength(2);
    await clock.advance(2000);
    expect(mostUnderWay()).toBe(2);
    expect(told.committed).toHaveLength(6);
  });

  it.each(['fail', 'ambiguous'] as const)('keeps a batch until its commit is known (%s)', async (fault) => {
    const { clock, append, told, rows, posts } = setUp([{ do: fault }, { do: fault }, { do: fault }]);
    append('a', 3);
    await clock.advance(100);
    expect(told).toMatchObject({ committed: [], failures: 1 });
    await clock.advance(5000);
    expect(told).toMatchObject({ committed: ['a'], failures: 3 });
    expect(posts).toHaveLength(4);
    expect(rows.size).toBe(3);
  });

  it('asks a failing store with one post at a time, less and less often', async () => {
    const { clock, append, posts, setAway, told, mostUnderWay } = setUp([], { postRows: 1 });
    setAway(true);
    for (let i = 0; i < 10; i++) append(`b${i}`);
    await clock.advance(1000);
    expect(posts.length).toBeLessThan(8);
    const before = posts.length;
    await clock.advance(30_000);
    expect(posts.length - before).toBeLessThan(12);
    setAway(false);
    await clock.advance(6000);
    expect(told.committed).toHaveLength(10);
    expect(mostUnderWay()).toBe(2);
  });

  it('lets live go after a minute, history never', async () => {
    const { clock, append, told, setAway, writer } = setUp();
    setAway(true);
    append('live');
    append('history', 1, true);
    await clock.advance(59_000);
    expect(told.letGo).toEqual([]);
    await clock.advance(10_000);
    expect(told.letGo).toEqual(['live']);
    expect(writer.waitingBytes()).toEqual({ live: 0, history: 'history.0\n'.length });
    setAway(false);
    await clock.advance(6000);
    expect(told.committed).toEqual(['history']);
  });

  it('takes no more than it has room for', async () => {
    const { clock, append, told, setAway, writer } = setUp([], { liveBytes: 20 });
    setAway(true);
    expect([append('a', 3), append('b', 2), append('c')]).toEqual([true, true, false]);
    await clock.advance(200);
    expect(append('d')).toBe(false);
    setAway(false);
    await clock.advance(6000);
    expect(told.committed).toEqual(['a', 'b']);
    expect(append('e')).toBe(true);
    expect(writer.waitingBytes().live).toBe('e.0\n'.length);
  });

  it('never mixes live and history, and history never keeps live waiting', async () => {
    const { clock, append, told, posts } = setUp([{ do: 'slow', ms: 30_000 }], { postRows: 2 });
    append('h1', 2, true);
    append('h2', 2, true);
    await clock.advance(10);
    append('l1', 2);
    append('l2', 2);
    await clock.advance(100);
    expect(posts.map((lines) => lines[0])).toEqual(['h1.0', 'l1.0', 'l2.0']);
    expect(told.committed).toEqual(['l1', 'l2']);
    await clock.advance(30_000);
    expect(told.committed).toEqual(['l1', 'l2', 'h1', 'h2']);
  });

  it('takes poison rows out one by one and stores the rest', async () => {
    const { clock, append, told, rows, poison } = setUp();
    for (const line of ['a.0', 'b.1', 'b.2', 'c.0']) poison.add(line);
    append('a', 3);
    append('b', 3);
    append('c', 1);
    await clock.advance(100);
    expect([...rows].sort()).toEqual(['a.1', 'a.2', 'b.0']);
    expect(told.refused.map((text) => text.split(':')[0])).toEqual(['a.0', 'b.1', 'b.2', 'c.0']);
    expect(told.committed.sort()).toEqual(['a', 'b', 'c']);
    expect(told.failures).toBe(0);
  });

  it('gives up rows slowly where the store refuses everything', async () => {
    const { clock, append, told, poison } = setUp();
    for (let i = 0; i < 1000; i++) poison.add(`a.${i}`);
    append('a', 1000);
    await clock.advance(60_000);
    expect(told.refused.length).toBeGreaterThan(32);
    expect(told.refused.length).toBeLessThan(60);
  });

  it.each([0, 4, 1e9])('takes a refusal of line %d, which it never sent, for a failure', async (line) => {
    const clock = createManualClock();
    let failures = 0;
    const writer = createWriter<TestBatch>({
      store: { post: () => Promise.resolve({ ok: false, line, message: 'odd' }) },
      clock,
      random: () => 0,
      events: {
        committed: () => expect.unreachable(),
        letGo: () => expect.unreachable(),
        refused: () => expect.unreachable(),
        failed: () => failures++,
      },
    });
    writer.append({ name: 'a', history: false, rows: 3, lines: Buffer.from('a\nb\nc\n') });
    await clock.advance(1000);
    expect(failures).toBeGreaterThan(0);
  });

  it('sends what waits before it stops, and takes nothing more', async () => {
    const { clock, writer, append, told } = setUp([{ do: 'slow', ms: 300 }]);
    append('a');
    append('h', 1, true);
    const stopped = writer.stop(5000);
    await clock.advance(300);
    await stopped;
    expect(told.committed.sort()).toEqual(['a', 'h']);
    expect(append('b')).toBe(false);
  });

  it('stops in time where the store is away, or never answers', async () => {
    const away = setUp([{ do: 'fail' }]);
    away.append('a');
    const stopped = away.writer.stop(5000);
    await away.clock.advance(0);
    await stopped;
    const silent = setUp([{ do: 'slow', ms: 1e9 }]);
    silent.append('a');
    const cut = silent.writer.stop(5000);
    await silent.clock.advance(5000);
    await cut;
    expect(silent.told.committed).toEqual([]);
  });

  it('stores every batch once it can, commits each once, and holds no more than its bound', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ rows: fc.integer({ min: 1, max: 8 }), history: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ waitMs: fc.integer({ min: 0, max: 4000 }) }) },
    );
    const answer: fc.Arbitrary<PostScript> = fc.oneof(
      fc.constant({ do: 'ok' as const }),
      fc.constant({ do: 'fail' as const }),
      fc.constant({ do: 'ambiguous' as const }),
      fc.record({ do: fc.constant('slow' as const), ms: fc.integer({ min: 1, max: 2000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.array(answer, { maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(29), fc.nat(7)), { maxLength: 5 }),
        async (steps, script, poisoned) => {
          const { clock, append, told, rows, poison, mostUnderWay, writer } = setUp(script, { postRows: 10 });
          for (const [batch, row] of poisoned) poison.add(`b${batch}.${row}`);
          const expected = new Set<string>();
          const names: string[] = [];
          for (const [i, each] of steps.entries()) {
            if ('waitMs' in each) await clock.advance(each.waitMs);
            else {
              expect(append(`b${i}`, each.rows, each.history)).toBe(true);
              names.push(`b${i}`);
              for (let row = 0; row < each.rows; row++) expected.add(`b${i}.${row}`);
            }
          }
          await clock.advance(300_000);
          const refused = told.refused.map((text) => text.split(':')[0]!);
          expect([...told.committed, ...told.letGo].sort()).toEqual(names.sort());
          expect(new Set(refused).size).toBe(refused.length);
          if (told.letGo.length === 0) expect([...rows, ...refused].sort()).toEqual([...expected].sort());
          for (const line of rows) expect(expected.has(line)).toBe(true);
          expect(mostUnderWay()).toBeLessThanOrEqual(2);
          expect(writer.waitingBytes()).toEqual({ live: 0, history: 0 });
        },
      ),
      { numRuns: 200 },
    );
  });
});
