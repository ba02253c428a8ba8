import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsOf, startMonitoring, UNKNOWN, type MonitoringWorld } from './monitoring-world.js';

let monitoring: MonitoringWorld;
let api: MonitoringWorld['api'];
let branch: MonitoringWorld['branch'];
let made: MonitoringWorld['made'];
beforeAll(async () => {
  monitoring = await startMonitoring();
  ({ api, branch, made } = monitoring);
});
afterAll(() => monitoring.stop());

describe('series', () => {
  let id: string;
  beforeAll(async () => {
    const { siteId } = await branch();
    id = await made('/devices', { address: '10.3.0.1', site_id: siteId });
  });

  it.each([
    ['metric=rtt&from=1768473000000&to=1768476600000', 'ms', 300],
    ['metric=loss&from=2026-01-15T10:30:00Z&to=2026-01-15T18:30:00%2B07:00&points=2', 'percent', 2],
    ['metric=cpu&points=2000', 'percent', 2000],
  ])('%s: columns of one length, null where nobody looked', async (query, unit, most) => {
    const { status, body } = await api.call('GET', `/monitoring/devices/${id}/series?${query}`);
    expect(status).toBe(200);
    const { t, min, avg, max } = body.data as unknown as Record<string, (number | null)[]>;
    expect(body.data).toMatchObject({ unit });
    expect(t?.length).toBeGreaterThan(0);
    expect(t?.length).toBeLessThanOrEqual(most);
    for (const column of [min, avg, max]) {
      expect(column).toHaveLength(t?.length ?? -1);
      expect(column?.every((value) => value === null)).toBe(true);
    }
  });

  it.each([
    ['metric=cash', 'metric'],
    ['', 'metric'],
    ['metric=rtt&from=yesterday', 'from'],
    ['metric=rtt&to=2026-13-45', 'to'],
    ['metric=rtt&from=2000&to=1000', 'from'],
    ['metric=rtt&points=1', 'points'],
    ['metric=rtt&points=2001', 'points'],
    ['metric=rtt&points=many', 'points'],
    ['metric=rtt&zoom=1', 'zoom'],
  ])('%s is refused by its field', async (query, field) => {
    const answer = await api.call('GET', `/monitoring/devices/${id}/series?${query}`);
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, [field]]);
  });

  it('of an unknown device is 404', async () => {
    expect((await api.call('GET', `/monitoring/devices/${UNKNOWN}/series?metric=rtt`)).status).toBe(404);
  });
});
