import type {
  Agent,
  Device,
  DeviceKind,
  Health,
  LiveDevice,
  LiveEvent,
  LiveSite,
  Series,
  Site,
  TicketDetail,
  TicketSummary,
  V1User,
} from '@siaga/shared';
import { failure, ok, page, type Answer, type Script } from './web-fixture.js';

/** A small made-up bank, in the shapes of the contract, for what the app must show. */
export interface World {
  user: V1User;
  sites: Site[];
  agents: Agent[];
  devices: Device[];
  tickets: TicketDetail[];
  /** Whether a session cookie would be good. */
  signedIn: boolean;
}

const MINUTE = 60_000;
const uuid = (group: number, place: number): string =>
  `0000000${group}-0000-4000-8000-${String(place).padStart(12, '0')}`;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

export const user: V1User = {
  id: uuid(9, 1),
  username: 'admin',
  email: 'admin@siaga.local',
  name: 'Dewi Lestari',
  first_name: 'Dewi',
  last_name: 'Lestari',
  role: 'admin',
  permissions: ['monitoring:read', 'monitoring:write', 'tickets:read', 'metrics:read'],
  last_login: ago(60 * MINUTE),
  created_at: ago(90 * 24 * 60 * MINUTE),
};

const PLACES = [
  ['KC-BDG', 'KC Bandung', 'Jawa Barat'],
  ['KCP-DGO', 'KCP Dago', 'Jawa Barat'],
  ['ATM-CHP', 'ATM Cihampelas', 'Jawa Barat'],
  ['KC-JKT1', 'KC Jakarta Sudirman', 'DKI Jakarta'],
  ['KC-SBY', 'KC Surabaya Tunjungan', 'Jawa Timur'],
  ['KC-MKS', 'KC Makassar', 'Sulawesi Selatan'],
  ['KC-JPR', 'KC Jayapura', 'Papua'],
  ['KC-DPS', 'KC Denpasar', 'Bali'],
  ['KC-MDN', 'KC Medan Merdeka', 'Sumatera Utara'],
] as const;

const site = (place: number, code: string, name: string, region: string): Site => ({
  id: uuid(1, place),
  code,
  name,
  region,
  timezone: 'Asia/Jakarta',
  latitude: null,
  longitude: null,
  created_at: ago(1e9),
  updated_at: ago(1e9),
});

const KINDS: readonly DeviceKind[] = ['router', 'switch', 'atm', 'atm', 'server', 'ups'];

export const device = (place: number, siteAt: Site, health: Health, more: Partial<Device> = {}): Device => {
  const kind = KINDS[place % KINDS.length] ?? 'other';
  return {
    id: uuid(2, place),
    code: `${siteAt.code}-${kind.toUpperCase()}-${place}`,
    name: `${siteAt.name} ${kind} ${place}`,
    kind,
    model: kind === 'atm' ? 'NCR 6627' : null,
    address: `10.20.${Math.floor(place / 250)}.${(place % 250) + 1}`,
    link: 'fibre',
    site_id: siteAt.id,
    agent_id: uuid(3, 1),
    parent_ids: [],
    health,
    since: ago(health === 'up' ? 3 * 24 * 60 * MINUTE : (place + 3) * MINUTE),
    rtt_ms: health === 'up' ? 8.4 : null,
    loss_percent: health === 'down' ? 100 : 0,
    last_seen_at: ago(health === 'down' ? 12 * MINUTE : 3000),
    open_incident_id: null,
    acknowledged: false,
    checks: [{ id: place + 1, type: 'icmp', interval_s: 5, timeout_ms: 500 }],
    created_at: ago(1e9),
    updated_at: ago(1e9),
    ...more,
  };
};

/** An incident about a device that began `ageMs` ago. */
export const incident = (
  place: number,
  about: Device,
  siteAt: Site,
  ageMs: number,
  open = true,
): TicketDetail => {
  const monitoring = { id: uuid(9, 9), name: 'Monitoring', email: 'monitoring@siaga.local' };
  const day = new Date(Date.now() - ageMs).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    id: uuid(4, place),
    ticket_number: `INC-${day}-${String(place).padStart(6, '0')}`,
    ticket_type: 'incident',
    title: `${about.name} does not answer`,
    description: 'Three probe cycles in a row failed.',
    status: open ? 'new' : 'resolved',
    priority: 'high',
    requester: monitoring,
    assigned_to: null,
    category: null,
    subcategory: null,
    created_at: ago(ageMs - 15_000),
    updated_at: ago(ageMs - 15_000),
    resolved_at: open ? null : ago(ageMs - 7 * MINUTE),
    closed_at: null,
    source: 'monitoring',
    device_id: about.id,
    site_id: siteAt.id,
    condition: 'unreachable',
    occurrences: 1,
    first_failed_at: ago(ageMs),
    detected_at: ago(ageMs - 12_000),
    acknowledged_at: null,
    acknowledged_by: null,
    acknowledge_reason: null,
    assigned_team: null,
    tags: [],
    custom_fields: {},
    incident_details: { impact: 'medium', urgency: 'high', related_problem_id: null },
    evidence: {
      device: { id: about.id, code: about.code, name: about.name, address: about.address },
      site: { id: siteAt.id, code: siteAt.code, name: siteAt.name },
      reason: 'three-cycles-failed',
      cycles: [0, 5000, 6000].map((offset) => ({
        at: ago(ageMs - offset),
        check_id: 1,
        packets_sent: 3,
        packets_lost: 3,
        rtt_ms: null,
      })),
    },
    history: [
      {
        id: 1,
        at: ago(ageMs - 15_000),
        event: 'opened',
        actor: null,
        reason: 'three-cycles-failed',
        changes: {},
      },
      ...(open
        ? []
        : [
            {
              id: 2,
              at: ago(ageMs - 7 * MINUTE),
              event: 'resolved',
              actor: null,
              reason: 'three-cycles-good',
              changes: { status: { from: 'new', to: 'resolved' } },
            },
          ]),
    ],
  };
};

