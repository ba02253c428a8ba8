import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgentTime, type AgentTime, type Exchange } from '../../../agent/src/time.js';

interface Bench {
  time: AgentTime;
  monoMs: number;
  wallMs: number;
  pass(ms: number): void;
}

const bench = (lastKnownOffsetMs = 0): Bench => {
  const clock = {
    nowMs: () => self.wallMs,
    monotonicMs: () => self.monoMs,
    after: () => () => undefined,
  };
  const self: Bench = {
    monoMs: 1_000,
    wallMs: 1_700_000_000_000,
    pass: (ms) => {
      self.monoMs += ms;
      self.wallMs += ms;
    },
    time: undefined as unknown as AgentTime,
  };
  self.time = createAgentTime(clock, lastKnownOffsetMs);
  return self;
};

/** An exchange whose answer is in just now; `backMs` of the round trip were spent on the way back. */
const exchange = (at: Bench, hubNowMs: number, roundTripMs: number, backMs: number): Exchange => ({
  sentMonoMs: at.monoMs - roundTripMs,
  receivedMonoMs: at.monoMs,
  heldMs: 0,
  hubNowMs: hubNowMs - backMs,
});

const sync = (at: Bench, hubAheadMs: number): void => {
  for (let count = 0; count < 3; count++) {
    at.time.exchange(exchange(at, at.wallMs + hubAheadMs, 20, 10));
    at.pass(2_500);
  }
};

describe('first exchanges', () => {
  it.each([
    // what comes in, and whether the offset is known then
    { name: 'one is not enough', atMs: [0], synced: false },
    { name: 'three within 4.9 s are not', atMs: [0, 2_000, 4_900], synced: false },
    { name: 'two over 6 s are not', atMs: [0, 6_000], synced: false },
    { name: 'three over 5 s are', atMs: [0, 2_500, 5_000], synced: true },
    { name: 'four over 5 s are', atMs: [0, 1_000, 2_000, 5_100], synced: true },
  ])('$name', ({ atMs, synced }) => {
    const at = bench();
    let results: string[] = [];
    let passedMs = 0;
    for (const moment of atMs) {
      at.pass(moment - passedMs);
      passedMs = moment;
      results = [...results, at.time.exchange(exchange(at, at.wallMs + 500, 20, 10))];
    }
    expect(at.time.synced).toBe(synced);
    expect(results.filter((result) => result === 'synced').length).toBe(synced ? 1 : 0);
  });

  it('believes the best of them', () => {
    const at = bench();
    // True offset 1,000 ms; the slow ones are off by half their lopsided round trip.
    for (const [roundTripMs, backMs] of [
      [4_000, 0],
      [20, 10],
      [3_000, 3_000],
    ] as const) {
      at.time.exchange(exchange(at, at.wallMs + 1_000, roundTripMs, backMs));
      if (!at.time.synced) at.pass(2_500);
    }
    expect(at.time.nowMs()).toBeCloseTo(at.wallMs + 1_000, 3);
  });

  it.each([
    { name: 'slower than 5 s', roundTripMs: 5_000, hubNowMs: 1e12 },
    { name: 'answered before it was sent', roundTripMs: -1, hubNowMs: 1e12 },
    { name: 'without a time', roundTripMs: 20, hubNowMs: NaN },
  ])('ignores an exchange that is $name', ({ roundTripMs, hubNowMs }) => {
    const at = bench();
    expect(at.time.exchange(exchange(at, hubNowMs, roundTripMs, 0))).toBe('ignored');
  });

  it('subtracts what the hub held', () => {
    const at = bench();
    const held = {
      sentMonoMs: at.monoMs - 9_000,
      receivedMonoMs: at.monoMs,
      heldMs: 8_980,
      hubNowMs: at.wallMs,
    };
    expect(at.time.exchange(held)).toBe('taken');
  });
});

