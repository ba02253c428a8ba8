import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, startFleet, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

let world: TestFleet;
let api: TestApi;
beforeAll(async () => {
  world = await startFleet();
  api = await startApi(world);
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

const UNKNOWN = '0190f4a8-0000-7000-8000-00000000dead';
const made = async (path: string, body: unknown): Promise<string> => {
  const answer = await api.call('POST', `/monitoring${path}`, body);
  expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ success: true });
  expect(answer.status).toBe(201);
  return answer.body.data['id'] as string;
};
let counter = 0;
/** A site with one agent of its own. */
const branch = async (): Promise<{ siteId: string; agentId: string }> => {
  counter += 1;
  const siteId = await made('/sites', { code: `BR-${counter}`, name: `Branch ${counter}` });
  const agentId = await made('/agents', { name: `agent ${counter}`, site_id: siteId });
  return { siteId, agentId };
};
const fieldsOf = (body: { error: { details?: { field: string; message: string }[] } }): string[] =>
  (body.error.details ?? []).map((fault) => fault.field);

describe('permissions', () => {
  it.each([
    ['GET', '/sites'],
    ['GET', '/agents'],
    ['GET', '/devices'],
    ['GET', '/overview'],
  ] as const)('%s %s may be read by a technician, not by a stranger', async (method, path) => {
    expect((await api.call(method, `/monitoring${path}`, undefined, 'reader')).status).toBe(200);
    expect((await api.call(method, `/monitoring${path}`, undefined, 'nobody')).status).toBe(401);
  });

  it.each([
    ['POST', '/sites', { code: 'X', name: 'X' }],
    ['PATCH', `/sites/${UNKNOWN}`, { name: 'X' }],
    ['DELETE', `/sites/${UNKNOWN}`, undefined],
    ['POST', '/agents', { name: 'X', site_id: UNKNOWN }],
    ['POST', `/agents/${UNKNOWN}/enrolment`, undefined],
    ['POST', `/agents/${UNKNOWN}/revoke`, undefined],
    ['DELETE', `/agents/${UNKNOWN}`, undefined],
    ['POST', '/devices', { address: '10.0.0.1', site_id: UNKNOWN }],
    ['PATCH', `/devices/${UNKNOWN}`, { name: 'X' }],
    ['DELETE', `/devices/${UNKNOWN}`, undefined],
  ] as const)('%s %s is refused to a technician', async (method, path, body) => {
    const answer = await api.call(method, `/monitoring${path}`, body, 'reader');
    expect([answer.status, answer.body.error.code]).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
  });
});

