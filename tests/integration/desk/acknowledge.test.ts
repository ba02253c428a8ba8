import { randomUUID } from 'node:crypto';
import { TicketComment, TicketDetail } from '@siaga/shared';
import pg from 'pg';
import { pino } from 'pino';
import { Check } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesk } from '../../../hub/src/desk/index.js';
import { createEventBus } from '../../../hub/src/events.js';
import type { Actor } from '../../../hub/src/fleet/index.js';
import { createPostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { createManualClock } from '../../support/manual-clock.js';
import { createDeskWorld, T0, type DeskWorld } from './desk-world.js';

let world: DeskWorld;
let rina: Actor;
let budi: Actor;
beforeEach(async () => {
  world = await createDeskWorld();
  rina = await addUser('Rina');
  budi = await addUser('Budi');
});
afterEach(() => world.database.drop());

const addUser = async (name: string): Promise<Actor> => {
  const userId = randomUUID();
  await world.database.postgres.db
    .insertInto('users')
    .values({
      id: userId,
      username: name.toLowerCase(),
      email: `${name.toLowerCase()}@bank.example`,
      name,
      first_name: name,
      last_name: '',
      password_hash: null,
      role: 'TECHNICIAN',
    })
    .execute();
  return { userId, ip: '10.1.2.3', userAgent: 'test' };
};
const opened = async (name = 'a', afterS = 0): Promise<string> => {
  const [ticket] = await world.apply(await world.open(name, afterS));
  return ticket!.id;
};
const acknowledge = (actor: Actor, id: string, reason = 'on my way', revision?: number) =>
  world.desk.tickets.acknowledge(actor, id, { reason }, revision === undefined ? undefined : [revision]);
const auditOf = (id: string) =>
  world.database.postgres.db
    .selectFrom('audit_log')
    .select(['action', 'user_id', 'ip', 'user_agent', 'status', 'details'])
    .where('resource_id', '=', id)
    .orderBy('id')
    .execute();
const setState = (id: string, state: 'resolved' | 'closed' | 'cancelled') =>
  world.database.postgres.db.updateTable('tickets').set({ state }).where('id', '=', id).execute();

describe('acknowledging an incident', () => {
  it('is kept with who, when and why, in history and audit, and told to the feed', async () => {
    const id = await opened();
    world.clock.advance(60_000);
    const { ticket, revision } = await acknowledge(rina, id, '  PLN mati di Dago  ');
    expect(Check(TicketDetail, ticket)).toBe(true);
    expect(ticket).toMatchObject({
      status: 'new',
      acknowledged_at: '2026-01-15T08:01:00.000Z',
      acknowledged_by: { id: rina.userId, name: 'Rina', email: 'rina@bank.example' },
      acknowledge_reason: 'PLN mati di Dago',
      updated_at: '2026-01-15T08:01:00.000Z',
    });
    expect(revision).toBe(2);
    expect(ticket.history.at(-1)).toMatchObject({
      at: '2026-01-15T08:01:00.000Z',
      event: 'acknowledged',
      actor: { id: rina.userId },
      reason: 'PLN mati di Dago',
      changes: { acknowledged: { from: false, to: true } },
    });
    expect(await auditOf(id)).toEqual([
      {
        action: 'ticket.acknowledged',
        user_id: rina.userId,
        ip: '10.1.2.3',
        user_agent: 'test',
        status: 'success',
        details: { number: ticket.ticket_number, reason: 'PLN mati di Dago' },
      },
    ]);
    expect(world.told).toMatchObject([
      { id, acknowledged_by: { name: 'Rina' }, updated_at: ticket.updated_at },
    ]);
    expect(await world.desk.tickets.get(id)).toEqual({ ticket, revision });
  });

  it('is taken back, by anyone who may', async () => {
    const id = await opened();
    await acknowledge(rina, id);
    const { ticket, revision } = await world.desk.tickets.unacknowledge(budi, id, undefined);
    expect(ticket).toMatchObject({ acknowledged_at: null, acknowledged_by: null, acknowledge_reason: null });
    expect(revision).toBe(3);
    expect(ticket.history.map(({ event, actor }) => [event, actor?.name])).toEqual([
      ['opened', undefined],
      ['acknowledged', 'Rina'],
      ['unacknowledged', 'Budi'],
    ]);
    expect((await auditOf(id)).map(({ action }) => action)).toEqual([
      'ticket.acknowledged',
      'ticket.unacknowledged',
    ]);
    await expect(world.desk.tickets.unacknowledge(budi, id, undefined)).rejects.toMatchObject({
      code: 'RESOURCE_CONFLICT',
      message: `${ticket.ticket_number} is not acknowledged`,
    });
    expect((await acknowledge(budi, id)).ticket.acknowledged_by?.name).toBe('Budi');
  });

  it('by two at once is one person’s; the other is told who and when', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await opened(`race ${round}`);
      const answers = await Promise.allSettled([
        acknowledge(rina, id, 'mine'),
        acknowledge(budi, id, 'no, mine'),
        acknowledge(rina, id, 'from another tab'),
      ]);
      const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.ticket] : []));
      const lost = answers.flatMap((answer) =>
        answer.status === 'rejected' ? [answer.reason as Error] : [],
      );
      expect(won).toHaveLength(1);
      for (const error of lost)
        expect(error).toMatchObject({
          code: 'RESOURCE_CONFLICT',
          message: `${won[0]!.ticket_number} was already acknowledged by ${won[0]!.acknowledged_by!.name} at 2026-01-15 08:00:00 UTC`,
        });
      const { ticket } = await world.desk.tickets.get(id);
      expect(ticket.history.map(({ event }) => event)).toEqual(['opened', 'acknowledged']);
      expect(await auditOf(id)).toHaveLength(1);
    }
  });

  it.each(['resolved', 'closed', 'cancelled'] as const)('is refused once it is %s', async (state) => {
    const id = await opened();
    await setState(id, state);
    await expect(acknowledge(rina, id)).rejects.toMatchObject({
      code: 'RESOURCE_CONFLICT',
      message: `INC-20260115-000001 is ${state}; only an open incident can be acknowledged`,
    });
    expect(world.told).toEqual([]);
  });

  it('is refused of what is no incident, and of what does not exist', async () => {
    const id = await opened();
    await world.database.postgres.db.updateTable('tickets').set({ type: 'problem' }).execute();
    await expect(acknowledge(rina, id)).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' });
    for (const unknown of [randomUUID(), 'INC-20260115-999999', '99999', 'x'])
      await expect(acknowledge(rina, unknown)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('ends with the recovery, and a reopened one is loud again', async () => {
    const id = await opened();
    await acknowledge(rina, id);
    const [resolved] = await world.apply(await world.resolve('a', 90));
    expect(resolved).toMatchObject({
      status: 'resolved',
      acknowledged_at: null,
      acknowledged_by: null,
      acknowledge_reason: null,
    });
    const [reopened] = await world.apply(await world.open('a', 120));
    expect(reopened).toMatchObject({ id, status: 'new', acknowledged_at: null });
    const { ticket, revision } = await world.desk.tickets.get(id);
    expect(
      ticket.history.map(({ event, reason, changes }) => [event, reason, Object.keys(changes).sort()]),
    ).toEqual([
      ['opened', 'three-cycles-failed', []],
      ['acknowledged', 'on my way', ['acknowledged']],
      ['resolved', 'three-cycles-good', ['acknowledged', 'state']],
      ['reopened', 'three-cycles-failed', ['detected_at', 'first_failed_at', 'occurrences', 'state']],
    ]);
    expect(ticket.history[2]?.changes['acknowledged']).toEqual({ from: true, to: false });
    expect(revision).toBe(4);
    await acknowledge(budi, id, 'again');
  });

  it('ends with the recovery of what people have closed meanwhile, too', async () => {
    const id = await opened();
    await acknowledge(rina, id);
    await setState(id, 'closed');
    await world.apply(await world.resolve('a', 90));
    expect((await world.desk.tickets.get(id)).ticket).toMatchObject({
      status: 'closed',
      acknowledged_at: null,
    });
  });

  it('races the recovery without a deadlock, and the recovery has the last word', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await opened(`d${round}`);
      const [said] = await Promise.allSettled([
        acknowledge(rina, id),
        world.apply(await world.resolve(`d${round}`, 60)),
      ]);
      if (said.status === 'rejected') expect(said.reason).toMatchObject({ code: 'RESOURCE_CONFLICT' });
      expect((await world.desk.tickets.get(id)).ticket).toMatchObject({
        status: 'resolved',
        acknowledged_at: null,
      });
    }
  });

  it('counts up though the clock was set back', async () => {
    const id = await opened('a', 3_600);
    const first = (await acknowledge(rina, id)).ticket;
    const second = (await world.desk.tickets.unacknowledge(rina, id, undefined)).ticket;
    expect([first.updated_at, second.updated_at]).toEqual([
      '2026-01-15T09:00:00.001Z',
      '2026-01-15T09:00:00.002Z',
    ]);
  });

  it('with a version that is no longer true changes nothing', async () => {
    const id = await opened();
    await expect(acknowledge(rina, id, 'late', 7)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      status: 412,
    });
    // Of two who have seen the same version, one wins; for the other it has moved on.
    const answers = await Promise.allSettled([acknowledge(rina, id, 'a', 1), acknowledge(budi, id, 'b', 1)]);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['PRECONDITION_FAILED']);
    await expect(world.desk.tickets.unacknowledge(rina, id, [1])).rejects.toMatchObject({ status: 412 });
    expect((await world.desk.tickets.unacknowledge(rina, id, [1, 2])).revision).toBe(3);
  });

  it('keeps its names readable when a user is renamed or shut out', async () => {
    const id = await opened();
    await acknowledge(rina, id);
    await world.desk.tickets.comment(rina, id, { content: 'x' });
    await world.database.postgres.db
      .updateTable('users')
      .set({ name: '', email: 'gone', is_active: false })
      .where('id', '=', rina.userId!)
      .execute();
    const { ticket } = await world.desk.tickets.get(id);
    expect(ticket.acknowledged_by).toEqual({ id: rina.userId, name: '', email: 'gone' });
    const { items } = await world.desk.tickets.comments(id, { page: 1, perPage: 25 });
    expect(items[0]?.user.email).toBe('gone');
  });

  it('is found by whether it is', async () => {
    const [one, two] = [await opened('a'), await opened('b', 60)];
    await acknowledge(rina, one);
    const found = async (acknowledged: 'true' | 'false') =>
      (await world.desk.tickets.list({ acknowledged })).items.map(({ id }) => id);
    expect(await found('true')).toEqual([one]);
    expect(await found('false')).toEqual([two]);
  });
});

