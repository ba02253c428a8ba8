import { randomUUID } from 'node:crypto';
import { ROLES, TicketComment, TicketDetail, type Evidence, type Role } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLive } from '../../../hub/src/live/index.js';
import { createManualClock } from '../../support/manual-clock.js';
import { startApi, startFleet, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

let world: TestFleet;
let api: TestApi;
let siteId: string;
let count = 0;
beforeAll(async () => {
  world = await startFleet();
  api = await startApi(world);
  const { sites, agents } = world.fleet;
  siteId = (await sites.create(world.actor, { code: 'S', name: 'Site' })).id;
  await agents.create(world.actor, { name: 'agent', site_id: siteId });
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

/** A device with an open incident; answers the ticket's id. */
const raise = async (): Promise<{ id: string; deviceId: string }> => {
  count += 1;
  const device = await world.fleet.devices.create(world.actor, {
    address: `10.0.0.${count}`,
    site_id: siteId,
  });
  const { id: deviceId, code, name, address } = device;
  const nowMs = Date.now();
  const evidence: Evidence = {
    device: { id: deviceId, code, name, address },
    site: { id: siteId, code: 'S', name: 'Site' },
    reason: 'three-cycles-failed',
    cycles: [],
  };
  const [ticket] = await world.db.transaction().execute((trx) =>
    api.desk.incidents.applyAll(trx, [
      {
        kind: 'open',
        subjectKind: 'device',
        subjectId: deviceId,
        siteId,
        deviceId,
        deviceKind: 'atm',
        condition: 'unreachable',
        firstFailedAtMs: nowMs,
        detectedAtMs: nowMs,
        reason: 'three-cycles-failed',
        evidence,
      },
    ]),
  );
  return { id: ticket!.id, deviceId };
};
const reason = 'on my way';

describe('/tickets/{id}/acknowledge', () => {
  it('takes note and takes it back, and the device shows it', async () => {
    const { id, deviceId } = await raise();
    const isShown = async () =>
      (await api.call('GET', `/monitoring/devices/${deviceId}`)).body.data['acknowledged'];
    const done = await api.call('POST', `/tickets/${id}/acknowledge`, { reason });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(Check(TicketDetail, done.body.data)).toBe(true);
    expect(done.body.data).toMatchObject({
      id,
      acknowledge_reason: reason,
      acknowledged_by: { name: 'Tester' },
    });
    expect(await isShown()).toBe(true);
    const listed = await api.call('GET', '/tickets?acknowledged=true');
    expect(listed.body.data.map((ticket) => ticket['id'])).toEqual([id]);
    const again = await api.call('POST', `/tickets/${id}/acknowledge`, { reason });
    expect([again.status, again.body.error.code]).toEqual([409, 'RESOURCE_CONFLICT']);
    expect(again.body.error.message).toMatch(/was already acknowledged by Tester at 2\d{3}-/);
    const back = await api.call('DELETE', `/tickets/${id}/acknowledge`);
    expect([back.status, back.body.data['acknowledged_at']]).toEqual([200, null]);
    expect(await isShown()).toBe(false);
    expect((await api.call('DELETE', `/tickets/${id}/acknowledge`)).status).toBe(409);
  });

  it.each([
    ['no reason', {}, 'reason'],
    ['an empty reason', { reason: '' }, 'reason'],
    ['a blank reason', { reason: ' \n\t ' }, 'reason'],
    ['a reason of which nothing can be seen', { reason: '\u200b\u2060\ufeff\u00ad\u2800 ' }, 'reason'],
    ['501 characters', { reason: 'x'.repeat(501) }, 'reason'],
    ['NUL', { reason: 'a\0b' }, 'reason'],
    ['a number', { reason: 5 }, 'reason'],
    ['an unknown field', { reason, force: true }, 'force'],
  ])('%s is refused by its field', async (_what, body, field) => {
    const { id } = await raise();
    const answer = await api.call('POST', `/tickets/${id}/acknowledge`, body);
    expect([answer.status, answer.body.error.details?.map((fault) => fault.field)]).toEqual([422, [field]]);
  });

  it('of what does not exist is 404', async () => {
    expect((await api.call('POST', `/tickets/${randomUUID()}/acknowledge`, { reason })).status).toBe(404);
    expect((await api.call('DELETE', '/tickets/INC-20260115-999999/acknowledge')).status).toBe(404);
  });
});

describe('/tickets/{id}/comments', () => {
  it('are written and read', async () => {
    const { id } = await raise();
    const empty = await api.call('GET', `/tickets/${id}/comments`);
    expect([empty.status, empty.body.data, empty.body.pagination.total]).toEqual([200, [], 0]);
    const content = '  <script>alert(1)</script> 🏧\n\tمرحبا';
    const done = await api.call('POST', `/tickets/${id}/comments`, { content, notify_requester: true });
    expect([done.status, (done.body as { message?: string }).message]).toEqual([
      201,
      'Comment added successfully',
    ]);
    expect(Check(TicketComment, done.body.data)).toBe(true);
    expect(done.body.data).toMatchObject({
      content,
      is_internal: false,
      user: { name: 'Tester' },
      attachments: [],
    });
    const list = await api.call('GET', `/tickets/${id}/comments?per_page=1`);
    expect(list.body.data).toEqual([done.body.data]);
    expect(list.body.pagination).toMatchObject({ page: 1, per_page: 1, total: 1 });
  });

  it.each([
    ['nothing', {}, 'content'],
    ['blanks', { content: ' \u00a0\u3000\n' }, 'content'],
    ['what cannot be seen', { content: '\u200b\u2060\ufeff\u00ad\u2800\u3164' }, 'content'],
    ['NUL', { content: 'a\0' }, 'content'],
    ['10,001 characters', { content: 'x'.repeat(10_001) }, 'content'],
    ['a list', { content: ['x'] }, 'content'],
    ['a wrong flag', { content: 'x', is_internal: 'yes' }, 'is_internal'],
    ['attachments', { content: 'x', attachments: [] }, 'attachments'],
  ])('%s is refused by its field', async (_what, body, field) => {
    const { id } = await raise();
    const answer = await api.call('POST', `/tickets/${id}/comments`, body);
    expect([answer.status, answer.body.error.details?.map((fault) => fault.field)]).toEqual([422, [field]]);
    expect((await api.call('GET', `/tickets/${id}/comments`)).body.pagination.total).toBe(0);
  });

  it('of 10,000 characters are taken, and a long bad one is refused', async () => {
    const { id } = await raise();
    const longest = '🏧'.repeat(5_000);
    expect((await api.call('POST', `/tickets/${id}/comments`, { content: longest })).status).toBe(201);
    const answer = await api.call('POST', `/tickets/${id}/comments`, { content: `${'a'.repeat(200_000)}\0` });
    expect(answer.status).toBe(422);
  });

  it('half a character is refused', async () => {
    const { id } = await raise();
    const answer = await api.call('POST', `/tickets/${id}/comments`, { content: 'a\ud83c' });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'MALFORMED_REQUEST']);
  });
});

describe('who may', () => {
  const WORKERS: readonly Role[] = ['SUPER_ADMIN', 'ADMIN', 'MANAGER', 'TECHNICIAN', 'AGENT'];
  it.each(ROLES)('%s', async (role) => {
    const { id } = await raise();
    const may = WORKERS.includes(role);
    const answers = [
      await api.call('POST', `/tickets/${id}/acknowledge`, { reason }, role),
      await api.call('DELETE', `/tickets/${id}/acknowledge`, undefined, role),
      await api.call('POST', `/tickets/${id}/comments`, { content: 'x' }, role),
      await api.call('GET', `/tickets/${id}/comments`, undefined, role),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      ...(may ? [200, 200, 201] : [403, 403, 403]),
      role === 'USER' ? 403 : 200,
    ]);
  });

  it('no stranger', async () => {
    const { id } = await raise();
    expect((await api.call('POST', `/tickets/${id}/acknowledge`, { reason }, 'nobody')).status).toBe(401);
    expect((await api.call('GET', `/tickets/${id}/comments`, undefined, 'nobody')).status).toBe(401);
  });
});

