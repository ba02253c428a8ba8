import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMonitoring, type MonitoringWorld } from './monitoring-world.js';

let monitoring: MonitoringWorld;
let api: MonitoringWorld['api'];
let branch: MonitoringWorld['branch'];
let made: MonitoringWorld['made'];
let world: MonitoringWorld['world'];
beforeAll(async () => {
  monitoring = await startMonitoring();
  ({ api, branch, made, world } = monitoring);
});
afterAll(() => monitoring.stop());

describe('lists', () => {
  let siteId: string;
  beforeAll(async () => {
    ({ siteId } = await branch());
    for (let n = 1; n <= 30; n += 1)
      await made('/devices', {
        address: `10.2.0.${n}`,
        site_id: siteId,
        code: `L-${String(n).padStart(2, '0')}`,
        // Many of one name, so that only the tiebreak keeps the pages apart.
        name: n % 3 === 0 ? 'Same name' : `Device 100% ${n}`,
        kind: n % 2 === 0 ? 'atm' : 'router',
      });
    const rows = await world.db
      .selectFrom('devices')
      .select(['id', 'code'])
      .where('site_id', '=', siteId)
      .execute();
    const health = { 'L-01': 'up', 'L-02': 'down', 'L-03': 'degraded' } as const;
    for (const [code, verdict] of Object.entries(health))
      await world.db
        .insertInto('device_verdicts')
        .values({
          device_id: rows.find((row) => row.code === code)?.id ?? '',
          health: verdict,
          since: new Date(),
          state: '{}',
        })
        .execute();
  });
  const codes = async (query: string): Promise<string[]> => {
    const { status, body } = await api.call(
      'GET',
      `/monitoring/devices?site_id=${siteId}&per_page=200&${query}`,
    );
    expect(status).toBe(200);
    return body.data.map((device) => device['code'] as string);
  };

  it('pages neither overlap nor leave a gap', async () => {
    const seen: unknown[] = [];
    for (let page = 1; page <= 5; page += 1) {
      const { body } = await api.call('GET', `/monitoring/devices?site_id=${siteId}&per_page=7&page=${page}`);
      expect(body.pagination).toMatchObject({ page, per_page: 7, total: 30, total_pages: 5 });
      seen.push(...body.data.map((device) => device['id']));
    }
    expect(new Set(seen).size).toBe(30);
  });

  it('a page past the end is empty', async () => {
    const { status, body } = await api.call('GET', `/monitoring/devices?page=999999&per_page=200`);
    expect([status, body.data]).toEqual([200, []]);
  });

  it.each<[string, string[]]>([
    ['health=unknown&kind=atm&search=L-04', ['L-04']],
    ['health=down', ['L-02']],
    ['sort=health,code&search=L-0', ['L-02', 'L-03', 'L-04', 'L-05', 'L-06', 'L-07', 'L-08', 'L-09', 'L-01']],
    ['sort=-code&search=10.2.0.30', ['L-30']],
    [
      'sort=address&search=L-1',
      ['L-10', 'L-11', 'L-12', 'L-13', 'L-14', 'L-15', 'L-16', 'L-17', 'L-18', 'L-19'],
    ],
    ['sort=-address&search=10.2.0.3', ['L-30', 'L-03']],
    [
      'search=' + encodeURIComponent('100% 1') + '&sort=code',
      ['L-01', 'L-10', 'L-11', 'L-13', 'L-14', 'L-16', 'L-17', 'L-19'],
    ],
    ['search=' + encodeURIComponent('%25'), []],
    ['search=' + encodeURIComponent('_'), []],
    ['search=' + encodeURIComponent("'; drop table devices; --"), []],
  ])('%s', async (query, expected) => {
    expect(await codes(query)).toEqual(expected);
  });

  it.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=1e9',
    'page=10000000',
    'per_page=201',
    'per_page=0',
    'health=broken',
    'kind=toaster',
    'site_id=7',
    'sort=colour',
    'sort=name;drop',
    'unknown=1',
    'search=',
    'search=%00',
    'health=up&health=down',
  ])('%s is refused', async (query) => {
    const answer = await api.call('GET', `/monitoring/devices?${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
  });

  it('sites and agents are searched, sorted and paged alike', async () => {
    for (const n of [1, 2, 3]) await made('/sites', { code: `PAGED-${n}`, name: `Paged ${n}` });
    const sites = await api.call('GET', '/monitoring/sites?search=paged%20&sort=-code&per_page=2');
    expect(sites.body.pagination.total).toBe(3);
    const [a, b] = sites.body.data.map((site) => String(site['code']).toLowerCase());
    expect([a, b]).toEqual(['paged-3', 'paged-2']);
    const agents = await api.call(
      'GET',
      `/monitoring/agents?site_id=${siteId}&state=pending&sort=-last_seen_at`,
    );
    expect(agents.body.data).toMatchObject([{ site_id: siteId, device_count: 30 }]);
  });
});