describe('comments', () => {
  const texts = ['  indented\n  <script>alert(1)</script> ', '🏧 mesin mati', 'مرحبا', 'x'.repeat(10_000)];

  it('are kept as they were written, the oldest first, whatever the clock does', async () => {
    const id = await opened();
    for (const [place, content] of texts.entries()) {
      const comment = await world.desk.tickets.comment(place % 2 ? rina : budi, id, {
        content,
        is_internal: place === 1,
      });
      expect(Check(TicketComment, comment)).toBe(true);
    }
    const page = await world.desk.tickets.comments(id, { page: 1, perPage: 3 });
    expect([page.total, page.items.map(({ content }) => content)]).toEqual([4, texts.slice(0, 3)]);
    expect(page.items.map(({ user, is_internal }) => [user.name, is_internal])).toEqual([
      ['Budi', false],
      ['Rina', true],
      ['Budi', false],
    ]);
    const times = page.items.map(({ created_at }) => created_at);
    expect(new Set(times).size).toBe(3);
    expect([...times].sort()).toEqual(times);
    expect((await world.desk.tickets.comments(id, { page: 2, perPage: 3 })).items).toHaveLength(1);
    expect((await world.desk.tickets.comments(id, { page: 9, perPage: 3 })).items).toEqual([]);
  });

  it('raise version and time, leave a trace without a copy, and are told to the feed', async () => {
    const id = await opened();
    const before = await world.desk.tickets.get(id);
    const { id: commentId } = await world.desk.tickets.comment(rina, id, { content: 'a secret' });
    const { ticket, revision } = await world.desk.tickets.get(id);
    expect(revision).toBe(before.revision + 1);
    expect(ticket.updated_at > before.ticket.updated_at).toBe(true);
    expect(ticket.history.at(-1)).toMatchObject({
      event: 'commented',
      actor: { name: 'Rina' },
      reason: null,
      changes: {},
    });
    const audit = await auditOf(id);
    expect(audit).toMatchObject([{ action: 'ticket.commented', details: { comment_id: commentId } }]);
    expect(JSON.stringify(audit)).not.toContain('a secret');
    expect(world.told).toMatchObject([{ id, updated_at: ticket.updated_at }]);
  });

  it.each(['closed', 'cancelled'] as const)('are refused on a %s ticket', async (state) => {
    const id = await opened();
    await setState(id, state);
    await expect(world.desk.tickets.comment(rina, id, { content: 'x' })).rejects.toMatchObject({
      code: 'RESOURCE_CONFLICT',
      message: `INC-20260115-000001 is ${state} and takes no more comments`,
    });
  });

  it('are taken on a resolved one, and by many at once, each with a version of its own', async () => {
    const id = await opened();
    await setState(id, 'resolved');
    const before = (await world.desk.tickets.get(id)).revision;
    const written = await Promise.all(
      Array.from({ length: 12 }, (_, n) => world.desk.tickets.comment(rina, id, { content: `${n}` })),
    );
    expect(new Set(written.map(({ created_at }) => created_at)).size).toBe(12);
    expect((await world.desk.tickets.get(id)).revision).toBe(before + 12);
  });

  it.each([
    ['commits', 'commit', 'RESOURCE_CONFLICT'],
    ['is undone', 'rollback', 'saved'],
  ])('with an id that is being saved on another ticket wait until that %s', async (_what, end, expected) => {
    const [one, two] = [await opened('a'), await opened('b')];
    const commentId = randomUUID();
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    await client.query('begin');
    await client.query(
      `insert into ticket_comments (id, ticket_id, author_id, content) values ($1, $2, $3, 'x')`,
      [commentId, one, rina.userId],
    );
    const said = world.desk.tickets.comment(rina, two, { id: commentId, content: 'x' }).then(
      () => 'saved',
      (error: unknown) => (error as { code: string }).code,
    );
    await expect
      .poll(async () => {
        const { rowCount } = await client.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rowCount;
      })
      .toBe(1);
    await client.query(end);
    await client.end();
    expect(await said).toBe(expected);
  });

  it('of no ticket are not found', async () => {
    const page = { page: 1, perPage: 25 };
    await expect(world.desk.tickets.comments(randomUUID(), page)).rejects.toMatchObject({ status: 404 });
    await expect(
      world.desk.tickets.comment(rina, 'INC-20260115-999999', { content: 'x' }),
    ).rejects.toMatchObject({
      status: 404,
    });
  });

  it('on a ticket of people tell the feed of incidents nothing', async () => {
    const id = await opened();
    await world.database.postgres.db.updateTable('tickets').set({ type: 'problem' }).execute();
    await world.desk.tickets.comment(rina, id, { content: 'x' });
    expect(world.told).toEqual([]);
  });
});

