import type { BatchBody } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../support/manual-clock.js';
import { createWorld, incidentsOf, intervalsOf, timelineOf, type TestHub, type World } from './world.js';

let world: World;
let hub: TestHub;
beforeEach(async () => {
  world = await createWorld(2);
  hub = world.hub();
  await hub.detection.start();
});
afterEach(async () => {
  await hub.detection.stop();
  await world.stop();
});

const noted = (): void => undefined;
/** History of d0 (and d1, always good) from this second on, a letter each 5 s. */
const history = (fromS: number, story: string): BatchBody => {
  const t0 = createManualClock().nowMs() + fromS * 1000 - 5_000;
  const checks = world.devices.map((id) => world.directory.device(id)!.checks[0]!.id);
  const rows = [...story].flatMap((letter) => [
    { check: checks[0]!, outcome: letter === 'x' ? 1 : 0 },
    { check: checks[1]!, outcome: 0 },
  ]);
  const zeros = rows.map(() => 0);
  return {
    t0,
    icmp: {
      c: rows.map(({ check }) => check),
      d: rows.map((_, place) => (place % 2 === 0 ? 5_000 : 0)),
      o: rows.map(({ outcome }) => outcome),
      a: zeros,
      b: zeros,
      m: zeros,
      l: rows.map(({ outcome }) => 3 * outcome),
    },
  };
};

/** d0 and d1 up from 5 s on, blind from their last sample at 15 s to 75 s, then up again. */
const cutOff = async (): Promise<[string, string]> => {
  hub.submit(1, { d0: '...', d1: '...' });
  await hub.settled();
  hub.events.emit('agent.state', world.agentId, 'lost');
  await hub.until(() => hub.detection.verdict(world.devices[0]!).health === 'unknown');
  hub.clock.advance(createManualClock().nowMs() + 74_000 - hub.clock.nowMs());
  hub.submit(2, { d0: '...', d1: '...' });
  await hub.settled();
  return world.devices as [string, string];
};

describe('rule 12: late data', () => {
  it('fills the time in which nobody looked, and opens no incident', async () => {
    const [d0, d1] = await cutOff();
    expect(await intervalsOf(world, d0)).toEqual(['unknown -60-5', 'up 5-15', 'unknown 15-75', 'up 75-']);
    hub.detection.late(world.agentId, history(20, '.....'), noted);
    hub.detection.late(world.agentId, history(45, 'xxxx..'), noted);
    const healed = [
      'unknown -60-5',
      'up 5-15',
      'up late 15-45',
      'down late 45-65',
      'up late 65-75',
      'up 75-',
    ];
    await hub.until(async () => (await intervalsOf(world, d0)).length === healed.length);
    expect(await intervalsOf(world, d0)).toEqual(healed);
    expect(await intervalsOf(world, d1)).toEqual(['unknown -60-5', 'up 5-15', 'up late 15-75', 'up 75-']);
    expect(await incidentsOf(world)).toEqual([]);
    expect(hub.detection.verdict(d0).health).toBe('up');
  });

  it('waits until that time is on record as unknown: it may come before the sample that tells of the gap', async () => {
    const [d0] = world.devices as [string, string];
    hub.submit(1, { d0: '...', d1: '...' });
    await hub.settled();
    // The line was away for a minute, shorter than what makes a device stale, and the hub away with it.
    hub.clock.advance(createManualClock().nowMs() + 74_000 - hub.clock.nowMs());
    const healed: number[] = [];
    hub.detection.late(world.agentId, history(20, '.....xxxx..'), () => healed.push(hub.clock.nowMs()));
    hub.clock.advance(3_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(healed).toEqual([]);
    hub.submit(2, { d0: '...', d1: '...' });
    await hub.until(() => healed.length === 1);
    expect(await intervalsOf(world, d0)).toEqual([
      'unknown -60-5',
      'up 5-15',
      'up late 15-45',
      'down late 45-65',
      'up late 65-80',
      'up 80-',
    ]);
  });

  it('is one entry of the timeline, however many batches it comes in', async () => {
    const [d0] = await cutOff();
    for (let fromS = 20; fromS < 75; fromS += 10) {
      hub.detection.late(world.agentId, history(fromS, fromS === 40 ? 'xx' : '..'), noted);
      if (fromS % 20 === 0) hub.detection.late(world.agentId, history(fromS, '..'), noted);
      hub.clock.advance(1_000);
      await hub.until(async () =>
        (await intervalsOf(world, d0)).some((interval) => interval.includes('late')),
      );
    }
    await hub.until(async () => !(await intervalsOf(world, d0)).includes('unknown 15-75'));
    await hub.until(
      async () => (await intervalsOf(world, d0)).filter((each) => each.startsWith('unknown')).length === 1,
    );
    expect((await timelineOf(world, d0)).filter((entry) => entry.startsWith('late-data'))).toEqual([
      'late-data late-data',
    ]);
    const { data } = await world.db
      .selectFrom('timeline')
      .select('data')
      .where('device_id', '=', d0)
      .where('kind', '=', 'late-data')
      .executeTakeFirstOrThrow();
    expect(data).toMatchObject({ healed_ms: 60_000, down_ms: 0 });
  });

  it('leaves alone what was judged, and what it says nothing of', async () => {
    const [d0] = await cutOff();
    hub.detection.late(world.agentId, history(-5, 'xxxx'), noted);
    hub.detection.late(world.agentId, history(75, 'xxx'), noted);
    hub.detection.late(world.agentId, history(40, '...'), noted);
    const expected = [
      'unknown -60-5',
      'up 5-15',
      'unknown 15-40',
      'up late 40-55',
      'unknown 55-75',
      'up 75-',
    ];
    await hub.until(async () =>
      (await intervalsOf(world, d0)).some((interval) => interval.startsWith('up late')),
    );
    const intervals = await intervalsOf(world, d0);
    expect(intervals.slice(-4)).toEqual(expected.slice(-4));
  });

  it('heals what goes on while it arrives, and what comes after joins it', async () => {
    hub.submit(1, { d0: '...', d1: '...' });
    await hub.settled();
    const [d0] = world.devices as [string];
    hub.events.emit('agent.state', world.agentId, 'lost');
    await hub.until(() => hub.detection.verdict(d0).health === 'unknown');
    hub.clock.advance(60_000);
    hub.detection.late(world.agentId, history(20, '......'), noted);
    await hub.until(async () => (await intervalsOf(world, d0)).some((interval) => interval.includes('late')));
    expect((await intervalsOf(world, d0)).slice(-2)).toEqual(['up late 15-45', 'unknown 45-']);
    hub.submit(2, { d0: '...', d1: '...' });
    await hub.settled();
    const intervals = await intervalsOf(world, d0);
    expect(intervals.at(-2)).toMatch(/^unknown 45-/);
    expect(intervals.at(-1)).toMatch(/^up \d+-$/);
  });
});
