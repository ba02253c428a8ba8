import type { Ack } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../hub/src/platform/clock.js';
import { createIngestHarness, createMemoryStreams } from './ingest-harness.js';
import { createModelAgent, linesOf } from './model-agent.js';
import { createScriptedStore, type PostScript } from './scripted-store.js';
import { createManualClock } from './support.js';

type Fault =
  { kind: 'kill hub' | 'restart agent' } | { kind: 'cut line' | 'rows away' | 'streams away'; forMs: number };

interface Story {
  seed: number;
  /** Share of messages lost, and said twice, of either direction. */
  lost: number;
  twice: number;
  /** Share of messages that come up to 3 s late, and so out of order. */
  late: number;
  posts: PostScript[];
  faults: { afterMs: number; fault: Fault }[];
}

/** Small, seeded and good enough to shuffle messages. */
const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const stories: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer(),
  lost: fc.constantFrom(0, 0.05, 0.3),
  twice: fc.constantFrom(0, 0.2),
  late: fc.constantFrom(0, 0.1, 0.5),
  posts: fc.array(
    fc.oneof(
      fc.constant({ do: 'ok' as const }),
      fc.constant({ do: 'fail' as const }),
      fc.constant({ do: 'ambiguous' as const }),
      fc.record({ do: fc.constant('slow' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    ),
    { maxLength: 10 },
  ),
  faults: fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      fault: fc.oneof(
        fc.record({ kind: fc.constantFrom('kill hub' as const, 'restart agent' as const) }),
        fc.record({
          kind: fc.constantFrom('cut line' as const, 'rows away' as const, 'streams away' as const),
          forMs: fc.integer({ min: 100, max: 150_000 }),
        }),
      ),
    }),
    { maxLength: 6 },
  ),
});

const play = async (story: Story) => {
  const clock = createManualClock();
  const random = createRandom(story.seed);
  const store = createScriptedStore(clock, [...story.posts]);
  const streams = createMemoryStreams();
  const line = { cut: false, lost: story.lost, twice: story.twice, late: story.late };
  let hubs = 0;
  let hub: Awaited<ReturnType<typeof startHub>> | undefined;

  /** Loses, repeats, delays, and so reorders. */
  const carry = (deliver: () => void): void => {
    for (let copies = random() < line.twice ? 2 : 1; copies > 0; copies--) {
      if (random() < line.lost) continue;
      clock.after(random() < line.late ? random() * 3000 : 50, () => {
        if (!line.cut) deliver();
      });
    }
  };
  const agent = createModelAgent({
    clock,
    send: (header, body) => carry(() => hub?.send(header, body)),
  });

  /** Highest pointers seen of each (run, stream): they may only grow. */
  const highest = new Map<string, number>();
  const hear = (ack: Ack): void => {
    const check = (name: string, value: number): void => {
      expect(value).toBeGreaterThanOrEqual(highest.get(name) ?? 0);
      highest.set(name, value);
    };
    check(`${ack.run} judged ${ack.live.stream}`, ack.live.judged);
    check(`${ack.run} stored ${ack.live.stream}`, ack.live.stored);
    check(`${ack.run} history ${ack.history.stream}`, ack.history.stored);
    carry(() => agent.ack(ack));
  };

  const startHub = async () => {
    const life = { yes: true };
    // A killed hub's timers fire no more, and nothing of it is heard or stored.
    const mortal: Clock = {
      nowMs: clock.nowMs,
      monotonicMs: clock.monotonicMs,
      after: (ms, action) => clock.after(ms, () => life.yes && action()),
      every: (ms, action) => clock.every(ms, () => life.yes && action()),
    };
    const harness = await createIngestHarness({
      clock: { ...clock, ...mortal },
      rows: { post: (text) => (life.yes ? store.store.post(text) : Promise.reject(new Error('dead'))) },
      streams,
      run: `run-${++hubs}`,
    });
    const { push } = harness.acks;
    harness.acks.push = (...told) => {
      if (life.yes) for (const { ack } of told) hear(ack);
      return push.apply(harness.acks, told);
    };
    return { ...harness, life };
  };

  const judgedInOrder = (): void => {
    let last = [0, 0];
    for (const { stream, seq } of hub!.judge.told.submitted) {
      expect(stream > last[0]! || (stream === last[0] && seq > last[1]!)).toBe(true);
      last = [stream, seq];
    }
  };

  const apply = async (fault: Fault): Promise<void> => {
    switch (fault.kind) {
      case 'kill hub':
        judgedInOrder();
        hub!.life.yes = false;
        hub = undefined;
        await clock.advance(2000);
        hub = await startHub();
        return agent.connected();
      case 'restart agent':
        return agent.start();
      case 'cut line':
        line.cut = true;
        clock.after(fault.forMs, () => {
          line.cut = false;
          agent.connected();
        });
        return;
      case 'rows away':
        store.setAway(true);
        clock.after(fault.forMs, () => store.setAway(false));
        return;
      case 'streams away':
        streams.control.away = true;
        clock.after(fault.forMs, () => (streams.control.away = false));
    }
  };

  hub = await startHub();
  agent.start();
  for (const { afterMs, fault } of story.faults) {
    await clock.advance(afterMs);
    await apply(fault);
  }
  // Whatever was wrong is over by now, and the line is good: everything finds its way.
  await clock.advance(160_000);
  Object.assign(line, { cut: false, lost: 0, twice: 0, late: 0 });
  await clock.advance(150_000);
  // A batch that was never sent twice is a minute old at most.
  const expected = agent.made.filter(({ madeMs }) => madeMs < clock.monotonicMs() - 10_000);
  const waiting = [...agent.disk].filter((batch) => expected.includes(batch));
  judgedInOrder();
  return { expected, made: agent.made, waiting, rows: store.rows, letters: hub.letters };
};

describe('the hub against a model of the agent', () => {
  it('stores every sample once and nothing else, judges in order, and never takes a pointer back', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const { expected, made, waiting, rows, letters } = await play(story);
        expect(waiting).toEqual([]);
        expect(expected.flatMap(linesOf).filter((row) => !rows.has(row))).toEqual([]);
        const known = new Set(made.flatMap(linesOf));
        expect([...rows].filter((row) => !known.has(row))).toEqual([]);
        expect(letters).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
