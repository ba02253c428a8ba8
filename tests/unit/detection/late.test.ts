import { OUTCOME } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { createLateSamples } from '../../../hub/src/detection/late.js';

const NUMBERS = { downAfterFails: 3, upAfterGoods: 2, gapMs: 12_500, intervalMs: 5_000 };
const samples = (isRecorded = (_deviceId: string, _untilMs: number): boolean => true) =>
  createLateSamples(
    (checkId, agentId) =>
      checkId === 1 && agentId === 'agent' ? { deviceId: 'atm', numbers: NUMBERS } : undefined,
    isRecorded,
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
const noted = (): void => undefined;
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
    late.add('agent', body(0, '..'), noted);
    late.add('agent', body(10_000, '..xx.'), noted);
    expect(told(late)).toBe('- | 4. 0-15 | 2x 20-25 | 1. 30-30');
  });
  it('break where there is a gap', () => {
    const late = samples();
    late.add('agent', body(0, '..'), noted);
    late.add('agent', body(100_000, '..'), noted);
    expect(told(late)).toBe('- | 2. 0-5 | 2. 100-105');
  });
  it('are counted once, though they come twice', () => {
    const late = samples();
    late.add('agent', body(0, '..xx..'), noted);
    late.add('agent', body(0, '..xx..'), noted);
    expect(told(late)).toBe('- | 2. 0-5 | 2x 10-15 | 2. 20-25');
  });
  it('are put in order where an older lane falls behind', () => {
    const late = samples();
    late.add('agent', body(100_000, '..'), noted);
    late.add('agent', body(0, '..'), noted);
    expect(told(late)).toBe('- | 2. 0-5 | 2. 100-105');
  });
  // Found by the simulation (seed 5190): no run was left, and what came next was never healed, nor acknowledged.
  it('go on where a lane that fell behind has grown over the last run', () => {
    const late = samples();
    const settled: number[] = [];
    late.add('agent', body(50_000, 'xx'), () => settled.push(1));
    late.add('agent', body(45_000, '.'), () => settled.push(2));
    late.add('agent', body(57_000, '.'), () => settled.push(3));
    late.done(late.take());
    late.add('agent', body(60_000, 'xxx'), () => settled.push(4));
    expect(told(late)).toBe('up | 2x 50-55 | 3x 60-70');
    late.add('agent', body(75_000, '..'), () => settled.push(5));
    late.done(late.take());
    for (let call = 0; call < 20; call++) late.expire();
    expect(settled.sort()).toEqual([1, 2, 3, 4, 5]);
  });
  // Found by the simulation (seed 9885): each batch held a single cycle, and none of them was ever enough.
  it('grow over batches also where one sample bears a stamp far ahead', () => {
    const late = samples();
    late.add('agent', body(900_000, '.'), noted);
    for (const fromMs of [0, 5_000, 10_000]) {
      late.done(late.take());
      late.add('agent', body(fromMs, 'x'), noted);
    }
    expect(told(late)).toBe('- | 3x 0-10 | 1. 900-900');
  });
  it('keep the last run, which may grow, and the health before it', () => {
    const late = samples();
    late.add('agent', body(0, '...xx'), noted);
    const taken = late.take();
    late.done(taken);
    late.add('agent', body(25_000, 'x'), noted);
    expect(told(late)).toBe('up | 3x 15-25');
  });
  it('know nothing of before, where there is a gap', () => {
    const late = samples();
    late.add('agent', body(0, '...'), noted);
    late.add('agent', body(100_000, 'xx'), noted);
    late.done(late.take());
    late.add('agent', body(110_000, 'x'), noted);
    expect(told(late)).toBe('- | 3x 100-110');
  });
  it('wait where healing failed', () => {
    const late = samples();
    late.add('agent', body(0, '..'), noted);
    late.failed(late.take());
    expect(told(late)).toBe('- | 2. 0-5');
    expect(late.take()).toEqual([]);
  });
  it('are nobody’s: of another agent, of an unknown check, skipped, of no probe', () => {
    const late = samples();
    late.add('stranger', body(0, '..'), noted);
    late.add('agent', body(0, '..', 2), noted);
    late.add('agent', body(0, 'ss'), noted);
    late.add('agent', { t0: 0 }, noted);
    expect(late.take()).toEqual([]);
  });
  it('stay within their bound, the oldest going first', () => {
    const late = samples();
    for (let turn = 0; turn < 2_100; turn += 1) late.add('agent', body(turn * 100_000, '.'), noted);
    expect(late.dropped()).toBe(100);
    expect(late.take()[0]!.runs).toHaveLength(2_000);
  });
});