it('the live feed tells each of it', async () => {
  const { id } = await raise();
  const clock = createManualClock();
  const live = createLive({
    directory: world.fleet.directory,
    verdict: () => undefined,
    openIncidents: () => api.desk.tickets.openIncidents(),
    events: world.events,
    clock,
    run: 'run',
  });
  await live.start();
  const sent: string[] = [];
  live.subscribe({
    lastEventId: undefined,
    withIncidents: true,
    sink: { send: (chunk) => void sent.push(String(chunk)), end: () => undefined },
  });
  sent.length = 0;
  const told = async (call: Promise<{ status: number }>) => {
    expect((await call).status).toBeLessThan(300);
    clock.advance(50);
    const events = sent.splice(0).join('');
    expect(events).toMatch(/^event: incident$/m);
    return JSON.parse(/^data: (.*)$/m.exec(events)?.[1] ?? '') as Record<string, unknown>;
  };
  const acknowledged = await told(api.call('POST', `/tickets/${id}/acknowledge`, { reason }));
  expect(acknowledged).toMatchObject({ id, acknowledge_reason: reason });
  const commented = await told(api.call('POST', `/tickets/${id}/comments`, { content: 'x' }));
  expect(String(commented['updated_at']) > String(acknowledged['updated_at'])).toBe(true);
  expect(await told(api.call('DELETE', `/tickets/${id}/acknowledge`))).toMatchObject({
    id,
    acknowledged_at: null,
  });
  live.stop();
});

