import { describe, expect, test } from 'vitest';
import { showTimesIn } from '../../../web/src/i18n/time.js';
import { isPeriodReversed, queryOf, readFilter } from '../../../web/src/incidents/list-filter.js';
import { createListRows } from '../../../web/src/incidents/list-rows.js';
import { at, ids, taken, ticket } from './tickets.js';

describe('the list of incidents', () => {
  const uuid = '11111111-2222-4333-8444-555555555555';

  test('is what its address says; what that says wrongly is left out', () => {
    const filter = readFilter(
      new URLSearchParams(
        `status=all&priority=critical&acknowledged=no&site_id=${uuid}&q=%20bdg%20&period=7d&sort=-priority&page=3`,
      ),
    );
    const nowMs = Date.UTC(2026, 0, 15);
    expect(queryOf(filter, nowMs)).toEqual({
      ticket_type: 'incident',
      status: '',
      priority: 'critical',
      acknowledged: 'false',
      site_id: uuid,
      device_id: '',
      search: 'bdg',
      created_after: '2026-01-08T00:00:00.000Z',
      created_before: '',
      sort: '-priority',
      page: '3',
    });
    const wrong = readFilter(
      new URLSearchParams(
        "status=x&priority=urgent&acknowledged=1&site_id=';--&period=ever&sort=drop&page=-1&from=soon",
      ),
    );
    expect(queryOf(wrong, nowMs)).toMatchObject({
      status: 'open',
      priority: '',
      acknowledged: '',
      site_id: '',
      created_after: '',
      sort: '-created_at',
      page: '',
    });
    expect(readFilter(new URLSearchParams('show=all')).status).toBe('all');
  });

  test('between two days the last one is within', () => {
    const filter = readFilter(new URLSearchParams('period=custom&from=2026-01-10&to=2026-01-12'));
    const { created_after: after, created_before: before } = queryOf(filter, 0);
    expect(Date.parse(String(before)) - Date.parse(String(after))).toBe(3 * 86_400_000);
    expect(isPeriodReversed(filter)).toBe(false);
    expect(isPeriodReversed({ ...filter, from: '2026-02-01' })).toBe(true);
  });

  test.each([
    ['Asia/Jakarta', '2026-01-09T17:00:00.000Z', '2026-01-12T17:00:00.000Z'],
    ['America/New_York', '2026-01-10T05:00:00.000Z', '2026-01-13T05:00:00.000Z'],
    ['UTC', '2026-01-10T00:00:00.000Z', '2026-01-13T00:00:00.000Z'],
  ])('days begin at midnight in the zone that is shown, %s', (zone, after, before) => {
    showTimesIn(zone);
    try {
      const filter = readFilter(new URLSearchParams('period=custom&from=2026-01-10&to=2026-01-12'));
      expect(queryOf(filter, 0)).toMatchObject({ created_after: after, created_before: before });
    } finally {
      showTimesIn(undefined);
    }
  });

  test.each([
    ['open', 'true'],
    ['all', 'true'],
    // The end of an incident ends its acknowledgement: of resolved ones none would be found.
    ['resolved', ''],
  ])('acknowledged ones among %s', (status, asked) => {
    const filter = readFilter(new URLSearchParams(`status=${status}&acknowledged=yes`));
    expect(queryOf(filter, 0)['acknowledged']).toBe(asked);
  });

  test('marks rows that changed, keeps their places, and takes nothing older', () => {
    const list = createListRows();
    list.take([ticket('a'), ticket('b')]);
    expect(list.changed.size).toBe(0);
    expect(list.tell(taken('b', { updated_at: at(3) }))).toBe(true);
    expect(list.tell(ticket('b', { updated_at: at(2) }))).toBe(false);
    expect(list.tell(ticket('elsewhere'))).toBe(false);
    expect(ids(list.rows)).toBe('a b');
    expect([...list.changed]).toEqual(['b']);
    // The hub's page was asked for before the feed told.
    list.take([ticket('b'), ticket('a'), ticket('c')]);
    expect(list.rows[0]?.acknowledged_at).not.toBeNull();
    expect([...list.changed]).toEqual(['b']);
    list.clear();
    list.take([ticket('a', { updated_at: at(9) })]);
    expect(list.changed.size).toBe(0);
  });
});
