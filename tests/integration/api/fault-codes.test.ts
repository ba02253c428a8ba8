import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMonitoring, UNKNOWN, type MonitoringWorld } from './monitoring-world.js';

let monitoring: MonitoringWorld;
let api: MonitoringWorld['api'];
let branch: MonitoringWorld['branch'];
let made: MonitoringWorld['made'];
beforeAll(async () => {
  monitoring = await startMonitoring();
  ({ api, branch, made } = monitoring);
});
afterAll(() => monitoring.stop());

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
