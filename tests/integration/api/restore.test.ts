import { agentTopic } from '@siaga/shared';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetection } from '../../../hub/src/detection/index.js';
import { systemClock } from '../../../hub/src/platform/clock.js';
import { createReports } from '../../../hub/src/reports/index.js';
import { createTelemetry } from '../../../hub/src/telemetry/index.js';
import { headerOf, packMessage } from '../../unit/telemetry/support.js';
import { startApi, startFleet, until, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';
import { createTestTables } from '../questdb/support.js';

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
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return answer.body.data['id'] as string;
};
let counter = 0;
/** A site with one agent of its own. */
const branch = async (): Promise<{ siteId: string; agentId: string }> => {
  counter += 1;
  const siteId = await made('/sites', { code: `RE-${counter}`, name: `Branch ${counter}` });
  const agentId = await made('/agents', { name: `restored ${counter}`, site_id: siteId });
  return { siteId, agentId };
};
const removed = async (path: string): Promise<void> =>
  expect((await api.call('DELETE', `/monitoring${path}`)).status).toBe(204);
const restore = (path: string) => api.call('POST', `/monitoring${path}/restore`, {});
const auditOf = async (id: string): Promise<string[]> =>
  (
    await world.db
      .selectFrom('audit_log')
      .select('action')
      .where('resource_id', '=', id)
      .orderBy('id')
      .execute()
  ).map(({ action }) => action);
/** What the restarted hub would know of it is what this one knows. */
const isLevel = async (): Promise<void> => {
  const other = (await world.restarted()).directory;
  const here = world.fleet.directory;
  const sorted = (each: Iterable<{ id: string }>) => [...each].sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(sorted(here.sites())).toEqual(sorted(other.sites()));
  expect(sorted(here.agents())).toEqual(sorted(other.agents()));
  expect(sorted(here.devices())).toEqual(sorted(other.devices()));
};

