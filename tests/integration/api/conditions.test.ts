import { randomUUID } from 'node:crypto';
import type { Evidence } from '@siaga/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, startFleet, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

let world: TestFleet;
let api: TestApi;
let siteId: string;
let agentId: string;
let deviceId: string;
let ticketId: string;
beforeAll(async () => {
  world = await startFleet();
  api = await startApi(world);
  const { sites, agents, devices } = world.fleet;
  siteId = (await sites.create(world.actor, { code: 'S', name: 'Site' })).id;
  agentId = (await agents.create(world.actor, { name: 'agent', site_id: siteId })).id;
  const device = await devices.create(world.actor, { address: '10.0.0.1', site_id: siteId });
  deviceId = device.id;
  const { code, name, address } = device;
  const evidence: Evidence = {
    device: { id: deviceId, code, name, address },
    site: { id: siteId, code: 'S', name: 'Site' },
    reason: 'three-cycles-failed',
    cycles: [],
  };
  const [ticket] = await world.db.transaction().execute((trx) =>
    api.desk.incidents.applyAll(trx, [
      {
        kind: 'open',
        subjectKind: 'device',
        subjectId: deviceId,
        siteId,
        deviceId,
        deviceKind: 'atm',
        condition: 'unreachable',
        firstFailedAtMs: Date.now(),
        detectedAtMs: Date.now(),
        reason: 'three-cycles-failed',
        evidence,
      },
    ]),
  );
  ticketId = ticket!.id;
  await api.call('POST', `/tickets/${ticketId}/comments`, { content: 'x' });
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const get = (path: string, headers: Record<string, string> = {}) =>
  api.call('GET', path, undefined, 'admin', headers);
const write = (method: Method, path: string, ifMatch: string, body?: unknown) =>
  api.call(method, path, body, 'admin', { 'if-match': ifMatch });
const tagOf = async (path: string): Promise<string> => String((await get(path)).headers['etag']);

/** What has a tag, by name: its path and whether the tag has a revision. */
const PATHS: [string, () => string, boolean][] = [
  ['tickets', () => '/tickets', false],
  ['a ticket', () => `/tickets/${ticketId}`, true],
  ['comments', () => `/tickets/${ticketId}/comments`, false],
  ['sites', () => '/monitoring/sites', false],
  ['a site', () => `/monitoring/sites/${siteId}`, true],
  ['agents', () => '/monitoring/agents', false],
  ['an agent', () => `/monitoring/agents/${agentId}`, true],
  ['devices', () => '/monitoring/devices', false],
  ['a device', () => `/monitoring/devices/${deviceId}`, true],
];

describe('ETag and If-None-Match', () => {
  it.each(PATHS)('of %s: 304 while nothing has changed', async (_name, pathOf, hasRevision) => {
    const path = pathOf();
    const first = await get(path);
    const tag = String(first.headers['etag']);
    expect(tag).toMatch(hasRevision ? /^"\d+\.[\w-]{22}"$/ : /^"[\w-]{22}"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect(await tagOf(path)).toBe(tag);
    for (const sent of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const answer = await get(path, { 'if-none-match': sent });
      expect([answer.status, answer.body], sent).toEqual([304, {}]);
      expect(answer.headers).toMatchObject({ etag: tag, 'cache-control': 'private, no-cache' });
      expect(answer.headers['content-type']).toBeUndefined();
      expect(answer.headers['content-length']).toBeUndefined();
    }
    for (const sent of ['"other"', 'nonsense', '']) {
      const answer = await get(path, { 'if-none-match': sent });
      expect([answer.status, answer.headers['etag']], sent).toEqual([200, tag]);
    }
  });

  it('holds for HEAD and over a real connection with compression', async () => {
    const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const ask = (method: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/api/v1/tickets/${ticketId}`, {
        method,
        headers: { authorization: 'Bearer admin', 'accept-encoding': 'gzip', ...headers },
      });
    const whole = await ask('GET');
    await whole.text();
    expect(whole.headers.get('content-encoding')).toBe('gzip');
    const tag = whole.headers.get('etag') ?? '';
    const head = await ask('HEAD');
    expect([head.status, head.headers.get('etag')]).toEqual([200, tag]);
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(method, { 'if-none-match': tag });
      expect([answer.status, await answer.text()], method).toEqual([304, '']);
      expect(answer.headers.get('etag'), method).toBe(tag);
      expect(answer.headers.get('content-length'), method).toBeNull();
    }
  });

  it('another page, filter or selection has another tag', async () => {
    const paths = ['', '?per_page=1', '?page=2', '?fields=id', '?fields=id,title', '?status=closed'];
    const tags = await Promise.all(paths.map((query) => tagOf(`/tickets${query}`)));
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('what is measured changes the tag but not the revision', async () => {
    const path = `/monitoring/devices/${deviceId}`;
    const before = await tagOf(path);
    api.latest.set(deviceId, { rttMs: 7, lossPercent: 0, atMs: Date.now() });
    const after = await tagOf(path);
    expect(after).not.toBe(before);
    expect(after.split('.')[0]).toBe(before.split('.')[0]);
    expect((await write('PATCH', path, before, { name: 'Measured' })).status).toBe(200);
  });

  it('what has no tag is never kept, nor is an error', async () => {
    const overview = await get('/monitoring/overview');
    expect([overview.headers['etag'], overview.headers['cache-control']]).toEqual([undefined, 'no-store']);
    const none = await get(`/tickets/${randomUUID()}`, { 'if-none-match': '*' });
    expect([none.status, none.headers['etag'], none.headers['cache-control']]).toEqual([
      404,
      undefined,
      'no-store',
    ]);
    expect((await api.call('GET', '/tickets', undefined, 'user', { 'if-none-match': '*' })).status).toBe(403);
  });
});

describe('If-Match', () => {
  const WRITES: [string, () => string, object][] = [
    ['a site', () => `/monitoring/sites/${siteId}`, { region: 'Jawa' }],
    ['an agent', () => `/monitoring/agents/${agentId}`, { name: 'agent two' }],
    ['a device', () => `/monitoring/devices/${deviceId}`, { name: 'ATM' }],
  ];

  it.each(WRITES)('of %s: 412 once it has changed, and nothing is written', async (_name, pathOf, body) => {
    const path = pathOf();
    const read = await get(path);
    const old = String(read.headers['etag']);
    const first = await write('PATCH', path, old, body);
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    expect(first.headers['etag']).toBe(await tagOf(path));
    expect(first.headers['cache-control']).toBe('no-store');
    const late = await write('PATCH', path, old, { name: 'Overwritten' });
    expect([late.status, late.body.error.code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await get(path)).body.data).toEqual(first.body.data);
    // Even where it would change nothing: he has not seen what is there.
    expect((await write('PATCH', path, old, body)).status).toBe(412);
    const current = await tagOf(path);
    for (const sent of [`${old}, ${current}`, `W/${current}`, '*'])
      expect((await write('PATCH', path, sent, body)).status, sent).toBe(200);
  });

  it.each(WRITES)('of %s: of many at once one wins', async (_name, pathOf) => {
    const path = pathOf();
    const tag = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => write('PATCH', path, tag, { name: `name ${n} ${path}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it('of a ticket: of two who saw the same, one acknowledges', async () => {
    const path = `/tickets/${ticketId}`;
    const tag = await tagOf(path);
    const answers = await Promise.all(
      [1, 2].map((n) => write('POST', `${path}/acknowledge`, tag, { reason: `${n}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers.find(({ status }) => status === 200);
    expect(won?.headers['etag']).toBe(await tagOf(path));
    expect((await write('DELETE', `${path}/acknowledge`, tag)).status).toBe(412);
    expect((await write('DELETE', `${path}/acknowledge`, String(won?.headers['etag']))).status).toBe(200);
    // A comment is a change as well.
    const seen = await tagOf(path);
    await api.call('POST', `${path}/comments`, { content: 'x' });
    expect((await write('POST', `${path}/acknowledge`, seen, { reason: 'x' })).status).toBe(412);
  });

  it.each(['', 'x', '"a', '7', '"a" "b"'])('%j cannot be read', async (sent) => {
    const answer = await write('PATCH', `/monitoring/sites/${siteId}`, sent, { name: 'X' });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'MALFORMED_REQUEST']);
  });

  it('with a tag of something else lets nothing through; of nothing it is 404', async () => {
    for (const sent of ['"x"', await tagOf('/monitoring/sites')])
      expect((await write('PATCH', `/monitoring/sites/${siteId}`, sent, { name: 'X' })).status).toBe(412);
    expect((await write('PATCH', `/monitoring/sites/${randomUUID()}`, '*', { name: 'X' })).status).toBe(404);
  });

  it('sees that a device lost its parent', async () => {
    const { devices } = world.fleet;
    const parent = await devices.create(world.actor, { address: '10.0.0.8', site_id: siteId });
    const child = await devices.create(world.actor, {
      address: '10.0.0.9',
      site_id: siteId,
      parent_ids: [parent.id],
    });
    const tag = await tagOf(`/monitoring/devices/${child.id}`);
    await devices.remove(world.actor, parent.id);
    expect((await write('PATCH', `/monitoring/devices/${child.id}`, tag, { name: 'x' })).status).toBe(412);
  });
});

describe('fields', () => {
  it.each<[string, () => string, string]>([
    ['tickets', () => '/tickets', 'status,id,title'],
    ['a ticket', () => `/tickets/${ticketId}`, 'history,id,evidence,acknowledged_by'],
    ['sites', () => '/monitoring/sites', 'name,id'],
    ['a site', () => `/monitoring/sites/${siteId}`, 'latitude'],
    ['agents', () => '/monitoring/agents', 'state,device_count'],
    ['an agent', () => `/monitoring/agents/${agentId}`, 'id,id,id'],
    ['devices', () => '/monitoring/devices', 'checks,health,parent_ids'],
    ['a device', () => `/monitoring/devices/${deviceId}`, 'rtt_ms,loss_percent,acknowledged'],
  ] as const)(
    'of %s: only those, as they are in the whole and in its order',
    async (_name, pathOf, fields) => {
      const path = pathOf();
      const [whole, part] = [await get(path), await get(`${path}?fields=${fields}`)];
      expect(part.status, JSON.stringify(part.body)).toBe(200);
      const names = fields.split(',');
      const picked = (object: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
      const { data } = whole.body;
      const expected = Array.isArray(data) ? data.map(picked) : picked(data);
      expect(JSON.stringify(part.body.data)).toBe(JSON.stringify(expected));
      expect(part.body.pagination).toEqual(whole.body.pagination);
      expect(part.body).toMatchObject({ success: true, meta: {} });
    },
  );

  it('keeps the revision, so that what was read in part can be changed', async () => {
    const path = `/monitoring/sites/${siteId}`;
    const tag = String((await get(`${path}?fields=name`)).headers['etag']);
    expect(tag.split('.')[0]).toBe((await tagOf(path)).split('.')[0]);
    expect((await write('PATCH', path, tag, { region: 'Bali' })).status).toBe(200);
    expect((await write('PATCH', path, tag, { region: 'Sumatra' })).status).toBe(412);
    const again = await get(`${path}?fields=name`);
    expect(
      (await get(`${path}?fields=name`, { 'if-none-match': String(again.headers['etag']) })).status,
    ).toBe(304);
  });

  it.each(PATHS.filter(([name]) => name !== 'comments'))(
    'of %s: an unknown name is refused',
    async (_name, pathOf) => {
      const { status, body } = await get(`${pathOf()}?fields=id,password`);
      expect([status, body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
      const [fault] = body.error.details ?? [];
      expect(fault).toMatchObject({ field: 'fields', code: 'not_one_of' });
      expect(fault?.message).toMatch(/^names no field of the answer: password; must be some of id, /);
      expect(fault?.limits?.allowed).toContain('id');
    },
  );

  it.each(['', ',', 'id,', 'ID', 'id, name', '__proto__', 'constructor', 'x'.repeat(501), 'id&fields=name'])(
    '%j is refused',
    async (fields) => {
      const { status, body } = await get(`/monitoring/sites?fields=${fields.replace(' ', '%20')}`);
      expect([status, body.error.details?.map(({ field }) => field)]).toEqual([422, ['fields']]);
    },
  );

  it('where none are taken is refused', async () => {
    expect((await get('/monitoring/overview?fields=devices')).status).toBe(422);
  });
});
