import { agentTopic, type AgentStateMessage } from '@siaga/shared';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClock, startFleet, until, type TestFleet } from './fleet-harness.js';

const clock = createTestClock();
let world: TestFleet;
let siteId: string;
beforeAll(async () => {
  world = await startFleet({ clock });
  siteId = (await world.fleet.sites.create(world.actor, { code: 'S', name: 'Site' })).id;
});
afterAll(() => world.stop());

let counter = 0;
const newAgent = async (): Promise<{ id: string; shard: string }> => {
  counter += 1;
  const { id } = await world.fleet.agents.create(world.actor, { name: `agent ${counter}`, site_id: siteId });
  return { id, shard: world.fleet.directory.agent(id)?.shard ?? '' };
};
const message = (
  state: AgentStateMessage['state'],
  stream: number,
  connection: number,
  more: Partial<AgentStateMessage> = {},
): AgentStateMessage => ({
  v: 1,
  state,
  stream,
  connection,
  instance: 'machine-a',
  version: '0.1.0',
  probe: 'raw',
  ...more,
});
const say = ({ id, shard }: { id: string; shard: string }, said: AgentStateMessage | string): void =>
  world.fleet.onStateMessage({
    topic: agentTopic(shard, id, 'state'),
    payload: Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)),
    retain: true,
  });
const stored = (id: string) =>
  world.db.selectFrom('agents').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const settles = (id: string, state: string) =>
  until(`${id} is ${state}`, async () => (await stored(id)).state === state);
const statesOf = (id: string) =>
  world.heard.filter((event) => event.startsWith(`agent.state:${id}:`)).map((event) => event.split(':')[2]);
const refusals = async (reason: string): Promise<number> => {
  const metric = await world.metrics.getSingleMetric('siaga_agent_state_refused_total')?.get();
  return metric?.values.find((value) => value.labels['reason'] === reason)?.value ?? 0;
};