const agent = (place: number, name: string, siteAt: Site, more: Partial<Agent> = {}): Agent => ({
  id: uuid(3, place),
  name,
  site_id: siteAt.id,
  state: 'online',
  version: '0.1.0',
  probe: 'raw',
  probe_note: null,
  clock_offset_ms: 120,
  outbox_rows: 0,
  lost_samples: 0,
  device_count: 18,
  last_seen_at: ago(4000),
  created_at: ago(1e9),
  updated_at: ago(1e9),
  ...more,
});

/** Nine sites with trouble at three of them. */
export const bank = (): World => {
  const sites = PLACES.map(([code, name, region], place) => site(place + 1, code, name, region));
  const devices: Device[] = [];
  const tickets: TicketDetail[] = [];
  for (const [place, at] of sites.entries()) {
    const count = 6 + ((place * 7) % 14);
    for (let n = 0; n < count; n += 1) {
      const health: Health =
        place === 0 && n < 3 ? 'down' : place === 1 && n === 1 ? 'degraded' : place === 2 ? 'unknown' : 'up';
      devices.push(device(devices.length + 1, at, health));
    }
  }
  for (const [place, about] of devices.filter(({ health }) => health === 'down').entries()) {
    const at = sites.find(({ id }) => id === about.site_id);
    if (!at) continue;
    const ticket = incident(place + 1, about, at, (place + 3) * MINUTE);
    about.open_incident_id = ticket.id;
    tickets.push(ticket);
  }
  const [first, second, third] = [sites[0], sites[4], sites[5]];
  const sample = devices.find(({ health }) => health === 'up');
  if (!first || !second || !third || !sample) throw new Error('the made-up bank is too small');
  tickets.push(incident(40, sample, first, 26 * 60 * MINUTE, false));
  sample.checks.push({ id: 900, type: 'host', interval_s: 10, timeout_ms: null });
  return {
    user,
    sites,
    devices,
    tickets,
    agents: [
      agent(1, 'agent-bandung-1', first),
      agent(2, 'agent-surabaya-1', second, {
        state: 'lost',
        probe: 'system-ping',
        probe_note: 'no right to open raw sockets (CAP_NET_RAW)',
        outbox_rows: 1240,
        clock_offset_ms: -4200,
        last_seen_at: ago(9 * MINUTE),
      }),
      agent(3, 'agent-makassar-1', third, {
        state: 'pending',
        version: null,
        probe: null,
        clock_offset_ms: null,
        outbox_rows: null,
        lost_samples: null,
        device_count: 0,
        last_seen_at: null,
      }),
    ],
    signedIn: true,
  };
};

/** Nothing but this machine, as after a first start. */
export const fresh = (): World => {
  const at = site(1, 'HOME', 'This site', 'DKI Jakarta');
  const machine = device(1, at, 'up', { name: 'This machine', address: '127.0.0.1', kind: 'server' });
  return {
    user,
    sites: [at],
    devices: [machine],
    tickets: [],
    agents: [agent(1, 'local', at)],
    signedIn: true,
  };
};

const summaryOf = (ticket: TicketDetail): TicketSummary => {
  const { assigned_team, tags, custom_fields, incident_details, evidence, history, ...summary } = ticket;
  void [assigned_team, tags, custom_fields, incident_details, evidence, history];
  return summary;
};

export const liveDevice = (of: Device): LiveDevice => ({
  id: of.id,
  code: of.code,
  name: of.name,
  kind: of.kind,
  address: of.address,
  site_id: of.site_id,
  agent_id: of.agent_id,
  parent_ids: of.parent_ids,
  health: of.health,
  since: of.since,
  open_incident_id: of.open_incident_id,
});

const liveSite = ({ id, code, name, region, timezone, latitude, longitude }: Site): LiveSite => ({
  id,
  code,
  name,
  region,
  timezone,
  latitude,
  longitude,
});

export const snapshotOf = (world: World): LiveEvent => ({
  name: 'snapshot',
  data: {
    now: new Date().toISOString(),
    sites: world.sites.map(liveSite),
    agents: world.agents.map(({ id, name, site_id, state, last_seen_at }) => ({
      id,
      name,
      site_id,
      state,
      last_seen_at,
    })),
    devices: world.devices.map(liveDevice),
    incidents: world.tickets.filter(({ status }) => status === 'new').map(summaryOf),
  },
});

