import type { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../hub/src/detection/index.js';
import { createManualClock } from '../../support/manual-clock.js';
import { createWorld, incidentsOf, intervalsOf, timelineOf, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld(3);
});
afterEach(() => world.stop());

describe('judging live batches', () => {
  it('an outage: verdict, interval, timeline, incident and events, then the report; and back again', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const [d0] = world.devices as [string];
    hub.healthChanges.length = 0;
    hub.submit(1, { d0: '..', d1: '..', d2: 's.' });
    await hub.settled();
    expect(hub.detection.verdict(d0)).toMatchObject({ health: 'up', openIncidentId: null });
    hub.submit(2, { d0: 'xxx', d1: '...' });
    await hub.settled();

    expect(hub.judged).toEqual(['agent:1:1', 'agent:1:2']);
    const [ticket] = hub.tickets;
    expect(hub.tickets).toHaveLength(1);
    expect(ticket).toMatchObject({
      status: 'new',
      priority: 'high',
      device_id: d0,
      site_id: world.siteId,
      condition: 'unreachable',
      requester: { name: 'Siaga monitoring' },
      title: 'd0 (10.0.0.0) does not answer',
      first_failed_at: '2026-01-15T08:00:15.000Z',
    });
    expect(hub.detection.verdict(d0)).toMatchObject({ health: 'down', openIncidentId: ticket!.id });
    expect(hub.healthChanges).toEqual(['d0 up', 'd1 up', 'd0 down']);

    hub.submit(3, { d0: '...' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual(['d0 resolved']);
    expect(hub.detection.verdict(d0)).toMatchObject({ health: 'up', openIncidentId: null });
    expect(hub.tickets.at(-1)).toMatchObject({ id: ticket!.id, status: 'resolved' });
    expect(await intervalsOf(world, d0)).toEqual(['unknown -60-5', 'up 5-15', 'down 15-30', 'up 30-']);
    expect(await timelineOf(world, d0)).toEqual([
      'health two-cycles-good',
      'health three-cycles-failed',
      'incident opened',
      'health two-cycles-good',
      'incident resolved',
    ]);
    await hub.detection.stop();
  });

  it('steady samples cost no transaction, and are reported all the same', async () => {
    const hub = world.hub();
    await hub.detection.start();
    hub.submit(1, { d0: '..', d1: '..', d2: '..' });
    await hub.settled();
    const saved = await groups(hub.metrics, 'saved');
    for (let seq = 2; seq <= 6; seq += 1) {
      hub.submit(seq, { d0: '..', d1: '..', d2: '..' });
      await hub.settled();
    }
    expect(await groups(hub.metrics, 'saved')).toBe(saved);
    expect(await groups(hub.metrics, 'steady')).toBeGreaterThanOrEqual(5);
    await hub.detection.stop();
  });

  it('the same batches again change nothing', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const rows = { d0: '..xxx', d1: '.....' };
    const body = hub.submit(1, rows);
    await hub.settled();
    const before = await timelineOf(world, world.devices[0]!);
    const again = {
      agentId: world.agentId,
      stream: 1,
      seq: 1,
      ageMs: 0,
      arrivedMs: hub.clock.monotonicMs(),
      body,
    };
    hub.detection.submit(again);
    await hub.until(() => hub.judged.length === 2);
    expect(await timelineOf(world, world.devices[0]!)).toEqual(before);
    expect(await incidentsOf(world)).toEqual(['d0 new']);
    await hub.detection.stop();
  });

  it('another agent’s word about a device counts for nothing', async () => {
    const hub = world.hub();
    await hub.detection.start();
    hub.submit(1, { d0: 'xxxx' }, { agentId: '00000000-0000-4000-8000-000000000000' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual([]);
    await hub.detection.stop();
  });

  it('what waited too long is not judged: unknown, reported in its turn, and healed when it comes again', async () => {
    let isAway = false;
    const hub = world.hub({
      wrapStore: (store) => ({
        ...store,
        save: (group, leases) =>
          isAway ? Promise.reject(new Error('PostgreSQL is away')) : store.save(group, leases),
      }),
    });
    await hub.detection.start();
    const [d0, d1, d2] = world.devices as [string, string, string];
    hub.submit(1, { d0: '...', d1: '...', d2: '...' });
    await hub.settled();
    isAway = true;
    // d0: a fault wholly inside; d1: one that is still there afterwards; d2: its third cycle is what cannot be saved.
    const second = hub.submit(2, { d0: 'xxxx...', d1: '.......', d2: '.......' });
    const third = hub.submit(3, { d0: '...', d1: 'xxx', d2: '...' });
    await hub.until(async () => (await failures(hub.metrics)) > 2);
    hub.clock.advance(55_000);
    hub.submit(4, { d0: '....', d1: 'xxxx', d2: '....' });
    isAway = false;
    await hub.settled();
    expect(hub.judged).toEqual(['agent:1:1', 'agent:1:3 passed over', 'agent:1:4']);
    expect(await incidentsOf(world)).toEqual(['d1 new']);
    const healed: number[] = [];
    for (const [place, body] of [second, third].entries())
      hub.detection.late(world.agentId, body, () => healed.push(place));
    await hub.until(() => healed.length === 2);
    await hub.detection.stop();
    expect(await timelineOf(world, d0)).toEqual([
      'health two-cycles-good',
      'health not-judged',
      'health two-cycles-good',
      'late-data late-data',
    ]);
    expect((await intervalsOf(world, d0)).slice(0, 5)).toEqual([
      'unknown -60-5',
      'up 5-15',
      'down late 15-40',
      'up late 40-65',
      expect.stringMatching(/^unknown 65-/),
    ]);
    expect(hub.detection.verdict(d2).health).toBe('up');
    expect(hub.detection.verdict(d1).health).toBe('down');
  });
});

describe('who looks', () => {
  it('an agent falls silent: its devices are unknown, its incident stays; heard again, fresh samples decide', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const [d0, d1] = world.devices as [string, string];
    hub.submit(1, { d0: '..xxx', d1: '.....' });
    await hub.settled();
    hub.clock.advance(100_000);
    await hub.until(() => hub.detection.verdict(d1).health === 'unknown');
    expect(hub.heard).toEqual(['agent.silent:agent']);
    expect(hub.detection.verdict(d0)).toMatchObject({
      health: 'unknown',
      openIncidentId: hub.tickets[0]!.id,
    });
    expect(await incidentsOf(world)).toEqual(['d0 new']);

    hub.submit(2, { d0: 'xxx', d1: '...' });
    await hub.settled();
    expect(hub.heard).toEqual(['agent.silent:agent', 'agent.heard-again:agent']);
    expect(hub.detection.verdict(d0).health).toBe('down');
    expect(hub.detection.verdict(d1).health).toBe('up');
    expect(await incidentsOf(world)).toEqual(['d0 new']);
    hub.submit(3, { d0: '...' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual(['d0 resolved']);
    const intervals = await intervalsOf(world, d1);
    expect(intervals.slice(0, 2)).toEqual(['unknown -60-5', 'up 5-25']);
    expect(intervals.slice(2)).toEqual([
      expect.stringMatching(/^unknown 25-/),
      expect.stringMatching(/^up \d+-$/),
    ]);
    await hub.detection.stop();
  });
  it('found silent by the hub before: is heard again though it never left its broker', async () => {
    const agent = world.directory.agent(world.agentId)!;
    world.directory.putAgent({ ...agent, state: 'lost' });
    try {
      const hub = world.hub();
      await hub.detection.start();
      hub.submit(1, { d0: '...' });
      await hub.settled();
      expect(hub.heard).toEqual(['agent.heard-again:agent']);
      await hub.detection.stop();
    } finally {
      world.directory.putAgent(agent);
    }
  });
  it('its last will: unknown at once', async () => {
    const hub = world.hub();
    await hub.detection.start();
    hub.submit(1, { d0: '...' });
    await hub.settled();
    hub.events.emit('agent.state', world.agentId, 'lost');
    await hub.until(() => hub.detection.verdict(world.devices[0]!).health === 'unknown');
    const rows = await world.db
      .selectFrom('timeline')
      .select(['kind', 'code'])
      .where('agent_id', '=', world.agentId)
      .execute();
    expect(rows).toEqual([{ kind: 'agent', code: 'agent-lost' }]);
    await hub.detection.stop();
  });
});

describe('an agent dies, and nobody hears of it', () => {
  it('another process begins: unknown since the last sample, so that late data finds its place', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const d0 = world.devices[0]!;
    hub.submit(1, { d0: '...' });
    await hub.settled();
    hub.clock.advance(20_000);
    hub.events.emit('agent.replaced', world.agentId);
    hub.events.emit('agent.state', world.agentId, 'online');
    hub.submit(1, { d0: '...' }, { stream: 2 });
    await hub.settled();
    expect(await intervalsOf(world, d0)).toEqual(['unknown -60-5', 'up 5-15', 'unknown 15-40', 'up 40-']);
    expect(hub.detection.verdict(d0).health).toBe('up');
    await hub.detection.stop();
  });

  it('a hub that starts anew does not take the time before it for observed', async () => {
    const before = world.hub();
    await before.detection.start();
    const d0 = world.devices[0]!;
    before.submit(1, { d0: '...' });
    await before.settled();
    await before.detection.stop();

    // It is killed again before a single ring came, and the one after it hears of an agent's end first of all.
    const killed = world.hub({ clock: createManualClock(before.clock.nowMs() + 20_000) });
    await killed.detection.start();
    await killed.detection.stop();
    const after = world.hub({ clock: createManualClock(before.clock.nowMs() + 40_000) });
    await after.detection.start();
    after.events.emit('agent.state', world.agentId, 'lost');
    await after.until(() => after.detection.verdict(d0).health === 'unknown');
    const sinceS = (after.detection.verdict(d0).sinceMs - createManualClock().nowMs()) / 1000;
    // The newest stamp on record is that of the group that made it `up`; the first lease was taken just after it.
    expect(sinceS).toBeGreaterThanOrEqual(15);
    expect(sinceS).toBeLessThan(16);
    await after.detection.stop();
  });
});

describe('the fleet changes', () => {
  it('a new device is unknown since its creation, and judged from its first samples on', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const device = await world.addDevice('new');
    expect(hub.detection.verdict(device.id)).toEqual({
      health: 'unknown',
      sinceMs: device.createdAtMs,
      openIncidentId: null,
    });
    hub.events.emit('device.changed', device.id);
    hub.submit(1, { new: '..' });
    await hub.settled();
    expect(await intervalsOf(world, device.id)).toEqual(['unknown -60-5', 'up 5-']);
    await hub.detection.stop();
  });

  it('a removed device takes its verdict with it; its incident is resolved, its history stays', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const [d0] = world.devices as [string];
    hub.submit(1, { d0: '..xxx' });
    await hub.settled();
    world.directory.removeDevice(d0);
    hub.events.emit('device.removed', d0);
    await hub.until(() => hub.tickets.at(-1)?.status === 'resolved');
    const { ticket: detail } = await hub.desk.tickets.get(hub.tickets[0]!.id);
    expect(detail.history.at(-1)).toMatchObject({ event: 'resolved', reason: 'device-removed' });
    expect(
      await world.db.selectFrom('device_verdicts').select('device_id').where('device_id', '=', d0).execute(),
    ).toEqual([]);
    const intervals = await intervalsOf(world, d0);
    expect(intervals.slice(0, 2)).toEqual(['unknown -60-5', 'up 5-15']);
    expect(intervals[2]).toMatch(/^down 15-[\d.]+$/);
    await hub.detection.stop();
  });
});