describe('afterwards', () => {
  it('pays no attention to the wall clock', () => {
    const at = bench();
    sync(at, 0);
    const before = at.time.nowMs();
    at.wallMs -= 600_000;
    at.time.tick();
    at.monoMs += 1_000;
    expect(at.time.nowMs()).toBeCloseTo(before + 1_000, 3);
    expect(at.time.wallOffsetMs()).toBeGreaterThan(599_000);
  });

  it('slews a small error away, 5 % of the time that passes', () => {
    const at = bench();
    sync(at, 0);
    for (let count = 0; count < 8; count++) at.time.exchange(exchange(at, at.wallMs - 1_000, 20, 10));
    const start = at.time.nowMs();
    at.pass(10_000);
    expect(at.time.nowMs() - start).toBeCloseTo(9_500, 0);
    at.pass(30_000);
    expect(at.time.nowMs()).toBeCloseTo(at.wallMs - 1_000, 0);
  });

  it('meets a hub set back by ten minutes without a step back', () => {
    const at = bench();
    sync(at, 0);
    let last = at.time.nowMs();
    for (let second = 0; second < 1_500; second++) {
      at.pass(1_000);
      at.time.exchange(exchange(at, at.wallMs - 600_000, 20, 10));
      expect(at.time.nowMs()).toBeGreaterThan(last);
      last = at.time.nowMs();
    }
    expect(last).toBeCloseTo(at.wallMs - 600_000, -1);
  });

  it('steps forward over a gap its monotonic clock did not count (a machine that slept)', () => {
    const at = bench();
    sync(at, 0);
    at.wallMs += 3_600_000;
    for (let count = 0; count < 8; count++) at.time.exchange(exchange(at, at.wallMs, 20, 10));
    expect(at.time.nowMs()).toBeCloseTo(at.wallMs, 0);
  });

  it('tells past moments as it told them when they were present', () => {
    const at = bench();
    sync(at, 0);
    const told: [number, number][] = [];
    for (let second = 0; second < 60; second++) {
      at.pass(1_000);
      told.push([at.monoMs, at.time.nowMs()]);
      at.time.exchange(exchange(at, at.wallMs + (second % 2 === 0 ? 300 : -300), 20, 10));
    }
    for (const [monoMs, valueMs] of told) expect(at.time.at(monoMs)).toBeCloseTo(valueMs, 3);
  });

  it('never steps back, whatever the hub says and the wall clock does (property)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            passMs: fc.integer({ min: 1, max: 20_000 }),
            hubErrorMs: fc.integer({ min: -700_000, max: 700_000 }),
            roundTripMs: fc.integer({ min: 0, max: 6_000 }),
            backShare: fc.double({ min: 0, max: 1, noNaN: true }),
            wallStepMs: fc.integer({ min: -600_000, max: 600_000 }),
          }),
          { minLength: 4, maxLength: 60 },
        ),
        (steps) => {
          const at = bench();
          sync(at, 0);
          let last = at.time.nowMs();
          for (const { passMs, hubErrorMs, roundTripMs, backShare, wallStepMs } of steps) {
            at.pass(passMs);
            const hubNowMs = at.monoMs + 1_700_000_000_000 + hubErrorMs;
            at.time.exchange(exchange(at, hubNowMs, roundTripMs, roundTripMs * backShare));
            at.wallMs += wallStepMs;
            at.time.tick();
            const nowMs = at.time.nowMs();
            expect(nowMs).toBeGreaterThan(last);
            last = nowMs;
          }
        },
      ),
    );
  });
});

describe('before any exchange', () => {
  it('counts wall clock plus the last known offset', () => {
    const at = bench(5_000);
    at.pass(10_000);
    expect(at.time.nowMs()).toBe(at.wallMs + 5_000);
  });

  it('follows a wall clock set right after the start', () => {
    const at = bench();
    at.wallMs += 86_400_000;
    at.time.tick();
    expect(at.time.nowMs()).toBe(at.wallMs);
  });

  it('does not step back with a wall clock that does', () => {
    const at = bench();
    at.pass(1_000);
    const before = at.time.nowMs();
    at.wallMs -= 3_000;
    at.time.tick();
    at.pass(1_000);
    expect(at.time.nowMs()).toBeGreaterThan(before);
    at.pass(120_000);
    expect(at.time.nowMs()).toBeCloseTo(at.wallMs, 0);
  });
});
