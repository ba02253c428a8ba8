import { agentTopic, type AgentStateMessage } from '@siaga/shared';
import { afterEach, describe, expect, it } from 'vitest';
import { createPostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { createCuttingProxy, type CuttingProxy } from '../../support/cutting-proxy.js';
import { startFleet, until, type TestFleet } from './fleet-harness.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface CuttableFleet extends TestFleet {
  proxy: CuttingProxy;
  siteId: string;
  agentId: string;
}

/** A fleet with a site and an agent, whose way to PostgreSQL can be cut. */
const startCuttable = async (): Promise<CuttableFleet> => {
  let proxy: CuttingProxy | undefined;
  const world = await startFleet({
    dbOver: async (url) => {
      const made = await createCuttingProxy(url);
      proxy = made;
      const postgres = createPostgres(made.url, { onError: () => undefined });
      stops.push(
        () => made.stop(),
        () => postgres.stop(),
      );
      return postgres.db;
    },
  });
  stops.push(() => world.stop());
  const site = await world.fleet.sites.create(world.actor, { code: 'S', name: 'Site' });
  const agent = await world.fleet.agents.create(world.actor, { name: 'agent', site_id: site.id });
  return { ...world, proxy: proxy!, siteId: site.id, agentId: agent.id };
};

const away = { code: 'SERVICE_UNAVAILABLE' };
const addDevice = (world: CuttableFleet, address = '10.0.0.1') =>
  world.fleet.devices.create(world.actor, {
    address,
    site_id: world.siteId,
    agent_id: world.agentId,
  });
const devicesOf = (world: CuttableFleet) => [...world.fleet.directory.devices()];

/** Memory and PostgreSQL tell the same: what a restarted hub would know is what this one knows. */
const expectLevel = async (world: CuttableFleet): Promise<void> => {
  const other = (await world.restarted()).directory;
  const { directory } = world.fleet;
  for (const all of ['sites', 'agents', 'devices'] as const) {
    const byId = (from: typeof directory) =>
      [...from[all]()].sort((a, b) => a.id.localeCompare(b.id)).map((each) => ({ ...each }));
    expect(byId(directory)).toEqual(byId(other));
  }
};

describe('the commit’s answer is lost', () => {
  it('a device that was saved is known soon, and its agent told', async () => {
    const world = await startCuttable();
    const before = world.heard.length;
    world.proxy.cutNextCommit('after');
    await expect(addDevice(world)).rejects.toMatchObject(away);
    await until('the device is known', () => devicesOf(world).length === 1);
    const [device] = devicesOf(world);
    expect(world.fleet.directory.check(device?.checks[0]?.id ?? 0)).toBeDefined();
    expect(world.heard.slice(before)).toEqual([
      `device.changed:${device?.id}`,
      `agent.config:${world.agentId}`,
    ]);
    await expectLevel(world);
  });

  // [where the line broke, what the agent said or was found to be, what must be told once and for all]
  it.each([
    ['after', 'online', ['agent.state:ID:online', 'agent.changed:ID']],
    ['before', 'online', ['agent.state:ID:online', 'agent.changed:ID']],
    ['after', 'a newer process online', ['agent.replaced:ID', 'agent.state:ID:online', 'agent.changed:ID']],
    ['after', 'silent', ['agent.changed:ID']],
    ['before', 'silent', ['agent.changed:ID']],
  ] as const)('%s it came: an agent that is %s is told of', async (where, what, told) => {
    const world = await startCuttable();
    const { agentId } = world;
    const online = (stream: number): void =>
      world.fleet.onStateMessage({
        topic: agentTopic(world.fleet.directory.agent(agentId)?.shard ?? '', agentId, 'state'),
        payload: Buffer.from(
          JSON.stringify({
            ...{ v: 1, state: 'online', stream, connection: 1 },
            ...{ instance: 'machine', version: '0.1.0', probe: 'raw' },
          } satisfies AgentStateMessage),
        ),
        retain: true,
      });
    if (what !== 'online') {
      online(1);
      await until('it is online', () => world.fleet.directory.agent(agentId)?.state === 'online');
    }
    const before = world.heard.length;
    const about = (): string[] =>
      world.heard
        .slice(before)
        .filter((event) => /^agent\.(state|changed|replaced):/.test(event))
        .map((event) => event.replace(agentId, 'ID'));
    world.proxy.cutNextCommit(where);
    if (what === 'silent') world.events.emit('agent.silent', agentId);
    else online(2);
    await until('it is told', () => about().length === told.length);
    expect(world.proxy.cuts()).toBe(1);
    expect(about()).toEqual(told);
    expect(world.fleet.directory.agent(agentId)?.state).toBe(what === 'silent' ? 'lost' : 'online');
  });

  it('a device that was not saved is not known, and can be made again', async () => {
    const world = await startCuttable();
    const before = world.heard.length;
    world.proxy.cutNextCommit('before');
    await expect(addDevice(world)).rejects.toMatchObject(away);
    let id = '';
    // PostgreSQL may take a moment to see that the first one's connection is gone.
    await until('it is made', async () => {
      id = await addDevice(world).then(
        (device) => device.id,
        () => '',
      );
      return id !== '';
    });
    expect(devicesOf(world).map((device) => device.id)).toEqual([id]);
    expect(world.heard.slice(before)).toEqual([`device.changed:${id}`, `agent.config:${world.agentId}`]);
    await expectLevel(world);
  });

  it('no change is let through while the commit is still on its way', async () => {
    const world = await startCuttable();
    world.proxy.cutNextCommit('held');
    await expect(addDevice(world)).rejects.toMatchObject(away);
    await expect(addDevice(world, '10.0.0.2')).rejects.toMatchObject(away);
    expect(devicesOf(world)).toEqual([]);
    world.proxy.letThrough();
    await until('the device is known', () => devicesOf(world).length === 1);
    await addDevice(world, '10.0.0.2');
    await expectLevel(world);
  });

  type Act = (world: CuttableFleet, deviceId: string) => Promise<unknown>;
  const renamed = { name: 'Renamed' };
  const cases: [string, Act, (world: CuttableFleet, deviceId: string) => string[]][] = [
    [
      'a new site',
      ({ fleet, actor }) => fleet.sites.create(actor, { code: 'T', name: 'Other' }),
      ({ fleet, siteId }) =>
        [...fleet.directory.sites()].filter(({ id }) => id !== siteId).map(({ id }) => `site.changed:${id}`),
    ],
    [
      'a renamed site',
      ({ fleet, actor, siteId }) => fleet.sites.update(actor, siteId, renamed),
      ({ siteId }) => [`site.changed:${siteId}`],
    ],
    [
      'a renamed agent',
      ({ fleet, actor, agentId }) => fleet.agents.update(actor, agentId, renamed),
      ({ agentId }) => [`agent.changed:${agentId}`],
    ],
    [
      'a revoked agent',
      ({ fleet, actor, agentId }) => fleet.agents.revoke(actor, agentId),
      ({ agentId }) => [`agent.changed:${agentId}`, `agent.config:${agentId}`],
    ],
    [
      'a renamed device',
      ({ fleet, actor }, id) => fleet.devices.update(actor, id, renamed),
      (_world, id) => [`device.changed:${id}`],
    ],
    [
      'a device at another address',
      ({ fleet, actor }, id) => fleet.devices.update(actor, id, { address: '10.9.9.9' }),
      ({ agentId }, id) => [`device.changed:${id}`, `agent.config:${agentId}`],
    ],
    [
      'a removed device',
      ({ fleet, actor }, id) => fleet.devices.remove(actor, id),
      ({ agentId }, id) => [`device.removed:${id}`, `agent.config:${agentId}`],
    ],
  ];
  it.each(cases)('%s is followed by the events of the change', async (_name, act, wanted) => {
    const world = await startCuttable();
    const device = await addDevice(world);
    const { token } = await world.fleet.enrolment.createToken(world.actor, world.agentId);
    const { username, password } = await world.fleet.enrolment.enrol({ token }, {});
    const before = world.heard.length;
    world.proxy.cutNextCommit('after');
    await expect(act(world, device.id)).rejects.toMatchObject(away);
    await until('it is known', () => world.heard.length > before);
    expect(world.heard.slice(before)).toEqual(wanted(world, device.id));
    await expectLevel(world);
    const revoked = world.fleet.directory.agent(world.agentId)?.state === 'revoked';
    expect((await world.fleet.authenticateAgent(username, Buffer.from(password))) === undefined).toBe(
      revoked,
    );
  });

  it('a removed agent and a removed site are gone', async () => {
    const world = await startCuttable();
    const { fleet, actor, agentId, siteId } = world;
    for (const [event, remove] of [
      [`agent.removed:${agentId}`, () => fleet.agents.remove(actor, agentId)],
      [`site.removed:${siteId}`, () => fleet.sites.remove(actor, siteId)],
    ] as const) {
      world.proxy.cutNextCommit('after');
      await expect(remove()).rejects.toMatchObject(away);
      await until(event, () => world.heard.includes(event));
    }
    await expectLevel(world);
  });
});