describe('a fault of ours', () => {
  it('an item that no step can take is passed over, and stops nobody', async () => {
    // A class of devices whose numbers contradict each other: the engine throws at its first device.
    const settings = { all: DEFAULT_SETTINGS, byKind: { router: { resolveAfterGoods: 1 } } };
    const hub = world.hub({ settings });
    await hub.detection.start();
    const bad = await world.addDevice('bad');
    world.directory.putDevice({ ...bad, kind: 'router' });
    hub.submit(1, { d0: '..' });
    hub.events.emit('device.changed', bad.id);
    hub.submit(2, { d0: 'xxx', bad: 'xxx' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual(['d0 new']);
    await hub.detection.stop();
  });
});

describe('a start', () => {
  it('is refused while PostgreSQL is away, and works when it is back', async () => {
    const hub = world.hub({
      wrapStore: (store) => {
        let isAway = true;
        return {
          ...store,
          loadVerdicts: () => {
            if (!isAway) return store.loadVerdicts();
            isAway = false;
            return Promise.reject(new Error('connection refused'));
          },
        };
      },
    });
    await expect(hub.detection.start()).rejects.toThrow('connection refused');
    expect(hub.detection.problem()).toBe('not started');
    await hub.detection.start();
    expect(hub.detection.problem()).toBeNull();
    await hub.detection.stop();
  });

  it('takes up the verdicts where they were, and the rings of its agents', async () => {
    const clock = createManualClock();
    const first = world.hub({ clock });
    await first.detection.start();
    const ring = [first.submit(1, { d0: '..x', d1: '...' })];
    await first.settled();
    ring.push(first.submit(2, { d0: 'xx', d1: 'xx' }));
    await first.settled();
    // No stop: the process is killed.
    const second = world.hub({ clock });
    await second.detection.start();
    expect(second.detection.verdict(world.devices[0]!)).toEqual(first.detection.verdict(world.devices[0]!));
    for (const [place, body] of ring.entries())
      second.detection.submit({
        agentId: world.agentId,
        stream: 1,
        seq: place + 1,
        ageMs: 0,
        arrivedMs: clock.monotonicMs(),
        body,
      });
    second.submit(3, { d0: '...', d1: 'xxx' });
    await second.until(() => second.judged.length === 3);
    expect(await incidentsOf(world)).toEqual(['d0 resolved', 'd1 new']);
    await second.detection.stop();
  });

  it('catches up with devices made, moved and removed meanwhile', async () => {
    const clock = createManualClock();
    const first = world.hub({ clock });
    await first.detection.start();
    first.submit(1, { d0: '..xxx', d1: '.....' });
    await first.settled();
    await first.detection.stop();

    const [d0, d1] = world.devices as [string, string];
    world.directory.removeDevice(d0);
    const otherAgent = '00000000-0000-4000-8000-000000000001';
    world.directory.putAgent({
      id: otherAgent,
      name: 'other',
      siteId: world.siteId,
      shard: '01',
      state: 'pending',
      lastSeenAtMs: null,
    });
    const moved = world.directory.device(d1)!;
    world.directory.putDevice({
      ...moved,
      agentId: otherAgent,
      checks: moved.checks.map((check) => ({ ...check, agentId: otherAgent })),
    });
    const made = await world.addDevice('made');

    const second = world.hub({ clock });
    await second.detection.start();
    expect(await incidentsOf(world)).toEqual(['d0 resolved']);
    expect(second.detection.verdict(made.id).health).toBe('unknown');
    // The new agent's record begins at its own first place, which the old one's must not hide.
    second.submit(1, { d1: 'xxx' }, { agentId: otherAgent });
    await second.settled();
    expect(await incidentsOf(world)).toEqual(['d0 resolved', 'd1 new']);
    await second.detection.stop();
  });

  it('after hours without a hub nothing is known, from its last sign of life on', async () => {
    const clock = createManualClock();
    const first = world.hub({ clock });
    await first.detection.start();
    first.submit(1, { d0: '...' });
    await first.settled();
    await first.detection.stop();
    const stoppedAt = (clock.nowMs() - createManualClock().nowMs()) / 1000;
    clock.advance(3 * 3_600_000);
    const second = world.hub({ clock });
    await second.detection.start();
    expect(await intervalsOf(world, world.devices[0]!)).toEqual([
      'unknown -60-5',
      `up 5-${stoppedAt}`,
      `unknown ${stoppedAt}-`,
    ]);
    expect(await timelineOf(world, world.devices[0]!)).toEqual(['health two-cycles-good', 'health hub-away']);
    await second.detection.stop();
  });
});

const groups = async (metrics: Registry, result: string): Promise<number> => {
  const metric = await metrics.getSingleMetric('siaga_detection_groups_total')?.get();
  return metric?.values.find(({ labels }) => labels['result'] === result)?.value ?? 0;
};
const failures = (metrics: Registry): Promise<number> => groups(metrics, 'failed');
