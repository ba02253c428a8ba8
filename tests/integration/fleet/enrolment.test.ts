import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import mqtt from 'mqtt';
import {
  createTestClock,
  startApi,
  startFleet,
  testSecrets,
  until,
  type TestApi,
  type TestFleet,
} from './fleet-harness.js';

const clock = createTestClock();
let world: TestFleet;
let api: TestApi;
let siteId: string;
beforeAll(async () => {
  world = await startFleet({ clock });
  api = await startApi(world);
  const site = await world.fleet.sites.create(world.actor, { code: 'S', name: 'Site' });
  siteId = site.id;
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

let counter = 0;
const newAgent = async (): Promise<string> => {
  counter += 1;
  return (await world.fleet.agents.create(world.actor, { name: `agent ${counter}`, site_id: siteId })).id;
};
const tokenFor = async (agentId: string): Promise<string> => {
  const answer = await api.call('POST', `/monitoring/agents/${agentId}/enrolment`);
  expect(answer.status).toBe(201);
  return answer.body.data['token'] as string;
};
interface Enrolled {
  agent_id: string;
  shard: string;
  mqtt_url: string;
  username: string;
  password: string;
  ca: string | null;
}
const enrol = async (body: Record<string, unknown>) => {
  const { status, body: answer } = await api.call('POST', '/monitoring/agents/enrol', body, 'nobody');
  return { status, error: answer.error, data: answer.data as unknown as Enrolled };
};
const lets = async ({ username, password }: Pick<Enrolled, 'username' | 'password'>): Promise<boolean> =>
  (await world.fleet.authenticateAgent(username, Buffer.from(password))) !== undefined;

describe('enrolment', () => {
  it('trades a token for credentials that open the broker', async () => {
    const agentId = await newAgent();
    const token = await tokenFor(agentId);
    const { status, data } = await enrol({ token, hostname: 'kiosk-7', version: '0.1.0', platform: 'linux' });
    expect(status).toBe(201);
    expect(data).toMatchObject({ agent_id: agentId, username: agentId, mqtt_url: world.mqttUrl, ca: null });
    const client = await mqtt.connectAsync(data.mqtt_url, {
      username: data.username,
      password: data.password,
      clientId: data.username,
      reconnectPeriod: 0,
    });
    expect(client.connected).toBe(true);
    await client.endAsync();
    // A restarted hub knows them as well, and nothing of them is kept in the clear.
    const restarted = await world.restarted();
    expect(await restarted.authenticateAgent(agentId, Buffer.from(data.password))).toEqual({
      agentId,
      shard: data.shard,
    });
    const stored = await world.db
      .selectFrom('agents')
      .select(['secret_hmac', 'state', 'version'])
      .where('id', '=', agentId)
      .executeTakeFirstOrThrow();
    expect(stored).toEqual({
      secret_hmac: testSecrets.hmac('agent', data.password),
      state: 'pending',
      version: '0.1.0',
    });
    const { rows } = await world.db
      .selectFrom('agent_enrolments')
      .selectAll()
      .execute()
      .then((all) => ({ rows: all }));
    expect(JSON.stringify(rows)).not.toContain(token);
    const audit = await world.db
      .selectFrom('audit_log')
      .select(['action', 'details', 'user_id'])
      .where('resource_id', '=', agentId)
      .orderBy('id')
      .execute();
    expect(audit.map((entry) => entry.action)).toEqual([
      'agent.created',
      'agent.enrolment-created',
      'agent.enrolled',
    ]);
    expect(audit[2]).toMatchObject({
      user_id: null,
      details: { hostname: 'kiosk-7', version: '0.1.0', platform: 'linux' },
    });
    expect(JSON.stringify(audit)).not.toContain(data.password);
  });

  it('a token is good once', async () => {
    const token = await tokenFor(await newAgent());
    expect((await enrol({ token })).status).toBe(201);
    const again = await enrol({ token });
    expect([again.status, again.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('of many at the same moment one gets in', async () => {
    const token = await tokenFor(await newAgent());
    const answers = await Promise.all(Array.from({ length: 8 }, () => enrol({ token })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(7).fill(401)]);
    const winner = answers.find((answer) => answer.status === 201);
    expect(winner && (await lets(winner.data))).toBe(true);
  });

  it('also where two hubs are asked', async () => {
    const token = await tokenFor(await newAgent());
    const other = await world.restarted();
    const answers = await Promise.allSettled(
      [world.fleet, other, world.fleet, other].map((fleet) => fleet.enrolment.enrol({ token }, {})),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  it('a new token voids the older ones, and refusals all read the same', async () => {
    const agentId = await newAgent();
    const voided = await tokenFor(agentId);
    const expired = await tokenFor(await newAgent());
    const valid = await tokenFor(agentId);
    clock.skewMs = 24 * 3_600_000 + 1_000;
    const late = await enrol({ token: expired });
    clock.skewMs = 0;
    const answers = [late, await enrol({ token: voided }), await enrol({ token: 'x'.repeat(43) })];
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map((answer) => answer.error.message)).size).toBe(1);
    expect((await enrol({ token: valid })).status).toBe(201);
  });

  it('one minute before the 24 hours are over it still works', async () => {
    const token = await tokenFor(await newAgent());
    clock.skewMs = 24 * 3_600_000 - 60_000;
    expect((await enrol({ token })).status).toBe(201);
    clock.skewMs = 0;
  });

  it('enrolling anew takes the place of the former credentials', async () => {
    const agentId = await newAgent();
    const first = await enrol({ token: await tokenFor(agentId) });
    const second = await enrol({ token: await tokenFor(agentId) });
    expect([await lets(first.data), await lets(second.data)]).toEqual([false, true]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no token', {}, 'token'],
    ['a short token', { token: 'x' }, 'token'],
    ['a list for a token', { token: ['x'] }, 'token'],
    ['an unknown field', { token: 'x'.repeat(43), admin: true }, 'admin'],
    ['a host name with NUL', { token: 'x'.repeat(43), hostname: 'a\u0000' }, 'hostname'],
  ])('%s is refused by its field', async (_case, body, field) => {
    const { status, error } = await enrol(body);
    expect([status, error.details?.[0]?.field]).toEqual([422, field]);
  });
});

describe('who may connect', () => {
  it('a pending, a revoked and a deleted agent may not, nor one that never was', async () => {
    const pending = await newAgent();
    expect(await lets({ username: pending, password: '' })).toBe(false);
    const unknown = { username: '0190f4a8-0000-7000-8000-00000000dead', password: 'x'.repeat(43) };
    expect(await lets(unknown)).toBe(false);
    expect(await lets({ ...unknown, username: "' or true --" })).toBe(false);

    const { data: revoked } = await enrol({ token: await tokenFor(await newAgent()) });
    const { data: deleted } = await enrol({ token: await tokenFor(await newAgent()) });
    expect([await lets(revoked), await lets(deleted)]).toEqual([true, true]);
    expect((await api.call('POST', `/monitoring/agents/${revoked.agent_id}/revoke`)).body.data).toMatchObject(
      {
        state: 'revoked',
      },
    );
    expect((await api.call('DELETE', `/monitoring/agents/${deleted.agent_id}`)).status).toBe(204);
    expect([await lets(revoked), await lets(deleted)]).toEqual([false, false]);
    const restarted = await world.restarted();
    for (const { username, password } of [revoked, deleted])
      expect(await restarted.authenticateAgent(username, Buffer.from(password))).toBeUndefined();
  });

  it('the password of another agent does not do, nor one letter less', async () => {
    const { data: one } = await enrol({ token: await tokenFor(await newAgent()) });
    const { data: two } = await enrol({ token: await tokenFor(await newAgent()) });
    expect(await lets({ username: one.username, password: two.password })).toBe(false);
    expect(await lets({ username: one.username, password: one.password.slice(1) })).toBe(false);
    expect(await lets({ username: one.username, password: 'x'.repeat(100_000) })).toBe(false);
  });

  it('revoking ends the live connection, and a token given before is void', async () => {
    const agentId = await newAgent();
    const { data } = await enrol({ token: await tokenFor(agentId) });
    const open = await tokenFor(agentId);
    const client = await mqtt.connectAsync(data.mqtt_url, {
      username: data.username,
      password: data.password,
      clientId: data.username,
      reconnectPeriod: 0,
    });
    await api.call('POST', `/monitoring/agents/${agentId}/revoke`);
    await until('the connection ends', () => !client.connected);
    await client.endAsync(true);
    expect((await enrol({ token: open })).status).toBe(401);
    expect(world.heard).toContain(`agent.changed:${agentId}`);
    // Taken in again with a new token.
    const { data: again } = await enrol({ token: await tokenFor(agentId) });
    expect(await lets(again)).toBe(true);
    expect((await api.call('GET', `/monitoring/agents/${agentId}`)).body.data).toMatchObject({
      state: 'pending',
    });
  });
});

describe('agents', () => {
  it('are named once, whatever the letters', async () => {
    await world.fleet.agents.create(world.actor, { name: 'Gateway', site_id: siteId });
    const answer = await api.call('POST', '/monitoring/agents', { name: 'GATEWAY', site_id: siteId });
    expect([answer.status, answer.body.error.details?.[0]?.field]).toEqual([409, 'name']);
  });

  it('are moved and renamed', async () => {
    const id = await newAgent();
    const site = await world.fleet.sites.create(world.actor, { code: 'S2', name: 'Other' });
    const answer = await api.call('PATCH', `/monitoring/agents/${id}`, { name: 'moved', site_id: site.id });
    expect(answer.body.data).toMatchObject({ name: 'moved', site_id: site.id });
    expect(world.fleet.directory.agent(id)).toMatchObject({ name: 'moved', siteId: site.id });
    const bad = await api.call('PATCH', `/monitoring/agents/${id}`, {
      site_id: '0190f4a8-0000-7000-8000-00000000dead',
    });
    expect([bad.status, bad.body.error.details?.[0]?.field]).toEqual([422, 'site_id']);
  });

  it('get a device only while they are in service', async () => {
    const id = await newAgent();
    await api.call('POST', `/monitoring/agents/${id}/revoke`);
    const answer = await api.call('POST', '/monitoring/devices', {
      address: '10.0.0.1',
      site_id: siteId,
      agent_id: id,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error.details?.[0]?.message).toContain('revoked');
  });
});