export const incidentEvent = (ticket: TicketDetail): LiveEvent => ({
  name: 'incident',
  data: summaryOf(ticket),
});

/** A wave with a gap where the device was down. */
const series = (query: URLSearchParams, health: Health): Series => {
  const metric = (query.get('metric') ?? 'rtt') as Series['metric'];
  const from = Number(query.get('from'));
  const to = Number(query.get('to'));
  const points = Number(query.get('points') ?? '300');
  const t: number[] = [];
  const columns: Record<'min' | 'avg' | 'max', (number | null)[]> = { min: [], avg: [], max: [] };
  const downSince = health === 'down' ? Date.now() - 4 * MINUTE : Infinity;
  for (let n = 0; n < points; n += 1) {
    const at = from + ((to - from) * n) / points;
    t.push(Math.round(at));
    const wave = Math.sin(n / 9) + Math.sin(n / 2.3) * 0.4;
    const down = at >= downSince;
    const value =
      metric === 'loss'
        ? down
          ? 100
          : n % 41 === 7
            ? 33
            : 0
        : metric === 'rtt'
          ? 9 + wave * 2
          : 40 + wave * 11;
    const gone = metric === 'rtt' && down;
    columns.min.push(gone ? null : metric === 'loss' ? value : value * 0.8);
    columns.avg.push(gone ? null : value);
    columns.max.push(gone ? null : metric === 'loss' ? value : value * 1.35);
  }
  return { metric, unit: metric === 'rtt' ? 'ms' : 'percent', t, ...columns };
};

const AUTH = failure(401, 'AUTHENTICATION_REQUIRED', 'Authentication token missing or invalid');

const session = (world: World, method: string, body: unknown): Answer => {
  const answer = ok({ user: world.user, expires_at: new Date(Date.now() + 8 * 60 * MINUTE).toISOString() });
  if (method === 'GET') return world.signedIn ? answer : AUTH;
  if (method === 'DELETE') {
    world.signedIn = false;
    return { status: 204 };
  }
  if ((body as { password?: string }).password !== 'right-password') {
    return failure(401, 'INVALID_CREDENTIALS', 'Unknown account or wrong password');
  }
  world.signedIn = true;
  return answer;
};

const deviceRoutes = (
  world: World,
  path: string,
  method: string,
  query: URLSearchParams,
  body: unknown,
): Answer | undefined => {
  if (path === '/monitoring/devices' && method === 'GET') {
    const health = query.get('health');
    const at = query.get('site_id');
    const search = query.get('search')?.toLowerCase();
    const found = world.devices.filter(
      (one) =>
        (!health || one.health === health) &&
        (!at || one.site_id === at) &&
        (!search || one.name.toLowerCase().includes(search)),
    );
    const wanted = Number(query.get('page') ?? '1');
    return page(found.slice((wanted - 1) * 25, wanted * 25), found.length, wanted);
  }
  if (path === '/monitoring/devices' && method === 'POST') {
    const asked = body as { address: string; site_id: string };
    if (world.devices.some(({ address }) => address === asked.address)) {
      return failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
        details: [{ field: 'address', message: 'this agent already watches that address' }],
      });
    }
    const at = world.sites.find(({ id }) => id === asked.site_id);
    if (!at) return failure(422, 'VALIDATION_ERROR', 'Invalid input data');
    const made = device(5000 + world.devices.length, at, 'unknown', {
      address: asked.address,
      name: asked.address,
    });
    world.devices.push(made);
    return { ...ok(made), status: 201 };
  }
  const [, id = '', series_] = /^\/monitoring\/devices\/([^/]+)(\/series)?$/.exec(path) ?? [];
  const found = world.devices.find((one) => one.id === id);
  if (!found) return undefined;
  if (series_) return ok(series(query, found.health));
  if (method === 'DELETE') {
    world.devices = world.devices.filter((one) => one !== found);
    return { status: 204 };
  }
  return ok(found);
};

/** The hub's answers about this world. */
export const scriptOf =
  (world: World): Script =>
  ({ method, path, query, body }) => {
    if (path === '/auth/session') return session(world, method, body);
    if (!world.signedIn) return AUTH;
    if (path === '/live') return undefined;
    if (path === '/monitoring/sites') {
      return method === 'GET' ? page(world.sites) : failure(409, 'RESOURCE_CONFLICT', 'a site has this code');
    }
    if (path === '/monitoring/agents') return page(world.agents);
    if (path.endsWith('/enrolment'))
      return ok({ token: 'sgt_8f3kq2v7x1m5c9d0w4', expires_at: ago(-24 * 60 * MINUTE) });
    if (path === '/tickets') {
      const about = query.get('device_id');
      const found = world.tickets.filter(
        (one) =>
          (query.get('status') !== 'open' || one.status === 'new') &&
          (about === null || one.device_id === about),
      );
      return page(found.map(summaryOf));
    }
    const ticket = world.tickets.find(({ id }) => path === `/tickets/${id}`);
    if (ticket) return ok(ticket);
    return deviceRoutes(world, path, method, query, body);
  };
