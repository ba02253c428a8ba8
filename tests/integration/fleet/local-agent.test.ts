import { afterEach, beforeEach, expect, it } from 'vitest';
import { startFleet, type TestFleet } from './fleet-harness.js';

let world: TestFleet;
beforeEach(async () => {
  world = await startFleet();
});
afterEach(() => world.stop());

const ensure = (timezone = 'Asia/Makassar') =>
  world.fleet.ensureLocalAgent({ address: '127.0.0.1', timezone });
const page = { page: 1, perPage: 25, sort: [] };
const everything = async () => ({
  sites: (await world.fleet.sites.list(page)).items,
  agents: (await world.fleet.agents.list(page)).items,
  devices: (await world.fleet.devices.list(page)).items,
});

it('watches this machine: one site, one agent, one device with ping and host readings', async () => {
  const local = await ensure();
  const { sites, agents, devices } = await everything();
  expect(sites).toMatchObject([{ code: 'LOCAL', name: 'This machine', timezone: 'Asia/Makassar' }]);
  expect(agents).toMatchObject([
    { id: local?.agentId, name: 'local', site_id: sites[0]?.id, device_count: 1 },
  ]);
  expect(devices).toMatchObject([
    {
      name: 'This machine',
      kind: 'server',
      address: '127.0.0.1',
      link: 'other',
      checks: [
        { type: 'icmp', interval_s: 5, timeout_ms: 1000 },
        { type: 'host', interval_s: 10, timeout_ms: null },
      ],
    },
  ]);
  expect(world.fleet.directory.device(devices[0]?.id ?? '')?.checks).toHaveLength(2);
  const { username = '', password = '' } = local ?? {};
  expect(await world.fleet.authenticateAgent(username, Buffer.from(password))).toEqual({
    agentId: local?.agentId,
    shard: local?.shard,
  });
});

it('keeps a password that is still good, and that a broker can be told of', async () => {
  const first = await ensure();
  const again = (password: string | undefined) =>
    world.fleet.ensureLocalAgent({ address: '127.0.0.1', password });
  expect(await again(first?.password)).toEqual(first);
  await world.db.updateTable('agents').set({ broker_hash: null }).execute();
  const second = await again(first?.password);
  expect(second?.password).not.toBe(first?.password);
  expect((await again('of another hub'))?.password).not.toBe(second?.password);
});

it('a second start makes nothing new but the password', async () => {
  const first = await ensure();
  const before = await everything();
  const restarted = await world.restarted();
  const second = await restarted.ensureLocalAgent({ address: '127.0.0.1' });
  expect(second).toEqual({ ...first, password: expect.any(String) as string });
  const password = (which: typeof first) => Buffer.from(which?.password ?? '');
  expect(await restarted.authenticateAgent(first?.username ?? '', password(first))).toBeUndefined();
  expect(await restarted.authenticateAgent(first?.username ?? '', password(second))).toBeDefined();
  const after = await everything();
  expect({ ...after, agents: after.agents.map((agent) => ({ ...agent, updated_at: '' })) }).toEqual({
    ...before,
    agents: before.agents.map((agent) => ({ ...agent, updated_at: '' })),
  });
});

it('what the operator renamed or deleted stays as he left it', async () => {
  await ensure();
  const { sites, devices } = await everything();
  await world.fleet.sites.update(world.actor, sites[0]?.id ?? '', { code: 'HQ', name: 'Head office' });
  await world.fleet.devices.remove(world.actor, devices[0]?.id ?? '');
  expect(await ensure()).toBeDefined();
  const after = await everything();
  expect(after.sites).toMatchObject([{ code: 'HQ', name: 'Head office' }]);
  expect(after.devices).toEqual([]);
});

it('a deleted or revoked agent gets no credentials any more', async () => {
  const local = await ensure();
  await world.fleet.agents.revoke(world.actor, local?.agentId ?? '');
  expect(await ensure()).toBeUndefined();
  const { devices } = await everything();
  await world.fleet.devices.remove(world.actor, devices[0]?.id ?? '');
  await world.fleet.agents.remove(world.actor, local?.agentId ?? '');
  expect(await ensure()).toBeUndefined();
  expect((await everything()).agents).toEqual([]);
});

it('finds other names where its own are taken, and a zone where this machine has none', async () => {
  const { id } = await world.fleet.sites.create(world.actor, { code: 'local', name: 'Mine' });
  const agent = await world.fleet.agents.create(world.actor, { name: 'Local', site_id: id });
  await world.fleet.devices.create(world.actor, {
    address: '127.0.0.1',
    code: 'LOCAL',
    site_id: id,
    agent_id: agent.id,
  });
  const local = await ensure('Mars/Olympus');
  const { sites, agents, devices } = await everything();
  expect(sites.map((site) => [site.code, site.timezone])).toContainEqual(['LOCAL-2', 'Asia/Jakarta']);
  expect(agents.find((each) => each.id === local?.agentId)?.name).toBe('local-2');
  expect(devices.map((device) => device.code).sort()).toEqual(['LOCAL', 'LOCAL-2']);
});