describe('when PostgreSQL breaks off', () => {
  /** Kills whoever waits or works in this test's database but the asker. */
  const killOthers = (client: pg.Client) =>
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );

  it('between lock and commit, nothing is left of it and the feed hears nothing', async () => {
    const id = await opened();
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    // Holds the audit log, so that the change stands between its history entry and its end.
    await client.query('begin');
    await client.query('lock table audit_log in access exclusive mode');
    const said = acknowledge(rina, id).then(
      () => 'saved',
      (error: Error) => error,
    );
    await expect
      .poll(async () => {
        const { rows } = await client.query<{ count: string }>(
          `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return Number(rows[0]?.count);
      })
      .toBe(1);
    await killOthers(client);
    expect(await said).toBeInstanceOf(Error);
    await client.query('rollback');
    await client.end();
    const { ticket, revision } = await world.desk.tickets.get(id);
    expect([revision, ticket.acknowledged_at, ticket.history.length]).toEqual([1, null, 1]);
    expect(world.told).toEqual([]);
    expect((await acknowledge(rina, id)).revision).toBe(2);
  });

  it('in the commit, the caller is told that nobody knows, and the feed hears what became of it', async () => {
    const id = await opened();
    const clock = createManualClock(T0);
    const events = createEventBus();
    const told: string[] = [];
    events.on('incident.changed', (ticket) => void told.push(ticket.acknowledge_reason ?? ''));
    const { db, stop } = createPostgres(world.database.url, { onError: () => undefined });
    const desk = createDesk({ db, clock, events, log: pino({ level: 'silent' }) });
    // Deferred to the commit, which it never lets end.
    const { pool } = world.database.postgres;
    await pool.query(`
      create function stall() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
      create constraint trigger stall after insert on ticket_history deferrable initially deferred
        for each row execute function stall();`);
    const said = desk.tickets.acknowledge(rina, id, { reason: 'perhaps' }, undefined).then(
      () => 'saved',
      (error: unknown) => error,
    );
    await expect
      .poll(
        async () =>
          (
            await pool.query(
              `select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
            )
          ).rowCount,
      )
      .toBe(1);
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
    );
    expect(await said).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { retryAfterS: 5 } });
    expect(told).toEqual([]);
    clock.advance(1_000);
    await expect.poll(() => told).toEqual(['']);
    await stop();
  });
});