describe('a row that someone else holds', () => {
  it('holds up a change for a while only, and not those behind it', async () => {
    const world = await startFleet({ lockTimeoutMs: 50 });
    stops.push(() => world.stop());
    const { fleet, actor, db } = world;
    const held = await fleet.sites.create(actor, { code: 'H', name: 'Held' });
    await db.transaction().execute(async (trx) => {
      await trx.selectFrom('sites').select('id').where('id', '=', held.id).forUpdate().execute();
      await expect(fleet.sites.update(actor, held.id, { name: 'New' })).rejects.toMatchObject({
        ...away,
        message: expect.stringContaining('nothing was changed') as string,
      });
      await fleet.sites.create(actor, { code: 'F', name: 'Free' });
    });
    expect(fleet.directory.site(held.id)?.name).toBe('Held');
    expect((await fleet.sites.update(actor, held.id, { name: 'New' })).name).toBe('New');
  });
});

describe('a device that moves to another agent', () => {
  it('leaves its checks to the old one, over a restart too, until it is removed', async () => {
    const world = await startCuttable();
    const { fleet, actor, agentId, siteId } = world;
    const device = await addDevice(world);
    const checkId = device.checks[0]!.id;
    const { id: other } = await fleet.agents.create(actor, { name: 'other', site_id: siteId });
    expect(fleet.directory.movedCheck(checkId)).toBeUndefined();

    await fleet.devices.update(actor, device.id, { agent_id: other });
    const moved = { id: checkId, deviceId: device.id, agentId, type: 'icmp' };
    const known = async () => [fleet.directory, (await world.restarted()).directory] as const;
    for (const directory of await known()) {
      expect(directory.check(checkId)).toBeUndefined();
      expect(directory.movedCheck(checkId)).toMatchObject(moved);
      expect(directory.device(device.id)!.checks.map(({ agentId: of }) => of)).toEqual([other]);
    }
    // Another name is no move.
    await fleet.devices.update(actor, device.id, { name: 'Renamed' });
    expect(fleet.directory.movedCheck(fleet.directory.device(device.id)!.checks[0]!.id)).toBeUndefined();

    await fleet.devices.remove(actor, device.id);
    for (const directory of await known()) expect(directory.movedCheck(checkId)).toBeUndefined();
  });
});