describe('a batch of late samples is settled', () => {
  /** Adds the stories one after the other, healing after each; tells after which of them each batch was settled. */
  const settledAfter = (...stories: string[]): string => {
    const told: string[] = [];
    let healed = 0;
    let fromMs = 0;
    const late = samples();
    stories.forEach((story, place) => {
      healed = place;
      late.add('agent', body(fromMs, story), () => told.push(`${place}@${healed}`));
      fromMs += 5_000 * story.length;
      late.done(late.take());
    });
    return told.join(' ');
  };

  it.each([
    ['as soon as it is healed, where its last run is decided', ['..', 'xxx'], '0@0 1@1'],
    ['with the next one, where an outage may have begun in it', ['..xx', 'x..'], '0@1 1@1'],
    ['with the next one, where an outage may have ended in it', ['xxx.', '.'], '0@1 1@1'],
    ['with the first that decides', ['..x', 'x', 'x'], '0@2 1@2 2@2'],
    ['not before, and those before it are not held up', ['..', '..', '.x'], '0@0 1@1'],
  ])('%s', (_name, stories, expected) => {
    expect(settledAfter(...stories)).toBe(expected);
  });

  it('after some others of its agent, where the one that decides may lie beyond those that are under way', () => {
    const late = createLateSamples(
      (checkId) => ({ deviceId: `device-${checkId}`, numbers: NUMBERS }),
      () => true,
    );
    const settled: number[] = [];
    for (let check = 1; check <= 6; check += 1) {
      late.add('agent', body(check * 100, 'x', check), () => settled.push(check));
      late.done(late.take());
    }
    expect(settled).toEqual([1, 2]);
    late.add('agent', body(5_300, 'xx', 3), () => settled.push(7));
    late.done(late.take());
    expect(settled).toEqual([1, 2, 3, 7]);
    late.add('agent', body(5_100, 'xx', 1), () => settled.push(8));
    late.done(late.take());
    expect(settled).toEqual([1, 2, 3, 7, 8]);
  });

  it('not before its time is on record, but not for ever', () => {
    let recordedMs = 10_000;
    const late = samples((_deviceId, untilMs) => untilMs <= recordedMs);
    let settled = 0;
    late.add('agent', body(5_000, '...'), () => (settled += 1));
    expect(late.take()).toEqual([]);
    recordedMs = 15_000;
    late.done(late.take());
    expect(settled).toBe(1);

    late.add('agent', body(9_000_000, '...'), () => (settled += 1));
    for (let call = 0; call < 120; call += 1) {
      late.expire();
      expect(late.take()).toEqual([]);
    }
    late.expire();
    late.done(late.take());
    expect(settled).toBe(2);
  });

  it('after a while, where nothing follows', () => {
    const late = samples();
    let settled = 0;
    late.add('agent', body(0, '..x'), () => (settled += 1));
    late.done(late.take());
    for (let second = 0; second < 10; second += 1) late.expire();
    expect(settled).toBe(0);
    late.expire();
    expect(settled).toBe(1);
    late.add('agent', body(15_000, 'xx'), () => (settled += 1));
    late.done(late.take());
    expect(settled).toBe(2);
  });

  it('not while its healing fails, and not by a heal that began before it came', () => {
    const late = samples();
    const settled: number[] = [];
    late.add('agent', body(0, '..'), () => settled.push(1));
    const first = late.take();
    late.add('agent', body(10_000, '..'), () => settled.push(2));
    late.failed(first);
    late.expire();
    expect(settled).toEqual([]);
    const second = late.take();
    late.add('agent', body(20_000, '..'), () => settled.push(3));
    late.done(second);
    expect(settled).toEqual([1, 2]);
    late.done(late.take());
    expect(settled).toEqual([1, 2, 3]);
  });

  it('at once, where none of it is judged, and when its device is gone', () => {
    const late = samples();
    const settled: string[] = [];
    late.add('stranger', body(0, '..'), () => settled.push('stranger'));
    late.add('agent', { t0: 0 }, () => settled.push('empty'));
    expect(settled).toEqual(['stranger', 'empty']);
    late.add('agent', body(0, '..x'), () => settled.push('held'));
    late.done(late.take());
    late.add('agent', body(15_000, 'x'), () => settled.push('waiting'));
    late.forget('atm');
    expect(settled).toEqual(['stranger', 'empty', 'held', 'waiting']);
  });
});
