import { OUTCOME } from '@siaga/shared';
import { describe, expect, it, type TestContext } from 'vitest';
import { lacks } from '../../support/lack.js';
import { systemClock } from '../../../agent/src/clock.js';
import { createIcmpProber } from '../../../agent/src/icmp-prober.js';
import { loadNetPing } from '../../../agent/src/net-ping.js';
import type { Prober } from '../../../agent/src/prober.js';
import { createSystemPing, findPing } from '../../../agent/src/system-ping.js';
import { silent, until } from './support/real-agent.js';

interface Cycle {
  outcome: number;
  minUs: number;
  avgUs: number;
  maxUs: number;
  lost: number;
}

const rawProber = async (context: TestContext): Promise<Prober> => {
  try {
    const modules = await loadNetPing();
    return createIcmpProber({ modules, clock: systemClock, random: Math.random, log: silent });
  } catch (error) {
    return lacks(context, `raw sockets are needed: ${String(error)}`);
  }
};

/** One cycle to each address, all launched at once. */
const probeAll = async (prober: Prober, addresses: readonly string[]): Promise<Map<string, Cycle>> => {
  const cycles = new Map<string, Cycle>();
  prober.onCycle((token, outcome, minUs, avgUs, maxUs, lost) =>
    cycles.set(addresses[token] as string, { outcome, minUs, avgUs, maxUs, lost }),
  );
  addresses.forEach((address, token) => prober.launch(token, address, 2_000));
  await until('all cycles are answered', () => cycles.size === addresses.length);
  return cycles;
};

const expectGood = (cycle: Cycle | undefined): void => {
  if (!cycle) throw new Error('no cycle');
  expect(cycle.outcome).toBe(OUTCOME.ok);
  expect(cycle.minUs).toBeGreaterThan(0);
  expect(cycle.minUs).toBeLessThanOrEqual(cycle.avgUs);
  expect(cycle.avgUs).toBeLessThanOrEqual(cycle.maxUs);
  expect(cycle.maxUs).toBeLessThan(2_000_000);
};

describe('raw ICMP on loopback', () => {
  it('pings IPv4 and IPv6, each packet stamped in µs', async (context) => {
    const prober = await rawProber(context);
    try {
      const cycles = await probeAll(prober, ['127.0.0.1', '127.9.8.7', '::1', '0:0:0:0:0:0:0:1']);
      for (const cycle of cycles.values()) {
        expectGood(cycle);
        expect(cycle.lost).toBe(0);
      }
    } finally {
      prober.stop();
    }
  });

  it('has thousands in flight over one socket', async (context) => {
    const prober = await rawProber(context);
    try {
      const addresses = Array.from({ length: 2_000 }, (_, n) => `127.1.${n >> 8}.${n & 255}`);
      const cycles = await probeAll(prober, addresses);
      for (const cycle of cycles.values()) expectGood(cycle);
    } finally {
      prober.stop();
    }
  });

  it('keeps two probers in one process apart', async (context) => {
    const [one, other] = [await rawProber(context), await rawProber(context)];
    try {
      const addresses = Array.from({ length: 100 }, (_, n) => `127.2.0.${n}`);
      const [ofOne, ofOther] = await Promise.all([probeAll(one, addresses), probeAll(other, addresses)]);
      for (const cycles of [ofOne, ofOther])
        for (const cycle of cycles.values()) {
          expectGood(cycle);
          expect(cycle.lost).toBe(0);
        }
    } finally {
      one.stop();
      other.stop();
    }
  });
});

describe('the system’s ping on loopback', () => {
  it('answers like the raw prober', async (context) => {
    const dialect = await findPing();
    if (!dialect) return lacks(context, 'no ping on this system');
    const prober = createSystemPing({ dialect, reason: 'a test' });
    const cycles = await probeAll(prober, ['127.0.0.1', '127.9.8.7', '::1']);
    for (const cycle of cycles.values()) {
      expectGood(cycle);
      expect(cycle.lost).toBe(0);
    }
    prober.stop();
  });
});
