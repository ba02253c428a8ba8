import { describe, expect, test } from 'vitest';
import { heldOrder, inUrgency, neighboursOf, paneOrder } from '../../../web/src/incidents/order.js';
import { at, ids, taken, ticket } from './tickets.js';

describe('the order of the pane', () => {
  const all = [
    taken('t-critical', { priority: 'critical' }),
    ticket('low-new', { priority: 'low', first_failed_at: at(9) }),
    ticket('high-old', { first_failed_at: at(2) }),
    ticket('high-new', { first_failed_at: at(8) }),
    ticket('critical', { priority: 'critical' }),
  ];

  test('unacknowledged first, then the worst, then the newest', () => {
    expect(ids(inUrgency(all))).toBe('critical high-new high-old low-new t-critical');
    const { fresh, acknowledged, meanwhile } = paneOrder(all);
    expect(fresh).toEqual(['critical', 'high-new', 'high-old', 'low-new']);
    expect(acknowledged).toEqual(['t-critical']);
    expect(meanwhile).toEqual([]);
  });

  test('while it is held nobody moves or leaves, and new ones come below everything', () => {
    const before = paneOrder(all);
    const now = [
      ...all
        .filter(({ id }) => id !== 'high-new')
        .map((one) => (one.id === 'critical' ? taken(one.id) : one)),
      ticket('worst', { priority: 'critical', first_failed_at: at(30) }),
    ];
    const held = heldOrder(before, now);
    expect(held.fresh).toEqual(before.fresh);
    expect(held.acknowledged).toEqual(before.acknowledged);
    expect(held.meanwhile).toEqual(['worst']);
    expect(heldOrder(held, now)).toBe(held);
  });

  test('neighbours go round; from elsewhere one comes to the first and the last', () => {
    const sorted = inUrgency(all);
    expect(neighboursOf('critical', sorted).previous?.id).toBe('t-critical');
    expect(neighboursOf('critical', sorted).next?.id).toBe('high-new');
    expect(neighboursOf('elsewhere', sorted)).toMatchObject({
      next: sorted[0],
      previous: sorted.at(-1),
      place: -1,
    });
    expect(neighboursOf('a', [ticket('a')])).toEqual({ previous: undefined, next: undefined, place: 0 });
    expect(neighboursOf('a', [])).toEqual({ previous: undefined, next: undefined, place: -1 });
  });
});