describe('who and what', () => {
  it.each(['sites', 'agents', 'devices'])(
    '%s: unknown, never deleted, or back already is 404',
    async (kind) => {
      const { siteId, agentId } = await branch();
      const deviceId = await made('/devices', { address: `10.60.0.${counter}`, site_id: siteId });
      const id = { sites: siteId, agents: agentId, devices: deviceId }[kind];
      expect((await restore(`/${kind}/${UNKNOWN}`)).status).toBe(404);
      const there = await restore(`/${kind}/${id}`);
      expect([there.status, there.body.error.code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
      expect(there.body.error.message).toMatch(/^There is no deleted /);
      expect((await restore(`/${kind}/7`)).status).toBe(422);
      expect((await api.call('POST', `/monitoring/${kind}/${id}/restore`, {}, 'reader')).status).toBe(403);
    },
  );
});

describe('a site', () => {
  it('comes back as it was', async () => {
    const id = await made('/sites', { code: 'RS-1', name: 'Cirebon', region: 'Jawa Barat', latitude: -6.7 });
    const before = (await api.call('GET', `/monitoring/sites/${id}`)).body.data;
    await removed(`/sites/${id}`);
    const answer = await restore(`/sites/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ ...before, updated_at: answer.body.data['updated_at'] });
    expect((await api.call('GET', `/monitoring/sites/${id}`)).body.data).toEqual(answer.body.data);
    expect(world.heard.at(-1)).toBe(`site.changed:${id}`);
    expect(await auditOf(id)).toEqual(['site.created', 'site.deleted', 'site.restored']);
    expect((await restore(`/sites/${id}`)).status).toBe(404);
    await isLevel();
  });

  it('whose code is taken meanwhile stays away and says by whom', async () => {
    const id = await made('/sites', { code: 'RS-2', name: 'First' });
    await removed(`/sites/${id}`);
    await made('/sites', { code: 'rs-2', name: 'Second' });
    const answer = await restore(`/sites/${id}`);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'RESOURCE_CONFLICT']);
    expect(answer.body.error.details?.map(({ field }) => field)).toEqual(['code']);
    expect(answer.body.error.message).toContain('"Second"');
    expect(await auditOf(id)).toEqual(['site.created', 'site.deleted']);
  });
});

describe('an agent', () => {
  it('comes back pending, is enrolled again and gets in', async () => {
    const { siteId } = await branch();
    const id = await made('/agents', { name: 'comes back', site_id: siteId });
    const enrol = async () => {
      const { token } = (await api.call('POST', `/monitoring/agents/${id}/enrolment`, {})).body.data;
      return (await api.call('POST', '/monitoring/agents/enrol', { token })).body.data as unknown as {
        username: string;
        password: string;
      };
    };
    const old = await enrol();
    await removed(`/agents/${id}`);
    const answer = await restore(`/agents/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ id, name: 'comes back', state: 'pending', device_count: 0 });
    expect((answer.body as unknown as { message: string }).message).toContain('must be enrolled again');
    expect(world.heard.slice(-2)).toEqual([`agent.changed:${id}`, `agent.config:${id}`]);
    expect(await world.fleet.authenticateAgent(old.username, Buffer.from(old.password))).toBeUndefined();
    const fresh = await enrol();
    expect(await world.fleet.authenticateAgent(fresh.username, Buffer.from(fresh.password))).toMatchObject({
      agentId: id,
    });
    expect((await auditOf(id)).filter((action) => action === 'agent.restored')).toHaveLength(1);
    await isLevel();
  });

  it('whose name is taken, or whose site is gone, stays away', async () => {
    const { siteId } = await branch();
    const other = await made('/sites', { code: `RA-${counter}`, name: 'Goes' });
    const id = await made('/agents', { name: 'wanderer', site_id: other });
    await removed(`/agents/${id}`);
    await removed(`/sites/${other}`);
    const homeless = await restore(`/agents/${id}`);
    expect([homeless.status, homeless.body.error.details?.[0]?.field]).toEqual([409, 'site_id']);
    expect(homeless.body.error.message).toContain('"Goes"');
    expect((await restore(`/sites/${other}`)).status).toBe(200);
    await made('/agents', { name: 'Wanderer', site_id: siteId });
    const taken = await restore(`/agents/${id}`);
    expect([taken.status, taken.body.error.details?.[0]?.field]).toEqual([409, 'name']);
  });
});

describe('a device', () => {
  it('comes back with its checks, its parents and its children', async () => {
    const { siteId, agentId } = await branch();
    const at = (n: number) => ({ address: `10.61.${counter}.${n}`, site_id: siteId, link: 'vsat' });
    const parent = await made('/devices', at(1));
    const gone = await made('/devices', at(2));
    const id = await made('/devices', { ...at(3), parent_ids: [parent, gone] });
    const child = await made('/devices', { ...at(4), parent_ids: [id, parent] });
    const before = (await api.call('GET', `/monitoring/devices/${id}`)).body.data;
    await removed(`/devices/${id}`);
    await removed(`/devices/${gone}`);
    const answer = await restore(`/devices/${id}`);
    expect(answer.status).toBe(200);
    const { data } = answer.body;
    expect(data).toEqual({
      ...before,
      parent_ids: [parent],
      health: 'unknown',
      since: data['since'],
      updated_at: data['updated_at'],
    });
    // `updated_at` rises with each change by a millisecond at least, also where several fall into the same one.
    const [since, updated] = [data['since'], data['updated_at']].map((at) => Date.parse(at as string));
    expect(updated! - since!).toBeGreaterThanOrEqual(0);
    expect(updated! - since!).toBeLessThan(100);
    expect(data['checks']).toEqual(before['checks']);
    const { parent_ids } = (await api.call('GET', `/monitoring/devices/${child}`)).body.data;
    expect([...(parent_ids as string[])].sort()).toEqual([id, parent].sort());
    expect(world.heard.slice(-3)).toEqual([
      `device.changed:${id}`,
      `device.changed:${child}`,
      `agent.config:${agentId}`,
    ]);
    expect(await auditOf(id)).toEqual(['device.created', 'device.deleted', 'device.restored']);
    const { config_version: version } = await world.db
      .selectFrom('agents')
      .select('config_version')
      .where('id', '=', agentId)
      .executeTakeFirstOrThrow();
    expect(version).toBeGreaterThan(6);
    await isLevel();
    // And once more, as often as one likes.
    await removed(`/devices/${id}`);
    expect((await restore(`/devices/${id}`)).body.data['parent_ids']).toEqual([parent]);
  });

  it.each([
    ['parent first', ['parent', 'child']],
    ['child first', ['child', 'parent']],
  ] as const)('parent and child, both deleted, come back together: %s', async (_name, order) => {
    for (const gone of [['parent', 'child'] as const, ['child', 'parent'] as const]) {
      const { siteId } = await branch();
      const at = (n: number) => ({ address: `10.66.${counter}.${n}`, site_id: siteId });
      const parent = await made('/devices', at(1));
      const child = await made('/devices', { ...at(2), parent_ids: [parent] });
      const ids = { parent, child };
      for (const which of gone) await removed(`/devices/${ids[which]}`);
      for (const which of order) expect((await restore(`/devices/${ids[which]}`)).status).toBe(200);
      const { data } = (await api.call('GET', `/monitoring/devices/${child}`)).body;
      expect(data['parent_ids']).toEqual([parent]);
    }
    await isLevel();
  });

  it('checks that ended before its deletion stay ended', async () => {
    const [here, there] = [await branch(), await branch()];
    const id = await made('/devices', { address: `10.62.0.${counter}`, site_id: here.siteId });
    const moved = await api.call('PATCH', `/monitoring/devices/${id}`, { agent_id: there.agentId });
    const [old] = await world.db
      .selectFrom('checks')
      .selectAll()
      .where('device_id', '=', id)
      .orderBy('id')
      .execute();
    await removed(`/devices/${id}`);
    expect(world.fleet.directory.movedCheck(old!.id)).toBeUndefined();
    expect((await restore(`/devices/${id}`)).body.data['checks']).toEqual(moved.body.data['checks']);
    expect(world.fleet.directory.check(old!.id)).toBeUndefined();
    // What the agent before still holds of it is stored again.
    expect(world.fleet.directory.movedCheck(old!.id)).toMatchObject({ agentId: here.agentId });
    await isLevel();
  });

  it('tells in its timeline who deleted and restored it, and nothing of its agent from in between', async () => {
    const { siteId, agentId } = await branch();
    const id = await made('/devices', { address: '10.63.0.9', site_id: siteId, agent_id: agentId });
    const moments = async () =>
      (
        await world.db
          .selectFrom('audit_log')
          .select('at')
          .where('resource_id', '=', id)
          .orderBy('id')
          .execute()
      ).map(({ at }) => at.getTime());
    const agentLost = (atMs: number) =>
      world.db
        .insertInto('timeline')
        .values({ agent_id: agentId, at: new Date(atMs), kind: 'agent', code: 'agent-lost' })
        .execute();
    // Each happens at a time of its own.
    const restSome = () => new Promise((resolve) => setTimeout(resolve, 20));
    for (let round = 0; round < 2; round += 1) {
      await restSome();
      await removed(`/devices/${id}`);
      await restSome();
      expect((await restore(`/devices/${id}`)).status).toBe(200);
    }
    const [createdMs, ...[deletedMs, restoredMs, deletedAgainMs, backMs]] = await moments();
    // The first moment of a deletion belongs to it, its last to the time after.
    const [seen, unseen] = [
      [createdMs! + 5, restoredMs!, restoredMs! + 5, backMs! + 5],
      [deletedMs!, deletedMs! + 5, deletedAgainMs! + 5, backMs! - 1],
    ];
    for (const atMs of [...seen, ...unseen]) await agentLost(atMs);
    const list = async (query = '') =>
      (await api.call('GET', `/monitoring/devices/${id}/timeline?per_page=50${query}`)).body;
    const { data, pagination } = await list();
    expect(data.map(({ code, at }) => [code, Date.parse(String(at))])).toEqual([
      ['agent-lost', backMs! + 5],
      ['device-restored', backMs],
      ['device-deleted', deletedAgainMs],
      ['agent-lost', restoredMs! + 5],
      ['agent-lost', restoredMs],
      ['device-restored', restoredMs],
      ['device-deleted', deletedMs],
      ['agent-lost', createdMs! + 5],
    ]);
    expect(pagination.total).toBe(8);
    expect(new Set(data.map((entry) => entry['id'])).size).toBe(8);
    expect((await list('&kind=note')).data).toMatchObject(
      ['restored', 'deleted', 'restored', 'deleted'].map((what) => ({
        kind: 'note',
        code: `device-${what}`,
        text: `The device was ${what} by Tester`,
        data: { actor: 'Tester', actor_id: world.actor.userId },
        ticket_id: null,
      })),
    );
    expect((await list('&kind=agent')).pagination.total).toBe(4);
  });

  it('no edge comes back that the topology does not bear any more', async () => {
    const { siteId } = await branch();
    const at = (n: number) => ({ address: `10.63.${counter}.${n}`, site_id: siteId });
    const parent = await made('/devices', at(1));
    const id = await made('/devices', { ...at(2), parent_ids: [parent] });
    const child = await made('/devices', { ...at(3), parent_ids: [id] });
    await removed(`/devices/${id}`);
    // What was its grandchild is now above what was its parent.
    expect((await api.call('PATCH', `/monitoring/devices/${parent}`, { parent_ids: [child] })).status).toBe(
      200,
    );
    expect((await restore(`/devices/${id}`)).body.data['parent_ids']).toEqual([parent]);
    expect((await api.call('GET', `/monitoring/devices/${child}`)).body.data['parent_ids']).toEqual([]);
  });

  it.each([
    ['code', (siteId: string) => ({ address: '10.64.0.200', site_id: siteId, code: 'atm-x' })],
    ['address', (siteId: string) => ({ address: '10.64.0.1', site_id: siteId, code: 'other' })],
  ] as const)('whose %s is taken meanwhile stays away and says by whom', async (field, taker) => {
    const { siteId, agentId } = await branch();
    const id = await made('/devices', { address: '10.64.0.1', site_id: siteId, code: 'ATM-X' });
    await removed(`/devices/${id}`);
    const other = await made('/devices', { ...taker(siteId), agent_id: agentId });
    const answer = await restore(`/devices/${id}`);
    expect([answer.status, answer.body.error.details?.map((fault) => fault.field)]).toEqual([409, [field]]);
    expect(answer.body.error.message).toContain(other);
    await removed(`/devices/${other}`);
    expect((await restore(`/devices/${id}`)).status).toBe(200);
    await removed(`/devices/${id}`);
  });

  it('whose agent or site is gone says which to restore first', async () => {
    const { siteId, agentId } = await branch();
    const id = await made('/devices', { address: '10.65.0.1', site_id: siteId });
    await removed(`/devices/${id}`);
    await removed(`/agents/${agentId}`);
    await removed(`/sites/${siteId}`);
    for (const [path, field, name] of [
      [`/sites/${siteId}`, 'site_id', `Branch ${counter}`],
      [`/agents/${agentId}`, 'agent_id', `restored ${counter}`],
    ] as const) {
      const answer = await restore(`/devices/${id}`);
      expect([answer.status, answer.body.error.details?.map((fault) => fault.field)]).toEqual([409, [field]]);
      expect(answer.body.error.message).toContain(`"${name}"`);
      expect((await restore(path)).status).toBe(200);
    }
    expect((await restore(`/devices/${id}`)).status).toBe(200);
  });
});

it('a restored device is pinged and judged anew, and its charts go on', async () => {
  const { siteId, agentId } = await branch();
  const id = await made('/devices', { address: '10.66.0.1', site_id: siteId });
  const checkId = world.fleet.directory.device(id)!.checks[0]!.id;
  const { shard } = world.fleet.directory.agent(agentId)!;
  const tables = await createTestTables();
  const shared = {
    ...{ db: world.db, directory: world.fleet.directory, events: world.events, clock: systemClock },
    ...{ run: 'restore', log: pino({ level: 'silent' }), metrics: new Registry() },
  };
  const detection = createDetection({ ...shared, incidents: api.desk.incidents });
  const telemetry = createTelemetry({
    ...{ ...shared, metrics: new Registry(), questdb: tables.questdb, judge: detection },
    broker: { publish: async () => undefined },
  });
  const reports = createReports({ ...shared });
  await detection.start();
  await telemetry.start();
  let seq = 0;
  /** Cycles of the last seconds, five apart. */
  const send = (outcomes: string): void => {
    seq += 1;
    const column = (of: (good: boolean) => number) => [...outcomes].map((each) => of(each === '.'));
    const t0 = Date.now() - outcomes.length * 5_000;
    telemetry.handle({
      topic: agentTopic(shard, agentId, 'telemetry'),
      payload: packMessage(headerOf({ seq, from: 1, enc: 'deflate' }), {
        t0,
        icmp: {
          ...{ c: column(() => checkId), d: column(() => 5_000), o: column((good) => (good ? 0 : 1)) },
          ...{
            a: column(() => 400),
            b: column(() => 500),
            m: column(() => 600),
            l: column((good) => (good ? 0 : 3)),
          },
        },
      }),
      retain: false,
    });
  };
  const becomes = (health: string) => until(`it is ${health}`, () => detection.verdict(id).health === health);
  const charted = async (): Promise<number> => {
    const { avg } = await telemetry.series({ deviceId: id, metric: 'loss', points: '100' });
    return avg.filter((value) => value !== null).length;
  };
  try {
    send('..xxx');
    await becomes('down');
    await until('its incident', () => detection.verdict(id).openIncidentId !== null);
    const incidentId = detection.verdict(id).openIncidentId;
    await until('it is charted', async () => (await charted()) > 0);

    await removed(`/devices/${id}`);
    await until('it is forgotten', async () => {
      const row = await world.db
        .selectFrom('device_verdicts')
        .select('health')
        .where('device_id', '=', id)
        .executeTakeFirst();
      return row === undefined;
    });
    expect((await restore(`/devices/${id}`)).status).toBe(200);
    expect(detection.verdict(id)).toMatchObject({ health: 'unknown', openIncidentId: null });
    // Its charts are the ones it had.
    expect(await charted()).toBeGreaterThan(0);
    expect(await reports.explanation(id, { withIncidents: true })).toMatchObject({ verdict: 'unobserved' });

    send('...');
    await becomes('up');
    expect(await reports.explanation(id, { withIncidents: true })).toMatchObject({ verdict: 'healthy' });
    // Out and in again before anyone has judged: its record has one beginning all the same.
    await removed(`/devices/${id}`);
    expect((await restore(`/devices/${id}`)).status).toBe(200);
    send('...');
    await until('it is judged again', async () => {
      const { items } = await reports.timeline(id, { kind: 'health' }, { withIncidents: true });
      return items.filter(({ code }) => code === 'two-cycles-good').length >= 3;
    });
    await becomes('up');

    const intervals = await world.db
      .selectFrom('health_intervals')
      .selectAll()
      .where('device_id', '=', id)
      .orderBy('started_at')
      .orderBy('id')
      .execute();
    expect(intervals.filter(({ ended_at: end }) => end === null)).toHaveLength(1);
    expect(intervals.at(-1)).toMatchObject({ health: 'up', ended_at: null });
    for (const [place, { started_at: start }] of intervals.entries())
      if (place > 0)
        expect(start.getTime()).toBeGreaterThanOrEqual(intervals[place - 1]!.ended_at!.getTime());
    const { ticket } = await api.desk.tickets.get(incidentId!);
    expect([ticket.status, ticket.history.at(-1)?.reason]).toEqual(['resolved', 'device-removed']);
    const history = await reports.healthHistory(id, {});
    expect(history.intervals.at(-1)?.health).toBe('up');
  } finally {
    await telemetry.stop();
    await detection.stop();
    await tables.drop();
  }
});
