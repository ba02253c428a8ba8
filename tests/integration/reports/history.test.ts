import { randomUUID } from 'node:crypto';
import type { Health, TimelineEntry } from '@siaga/shared';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReports, type Reports } from '../../../hub/src/reports/index.js';
import { createWorld, type TestHub, type World } from '../detection/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let hub: TestHub;
let reports: Reports;
let d0: string;
const eyes = { withIncidents: true };
const blinkered = { withIncidents: false };
beforeEach(async () => {
  world = await createWorld(2);
  hub = world.hub();
  reports = createReports({ db: world.db, directory: world.directory, clock: hub.clock });
  d0 = world.devices[0]!;
  // As old as the directory tells.
  const madeAt = new Date(hub.clock.nowMs() - MINUTE);
  await world.db.updateTable('devices').set({ created_at: madeAt }).execute();
  await world.db.updateTable('checks').set({ created_at: madeAt }).execute();
  await hub.detection.start();
});
afterEach(async () => {
  await hub.detection.stop();
  await world.stop();
});

const play = async (seq: number, rows: Record<string, string>): Promise<void> => {
  hub.submit(seq, rows);
  await hub.settled();
};
const told = (items: readonly TimelineEntry[]): string[] => items.map(({ kind, code }) => `${kind} ${code}`);
const whole = async (withIncidents = true): Promise<TimelineEntry[]> =>
  (await reports.timeline(d0, { per_page: '200' }, { withIncidents })).items;
const addUser = async (name: string): Promise<string> => {
  const id = randomUUID();
  await world.db
    .insertInto('users')
    .values({
      ...{ id, username: name, email: `${name}@bank.example`, name, first_name: name, last_name: '' },
      ...{ password_hash: null, role: 'TECHNICIAN', locked_until: null, last_login_at: null },
    })
    .execute();
  return id;
};