describe("an agent's own word", () => {
  it('is kept in PostgreSQL, in the directory and told on', async () => {
    const agent = await newAgent();
    say(agent, message('online', 1, 1, { probe: 'system-ping', probeNote: 'no right to raw sockets' }));
    await settles(agent.id, 'online');
    expect(await stored(agent.id)).toMatchObject({
      state_stream: 1,
      connection: 1,
      instance: 'machine-a',
      version: '0.1.0',
      probe: 'system-ping',
      probe_note: 'no right to raw sockets',
    });
    expect((await stored(agent.id)).last_seen_at).toBeInstanceOf(Date);
    await until('told', () => statesOf(agent.id).length === 1);
    expect(world.fleet.directory.agent(agent.id)?.state).toBe('online');
    say(agent, message('stopped', 1, 1));
    await settles(agent.id, 'stopped');
    await until('told', () => statesOf(agent.id).length === 2);
    expect(statesOf(agent.id)).toEqual(['online', 'stopped']);
  });

  it('a will that comes after the next birth is ignored (rule 7)', async () => {
    const agent = await newAgent();
    say(agent, message('online', 1, 1));
    say(agent, message('online', 1, 2));
    say(agent, message('lost', 1, 1));
    say(agent, message('online', 1, 2, { version: 'never taken' }));
    say(agent, message('online', 2, 1));
    say(agent, message('lost', 1, 2));
    await until('all are through', async () => (await stored(agent.id)).state_stream === 2);
    say(agent, message('stopped', 2, 1));
    await settles(agent.id, 'stopped');
    await until('told', () => statesOf(agent.id).at(-1) === 'stopped');
    expect(statesOf(agent.id)).toEqual(['online', 'online', 'online', 'stopped']);
  });

  it('another process that begins without the end of the one before is told as such', async () => {
    const agent = await newAgent();
    const replaced = () => world.heard.filter((event) => event === `agent.replaced:${agent.id}`).length;
    say(agent, message('online', 1, 1));
    say(agent, message('online', 1, 2));
    say(agent, message('stopped', 1, 2));
    say(agent, message('online', 2, 1));
    await until('all are through', () => statesOf(agent.id).length === 4);
    expect(replaced()).toBe(0);
    say(agent, message('online', 3, 1));
    await until('told', () => statesOf(agent.id).length === 5);
    expect(replaced()).toBe(1);
  });

  it('order holds over a restart of the hub', async () => {
    const agent = await newAgent();
    say(agent, message('online', 5, 3));
    await settles(agent.id, 'online');
    const restarted = await world.restarted();
    restarted.onStateMessage({
      topic: agentTopic(agent.shard, agent.id, 'state'),
      payload: Buffer.from(JSON.stringify(message('lost', 5, 2))),
      retain: true,
    });
    restarted.onStateMessage({
      topic: agentTopic(agent.shard, agent.id, 'state'),
      payload: Buffer.from(JSON.stringify(message('stopped', 5, 3))),
      retain: true,
    });
    await settles(agent.id, 'stopped');
  });

  it('a second machine under one identity is refused and counted', async () => {
    const agent = await newAgent();
    const before = await refusals('second-instance');
    say(agent, message('online', 3, 1));
    say(agent, message('online', 3, 1, { instance: 'machine-b' }));
    say(agent, message('lost', 3, 1, { instance: 'machine-b' }));
    await until('both are counted', async () => (await refusals('second-instance')) === before + 2);
    expect(await stored(agent.id)).toMatchObject({ state: 'online', instance: 'machine-a' });
  });

  it.each<[string, string]>([
    ['no JSON', '{"v":1'],
    ['another version', JSON.stringify({ ...message('online', 1, 1), v: 2 })],
    ['an unknown field', JSON.stringify({ ...message('online', 1, 1), admin: true })],
    ['a state of its own making', JSON.stringify({ ...message('online', 1, 1), state: 'revoked' })],
    ['a stream below one', JSON.stringify({ ...message('online', 1, 1), stream: 0 })],
    ['an enormous stream', JSON.stringify({ ...message('online', 1, 1), stream: 1e300 })],
    ['a text for a number', JSON.stringify({ ...message('online', 1, 1), connection: '1' })],
    ['a list', '[]'],
    ['null', 'null'],
  ])('%s is counted and dropped, and the next message is taken', async (_case, payload) => {
    const agent = await newAgent();
    const before = await refusals('undecodable');
    say(agent, payload);
    expect(await refusals('undecodable')).toBe(before + 1);
    say(agent, message('online', 1, 1));
    await settles(agent.id, 'online');
  });

  it('a text that PostgreSQL cannot hold does not hold up the next message', async () => {
    const agent = await newAgent();
    const before = await refusals('unsavable');
    say(agent, message('online', 1, 1, { probeNote: 'a\u0000b' }));
    say(agent, message('online', 1, 2));
    await settles(agent.id, 'online');
    expect((await stored(agent.id)).connection).toBe(2);
    expect(await refusals('unsavable')).toBe(before + 1);
  });

  it('of an unknown agent, or in a shard that is not its own, is dropped', async () => {
    const agent = await newAgent();
    const before = await refusals('unknown');
    say({ id: '0190f4a8-0000-7000-8000-00000000dead', shard: 'ad' }, message('online', 1, 1));
    say({ id: agent.id, shard: agent.shard === '00' ? '01' : '00' }, message('online', 1, 1));
    expect(await refusals('unknown')).toBe(before + 2);
    expect((await stored(agent.id)).state).toBe('pending');
  });

  it('of a revoked agent changes nothing', async () => {
    const agent = await newAgent();
    await world.fleet.agents.revoke(world.actor, agent.id);
    const before = await refusals('revoked');
    say(agent, message('online', 9, 9));
    await until('it is counted', async () => (await refusals('revoked')) === before + 1);
    expect((await stored(agent.id)).state).toBe('revoked');
  });
});