describe('sites', () => {
  it('are created, read, changed and deleted, each with its audit entry', async () => {
    const created = await api.call('POST', '/monitoring/sites', {
      code: 'JKT-001',
      name: '  Jakarta Pusat  ',
      region: 'DKI',
      latitude: -6.2,
      longitude: 106.8,
    });
    expect(created.status).toBe(201);
    expect(created.body.data).toMatchObject({
      code: 'JKT-001',
      name: 'Jakarta Pusat',
      timezone: 'Asia/Jakarta',
      region: 'DKI',
      latitude: -6.2,
      longitude: 106.8,
    });
    const id = created.body.data['id'] as string;
    expect(world.fleet.directory.site(id)).toMatchObject({ code: 'JKT-001' });
    expect(world.heard).toContain(`site.changed:${id}`);

    const changed = await api.call('PATCH', `/monitoring/sites/${id}`, {
      timezone: 'Asia/Makassar',
      region: null,
    });
    expect(changed.status).toBe(200);
    expect(changed.body.data).toMatchObject({
      name: 'Jakarta Pusat',
      timezone: 'Asia/Makassar',
      region: null,
    });
    expect((await api.call('GET', `/monitoring/sites/${id}`)).body.data).toEqual(changed.body.data);

    const deleted = await api.call('DELETE', `/monitoring/sites/${id}`);
    expect([deleted.status, deleted.body]).toEqual([204, {}]);
    expect((await api.call('GET', `/monitoring/sites/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', `/monitoring/sites/${id}`)).status).toBe(404);
    expect(world.fleet.directory.site(id)).toBeUndefined();

    const audit = await world.db
      .selectFrom('audit_log')
      .select(['action', 'user_id', 'details'])
      .where('resource_id', '=', id)
      .orderBy('id')
      .execute();
    expect(audit.map((entry) => entry.action)).toEqual(['site.created', 'site.changed', 'site.deleted']);
    expect(new Set(audit.map((entry) => entry.user_id))).toEqual(new Set([world.actor.userId]));
    expect(audit[1]?.details).toEqual({
      changes: {
        timezone: { from: 'Asia/Jakarta', to: 'Asia/Makassar' },
        region: { from: 'DKI', to: null },
      },
    });
  });

  it('writing back what was read changes nothing', async () => {
    const { siteId } = await branch();
    const { data } = (await api.call('GET', `/monitoring/sites/${siteId}`)).body;
    const { id: _id, created_at: _created, updated_at: _updated, ...fields } = data;
    const before = world.heard.length;
    const answer = await api.call('PATCH', `/monitoring/sites/${siteId}`, fields);
    expect(answer.body.data).toEqual(data);
    expect(world.heard.length).toBe(before);
  });

  it('a code is taken whatever its letters, and free again after a deletion', async () => {
    const id = await made('/sites', { code: 'Taken', name: 'First' });
    const answer = await api.call('POST', '/monitoring/sites', { code: 'TAKEN', name: 'Second' });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({ code: 'RESOURCE_CONFLICT', details: [{ field: 'code' }] });
    expect(answer.body.error.message).toContain('"First"');
    await api.call('DELETE', `/monitoring/sites/${id}`);
    await made('/sites', { code: 'TAKEN', name: 'Second' });
  });

  it('that still have agents or devices say so instead of going', async () => {
    const { siteId, agentId } = await branch();
    await made('/devices', { address: '10.9.0.1', site_id: siteId });
    const refused = await api.call('DELETE', `/monitoring/sites/${siteId}`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'RESOURCE_CONFLICT']);
    expect(refused.body.error.message).toMatch(/1 agent and 1 device/);
    expect((await api.call('DELETE', `/monitoring/agents/${agentId}`)).body.error.message).toMatch(
      /1 device/,
    );
    expect((await api.call('GET', `/monitoring/sites/${siteId}`)).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no name', { code: 'A1' }, 'name'],
    ['a blank name', { code: 'A1', name: '  ' }, 'name'],
    ['a name of 300 characters', { code: 'A1', name: 'x'.repeat(300) }, 'name'],
    ['a name with NUL', { code: 'A1', name: 'a\u0000b' }, 'name'],
    ['a code with a space', { code: 'A 1', name: 'A' }, 'code'],
    ['a code of markup', { code: '<script>', name: 'A' }, 'code'],
    ['an unknown field', { code: 'A1', name: 'A', colour: 'red' }, 'colour'],
    ['a number for a name', { code: 'A1', name: 7 }, 'name'],
    ['a latitude off the globe', { code: 'A1', name: 'A', latitude: 91 }, 'latitude'],
    ['a latitude as text', { code: 'A1', name: 'A', latitude: '1' }, 'latitude'],
    ['a zone that is none', { code: 'A1', name: 'A', timezone: 'Asia/Atlantis' }, 'timezone'],
    ['an offset for a zone', { code: 'A1', name: 'A', timezone: '+07:00' }, 'timezone'],
  ])('%s is refused by its field', async (_case, body, field) => {
    const answer = await api.call('POST', '/monitoring/sites', body);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
    expect(fieldsOf(answer.body)).toContain(field);
  });
});

describe('devices', () => {
  it('an address and a site are enough', async () => {
    const { siteId, agentId } = await branch();
    const { status, body } = await api.call('POST', '/monitoring/devices', {
      address: '10.1.0.1',
      site_id: siteId,
    });
    expect(status).toBe(201);
    const { id, since, created_at, updated_at, checks, ...rest } = body.data;
    expect(rest).toEqual({
      acknowledged: false,
      code: '10.1.0.1',
      name: '10.1.0.1',
      kind: 'other',
      model: null,
      address: '10.1.0.1',
      link: 'other',
      site_id: siteId,
      agent_id: agentId,
      parent_ids: [],
      health: 'unknown',
      rtt_ms: null,
      loss_percent: null,
      last_seen_at: null,
      open_incident_id: null,
    });
    expect(since).toBe(created_at);
    expect(updated_at).toBe(created_at);
    expect(checks).toEqual([
      { id: expect.any(Number) as number, type: 'icmp', interval_s: 5, timeout_ms: 1000 },
    ]);
    expect(world.fleet.directory.device(id as string)).toMatchObject({ address: '10.1.0.1', agentId });
    expect(world.heard.slice(-2)).toEqual([`device.changed:${id as string}`, `agent.config:${agentId}`]);
  });

  it('shows verdict, incident and the newest figures', async () => {
    const { siteId } = await branch();
    const id = await made('/devices', { address: '10.1.1.1', site_id: siteId, name: 'ATM 😀 <script>' });
    const since = new Date('2026-01-15T10:30:00Z');
    await world.db
      .insertInto('device_verdicts')
      .values({ device_id: id, health: 'down', since, state: '{}' })
      .execute();
    const ticketId = '0190f4a8-0000-7000-8000-000000000001';
    await world.db
      .insertInto('tickets')
      .values({
        id: ticketId,
        number: 'INC-20260115-000001',
        type: 'incident',
        title: 'down',
        description: '',
        state: 'new',
        hold_reason: null,
        priority: 'high',
        requester_id: world.actor.userId ?? '',
        assigned_to_id: null,
        category: null,
        subcategory: null,
        source: 'monitoring',
        site_id: siteId,
        device_id: id,
        resolved_at: null,
        closed_at: null,
      })
      .execute();
    await world.db
      .insertInto('incident_details')
      .values({
        ticket_id: ticketId,
        impact: 'high',
        urgency: 'high',
        subject_kind: 'device',
        subject_id: id,
        condition: 'unreachable',
        first_failed_at: since,
        detected_at: since,
        previous_incident_id: null,
      })
      .execute();
    api.latest.set(id, { rttMs: null, lossPercent: 100, atMs: since.getTime() });
    api.health.set(id, 'down');
    const { data } = (await api.call('GET', `/monitoring/devices/${id}`)).body;
    expect(data).toMatchObject({
      name: 'ATM 😀 <script>',
      health: 'down',
      since: since.toISOString(),
      open_incident_id: ticketId,
      rtt_ms: null,
      loss_percent: 100,
      last_seen_at: since.toISOString(),
    });
    const list = await api.call('GET', `/monitoring/devices?health=down&site_id=${siteId}`);
    expect(list.body.data).toEqual([data]);
    const overview = (await api.call('GET', '/monitoring/overview')).body.data;
    expect(overview).toMatchObject({ open_incidents: 1, devices: { down: 1 } });
    const sites = overview['sites'] as { site_id: string; devices: Record<string, number> }[];
    expect(sites.find((site) => site.site_id === siteId)?.devices).toEqual({
      up: 0,
      degraded: 0,
      down: 1,
      unknown: 0,
    });
  });

  it.each<[string, string]>([
    ['0.0.0.0', 'unspecified'],
    ['255.255.255.255', 'broadcast'],
    ['224.0.0.1', 'multicast'],
    ['atm-017.bank.example', 'name'],
    ['10.0.0.0/8', 'network'],
    ['999.1.1.1', 'no IPv4'],
    ['<script>', 'name'],
  ])('the address %s is refused in words', async (address, word) => {
    const { siteId } = await branch();
    const answer = await api.call('POST', '/monitoring/devices', { address, site_id: siteId });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
    expect(answer.body.error.details?.[0]).toMatchObject({ field: 'address' });
    expect(answer.body.error.details?.[0]?.message).toContain(word);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no address', { address: undefined }, 'address'],
    ['an address of 300 characters', { address: '1'.repeat(300) }, 'address'],
    ['a number for an address', { address: 167772161 }, 'address'],
    ['no site', { site_id: undefined }, 'site_id'],
    ['a site that is no id', { site_id: '7' }, 'site_id'],
    ['an unknown site', { site_id: UNKNOWN }, 'site_id'],
    ['an unknown agent', { agent_id: UNKNOWN }, 'agent_id'],
    ['an unknown parent', { parent_ids: [UNKNOWN] }, 'parent_ids'],
    ['one parent twice', { parent_ids: [UNKNOWN, UNKNOWN] }, 'parent_ids'],
    ['a name of 300 characters', { name: '😀'.repeat(300) }, 'name'],
    ['a name with a line feed', { name: 'a\nb' }, 'name'],
    ['an unknown kind', { kind: 'toaster' }, 'kind'],
    ['an unknown link', { link: 'carrier pigeon' }, 'link'],
    ['an unknown field', { ip: '10.0.0.1' }, 'ip'],
  ])('%s is refused by its field, and nothing is made', async (_case, fault, field) => {
    const { siteId, agentId } = await branch();
    const answer = await api.call('POST', '/monitoring/devices', {
      address: '10.1.2.1',
      site_id: siteId,
      agent_id: agentId,
      ...fault,
    });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
    expect(fieldsOf(answer.body).map((name) => name.split(/[./]/)[0])).toContain(field);
    expect((await api.call('GET', `/monitoring/devices?site_id=${siteId}`)).body.pagination.total).toBe(0);
  });

  it('reports every fault at once', async () => {
    const answer = await api.call('POST', '/monitoring/devices', {
      address: 'nonsense',
      site_id: UNKNOWN,
      agent_id: UNKNOWN,
      parent_ids: [UNKNOWN],
    });
    expect(fieldsOf(answer.body).sort()).toEqual(['address', 'agent_id', 'parent_ids', 'site_id']);
  });

  it.each([
    ['malformed JSON', '{"address":', 400, 'MALFORMED_REQUEST'],
    ['a list', '[]', 422, 'VALIDATION_ERROR'],
    ['null', 'null', 422, 'VALIDATION_ERROR'],
    ['nothing', '', 422, 'VALIDATION_ERROR'],
  ])('%s for a body', async (_case, payload, status, code) => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/v1/monitoring/devices',
      headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
      payload,
    });
    expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([
      status,
      code,
    ]);
  });

  it('a device twice: the second is told which is the first', async () => {
    const { siteId } = await branch();
    await made('/devices', { address: '2001:db8::5', site_id: siteId, code: 'FIRST', name: 'The first' });
    const answer = await api.call('POST', '/monitoring/devices', {
      address: '2001:DB8:0::5',
      site_id: siteId,
    });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'RESOURCE_CONFLICT']);
    expect(fieldsOf(answer.body)).toEqual(['address']);
    expect(answer.body.error.message).toMatch(/FIRST "The first"/);
    const code = await api.call('POST', '/monitoring/devices', {
      address: '10.1.3.1',
      site_id: siteId,
      code: 'first',
    });
    expect([code.status, fieldsOf(code.body)]).toEqual([409, ['code']]);
  });

  it('two at the same moment: one is made, the other is a conflict', async () => {
    const { siteId } = await branch();
    const body = { address: '10.1.4.1', site_id: siteId };
    const answers = await Promise.all([
      api.call('POST', '/monitoring/devices', body),
      api.call('POST', '/monitoring/devices', body),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect((await api.call('GET', `/monitoring/devices?site_id=${siteId}`)).body.pagination.total).toBe(1);
  });

  it('the same private address stands in two branches, each under a code of its own', async () => {
    const [one, two] = [await branch(), await branch()];
    await made('/devices', { address: '192.168.1.1', site_id: one.siteId });
    const second = await api.call('POST', '/monitoring/devices', {
      address: '192.168.1.1',
      site_id: two.siteId,
    });
    expect(second.body.data).toMatchObject({ code: '192.168.1.1-2', agent_id: two.agentId });
  });

  it('an agent is named where the site has several, or none while there are others', async () => {
    const { siteId } = await branch();
    await made('/agents', { name: `second of ${siteId}`, site_id: siteId });
    const several = await api.call('POST', '/monitoring/devices', { address: '10.1.5.1', site_id: siteId });
    expect([several.status, fieldsOf(several.body)]).toEqual([422, ['agent_id']]);
    const bare = await made('/sites', { code: `BARE-${counter}`, name: 'Bare' });
    const none = await api.call('POST', '/monitoring/devices', { address: '10.1.5.1', site_id: bare });
    expect([none.status, fieldsOf(none.body)]).toEqual([422, ['agent_id']]);
  });

  it('parents may not lead back', async () => {
    const { siteId } = await branch();
    const router = await made('/devices', { address: '10.1.6.1', site_id: siteId, kind: 'router' });
    const sw = await made('/devices', { address: '10.1.6.2', site_id: siteId, parent_ids: [router] });
    const atm = await made('/devices', { address: '10.1.6.3', site_id: siteId, parent_ids: [sw, router] });
    for (const parents of [[router], [sw], [atm]]) {
      const answer = await api.call('PATCH', `/monitoring/devices/${router}`, { parent_ids: parents });
      expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['parent_ids']]);
    }
    // Two changes that only together close a circle.
    const other = await made('/devices', { address: '10.1.6.4', site_id: siteId });
    const both = await Promise.all([
      api.call('PATCH', `/monitoring/devices/${router}`, { parent_ids: [other] }),
      api.call('PATCH', `/monitoring/devices/${other}`, { parent_ids: [atm] }),
    ]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 422]);
  });

  it('a deleted parent is nobody’s parent any more', async () => {
    const { siteId } = await branch();
    const router = await made('/devices', { address: '10.1.7.1', site_id: siteId });
    const atm = await made('/devices', { address: '10.1.7.2', site_id: siteId, parent_ids: [router] });
    expect((await api.call('DELETE', `/monitoring/devices/${router}`)).status).toBe(204);
    expect((await api.call('GET', `/monitoring/devices/${atm}`)).body.data).toMatchObject({ parent_ids: [] });
    expect(world.fleet.directory.device(atm)?.parentIds).toEqual([]);
    expect(world.heard).toContain(`device.changed:${atm}`);
    const checks = await world.db
      .selectFrom('checks')
      .select('deleted_at')
      .where('device_id', '=', router)
      .execute();
    expect(checks.every((check) => check.deleted_at !== null)).toBe(true);
    // Its address and code are free again.
    await made('/devices', { address: '10.1.7.1', site_id: siteId });
  });

  it('a new address or link keeps the check, another agent begins a new one', async () => {
    const [here, there] = [await branch(), await branch()];
    const id = await made('/devices', { address: '10.1.8.1', site_id: here.siteId });
    const checksOf = async () =>
      (await api.call('GET', `/monitoring/devices/${id}`)).body.data['checks'] as {
        id: number;
        timeout_ms: number;
      }[];
    const [first] = await checksOf();
    await api.call('PATCH', `/monitoring/devices/${id}`, { address: '10.1.8.2', link: 'vsat' });
    expect(await checksOf()).toEqual([{ ...first, timeout_ms: 2000 }]);
    const moved = await api.call('PATCH', `/monitoring/devices/${id}`, { agent_id: there.agentId });
    expect(moved.status).toBe(200);
    const [second] = await checksOf();
    expect(second).toMatchObject({ timeout_ms: 2000 });
    expect(second?.id).toBeGreaterThan(first?.id ?? Number.MAX_SAFE_INTEGER);
    expect(world.fleet.directory.check(first?.id ?? 0)).toBeUndefined();
    expect(world.fleet.directory.check(second?.id ?? 0)).toMatchObject({ agentId: there.agentId });
    expect([...world.fleet.directory.devicesOfAgent(here.agentId)]).toEqual([]);
    expect(world.heard.slice(-2)).toEqual([`agent.config:${here.agentId}`, `agent.config:${there.agentId}`]);
  });

  it('writing back what was read changes nothing', async () => {
    const { siteId } = await branch();
    const router = await made('/devices', { address: '10.1.9.1', site_id: siteId });
    const id = await made('/devices', { address: '10.1.9.2', site_id: siteId, parent_ids: [router] });
    const { data } = (await api.call('GET', `/monitoring/devices/${id}`)).body;
    const { code, name, kind, model, address, link, site_id, agent_id, parent_ids } = data;
    const before = world.heard.length;
    const answer = await api.call('PATCH', `/monitoring/devices/${id}`, {
      code,
      name,
      kind,
      model,
      address,
      link,
      site_id,
      agent_id,
      parent_ids,
    });
    expect(answer.body.data).toEqual(data);
    expect(world.heard.length).toBe(before);
  });

  it.each([
    ['GET', undefined],
    ['PATCH', { name: 'x' }],
    ['DELETE', undefined],
  ] as const)('%s of an unknown device is 404, of no id 422', async (method, body) => {
    expect((await api.call(method, `/monitoring/devices/${UNKNOWN}`, body)).status).toBe(404);
    expect((await api.call(method, '/monitoring/devices/7', body)).status).toBe(422);
  });

  it('an empty change is refused', async () => {
    const { siteId } = await branch();
    expect((await api.call('PATCH', `/monitoring/sites/${siteId}`, {})).status).toBe(422);
  });
});

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
    const sites = await api.call('GET', '/monitoring/sites?search=branch%201&sort=-code&per_page=2');
    expect(sites.body.pagination.total).toBeGreaterThan(2);
    const [a, b] = sites.body.data.map((site) => String(site['code']).toLowerCase());
    expect((a ?? '') > (b ?? '')).toBe(true);
    const agents = await api.call(
      'GET',
      `/monitoring/agents?site_id=${siteId}&state=pending&sort=-last_seen_at`,
    );
    expect(agents.body.data).toMatchObject([{ site_id: siteId, device_count: 30 }]);
  });
});

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

describe('faults have a code, for clients with words of their own', () => {
  it('whether the schema or the fleet found them', async () => {
    const { siteId, agentId } = await branch();
    const device = { site_id: siteId, agent_id: agentId };
    const deviceId = await made('/devices', { ...device, address: '10.8.0.1', code: 'CODED' });
    await made('/sites', { code: 'CODED', name: 'X' });
    const codesOf = async (method: 'POST' | 'PATCH', path: string, body: unknown) => {
      const { status, body: answer } = await api.call(method, `/monitoring${path}`, body);
      return [
        status,
        Object.fromEntries((answer.error.details ?? []).map(({ field, code }) => [field, code])),
      ];
    };
    const cases: ['POST' | 'PATCH', string, object, number, Record<string, string>][] = [
      ['POST', '/sites', { code: 'coded', name: 'Y' }, 409, { code: 'in_use' }],
      ['POST', '/sites', { code: 'N', name: 'Y', timezone: 'Mars/Base' }, 422, { timezone: 'wrong_form' }],
      ['POST', '/sites', { code: 'N', name: 'a\u0007' }, 422, { name: 'wrong_form' }],
      ['POST', '/agents', { name: 'x', site_id: UNKNOWN }, 422, { site_id: 'not_found' }],
      ['POST', '/devices', { ...device, address: '10.8.0.1' }, 409, { address: 'in_use' }],
      ['POST', '/devices', { ...device, address: '10.8.0.2', code: 'coded' }, 409, { code: 'in_use' }],
      ['POST', '/devices', { ...device, address: 'atm.bank.example' }, 422, { address: 'wrong_form' }],
      [
        'POST',
        '/devices',
        { address: '10.8.0.3', site_id: UNKNOWN, agent_id: UNKNOWN, parent_ids: [UNKNOWN] },
        422,
        { site_id: 'not_found', agent_id: 'not_found', parent_ids: 'not_found' },
      ],
      ['PATCH', `/devices/${deviceId}`, { parent_ids: [deviceId] }, 422, { parent_ids: 'other' }],
      [
        'PATCH',
        `/devices/${deviceId}`,
        { name: '', kind: 'x' },
        422,
        { name: 'too_short', kind: 'not_one_of' },
      ],
    ];
    for (const [method, path, body, status, codes] of cases)
      expect(await codesOf(method, path, body), JSON.stringify(body)).toEqual([status, codes]);
  });
});
