import { describe, expect, it } from 'vitest';
import { createSilenceWatch } from '../../../hub/src/detection/silence.js';

/** A watch over agent `a` at 0 ms, asked each second. */
const until = (untilMs: number, heardAtMs: number[] = [], watch = createSilenceWatch(0)) => {
  watch.add('a', null, 0);
  for (let nowMs = 1_000; nowMs <= untilMs; nowMs += 1_000) {
    if (heardAtMs.includes(nowMs)) watch.heard('a', nowMs);
    const silent = watch.tick(nowMs);
    if (silent.length > 0) return nowMs;
  }
  return null;
};

describe('rule 7: silence', () => {
  const cases: [name: string, heardAtMs: number[], silentAtMs: number | null][] = [
    ['grace of 90 s after the hub’s start', [], 90_000],
    ['heard in the grace: 45 s count from then', [80_000], 126_000],
    ['heard every 10 s: never', Array.from({ length: 20 }, (_, turn) => (turn + 1) * 10_000), null],
    ['45 s are still no silence', [90_000, 135_000, 180_000], null],
  ];
  it.each(cases)('%s', (_name, heardAtMs, silentAtMs) => {
    expect(until(200_000, heardAtMs)).toBe(silentAtMs);
  });
  it('is told once, until the agent is heard again', () => {
    const watch = createSilenceWatch(0);
    expect(until(200_000, [], watch)).toBe(90_000);
    expect(watch.tick(91_000)).toEqual([]);
    expect(watch.heard('a', 92_000)).toBe('agent-silent');
    expect(watch.heard('a', 93_000)).toBeNull();
  });
  it('is not told of an agent that is known to be away, or was never there', () => {
    const watch = createSilenceWatch(0);
    watch.add('lost', 'agent-lost', 0);
    watch.add('new', 'never-heard', 0);
    expect(until(200_000, [], watch)).toBe(90_000);
    expect(watch.blind('a', 'agent-lost')).toBe(false);
    expect(watch.blind('lost', 'agent-stopped')).toBe(false);
    expect(watch.blind('nobody', 'agent-lost')).toBe(false);
  });
  it('waits where the hub itself stood still: what agents sent lies unread', () => {
    const watch = createSilenceWatch(0);
    watch.add('a', null, 0);
    for (let nowMs = 1_000; nowMs <= 100_000; nowMs += 1_000) {
      watch.heard('a', nowMs);
      watch.tick(nowMs);
    }
    expect(watch.tick(160_000)).toEqual([]);
    expect(watch.tick(164_000)).toEqual([]);
    for (let nowMs = 165_000; nowMs < 205_000; nowMs += 1_000) expect(watch.tick(nowMs)).toEqual([]);
    expect(watch.tick(205_000)).toEqual(['a']);
  });
  it('is told of nobody while the broker is away, nor for 90 s after it is back', () => {
    const watch = createSilenceWatch(0);
    watch.add('a', null, 0);
    watch.add('b', null, 0);
    const tickTo = (fromMs: number, toMs: number): string[] => {
      const silent: string[] = [];
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 1_000) silent.push(...watch.tick(nowMs));
      return silent;
    };
    expect(tickTo(1_000, 20_000)).toEqual([]);
    watch.deaf();
    expect(tickTo(20_000, 600_000)).toEqual([]);
    watch.hearing(600_000);
    expect(tickTo(600_000, 650_000)).toEqual([]);
    watch.heard('a', 650_000);
    expect(tickTo(650_000, 690_000)).toEqual([]);
    expect(tickTo(690_000, 695_000)).toEqual(['b']);
    expect(tickTo(695_000, 697_000)).toEqual(['a']);
  });
  it('forgets a removed agent', () => {
    const watch = createSilenceWatch(0);
    watch.add('a', null, 0);
    watch.remove('a');
    expect(watch.heard('a', 1)).toBeNull();
    expect(watch.tick(500_000)).toEqual([]);
  });
});