describe('while PostgreSQL does not take it', () => {
  it('a state waits, in order, and is saved afterwards; figures likewise', async () => {
    const agent = await newAgent();
    await sql`alter table agents rename to agents_away`.execute(world.db);
    say(agent, message('online', 1, 1));
    say(agent, message('stopped', 1, 1));
    world.events.emit('agent.report', agent.id, { outboxRows: 4 });
    clock.tick();
    // Long enough for the first try of each to have failed.
    await sql`select pg_sleep(0.2)`.execute(world.db);
    world.events.emit('agent.report', agent.id, { lostSamples: 5 });
    await sql`alter table agents_away rename to agents`.execute(world.db);
    await settles(agent.id, 'stopped');
    await until('told', () => statesOf(agent.id).length === 2);
    expect(statesOf(agent.id)).toEqual(['online', 'stopped']);
    await until('figures are written', async () => {
      clock.tick();
      return (await stored(agent.id)).outbox_rows === 4;
    });
    expect((await stored(agent.id)).lost_samples).toBe(5);
  });

  it('of a flood the newest are kept', async () => {
    const agent = await newAgent();
    const before = await refusals('flood');
    await sql`alter table agents rename to agents_away`.execute(world.db);
    for (let n = 1; n <= 500; n += 1) say(agent, message('online', 1, n));
    await sql`alter table agents_away rename to agents`.execute(world.db);
    await until('the newest is saved', async () => (await stored(agent.id)).connection === 500);
    expect(await refusals('flood')).toBe(before + 500 - 32);
  });
});

describe('silence', () => {
  it('makes an online agent lost until it is heard again, and no other', async () => {
    const agent = await newAgent();
    const idle = await newAgent();
    say(agent, message('online', 1, 1));
    await settles(agent.id, 'online');
    world.events.emit('agent.silent', agent.id);
    world.events.emit('agent.silent', idle.id);
    await settles(agent.id, 'lost');
    expect(world.fleet.directory.agent(agent.id)?.state).toBe('lost');
    world.events.emit('agent.heard-again', agent.id);
    await settles(agent.id, 'online');
    expect((await stored(idle.id)).state).toBe('pending');
    // Its late will still ends the connection it belongs to.
    say(agent, message('lost', 1, 1));
    await settles(agent.id, 'lost');
  });
});

describe('reports', () => {
  it('are in memory at once and in PostgreSQL with the next flush, the newest figure each', async () => {
    const agent = await newAgent();
    const seenMs = Date.now() + 3_600_000;
    clock.skewMs = 3_600_000;
    world.events.emit('agent.report', agent.id, { clockOffsetMs: -12.5, outboxRows: 5 });
    world.events.emit('agent.report', agent.id, { outboxRows: 7, lostSamples: 3_000_000_000 });
    world.events.emit('agent.report', '0190f4a8-0000-7000-8000-00000000dead', { outboxRows: 1 });
    clock.skewMs = 0;
    expect(world.fleet.directory.agent(agent.id)?.lastSeenAtMs).toBeGreaterThanOrEqual(seenMs);
    expect((await stored(agent.id)).outbox_rows).toBeNull();
    clock.tick();
    await until('it is written', async () => (await stored(agent.id)).outbox_rows === 7);
    const row = await stored(agent.id);
    expect(row).toMatchObject({ clock_offset_ms: -12.5, lost_samples: 3_000_000_000 });
    expect(row.last_seen_at?.getTime()).toBeGreaterThanOrEqual(seenMs);
    // A clock set back, or an older sign of life, takes nothing away.
    world.fleet.heard(agent.id);
    world.events.emit('agent.report', agent.id, { clockOffsetMs: 1 });
    clock.tick();
    await until('it is written', async () => (await stored(agent.id)).clock_offset_ms === 1);
    expect((await stored(agent.id)).last_seen_at).toEqual(row.last_seen_at);
  });

  it('are written when the hub stops', async () => {
    const agent = await newAgent();
    const restarted = await world.restarted();
    restarted.heard(agent.id);
    await restarted.stop();
    expect((await stored(agent.id)).last_seen_at).toBeInstanceOf(Date);
  });
});
