import { AgentConfig, agentTopic } from '@siaga/shared';
import mqtt, { type MqttClient } from 'mqtt';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../support/manual-clock.js';
import { startFleet, until, type TestFleet } from './fleet-harness.js';

let world: TestFleet;
let siteId: string;
const clients: MqttClient[] = [];
beforeAll(async () => {
  world = await startFleet();
  siteId = (await world.fleet.sites.create(world.actor, { code: 'S', name: 'Site' })).id;
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await world.stop();
});

interface Listener {
  agentId: string;
  /** Every payload on the agent's config topic, in order; undefined where it was empty. */
  configs: (AgentConfig | undefined)[];
  newest(): AgentConfig | undefined;
}

let counter = 0;
/** An enrolled agent that is connected and listens to its configuration. */
const listening = async (): Promise<Listener> => {
  counter += 1;
  const agent = await world.fleet.agents.create(world.actor, { name: `agent ${counter}`, site_id: siteId });
  const { token } = await world.fleet.enrolment.createToken(world.actor, agent.id);
  const enrolled = await world.fleet.enrolment.enrol({ token }, {});
  return listen(agent.id, enrolled);
};
const listen = async (
  agentId: string,
  { username, password, shard }: { username: string; password: string; shard: string },
): Promise<Listener> => {
  const client = await mqtt.connectAsync(world.mqttUrl, {
    username,
    password,
    clientId: username,
    reconnectPeriod: 0,
  });
  clients.push(client);
  const configs: (AgentConfig | undefined)[] = [];
  client.on('message', (_topic, payload) => {
    configs.push(payload.length === 0 ? undefined : (JSON.parse(payload.toString()) as AgentConfig));
  });
  await client.subscribeAsync(agentTopic(shard, agentId, 'config'), { qos: 1 });
  return { agentId, configs, newest: () => configs.at(-1) };
};
const addDevices = (agentId: string, network: string, n: number) =>
  Promise.all(
    Array.from({ length: n }, (_, at) =>
      world.fleet.devices.create(world.actor, {
        address: `${network}.${at + 1}`,
        site_id: siteId,
        agent_id: agentId,
      }),
    ),
  );

