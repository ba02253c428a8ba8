import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMonitoring, UNKNOWN, type MonitoringWorld } from './monitoring-world.js';

let monitoring: MonitoringWorld;
let api: MonitoringWorld['api'];
beforeAll(async () => {
  monitoring = await startMonitoring();
  ({ api } = monitoring);
});
afterAll(() => monitoring.stop());

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
