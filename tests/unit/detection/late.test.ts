import { OUTCOME } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { createLateSamples } from '../../../hub/src/detection/late.js';

const NUMBERS = { downAfterFails: 3, upAfterGoods: 2, gapMs: 12_500, intervalMs: 5_000 };
const samples = () =>
  createLateSamples((checkId, agentId) =>
    checkId === 1 && agentId === 'agent' ? { deviceId: 'atm', numbers: NUMBERS } : undefined,
  );
/** A batch of one check; a letter each 5 s: `.` good, `x` failed, `s` skipped. */
const body = (fromMs: number, story: string, checkId = 1) => ({
  t0: fromMs - 5_000,
  icmp: {
    c: [...story].map(() => checkId),
    d: [...story].map(() => 5_000),
    o: [...story].map((letter) =>
      letter === 'x' ? OUTCOME.failed : letter === 's' ? OUTCOME.skipped : OUTCOME.ok,
    ),
    a: [...story].map(() => 0),
    b: [...story].map(() => 0),
    m: [...story].map(() => 0),
    l: [...story].map(() => 0),
  },
});
const told = (late: ReturnType<typeof samples>): string =>
  late
    .take()
    .flatMap(({ before, runs }) => [
      before ?? '-',
      ...runs.map(
        ({ failed, fromMs, toMs, cycles }) =>
          `${cycles}${failed ? 'x' : '.'} ${fromMs / 1000}-${toMs / 1000}`,
      ),
    ])
    .join(' | ');

describe('late samples on their way to be healed', () => {
  it('are kept as runs over batches', () => {
    const late = samples();
    late.add('agent', body(0, '..'));
    late.add('agent', body(10_000, '..xx.'));
    expect(told(late)).toBe('- | 4. 0-15 | 2x 20-25 | 1. 30-30');
  });
  it('break where there is a gap', () => {
    const late = samples();
    late.add('agent', body(0, '..'));
    late.add('agent', body(100_000, '..'));
    expect(told(late)).toBe('- | 2. 0-5 | 2. 100-105');
  });
  it('are counted once, though they come twice', () => {
    const late = samples();
    late.add('agent', body(0, '..xx..'));
    late.add('agent', body(0, '..xx..'));
    expect(told(late)).toBe('- | 2. 0-5 | 2x 10-15 | 2. 20-25');
  });
  it('are put in order where an older lane falls behind', () => {
    const late = samples();
    late.add('agent', body(100_000, '..'));
    late.add('agent', body(0, '..'));
    expect(told(late)).toBe('- | 2. 0-5 | 2. 100-105');
  });
  it('keep the last run, which may grow, and the health before it', () => {
    const late = samples();
    late.add('agent', body(0, '...xx'));
    const taken = late.take();
    late.done(taken);
    late.add('agent', body(25_000, 'x'));
    expect(told(late)).toBe('up | 3x 15-25');
  });
  it('know nothing of before, where there is a gap', () => {
    const late = samples();
    late.add('agent', body(0, '...'));
    late.add('agent', body(100_000, 'xx'));
    late.done(late.take());
    late.add('agent', body(110_000, 'x'));
    expect(told(late)).toBe('- | 3x 100-110');
  });
  it('wait where healing failed', () => {
    const late = samples();
    late.add('agent', body(0, '..'));
    late.failed(late.take());
    expect(told(late)).toBe('- | 2. 0-5');
    expect(late.take()).toEqual([]);
  });
  it('are nobody’s: of another agent, of an unknown check, skipped, of no probe', () => {
    const late = samples();
    late.add('stranger', body(0, '..'));
    late.add('agent', body(0, '..', 2));
    late.add('agent', body(0, 'ss'));
    late.add('agent', { t0: 0 });
    expect(late.take()).toEqual([]);
  });
  it('stay within their bound, the oldest going first', () => {
    const late = samples();
    for (let turn = 0; turn < 2_100; turn += 1) late.add('agent', body(turn * 100_000, '.'));
    expect(late.dropped()).toBe(100);
    expect(late.take()[0]!.runs).toHaveLength(2_000);
  });
});