describe('configuration', () => {
  it('follows each change, in rising versions that fit the schema', async () => {
    const agent = await listening();
    const [device] = await addDevices(agent.agentId, '10.1.0', 1);
    await until('the device is pushed', () => agent.newest()?.checks.length === 1);
    await world.fleet.devices.update(world.actor, device?.id ?? '', { address: '10.1.0.99', link: 'vsat' });
    await until('the change is pushed', () => {
      const check = agent.newest()?.checks[0];
      return check?.type === 'icmp' && check.address === '10.1.0.99' && check.timeoutMs === 2000;
    });
    await world.fleet.devices.remove(world.actor, device?.id ?? '');
    await until('the removal is pushed', () => agent.newest()?.checks.length === 0);
    expectOrder(agent);
    expect(agent.configs.every((config) => Check(AgentConfig, config))).toBe(true);
  });

  it('a name does not touch it', async () => {
    const agent = await listening();
    const [device] = await addDevices(agent.agentId, '10.1.1', 1);
    await until('the device is pushed', () => agent.newest()?.checks.length === 1);
    const before = await versionOf(agent.agentId);
    await world.fleet.devices.update(world.actor, device?.id ?? '', { name: 'New name' });
    expect(await versionOf(agent.agentId)).toBe(before);
  });

  it('a version never falls and never has two contents, however fast the changes come', async () => {
    const agent = await listening();
    await addDevices(agent.agentId, '10.1.2', 60);
    await until('all are pushed', () => agent.newest()?.checks.length === 60);
    expect(agent.newest()?.version).toBe(await versionOf(agent.agentId));
    expectOrder(agent);
  });

  it('many changes at once go out as one', async () => {
    const clock = createManualClock();
    const other = await startFleet({ clock });
    const site = await other.fleet.sites.create(other.actor, { code: 'S', name: 'Site' });
    const { id } = await other.fleet.agents.create(other.actor, { name: 'agent', site_id: site.id });
    const sent: string[] = [];
    const publish = other.broker.publish.bind(other.broker);
    other.broker.publish = async (topic, payload, options) => {
      sent.push(String(payload));
      await publish(topic, payload, options);
    };
    for (let n = 1; n <= 20; n += 1)
      await other.fleet.devices.create(other.actor, {
        address: `10.0.0.${n}`,
        site_id: site.id,
        agent_id: id,
      });
    expect(sent).toEqual([]);
    clock.advance(100);
    await until('it is sent', () => sent.length > 0);
    await other.stop();
    expect(sent.map((config) => (JSON.parse(config) as AgentConfig).checks.length)).toEqual([20]);
  });

  it('a move takes the device from one and gives it to the other', async () => {
    const [from, to] = [await listening(), await listening()];
    const [device] = await addDevices(from.agentId, '10.1.3', 1);
    await until('the device is pushed', () => from.newest()?.checks.length === 1);
    await world.fleet.devices.update(world.actor, device?.id ?? '', { agent_id: to.agentId });
    await until('both know', () => from.newest()?.checks.length === 0 && to.newest()?.checks.length === 1);
    expect(to.newest()?.checks[0]?.deviceId).toBe(device?.id);
  });

  it('waits, retained, for whoever comes later', async () => {
    const agent = await world.fleet.agents.create(world.actor, { name: 'late', site_id: siteId });
    await addDevices(agent.id, '10.1.4', 2);
    const { token } = await world.fleet.enrolment.createToken(world.actor, agent.id);
    const late = await listen(agent.id, await world.fleet.enrolment.enrol({ token }, {}));
    await until('it has its configuration', () => late.newest()?.checks.length === 2);
  });

  it('is said again for all after the broker restarted', async () => {
    const first = await listening();
    await addDevices(first.agentId, '10.1.5', 1);
    await until('the device is pushed', () => first.newest()?.checks.length === 1);
    const before = first.configs.length;
    await world.fleet.publishAllConfigs();
    await until('it comes again', () => first.configs.length > before);
    expect(first.newest()).toEqual(first.configs[before - 1]);
  });

  it('is cleared for a deleted and for a revoked agent', async () => {
    for (const end of ['remove', 'revoke'] as const) {
      const agent = await listening();
      await until('it has its configuration', () => agent.newest() !== undefined);
      const { shard } = world.fleet.directory.agent(agent.agentId) ?? { shard: '' };
      const watcher = recordPublishes(agentTopic(shard, agent.agentId, 'config'));
      await world.fleet.agents[end](world.actor, agent.agentId);
      await until('it is cleared', () => watcher.payloads.at(-1) === '');
      watcher.stop();
    }
  });

  it('is sent again until the broker takes it, and the newest last', async () => {
    const agent = await listening();
    await until('it has its configuration', () => agent.newest() !== undefined);
    const publish = world.broker.publish.bind(world.broker);
    let failures = 0;
    world.broker.publish = async () => {
      failures += 1;
      throw new Error('the broker is away');
    };
    await addDevices(agent.agentId, '10.1.6', 1);
    await until('it was tried', () => failures > 0);
    world.broker.publish = publish;
    await addDevices(agent.agentId, '10.1.7', 1);
    await until('it arrives', () => agent.newest()?.checks.length === 2);
    expect(agent.newest()?.version).toBe(await versionOf(agent.agentId));
  });
});

/** A change that comes between commit and reading may send a version again; it is then the same to the letter. */
const expectOrder = ({ configs }: Listener): void => {
  const versions = configs.map((config) => config?.version ?? 0);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  const contents = new Set(configs.map((config) => JSON.stringify(config)));
  expect(contents.size).toBe(new Set(versions).size);
};

const versionOf = async (agentId: string): Promise<number> =>
  (
    await world.db
      .selectFrom('agents')
      .select('config_version')
      .where('id', '=', agentId)
      .executeTakeFirstOrThrow()
  ).config_version;

/** What the hub publishes on one topic, since a revoked agent hears nothing any more. */
const recordPublishes = (wanted: string): { payloads: string[]; stop(): void } => {
  const payloads: string[] = [];
  const publish = world.broker.publish.bind(world.broker);
  world.broker.publish = async (topic, payload, options) => {
    await publish(topic, payload, options);
    if (topic === wanted) payloads.push(String(payload));
  };
  return { payloads, stop: () => void (world.broker.publish = publish) };
};
