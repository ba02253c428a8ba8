import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBurst, createNewsReader, type News } from '../../../web/src/app/news.js';
import { createLiveChange, createLiveState } from '../../../web/src/live/state.js';
import { ids, ticket } from './tickets.js';

describe('news', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('the first snapshot is none; what opened or ended between two is', () => {
    const read = createNewsReader();
    const state = createLiveState();
    state.ready = true;
    state.incidents.set('a', ticket('a'));
    const snapshot = { ...createLiveChange(), snapshot: true };
    expect(read(state, snapshot)).toEqual({ opened: [], resolved: [] });
    state.incidents.delete('a');
    state.incidents.set('b', ticket('b'));
    const { opened, resolved } = read(state, snapshot);
    expect([ids(opened), ids(resolved)]).toEqual(['b', 'a']);
  });

  test('after another person signed in nothing is news', () => {
    const read = createNewsReader();
    const full = createLiveState();
    full.ready = true;
    full.incidents.set('a', ticket('a'));
    const snapshot = { ...createLiveChange(), snapshot: true };
    read(full, snapshot);
    read(createLiveState(), snapshot);
    expect(read(full, snapshot)).toEqual({ opened: [], resolved: [] });
  });

  test('a storm is told in few pieces, and what came and went at once not at all', () => {
    const told: News[] = [];
    const burst = createBurst(
      (news) => told.push(news),
      () => Date.now(),
    );
    for (let n = 0; n < 20; n += 1) {
      burst.add({ opened: [ticket(`t${n}`)], resolved: [] });
      vi.advanceTimersByTime(200);
    }
    burst.add({ opened: [ticket('brief')], resolved: [] });
    burst.add({ opened: [], resolved: [ticket('brief')] });
    vi.advanceTimersByTime(30_000);
    expect(told).toHaveLength(2);
    const opened = told.flatMap((news) => news.opened.map(({ id }) => id));
    expect(new Set(opened).size).toBe(20);
    expect(opened).not.toContain('brief');
    expect(told.flatMap((news) => news.resolved)).toEqual([]);
  });
});