describe('a comment with an id of the caller', () => {
  it('is stored once, however often it is sent', async () => {
    const { id } = await raise();
    const body = { id: randomUUID(), content: 'line is back' };
    const first = await api.call('POST', `/tickets/${id}/comments`, body);
    const version = async () =>
      (await world.db.selectFrom('tickets').select('version').where('id', '=', id).executeTakeFirstOrThrow())
        .version;
    const before = await version();
    const again = await Promise.all([1, 2, 3].map(() => api.call('POST', `/tickets/${id}/comments`, body)));
    for (const answer of again) expect([answer.status, answer.body.data]).toEqual([201, first.body.data]);
    expect(first.body.data['id']).toBe(body.id);
    expect((await api.call('GET', `/tickets/${id}/comments`)).body.data).toHaveLength(1);
    expect(await version()).toBe(before);
  });

  it.each([
    ['other words', async (id: string) => ({ ticket: id, content: 'other' })],
    ['another ticket', async () => ({ ticket: (await raise()).id, content: 'line is back' })],
  ])('is refused with %s', async (_what, other) => {
    const { id } = await raise();
    const body = { id: randomUUID(), content: 'line is back' };
    await api.call('POST', `/tickets/${id}/comments`, body);
    const { ticket, content } = await other(id);
    const answer = await api.call('POST', `/tickets/${ticket}/comments`, { id: body.id, content });
    expect([answer.status, answer.body.error.details?.[0]]).toMatchObject([
      409,
      { field: 'id', code: 'in_use' },
    ]);
  });

  it('is one ticket’s where it is sent to several at the same instant; the others are refused', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tickets = await Promise.all([raise(), raise(), raise()]);
      const body = { id: randomUUID(), content: 'line is back' };
      const answers = await Promise.all(
        tickets.map(({ id }) => api.call('POST', `/tickets/${id}/comments`, body)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      for (const { status, body: said } of answers)
        if (status === 409) expect(said.error.details?.[0]).toMatchObject({ field: 'id', code: 'in_use' });
      const kept = await Promise.all(
        tickets.map(async ({ id }) => (await api.call('GET', `/tickets/${id}/comments`)).body.data.length),
      );
      expect(kept).toEqual(answers.map(({ status }) => (status === 201 ? 1 : 0)));
    }
  });
});
