import { randomUUID } from 'node:crypto';
import type { Priority, TicketState, TicketType } from '@siaga/shared';
import { TicketSummary } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketQueryInput } from '../../../hub/src/desk/index.js';
import { createDeskWorld, T0, type DeskWorld } from './desk-world.js';

let world: DeskWorld;
let deviceId: string;
const MINUTE = 60_000;

/** Tickets by name; the place decides the time of creation, a minute each. */
const TICKETS: [
  name: string,
  type: TicketType,
  state: TicketState,
  priority: Priority,
  approval?: 'pending' | 'rejected',
][] = [
  ['alpha 100%', 'incident', 'new', 'critical'],
  ['beta_1', 'incident', 'assigned', 'urgent'],
  ['betaX1', 'service_request', 'in_progress', 'high'],
  ['gamma', 'claim', 'on_hold', 'medium'],
  ['delta', 'change', 'new', 'low', 'pending'],
  ['epsilon', 'change', 'assigned', 'low', 'pending'],
  ['zeta', 'problem', 'resolved', 'high'],
  ['eta', 'incident', 'closed', 'medium'],
  ['theta', 'event', 'cancelled', 'low'],
  ['iota', 'service_request', 'closed', 'low', 'rejected'],
];

beforeAll(async () => {
  world = await createDeskWorld();
  await world.desk.start();
  deviceId = await world.device('atm');
  const { db } = world.database.postgres;
  const { id: requester } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  for (const [place, [name, type, state, priority, approval]] of TICKETS.entries())
    await db
      .insertInto('tickets')
      .values({
        id: randomUUID(),
        number: `T-2026-${String(place).padStart(6, '0')}`,
        type,
        title: name,
        description: `about ${name} \\ things`,
        state,
        approval: approval ?? 'none',
        hold_reason: null,
        priority,
        requester_id: requester,
        assigned_to_id: null,
        category: null,
        subcategory: null,
        source: 'person',
        site_id: place % 2 ? world.siteId : null,
        device_id: place === 0 ? deviceId : null,
        created_at: new Date(T0 + place * MINUTE),
        updated_at: new Date(T0 - place * MINUTE),
        resolved_at: null,
        closed_at: null,
      })
      .execute();
});
afterAll(() => world.database.drop());

const names = async (query: TicketQueryInput): Promise<string[]> =>
  (await world.desk.tickets.list({ sort: 'created_at', ...query })).items.map(({ title }) => title);
const all = TICKETS.map(([name]) => name);

describe('the list of tickets', () => {
  const cases: [name: string, query: TicketQueryInput, found: string[]][] = [
    ['everything', {}, all],
    ['open is every unresolved state', { status: 'open' }, all.slice(0, 6)],
    ['new, and whatever waits for approval', { status: 'new' }, ['alpha 100%', 'delta', 'epsilon']],
    ['assigned, unless it waits for approval', { status: 'assigned' }, ['beta_1']],
    ['closed, cancelled and rejected', { status: 'closed' }, ['eta', 'theta', 'iota']],
    ['several by comma', { status: 'on_hold,resolved' }, ['gamma', 'zeta']],
    ['high is urgent and high', { priority: 'high' }, ['beta_1', 'betaX1', 'zeta']],
    ['critical alone', { priority: 'critical' }, ['alpha 100%']],
    [
      'service requests, with claims and events',
      { ticket_type: 'service_request' },
      ['betaX1', 'gamma', 'theta', 'iota'],
    ],
    ['by site, combined', { site_id: '', status: 'open' }, ['beta_1', 'gamma', 'epsilon']],
    [
      'created after, the moment itself included',
      { created_after: '2026-01-15T08:08:00Z' },
      ['theta', 'iota'],
    ],
    ['created after, in another zone', { created_after: '2026-01-15T15:08:00+07:00' }, ['theta', 'iota']],
    [
      'created before, the moment itself excluded',
      { created_before: '2026-01-15T08:02:00.000Z' },
      ['alpha 100%', 'beta_1'],
    ],
    ['a day is midnight UTC', { created_before: '2026-01-15' }, []],
    ['search in the title, any case', { search: 'ALPHA' }, ['alpha 100%']],
    ['search in the description', { search: 'about ga' }, ['gamma']],
    ['search in the number', { search: 't-2026-000004' }, ['delta']],
    ['a percent sign is a percent sign', { search: '0%' }, ['alpha 100%']],
    ['an underscore is an underscore', { search: 'a_1' }, ['beta_1']],
    ['a backslash is a backslash', { search: 'gamma \\' }, ['gamma']],
    ['a quote is a quote', { search: "'" }, []],
    [
      'by priority, most pressing first',
      { sort: 'priority,created_at' },
      ['alpha 100%', 'beta_1', 'betaX1', 'zeta', 'gamma', 'eta', 'delta', 'epsilon', 'theta', 'iota'],
    ],
    ['downwards', { sort: '-created_at' }, [...all].reverse()],
    ['by another field', { sort: 'updated_at' }, [...all].reverse()],
    [
      'by title, any case',
      { sort: 'title', status: 'open' },
      ['alpha 100%', 'beta_1', 'betaX1', 'delta', 'epsilon', 'gamma'],
    ],
    [
      'by status in the order of a life',
      { sort: '-status,title', ticket_type: 'service_request' },
      ['theta', 'iota', 'gamma', 'betaX1'],
    ],
  ];
  it.each(cases)('%s', async (_name, query, found) => {
    const own = query.site_id === '' ? { ...query, site_id: world.siteId } : query;
    expect(await names(own)).toEqual(found);
  });

  it('by device', async () => {
    expect(await names({ device_id: deviceId })).toEqual(['alpha 100%']);
    expect(await names({ device_id: randomUUID() })).toEqual([]);
  });
  it('newest first unless told', async () => {
    const { items } = await world.desk.tickets.list({});
    expect(items.map(({ title }) => title)).toEqual([...all].reverse());
    expect(items.every((item) => Check(TicketSummary, item))).toBe(true);
  });
  it('pages meet without holes, though many are equal', async () => {
    const seen: string[] = [];
    for (let page = 1; page <= 4; page += 1) {
      const answer = await world.desk.tickets.list({ sort: 'priority', page: String(page), per_page: '3' });
      expect(answer).toMatchObject({ page, perPage: 3, total: 10 });
      seen.push(...answer.items.map(({ title }) => title));
    }
    expect(seen.sort()).toEqual([...all].sort());
    expect((await world.desk.tickets.list({ page: '99', per_page: '200' })).items).toEqual([]);
  });
  const faults: [field: 'created_after' | 'created_before', value: string][] = [
    ['created_after', 'yesterday'],
    ['created_after', '2026-02-31'],
    ['created_before', '2026-13-01'],
    ['created_before', '2026-01-15T08:00:00'],
    ['created_before', '2026-01-15T25:00:00Z'],
    ['created_after', '1768464000000'],
  ];
  it.each(faults)('%s=%s is refused by name', async (field, value) => {
    await expect(world.desk.tickets.list({ [field]: value })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ field }] },
    });
  });
  it('openIncidents: every unresolved incident, newest first', async () => {
    const open = await world.desk.tickets.openIncidents();
    expect(open.map(({ title }) => title)).toEqual(['beta_1', 'alpha 100%']);
  });
});
