import { TicketDetail, TicketSummary } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeskWorld, T0, type DeskWorld } from './desk-world.js';

let world: DeskWorld;
beforeEach(async () => {
  world = await createDeskWorld();
});
afterEach(() => world.database.drop());

const ticketCount = async (): Promise<number> => {
  const rows = await world.database.postgres.db.selectFrom('tickets').select('id').execute();
  return rows.length;
};

describe('an incident of monitoring', () => {
  it('opens with number, words, priority, evidence and history', async () => {
    await world.device('Router Dago', 'router');
    const [ticket] = await world.apply(await world.open('Router Dago', 0));
    expect(ticket).toMatchObject({
      ticket_number: 'INC-20260115-000001',
      ticket_type: 'incident',
      title: 'Router Dago (10.0.0.0) does not answer',
      status: 'new',
      priority: 'critical',
      requester: { name: 'Siaga monitoring', email: 'monitoring@siaga.internal' },
      assigned_to: null,
      source: 'monitoring',
      site_id: world.siteId,
      condition: 'unreachable',
      occurrences: 1,
      created_at: '2026-01-15T08:00:00.000Z',
      first_failed_at: '2026-01-15T07:59:50.000Z',
      detected_at: '2026-01-15T08:00:00.000Z',
      resolved_at: null,
    });
    const { ticket: detail } = await world.desk.tickets.get(ticket!.id);
    expect(Check(TicketDetail, detail)).toBe(true);
    expect(detail.incident_details).toEqual({ impact: 'high', urgency: 'high', related_problem_id: null });
    expect(detail.evidence?.cycles).toHaveLength(1);
    expect(detail.history).toMatchObject([
      { event: 'opened', actor: null, reason: 'three-cycles-failed', changes: {} },
    ]);
    expect(detail.history[0]!.at).toBe('2026-01-15T08:00:00.000Z');
  });

  it('seems newer after each change, though the hub’s clock was set back', async () => {
    const [opened] = await world.apply(await world.open('set-back', 600));
    const [resolved] = await world.apply(await world.resolve('set-back', 0));
    const [reopened] = await world.apply(await world.open('set-back', 30));
    expect([resolved, reopened].map((ticket) => ticket?.updated_at)).toEqual([
      '2026-01-15T08:10:00.001Z',
      '2026-01-15T08:10:00.002Z',
    ]);
    expect(reopened).toMatchObject({ id: opened!.id, status: 'new', occurrences: 2 });
  });

  it('is found by id, number in any case, and the global integer', async () => {
    const [ticket] = await world.apply(await world.open('a', 0));
    const { serial } = await world.database.postgres.db
      .selectFrom('tickets')
      .select('serial')
      .executeTakeFirstOrThrow();
    for (const key of [
      ticket!.id,
      ticket!.id.toUpperCase(),
      'INC-20260115-000001',
      'inc-20260115-000001',
      String(serial),
    ])
      expect((await world.desk.tickets.get(key)).ticket.id).toBe(ticket!.id);
  });
  it.each([
    'INC-20260115-999999',
    '999999999',
    '00000000-0000-4000-8000-000000000000',
    'x',
    "'; drop table tickets; --",
    '',
  ])('is not found by %j', async (key) => {
    await expect(world.desk.tickets.get(key)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      status: 404,
    });
  });

  it('opens once: what is open already is left as it is', async () => {
    const [first] = await world.apply(await world.open('a', 0));
    expect(await world.apply(await world.open('a', 60))).toEqual([undefined]);
    expect(await ticketCount()).toBe(1);
    expect(await world.desk.incidents.openBySubject()).toEqual(
      new Map([[await world.device('a'), first!.id]]),
    );
  });

  it('resolves, with version and history', async () => {
    const [opened] = await world.apply(await world.open('a', 0));
    const [resolved] = await world.apply(await world.resolve('a', 90));
    expect(resolved).toMatchObject({
      id: opened!.id,
      status: 'resolved',
      resolved_at: '2026-01-15T08:01:30.000Z',
      updated_at: '2026-01-15T08:01:30.000Z',
    });
    const { version } = await world.database.postgres.db
      .selectFrom('tickets')
      .select('version')
      .executeTakeFirstOrThrow();
    expect(version).toBe(2);
    const { history } = (await world.desk.tickets.get(opened!.id)).ticket;
    expect(history.map(({ event, changes }) => [event, changes])).toEqual([
      ['opened', {}],
      ['resolved', { state: { from: 'new', to: 'resolved' } }],
    ]);
    expect(await world.apply(await world.resolve('a', 91))).toEqual([undefined]);
    expect(await world.desk.incidents.openBySubject()).toEqual(new Map());
  });

  it('comes back within 30 minutes: the same ticket again', async () => {
    const [first] = await world.apply(await world.open('a', 0));
    await world.apply(await world.resolve('a', 60));
    const [again] = await world.apply(await world.open('a', 60 + 1_800));
    expect(again).toMatchObject({
      id: first!.id,
      status: 'new',
      occurrences: 2,
      resolved_at: null,
      detected_at: '2026-01-15T08:31:00.000Z',
    });
    const { history } = (await world.desk.tickets.get(first!.id)).ticket;
    expect(history.at(-1)).toMatchObject({
      event: 'reopened',
      changes: { state: { from: 'resolved', to: 'new' }, occurrences: { from: 1, to: 2 } },
    });
    expect(await ticketCount()).toBe(1);
  });

  it('comes back to whoever had it', async () => {
    const { db } = world.database.postgres;
    const [first] = await world.apply(await world.open('a', 0));
    const { id: userId } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
    await db.updateTable('tickets').set({ assigned_to_id: userId, state: 'in_progress' }).execute();
    await world.apply(await world.resolve('a', 60));
    const [again] = await world.apply(await world.open('a', 120));
    expect(again).toMatchObject({ id: first!.id, status: 'assigned', assigned_to: { id: userId } });
  });

  it('comes back later: a new ticket, linked to the last', async () => {
    const [first] = await world.apply(await world.open('a', 0));
    await world.apply(await world.resolve('a', 60));
    const [next] = await world.apply(await world.open('a', 60 + 1_801));
    expect(next!.id).not.toBe(first!.id);
    const row = await world.database.postgres.db
      .selectFrom('incident_details')
      .select('previous_incident_id')
      .where('ticket_id', '=', next!.id)
      .executeTakeFirstOrThrow();
    expect(row.previous_incident_id).toBe(first!.id);
  });

  it('resolves what people closed while it was failing, without opening it again', async () => {
    const [first] = await world.apply(await world.open('a', 0));
    await world.database.postgres.db
      .updateTable('tickets')
      .set({ state: 'closed', closed_at: new Date(T0) })
      .execute();
    const [resolved] = await world.apply(await world.resolve('a', 60));
    expect(resolved).toMatchObject({ id: first!.id, status: 'closed', resolved_at: null });
    const [next] = await world.apply(await world.open('a', 120));
    expect(next!.id).not.toBe(first!.id);
  });
});

