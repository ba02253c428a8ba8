import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsOf, startMonitoring, UNKNOWN, type MonitoringWorld } from './monitoring-world.js';

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
    const bare = await made('/sites', { code: 'BARE', name: 'Bare' });
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
