import { OUTCOME, type AgentConfig, type OutcomeCode } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { createChecks, type Checks, type PacketBudget } from '../../../agent/src/checks.js';
import type { CycleListener } from '../../../agent/src/prober.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { icmpConfig } from './support/rig.js';

interface Bench {
  clock: ManualClock;
  checks: Checks;
  launches: { address: string; atMs: number }[];
  results: { check: number; sentMs: number; outcome: OutcomeCode }[];
  flushes: number;
  hostReads: number;
  answer: (address: string) => OutcomeCode | 'never';
}

const bench = (budget?: PacketBudget): Bench => {
  const clock = createManualClock();
  let heard: CycleListener = () => undefined;
  const self: Bench = {
    clock,
    launches: [],
    results: [],
    flushes: 0,
    hostReads: 0,
    answer: () => OUTCOME.ok,
    checks: undefined as unknown as Checks,
  };
  const silent = (): void => undefined;
  self.checks = createChecks({
    clock,
    prober: {
      mode: 'raw',
      note: undefined,
      onCycle: (listener) => {
        heard = listener;
      },
      launch: (token, address, timeoutMs) => {
        self.launches.push({ address, atMs: clock.monotonicMs() });
        const outcome = self.answer(address);
        if (outcome === 'never') return;
        clock.after(outcome === OUTCOME.failed ? timeoutMs : 1, () => heard(token, outcome, 1, 1, 1, 0));
      },
      stop: () => undefined,
    },
    hostReader: {
      read: () => {
        self.hostReads++;
        return Promise.resolve({ cpuPercent: 0, memoryPercent: 0, diskPercent: 0, uptimeS: 0 });
      },
    },
    intake: {
      icmp: (check, sentMs, outcome) => self.results.push({ check, sentMs, outcome }),
      host: silent,
      flushSoon: () => {
        self.flushes++;
      },
    },
    seed: 99,
    log: { info: silent, warn: silent, error: silent },
    ...(budget ? { budget } : {}),
  });
  return self;
};

const A = '10.0.0.1';
const B = '10.0.0.2';

describe('the schedule', () => {
  it('probes each check once an interval, without drift and without a missed cycle', () => {
    const self = bench();
    self.checks.apply(icmpConfig(1, [A, B], 1_000));
    self.clock.advance(100_000);
    for (const address of [A, B]) {
      const atMs = self.launches.filter((launch) => launch.address === address).map((launch) => launch.atMs);
      expect(atMs.length).toBeGreaterThanOrEqual(99);
      expect(atMs.length).toBeLessThanOrEqual(100);
      const [first = 0] = atMs;
      atMs.forEach((moment, beat) =>
        expect(Math.abs(moment - first - beat * 1_000)).toBeLessThanOrEqual(101),
      );
    }
    expect(self.checks.missed).toBe(0);
  });

  it('counts a cycle as missed while the one before is still in flight', () => {
    const self = bench();
    const config = icmpConfig(1, [A], 1_000);
    self.checks.apply({
      ...config,
      checks: config.checks.map((check) => ({ ...check, timeoutMs: 2_500 })),
    });
    self.answer = () => OUTCOME.failed;
    self.clock.advance(61_000);
    expect(self.checks.missed).toBeGreaterThan(30);
    expect(self.launches.length).toBeGreaterThan(18);
    expect(self.launches.length).toBeLessThan(32);
  });

  it('gives up a cycle that the prober lost, as skipped', () => {
    const self = bench();
    self.checks.apply(icmpConfig(1, [A], 5_000));
    self.answer = () => 'never';
    self.clock.advance(29_000);
    expect(self.launches.length).toBe(1);
    self.answer = () => OUTCOME.ok;
    self.clock.advance(20_000);
    expect(self.results[0]?.outcome).toBe(OUTCOME.skipped);
    expect(self.results.at(-1)?.outcome).toBe(OUTCOME.ok);
  });

  it('reads the host on its own beat', () => {
    const self = bench();
    self.checks.apply({
      v: 1,
      version: 1,
      checks: [{ id: 1, deviceId: 'd', type: 'host', intervalMs: 10_000 }],
    });
    self.clock.advance(60_000);
    expect(self.hostReads).toBeGreaterThanOrEqual(5);
    expect(self.hostReads).toBeLessThanOrEqual(6);
  });
});