describe('timeline', () => {
  it('tells of health, the agent and the incident with its people, newest first, each once', async () => {
    await play(1, { d0: '..', d1: '..' });
    await play(2, { d0: 'xxx', d1: '...' });
    const ticket = hub.tickets[0]!;
    await world.db
      .insertInto('ticket_history')
      .values({
        ticket_id: ticket.id,
        at: new Date(hub.clock.nowMs()),
        event: 'acknowledged',
        actor_id: await addUser('Rina'),
        reason: 'on my way',
      })
      .execute();
    await play(3, { d0: '...', d1: '...' });
    hub.clock.advance(1_000);
    hub.events.emit('agent.state', world.agentId, 'lost');
    await hub.until(() => hub.detection.verdict(d0).health === 'unknown');

    const items = await whole();
    expect(told(items)).toEqual([
      'health agent-lost',
      'agent agent-lost',
      'incident resolved',
      'health two-cycles-good',
      'incident acknowledged',
      'incident opened',
      'health three-cycles-failed',
      'health two-cycles-good',
    ]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(items[4]).toMatchObject({
      text: `Incident ${ticket.ticket_number} was acknowledged by Rina: on my way`,
      ticket_id: ticket.id,
      ticket_number: ticket.ticket_number,
      data: { reason: 'on my way', actor: 'Rina' },
    });
    expect(items[1]).toMatchObject({
      text: 'Agent agent was lost: its connection broke without a word',
      data: { agent_id: world.agentId, agent_name: 'agent' },
      ticket_id: null,
    });
    expect(items.at(-2)?.text).toBe('Down since 2026-01-15 08:00:15 UTC: 3 probe cycles in a row failed');
    const times = items.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));

    // Neither content nor count of incidents without the right to read tickets.
    const seen = await reports.timeline(d0, {}, blinkered);
    expect(told(seen.items)).toEqual(told(items).filter((entry) => !entry.startsWith('incident')));
    expect(seen.total).toBe(5);
    expect(JSON.stringify(seen)).not.toContain(ticket.ticket_number);
    expect(await reports.timeline(d0, { kind: 'incident' }, blinkered)).toMatchObject({
      items: [],
      total: 0,
    });
    expect(told((await reports.timeline(d0, { kind: 'agent' }, eyes)).items)).toEqual(['agent agent-lost']);
    expect((await reports.timeline(d0, { kind: 'health' }, eyes)).total).toBe(4);
  });

  it('an agent counts for the time in which it watched the device', async () => {
    const other = randomUUID();
    await world.db
      .insertInto('agents')
      .values({ id: other, name: 'other', shard: '00', site_id: world.siteId })
      .execute();
    const at = (minutes: number) => new Date(hub.clock.nowMs() + minutes * MINUTE);
    // It was watched by `other` from minute 0 to 10, and is by `agent` since then.
    await world.db
      .updateTable('checks')
      .set({ created_at: at(10) })
      .where('device_id', '=', d0)
      .execute();
    await world.db
      .insertInto('checks')
      .values({
        ...{ device_id: d0, type: 'icmp', interval_s: 5, timeout_ms: 500, created_at: at(0) },
        ...{ deleted_at: at(10), moved_from: other },
      })
      .execute();
    for (const [agentId, minutes] of [
      [other, -1],
      [other, 5],
      [world.agentId, 6],
      [world.agentId, 11],
      [other, 12],
    ] as const)
      await world.db
        .insertInto('timeline')
        .values({ agent_id: agentId, at: at(minutes), kind: 'agent', code: 'agent-lost' })
        .execute();
    const items = (await reports.timeline(d0, { kind: 'agent' }, eyes)).items;
    expect(items.map(({ at: time, data }) => [time, data['agent_name']])).toEqual([
      [at(11).toISOString(), 'agent'],
      [at(5).toISOString(), 'other'],
    ]);
  });

  it('pages neither overlap nor leave a gap, also where many things happen in one moment', async () => {
    const moments = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3].map((n) => n * MINUTE);
    const nowMs = hub.clock.nowMs();
    for (const [place, ms] of moments.entries())
      await world.db
        .insertInto('timeline')
        .values({
          ...(place % 3 === 0 ? { agent_id: world.agentId } : { device_id: d0 }),
          ...{ at: new Date(nowMs + ms), kind: place % 3 === 0 ? 'agent' : 'health', code: 'agent-lost' },
        })
        .execute();
    await world.db
      .updateTable('checks')
      .set({ created_at: new Date(nowMs - HOUR) })
      .where('device_id', '=', d0)
      .execute();
    const all = (await whole()).map(({ id }) => id);
    expect(all).toHaveLength(moments.length);
    const paged: string[] = [];
    for (let page = 1; page <= 6; page += 1) {
      const list = await reports.timeline(d0, { page: String(page), per_page: '3' }, eyes);
      expect(list.total).toBe(moments.length);
      paged.push(...list.items.map(({ id }) => id));
    }
    expect(paged).toEqual(all);
    const iso = (ms: number) => new Date(nowMs + ms).toISOString();
    const between = await reports.timeline(d0, { from: iso(MINUTE), to: iso(2 * MINUTE) }, eyes);
    expect([between.total, between.items.length]).toEqual([3, 3]);
  });

  it.each([
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2026-02-31' }, 'to'],
    [{ from: '2000', to: '1000' }, 'from'],
    [{ page: '999999', per_page: '200' }, 'page'],
    [{ page: '501', per_page: '200' }, 'page'],
  ])('%j is refused by its field', async (query, field) => {
    await expect(reports.timeline(d0, query, eyes)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ field }] },
    });
  });

  it('of a device that is not in service is not found', async () => {
    for (const ask of [
      () => reports.timeline(randomUUID(), {}, eyes),
      () => reports.explanation(randomUUID(), eyes),
      () => reports.healthHistory(randomUUID(), {}),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('a page of a hundred thousand entries is read from the index alone', async () => {
    await sql`
      insert into timeline (device_id, at, kind, code, data)
      select ${d0}, now() - n * interval '1 second', case n % 10 when 0 then 'late-data' when 1 then 'incident' else 'health' end,
        'three-cycles-failed', '{"to": "down"}'
      from generate_series(1, 100000) n`.execute(world.db);
    await sql`vacuum analyze timeline`.execute(world.db);
    const list = await reports.timeline(d0, { page: '3', per_page: '200' }, eyes);
    expect([list.items.length, list.total]).toEqual([200, 90_000]);
    const deep = await reports.timeline(d0, { page: '450', per_page: '200' }, eyes);
    expect(deep.items).toHaveLength(200);
    if (process.env['SIAGA_TIMES'] !== undefined)
      for (const [name, query] of Object.entries({
        first: {},
        tenth: { page: '10', per_page: '200' },
        late: { kind: 'late-data' as const },
        deep: { page: '450', per_page: '200' },
      })) {
        const began = performance.now();
        for (let n = 0; n < 5; n += 1) await reports.timeline(d0, query, eyes);
        console.log(name, ((performance.now() - began) / 5).toFixed(1), 'ms');
      }
    const plan = await sql<{ 'QUERY PLAN': string }>`
      explain (costs off) select t.at, t.id from timeline t
      where t.device_id = ${d0} and t.kind = any(${['health', 'late-data']}::text[])
      order by t.at desc, t.id desc limit 225`.execute(world.db);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('Index Only Scan');
  });
});

describe('explain', () => {
  const verdict = async (withIncidents = true) => reports.explanation(d0, { withIncidents });

  it('an outage from its beginning to its end', async () => {
    expect(await verdict()).toMatchObject({ health: 'unknown', verdict: 'unobserved' });
    await play(1, { d0: '..', d1: '..' });
    expect(await verdict()).toMatchObject({ health: 'up', verdict: 'healthy' });

    await play(2, { d0: 'xxx', d1: '...' });
    const ticket = hub.tickets[0]!;
    const open = await verdict();
    expect(open).toMatchObject({ health: 'down', verdict: 'incident-open' });
    // How long the hub's own clock has gone on by then depends on how its steps fell.
    expect(open.text.replace(/\(\d+ s\)/, '(n s)')).toBe(
      'd0 has not answered since 2026-01-15 08:00:15 UTC (n s), on its fibre link, watched by agent agent: ' +
        `3 probe cycles in a row failed. Incident ${ticket.ticket_number} is open.`,
    );
    expect(open.reasons).toMatchObject([
      { code: 'incident-opened', ref: { kind: 'incident', id: ticket.id, name: ticket.ticket_number } },
      { code: 'three-cycles-failed', ref: null, data: { cycles: 3, from: 'up', to: 'down' } },
    ]);
    const hidden = JSON.stringify(await verdict(false));
    for (const secret of [ticket.id, ticket.ticket_number]) expect(hidden).not.toContain(secret);

    await play(3, { d0: '..', d1: '..' });
    expect(await verdict()).toMatchObject({ health: 'up', verdict: 'recovering' });
    expect((await verdict()).text).toContain('it resolves after 3 good probe cycles in a row');
    await play(4, { d0: '.', d1: '.' });
    expect(await verdict()).toMatchObject({ health: 'up', verdict: 'healthy' });
  });

  it('a lost agent: nobody looks', async () => {
    await play(1, { d0: '..xxx', d1: '.....' });
    hub.events.emit('agent.state', world.agentId, 'lost');
    await hub.until(() => hub.detection.verdict(d0).health === 'unknown');
    const answer = await verdict();
    expect(answer).toMatchObject({ health: 'unknown', verdict: 'unobserved' });
    expect(answer.text).toContain('the connection of its agent broke without a word');
    expect(answer.text).toContain(`Incident ${hub.tickets[0]!.ticket_number} stays open`);
    expect(answer.reasons[0]).toMatchObject({
      code: 'agent-lost',
      ref: { kind: 'agent', id: world.agentId, name: 'agent' },
    });
  });

  it('an incident that was refused: the reason why there is none', async () => {
    await sql`alter table tickets add constraint refused check (title not like 'd0 %')`.execute(world.db);
    await play(1, { d0: '..xxx', d1: '.....' });
    const answer = await verdict();
    expect(answer).toMatchObject({ health: 'down', verdict: 'no-incident' });
    expect(answer.text).toContain('No incident is open about it: opening one was refused');
    expect(answer.reasons.find(({ code }) => code === 'open-parked')?.text).toContain(
      'violates check constraint "refused"',
    );
    expect(JSON.stringify(await verdict(false))).not.toContain('violates');
  });

  it('a verdict and an incident, both refused: who may not see tickets is told of the verdict', async () => {
    await play(1, { d0: '..xxx', d1: '.....' });
    const at = (place: number): Date => new Date(hub.clock.nowMs() + place);
    const refused = (kind: string, place: number) => ({
      ...{ device_id: d0, at: at(place), reason: `${kind} refused` },
      effect: JSON.stringify([{ kind }]),
    });
    await world.db
      .insertInto('parked_effects')
      .values([
        {
          device_id: d0,
          at: at(1),
          reason: 'verdict refused',
          effect: JSON.stringify({ deviceId: d0, happened: [] }),
        },
        refused('resolve', 2),
        refused('open', 3),
      ])
      .execute();
    const parkedIn = ({ reasons }: { reasons: { code: string; at: string }[] }) =>
      reasons.filter(({ code }) => code.endsWith('-parked')).map(({ code, at: when }) => [code, when]);
    expect(parkedIn(await verdict())).toEqual([['open-parked', at(3).toISOString()]]);
    expect(parkedIn(await verdict(false))).toEqual([['verdict-parked', at(1).toISOString()]]);
  });

  it('an incident that people closed while the device fails', async () => {
    await play(1, { d0: '..xxx', d1: '.....' });
    const ticketId = hub.tickets[0]!.id;
    const at = new Date(hub.clock.nowMs() + 1_000);
    await world.db
      .updateTable('tickets')
      .set({ state: 'closed', closed_at: at })
      .where('id', '=', ticketId)
      .execute();
    await world.db
      .insertInto('ticket_history')
      .values({
        ticket_id: ticketId,
        at,
        event: 'closed',
        actor_id: await addUser('Budi'),
        reason: 'replaced',
      })
      .execute();
    const answer = await verdict();
    expect(answer).toMatchObject({ health: 'down', verdict: 'incident-closed' });
    expect(answer.text).toContain('was closed by Budi');
    expect(answer.reasons[0]).toMatchObject({ code: 'incident-closed', data: { reason: 'replaced' } });
  });
});

describe('health history', () => {
  const words = (list: { health: Health; started_at: string; ended_at: string }[]): string[] =>
    list.map(
      ({ health, started_at, ended_at }) =>
        `${health} ${(Date.parse(ended_at) - Date.parse(started_at)) / 1000}`,
    );

  it('as judged: cut at the ends, up to now, whole', async () => {
    await play(1, { d0: '..xxx..', d1: '.......' });
    const nowMs = hub.clock.nowMs();
    const history = await reports.healthHistory(d0, {});
    expect(words(history.intervals)).toEqual([
      'unknown 65',
      'up 10',
      'down 15',
      `up ${((nowMs % HOUR) - 30_000) / 1000}`,
    ]);
    expect(history.merged).toBe(false);
    expect(Date.parse(history.to) - Date.parse(history.from)).toBe(24 * HOUR);
    expect(history.totals_ms).toMatchObject({ unknown: 65_000, down: 15_000, degraded: 0 });

    const at = (s: number) => new Date(nowMs - (nowMs % HOUR) + s * 1000).toISOString();
    const cut = await reports.healthHistory(d0, { from: at(10), to: at(20) });
    expect(words(cut.intervals)).toEqual(['up 5', 'down 5']);
    expect(cut.totals_ms).toEqual({ up: 5_000, degraded: 0, down: 5_000, unknown: 0 });
    const before = await reports.healthHistory(d0, { from: at(-HOUR / 1000), to: at(-HOUR / 2000) });
    expect([before.intervals, before.totals_ms.unknown]).toEqual([[], 0]);
    const ahead = await reports.healthHistory(d0, { from: at(0), to: at(7_200) });
    expect(ahead.intervals.at(-1)?.ended_at).toBe(new Date(nowMs).toISOString());
  });

  it('of more intervals than are shown the totals stay exact', async () => {
    const nowMs = hub.clock.nowMs();
    await world.db
      .updateTable('devices')
      .set({ created_at: new Date(nowMs - 400 * 24 * HOUR) })
      .execute();
    await sql`delete from health_intervals where device_id = ${d0}`.execute(world.db);
    const begin = new Date(nowMs - 24 * HOUR);
    // 30,000 intervals end to end: 1 s down, 1.5 s up.
    await sql`
      insert into health_intervals (device_id, health, started_at, ended_at)
      select ${d0}, case n % 2 when 0 then 'up' else 'down' end,
        ${begin}::timestamptz + ((n / 2) * 2500 + (n % 2) * 1500) * interval '1 millisecond',
        ${begin}::timestamptz + ((n / 2) * 2500 + (n % 2) * 1500 + case n % 2 when 0 then 1500 else 1000 end) * interval '1 millisecond'
      from generate_series(0, 29999) n`.execute(world.db);
    const history = await reports.healthHistory(d0, {});
    expect(history.merged).toBe(true);
    expect(history.intervals.length).toBeLessThanOrEqual(2_000);
    expect(history.totals_ms).toEqual({
      up: 15_000 * 1_500,
      down: 15_000 * 1_000,
      degraded: 0,
      unknown: 24 * HOUR - 15_000 * 2_500,
    });
    let reached = history.from;
    for (const { started_at, ended_at } of history.intervals) {
      expect(started_at).toBe(reached);
      reached = ended_at;
    }
    expect(reached).toBe(history.to);
  });

  it.each([
    [{ from: 'soon' }, 'from'],
    [{ from: '2026-01-15', to: '2026-01-15' }, 'from'],
    [{ from: '2024-01-01', to: '2025-12-31' }, 'from'],
    [{ from: '2099-01-01' }, 'from'],
    [{ to: '2026-13-01' }, 'to'],
  ])('%j is refused by its field', async (query, field) => {
    const refused = reports.healthHistory(d0, query);
    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ field }] },
    });
  });
});
