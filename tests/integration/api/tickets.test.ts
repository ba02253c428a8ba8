import { TicketDetail, TicketSummary, type Evidence } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenIncident } from '../../../hub/src/detection/ports.js';
import { startApi, startFleet, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

const DAY = Date.parse('2026-01-15T10:30:00Z');
let world: TestFleet;
let api: TestApi;
/** Device ids and their tickets, the older first; the second's incident is resolved. */
const devices: string[] = [];
const tickets: TicketSummary[] = [];
let siteId: string;

beforeAll(async () => {
  world = await startFleet();
  api = await startApi(world);
  const { sites, agents } = world.fleet;
  siteId = (await sites.create(world.actor, { code: 'S', name: 'Site' })).id;
  await agents.create(world.actor, { name: 'agent', site_id: siteId });
  for (const n of [1, 2, 3]) devices.push(await raise(n));
  await world.db.transaction().execute((trx) =>
    api.desk.incidents.applyAll(trx, [
      {
        kind: 'resolve',
        subjectKind: 'device',
        subjectId: devices[1] ?? '',
        condition: 'unreachable',
        resolvedAtMs: DAY + 600_000,
        reason: 'three-cycles-good',
      },
    ]),
  );
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

/** A device of the site and an incident about it, `n` minutes after ten thirty. */
const raise = async (n: number): Promise<string> => {
  const device = await world.fleet.devices.create(world.actor, {
    address: `10.0.0.${n}`,
    site_id: siteId,
    code: `ATM-${n}`,
    name: `ATM <script> ${n}`,
    kind: 'atm',
  });
  const evidence: Evidence = {
    device: { id: device.id, code: device.code, name: device.name, address: device.address },
    site: { id: siteId, code: 'S', name: 'Site' },
    reason: 'three-cycles-failed',
    cycles: [
      { at: new Date(DAY).toISOString(), check_id: 1, packets_sent: 3, packets_lost: 3, rtt_ms: null },
    ],
  };
  const effect: OpenIncident = {
    kind: 'open',
    subjectKind: 'device',
    subjectId: device.id,
    siteId,
    deviceId: device.id,
    deviceKind: 'atm',
    condition: 'unreachable',
    firstFailedAtMs: DAY + n * 60_000 - 10_000,
    detectedAtMs: DAY + n * 60_000,
    reason: 'three-cycles-failed',
    evidence,
  };
  const [ticket] = await world.db.transaction().execute((trx) => api.desk.incidents.applyAll(trx, [effect]));
  if (ticket) tickets.push(ticket);
  return device.id;
};
const found = async (query: string): Promise<unknown[]> => {
  const { status, body } = await api.call('GET', `/tickets?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.map((ticket) => ticket['device_id']);
};

describe('GET /tickets', () => {
  it('answers in the shape of its schema, the newest first', async () => {
    const { body } = await api.call('GET', '/tickets');
    expect(body.pagination).toMatchObject({ page: 1, per_page: 25, total: 3, total_pages: 1 });
    expect(body.data.every((ticket) => Check(TicketSummary, ticket))).toBe(true);
    expect(body.data.map((ticket) => ticket['device_id'])).toEqual([...devices].reverse());
    expect(body.data[0]).toMatchObject({
      ticket_type: 'incident',
      status: 'new',
      source: 'monitoring',
      condition: 'unreachable',
      site_id: siteId,
    });
  });

  it.each<[string, number[]]>([
    ['status=open&sort=created_at', [0, 2]],
    ['status=resolved', [1]],
    ['status=new,resolved&sort=created_at', [0, 1, 2]],
    ['status=closed', []],
    ['ticket_type=incident&sort=-created_at', [2, 1, 0]],
    ['ticket_type=problem', []],
    ['created_after=2026-01-15T10:32:00Z&sort=created_at', [1, 2]],
    ['created_before=2026-01-15T17:32:00%2B07:00&sort=created_at', [0]],
    ['search=' + encodeURIComponent('ATM <script> 3'), [2]],
    ['search=%25', []],
    ['per_page=1&page=2&sort=created_at', [1]],
    ['page=999999', []],
  ])('%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected.map((n) => devices[n]));
  });

  it('by device and by site', async () => {
    expect(await found(`device_id=${devices[0]}`)).toEqual([devices[0]]);
    expect(await found(`site_id=${siteId}&sort=created_at`)).toEqual(devices);
  });

  it.each([
    ['status=broken', 'status'],
    ['status=new,open', 'status'],
    ['priority=urgent', 'priority'],
    ['ticket_type=claim', 'ticket_type'],
    ['device_id=7', 'device_id'],
    ['created_after=yesterday', 'created_after'],
    ['created_after=2026-02-31', 'created_after'],
    ['sort=requester', 'sort'],
    ['page=0', 'page'],
    ['per_page=201', 'per_page'],
    ['page=1000000', 'page'],
    ['colour=red', 'colour'],
    ['search=%00', 'search'],
  ])('%s is refused by its field', async (query, field) => {
    const { status, body } = await api.call('GET', `/tickets?${query}`);
    expect([status, body.error.code, body.error.details?.[0]?.field]).toEqual([
      422,
      'VALIDATION_ERROR',
      field,
    ]);
  });
});

describe('GET /tickets/{id}', () => {
  it('takes every form of id', async () => {
    const ticket = tickets[1];
    const { serial } = await world.db
      .selectFrom('tickets')
      .select('serial')
      .where('id', '=', ticket?.id ?? '')
      .executeTakeFirstOrThrow();
    const forms = [
      ticket?.id,
      ticket?.id.toUpperCase(),
      ticket?.ticket_number,
      ticket?.ticket_number.toLowerCase(),
      serial,
    ];
    for (const form of forms) {
      const { status, body } = await api.call('GET', `/tickets/${form}`);
      expect([status, body.data?.['id']], String(form)).toEqual([200, ticket?.id]);
    }
  });

  it('shows evidence and history', async () => {
    const { body } = await api.call('GET', `/tickets/${tickets[1]?.id}`);
    expect(Check(TicketDetail, body.data)).toBe(true);
    expect(body.data).toMatchObject({
      status: 'resolved',
      occurrences: 1,
      evidence: { reason: 'three-cycles-failed', device: { code: 'ATM-2' }, cycles: [{ packets_lost: 3 }] },
    });
    const history = body.data['history'] as { event: string }[];
    expect(history.map((entry) => entry.event)).toEqual(['opened', 'resolved']);
  });

  it.each([
    ['0190f4a8-0000-7000-8000-00000000dead', 404],
    ['INC-20200101-000001', 404],
    ['999999999999999', 404],
    ['not-a-ticket', 422],
    ['INC-20260115-000001%27--', 422],
    ['-'.repeat(36), 404],
  ])('%s is %d', async (id, status) => {
    expect((await api.call('GET', `/tickets/${id}`)).status).toBe(status);
  });
});

it.each(['/tickets', '/tickets/1'])('%s asks for tickets:read', async (path) => {
  expect((await api.call('GET', path, undefined, 'nobody')).status).toBe(401);
  expect((await api.call('GET', path, undefined, 'user')).status).toBe(403);
});