describe('re-probes', () => {
  const launchedWithin = (self: Bench, ms: number): number => {
    const before = self.launches.length;
    self.clock.advance(ms);
    return self.launches.length - before;
  };

  it.each([
    // what happens to a steady device, and how many cycles the next 60 s have (12 are regular)
    { name: 'nothing', outcome: OUTCOME.ok, cycles: 12 },
    { name: 'it dies', outcome: OUTCOME.failed, cycles: 15 },
    { name: 'the agent cannot probe', outcome: OUTCOME.skipped, cycles: 12 },
  ])('follow when $name', ({ outcome, cycles }) => {
    const self = bench();
    self.checks.apply(icmpConfig(1, [A]));
    self.clock.advance(20_000);
    self.answer = () => outcome;
    expect(Math.abs(launchedWithin(self, 60_000) - cycles)).toBeLessThanOrEqual(1);
  });

  it('follow a recovery as well, and tell each result at once', () => {
    const self = bench();
    self.answer = () => OUTCOME.failed;
    self.checks.apply(icmpConfig(1, [A]));
    self.clock.advance(20_000);
    const flushes = self.flushes;
    self.answer = () => OUTCOME.ok;
    self.clock.advance(9_000);
    const back = self.results.filter(({ outcome }) => outcome === OUTCOME.ok).map(({ sentMs }) => sentMs);
    const [first = 0, ...again] = back;
    expect(again.slice(0, 3).map((sentMs) => Math.round(sentMs - first))).toEqual([50, 1_050, 2_050]);
    expect(self.flushes - flushes).toBe(4);
  });

  it('do not follow the first result: nothing changed', () => {
    const self = bench();
    self.answer = () => OUTCOME.failed;
    self.checks.apply(icmpConfig(1, [A]));
    self.clock.advance(12_000);
    expect(self.launches.length).toBeLessThanOrEqual(3);
  });

  it('are three a regular cycle at most, even for a device that changes all the time', () => {
    const self = bench();
    let flip = 0;
    self.answer = () => (flip++ % 2 === 0 ? OUTCOME.ok : OUTCOME.failed);
    self.checks.apply(icmpConfig(1, [A]));
    self.clock.advance(300_000);
    expect(self.launches.length).toBeLessThanOrEqual(60 * 4 + 1);
  });

  it('stay within the packet budget', () => {
    const self = bench({ packetsPerS: 1, burstPackets: 9 });
    const addresses = Array.from({ length: 50 }, (_, index) => `10.0.1.${index}`);
    self.checks.apply(icmpConfig(1, addresses));
    self.clock.advance(20_000);
    const before = self.launches.length;
    self.answer = () => OUTCOME.failed;
    self.clock.advance(10_000);
    // 100 regular cycles; the budget pays for 9 packets and one a second.
    expect(self.launches.length - before).toBeLessThanOrEqual(100 + 10 + 7);
    expect(self.checks.saved).toBeGreaterThan(100);
  });

  it('never put two stamps of a check into the same moment', () => {
    const self = bench();
    let flip = 0;
    self.answer = () => (flip++ % 3 === 0 ? OUTCOME.failed : OUTCOME.ok);
    self.checks.apply(icmpConfig(1, [A, B], 1_000));
    self.clock.advance(60_000);
    for (const check of [1, 2]) {
      const stamps = self.results.filter((result) => result.check === check).map(({ sentMs }) => sentMs);
      stamps.slice(1).forEach((sentMs, index) => {
        expect(sentMs - (stamps[index] ?? 0)).toBeGreaterThanOrEqual(1);
      });
    }
  });
});

describe('a new configuration', () => {
  const withInterval = (config: AgentConfig, intervalMs: number): AgentConfig => ({
    ...config,
    checks: config.checks.map((check) => ({ ...check, intervalMs })),
  });

  it('leaves the schedule and state of what did not change alone', () => {
    const alone = bench();
    const changed = bench();
    for (const self of [alone, changed]) self.checks.apply(icmpConfig(1, [A, B]));
    for (const self of [alone, changed]) self.clock.advance(12_345);
    changed.checks.apply(icmpConfig(2, [A, '10.9.9.9', '10.8.8.8']));
    for (const self of [alone, changed]) self.clock.advance(60_000);
    const ofA = (self: Bench): number[] =>
      self.launches.filter(({ address }) => address === A).map(({ atMs }) => atMs);
    expect(ofA(changed)).toEqual(ofA(alone));
    expect(changed.launches.some(({ address, atMs }) => address === B && atMs > 12_345)).toBe(false);
    expect(changed.launches.filter(({ address }) => address === '10.8.8.8').length).toBeGreaterThan(10);
  });

  it('takes a new interval without forgetting whether the target lives', () => {
    const self = bench();
    self.checks.apply(icmpConfig(1, [A]));
    self.clock.advance(20_000);
    self.checks.apply(withInterval(icmpConfig(2, [A]), 1_000));
    self.answer = () => OUTCOME.failed;
    const flushes = self.flushes;
    self.clock.advance(1_700);
    expect(self.flushes).toBeGreaterThan(flushes);
  });

  it('drops the result of a cycle whose check is gone', () => {
    const self = bench();
    self.answer = () => OUTCOME.failed;
    self.checks.apply(icmpConfig(1, [A]));
    while (self.launches.length === 0) self.clock.advance(50);
    self.checks.apply(icmpConfig(2, []));
    self.clock.advance(10_000);
    expect(self.results).toEqual([]);
    expect(self.launches.length).toBe(1);
  });
});