describe('many at once', () => {
  it('what concerns one device happens in its order', async () => {
    const effects = [
      await world.open('a', 0),
      await world.open('b', 0),
      await world.resolve('a', 10),
      await world.open('a', 20),
      await world.resolve('c', 20),
    ];
    const tickets = await world.apply(...effects);
    expect(tickets.map((ticket) => ticket && `${ticket.status} ${ticket.occurrences}`)).toEqual([
      'new 2',
      'new 1',
      'new 2',
      'new 2',
      undefined,
    ]);
    const { history } = (await world.desk.tickets.get(tickets[0]!.id)).ticket;
    expect(history.map(({ event }) => event)).toEqual(['opened', 'resolved', 'reopened']);
  });

  it('a storm is a handful of statements', async () => {
    let statements = 0;
    const opens = await Promise.all(
      Array.from({ length: 300 }, (_, place) => world.device(`d${place}`)),
    ).then(() => Promise.all(Array.from({ length: 300 }, (_, place) => world.open(`d${place}`, 0))));
    await world.desk.start();
    const counted = world.database.postgres.db.withPlugin({
      transformQuery: ({ node }) => {
        statements += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const tickets = await counted.transaction().execute((trx) => world.desk.incidents.applyAll(trx, opens));
    expect(new Set(tickets.map((ticket) => ticket!.ticket_number)).size).toBe(300);
    expect(tickets.every((ticket) => Check(TicketSummary, ticket))).toBe(true);
    expect(statements).toBeGreaterThan(0);
    expect(statements).toBeLessThan(10);
  });

  it('numbers are unique and a device has one open incident, whoever opens it', async () => {
    const opens = await Promise.all(
      Array.from({ length: 40 }, async (_, place) => [
        await world.open(`d${place}`, 0),
        await world.open('shared', 0),
      ]),
    );
    const answers = await Promise.all(opens.map((effects) => world.apply(...effects)));
    const opened = answers.flat().filter((ticket) => ticket !== undefined);
    expect(opened).toHaveLength(41);
    expect(new Set(opened.map((ticket) => ticket.ticket_number)).size).toBe(41);
    expect(await ticketCount()).toBe(41);
  });

  it('makes its service user once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => world.desk.start()));
    const users = await world.database.postgres.db
      .selectFrom('users')
      .select(['username', 'password_hash'])
      .execute();
    expect(users).toEqual([{ username: 'siaga-monitoring', password_hash: null }]);
  });
});
