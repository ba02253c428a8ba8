import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { createCuttingProxy } from '../../support/cutting-proxy.js';
import { createManualClock } from '../../support/manual-clock.js';
import { createWorld, incidentsOf, intervalsOf, timelineOf, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld(4);
});
afterEach(() => world.stop());

/** The story of an outage of d0, told once and whole. */
const OUTAGE = [
  'health two-cycles-good',
  'health three-cycles-failed',
  'incident opened',
  'health two-cycles-good',
  'incident resolved',
];

describe('the commit’s answer is lost', () => {
  const cases = [
    ['it was committed', 'after'],
    ['it was not', 'before'],
  ] as const;
  it.each(cases)('%s: nothing is lost and nothing is there twice', async (_name, where) => {
    const proxy = await createCuttingProxy(world.database.url);
    const postgres = createPostgres(proxy.url, { onError: () => undefined });
    const hub = world.hub({ db: postgres.db });
    try {
      await hub.detection.start();
      hub.submit(1, { d0: '..', d1: '..' });
      await hub.settled();
      proxy.cutNextCommit(where);
      hub.submit(2, { d0: 'xxx', d1: '...' });
      await hub.settled();
      proxy.cutNextCommit(where);
      hub.submit(3, { d0: '..', d1: '..' });
      await hub.settled();
      proxy.cutNextCommit(where);
      hub.submit(4, { d0: '.', d1: '.' });
      await hub.settled();
      expect(proxy.cuts()).toBe(3);
      expect(hub.judged).toEqual([1, 2, 3, 4].map((seq) => `agent:1:${seq}`));
      expect(await incidentsOf(world)).toEqual(['d0 resolved']);
      expect(hub.tickets.map(({ status }) => status)).toEqual(['new', 'resolved']);
      expect(await timelineOf(world, world.devices[0]!)).toEqual(OUTAGE);
      expect(await intervalsOf(world, world.devices[0]!)).toEqual([
        'unknown -60-5',
        'up 5-15',
        'down 15-30',
        'up 30-',
      ]);
      const { fence } = await world.db.selectFrom('shard_leases').select('fence').executeTakeFirstOrThrow();
      expect(fence).toBe(4);
    } finally {
      await hub.detection.stop();
      await postgres.stop();
      await proxy.stop();
    }
  });
});

