import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsOf, startMonitoring, type MonitoringWorld } from './monitoring-world.js';

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
