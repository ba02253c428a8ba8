import { describe, expect, it } from 'vitest';
import { createQueue, isTooOld, type Waiting } from '../../../hub/src/detection/queue.js';
import type { LiveBatch } from '../../../hub/src/telemetry/ports.js';

const batch = (seq: number, over: Partial<LiveBatch> & { samples?: number } = {}): LiveBatch => {
  const { samples = 0, ...rest } = over;
  const column = Array.from({ length: samples }, () => 0);
  const icmp = { c: column, d: column, o: column, a: column, b: column, m: column, l: column };
  return { agentId: 'a', stream: 1, seq, ageMs: 0, arrivedMs: 0, body: { t0: 0, icmp }, ...rest };
};
const queueOf = (...batches: LiveBatch[]) => {
  const queue = createQueue();
  for (const each of batches) queue.add({ kind: 'batch', batch: each });
  return queue;
};
/** `1` a batch, `(1)` one that is passed over, otherwise the event’s kind and agent. */
const told = (items: readonly Waiting[]): string =>
  items
    .map((item) => {
      if (item.kind === 'batch') return String(item.batch.seq);
      if (item.kind === 'passed') return `(${item.seq})`;
      return item.event.kind === 'agent-blind' ? `blind-${item.event.agentId}` : item.event.kind;
    })
    .join(' ');

describe('a batch is too old to be judged', () => {
  const cases: [name: string, ageMs: number, waitedMs: number, tooOld: boolean][] = [
    ['fresh', 0, 0, false],
    ['waited a minute', 0, 60_000, false],
    ['waited longer', 0, 60_001, true],
    ['brought its age along', 89_999, 0, false],
    ['older than 90 s on arrival', 90_000, 0, true],
    ['age and waiting together', 60_000, 30_000, true],
  ];
  it.each(cases)('%s', (_name, ageMs, waitedMs, tooOld) => {
    expect(isTooOld(batch(1, { ageMs, arrivedMs: 1_000 }), 1_000 + waitedMs)).toBe(tooOld);
  });
});

describe('what waits to be judged', () => {
  it('is taken in order, up to so many samples, and at least one batch', () => {
    const queue = queueOf(batch(1, { samples: 6 }), batch(2, { samples: 4 }), batch(3, { samples: 1 }));
    expect(queue.samples()).toBe(11);
    expect(told(queue.take(10))).toBe('1 2');
    expect(told(queue.take(0))).toBe('3');
    expect(queue.take(10)).toEqual([]);
    expect(queue.isEmpty()).toBe(true);
  });
  it('comes back before all others', () => {
    const queue = queueOf(batch(1), batch(2));
    const taken = queue.take(10);
    queue.add({ kind: 'batch', batch: batch(3) });
    queue.putBack(taken);
    expect(told(queue.take(10))).toBe('1 2 3');
  });
  it('passes over what is too old: its agent is blind from there on, once', () => {
    const old = { arrivedMs: 0 };
    const queue = queueOf(
      batch(1, old),
      batch(7, { ...old, agentId: 'b' }),
      batch(2, old),
      batch(3, { arrivedMs: 50_000 }),
    );
    expect(queue.passOver(61_000)).toBe(3);
    expect(queue.passOver(61_000)).toBe(0);
    expect(told(queue.take(10))).toBe('blind-a (2) blind-b (7) 3');
  });
  it('grows by no item, however long batches are passed over', () => {
    const queue = createQueue();
    let seq = 0;
    for (let minute = 1; minute < 60; minute++) {
      for (let second = 0; second < 60; second++)
        for (const agentId of ['a', 'b'])
          queue.add({ kind: 'batch', batch: batch(++seq, { agentId, arrivedMs: minute * 60_000 }) });
      queue.passOver((minute + 2) * 60_000);
    }
    expect(told(queue.take(1))).toBe(`blind-a (${seq - 1}) blind-b (${seq})`);
  });
  it('tells a new stream, and a batch that is judged, apart from what was passed over', () => {
    const old = { arrivedMs: 0 };
    const queue = queueOf(
      batch(8, old),
      batch(1, { ...old, stream: 2 }),
      batch(2, { stream: 2, arrivedMs: 50_000 }),
    );
    queue.add({ kind: 'batch', batch: batch(3, { stream: 2, ageMs: 90_000, arrivedMs: 50_000 }) });
    queue.passOver(61_000);
    expect(told(queue.take(10))).toBe('blind-a (8) (1) 2 blind-a (3)');
  });
  it('sets one item aside: a batch is still reported, an event is gone', () => {
    const event: Waiting = { kind: 'event', event: { kind: 'tick', elapsedMs: 1 } };
    const bad: Waiting = { kind: 'batch', batch: batch(2) };
    const queue = queueOf(batch(1));
    queue.add(bad);
    queue.add(event);
    queue.setAside(bad);
    queue.setAside(event);
    expect(told(queue.take(10))).toBe('1 (2)');
  });
});