describe('PostgreSQL breaks in the middle of a group', () => {
  it('the group is undone and comes again', async () => {
    const hub = world.hub();
    await hub.detection.start();
    hub.submit(1, { d0: '..', d1: '..' });
    await hub.settled();
    // The group waits at the tickets' door, half of it written, when its connection is ended.
    await world.db.transaction().execute(async (trx) => {
      await sql`lock table tickets in exclusive mode`.execute(trx);
      hub.submit(2, { d0: 'xxx', d1: '...' });
      await hub.until(async () => {
        const { rows } = await sql<{ ended: boolean }>`
          select pg_terminate_backend(pid) as ended from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'
        `.execute(world.db);
        return rows.length > 0;
      });
    });
    hub.submit(3, { d0: '...', d1: '...' });
    await hub.settled();
    expect(hub.judged).toEqual([1, 2, 3].map((seq) => `agent:1:${seq}`));
    expect(await incidentsOf(world)).toEqual(['d0 resolved']);
    expect(await timelineOf(world, world.devices[0]!)).toEqual(OUTAGE);
    await hub.detection.stop();
  });

  it('again and again, idle or busy: each outage has its one incident', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const endAll = () =>
      sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
      `.execute(world.db);
    for (let seq = 1; seq <= 20; seq += 1) {
      hub.submit(seq, { d0: seq % 2 ? '...' : 'xxx', d1: '...', d2: seq % 4 < 2 ? '...' : 'xxx' });
      await endAll();
      await hub.settled();
    }
    await hub.detection.stop();
    const details = await world.db
      .selectFrom('incident_details as i')
      .innerJoin('devices as d', 'd.id', 'i.subject_id')
      .select(['d.name', 'i.occurrences', 'i.is_open'])
      .orderBy('d.name')
      .execute();
    // Each comes back within half an hour, and so the first one is opened again.
    expect(details).toEqual([
      { name: 'd0', occurrences: 10, is_open: true },
      { name: 'd2', occurrences: 5, is_open: false },
    ]);
  });
});

describe('PostgreSQL refuses an effect', () => {
  it('the incident of one device: parked with the reason, its verdict saved, the others’ whole', async () => {
    const [d0, d1, d2, d3] = world.devices as [string, string, string, string];
    await sql`
      create function refuse() returns trigger language plpgsql as $$
      begin
        if new.device_id in (${sql.lit(d1)}, ${sql.lit(d2)}) then raise exception 'not this one'; end if;
        return new;
      end $$
    `.execute(world.db);
    await sql`create trigger refuse before insert on tickets for each row execute function refuse()`.execute(
      world.db,
    );
    const hub = world.hub();
    await hub.detection.start();
    hub.submit(1, { d0: '..xxx', d1: '..xxx', d2: '..xxx', d3: '..xxx' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual(['d0 new', 'd3 new']);
    const parked = await world.db
      .selectFrom('parked_effects')
      .select(['device_id', 'reason'])
      .orderBy('id')
      .execute();
    expect(parked).toEqual([
      { device_id: d1, reason: 'not this one' },
      { device_id: d2, reason: 'not this one' },
    ]);
    for (const id of [d0, d1, d2, d3]) expect(hub.detection.verdict(id).health).toBe('down');
    expect(hub.detection.verdict(d1).openIncidentId).toBeNull();
    expect(await timelineOf(world, d1)).toEqual(['health two-cycles-good', 'health three-cycles-failed']);
    await hub.detection.stop();

    // The desk's word counts after a restart: what is still failing then has its incident after all.
    await sql`drop trigger refuse on tickets`.execute(world.db);
    const second = world.hub({ clock: hub.clock });
    await second.detection.start();
    second.submit(2, { d0: '...', d1: 'xxx', d2: '...', d3: '...' });
    await second.settled();
    expect(await incidentsOf(world)).toEqual(['d0 resolved', 'd3 resolved', 'd1 new']);
    await second.detection.stop();
  });

  it('everything of a device that was deleted in mid-outage', async () => {
    const hub = world.hub();
    await hub.detection.start();
    const ghost = await world.addDevice('ghost');
    await world.db.deleteFrom('checks').where('device_id', '=', ghost.id).execute();
    await world.db.deleteFrom('devices').where('id', '=', ghost.id).execute();
    hub.events.emit('device.changed', ghost.id);
    hub.submit(1, { d0: '..xxx', ghost: '..xxx' });
    await hub.settled();
    expect(await incidentsOf(world)).toEqual(['d0 new']);
    const parked = await world.db.selectFrom('parked_effects').select(['device_id', 'reason']).execute();
    expect(new Set(parked.map(({ device_id }) => device_id))).toEqual(new Set([ghost.id]));
    expect(parked[0]!.reason).toMatch(/foreign key/);
    await hub.detection.stop();
  });
});

describe('two hubs at once', () => {
  it('race: one incident, and the one that came first stops judging', async () => {
    const clock = createManualClock();
    const first = world.hub({ clock });
    const second = world.hub({ clock });
    await first.detection.start();
    const ring = [first.submit(1, { d0: '..', d1: '..' })];
    await first.settled();
    await second.detection.start();
    ring.push(first.submit(2, { d0: 'xxx', d1: '...' }));
    for (const [place, body] of ring.entries())
      second.detection.submit({
        agentId: world.agentId,
        stream: 1,
        seq: place + 1,
        ageMs: 0,
        arrivedMs: clock.monotonicMs(),
        body,
      });
    await second.until(() => second.judged.length === 2 && first.heard.length > 0);
    expect(first.heard).toEqual(['judging.lost:00']);
    expect(first.detection.problem()).toMatch(/another hub/);
    expect(first.judged).toEqual(['agent:1:1']);
    expect(await incidentsOf(world)).toEqual(['d0 new']);
    expect(second.tickets).toHaveLength(1);
    expect(first.tickets).toEqual([]);
    await first.detection.stop();
    await second.detection.stop();
  });

  it('the one without work learns of it by its sign of life', async () => {
    const clock = createManualClock();
    const first = world.hub({ clock });
    await first.detection.start();
    const second = world.hub({ clock });
    await second.detection.start();
    await second.until(() => first.heard.length > 0);
    expect(first.heard).toEqual(['judging.lost:00']);
    expect(second.detection.problem()).toBeNull();
    await second.detection.stop();
  });
});
