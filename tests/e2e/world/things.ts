import type {
  Agent,
  Device,
  DeviceKind,
  Health,
  Site,
  TicketComment,
  TicketDetail,
  V1User,
} from '@siaga/shared';
import type { Place } from './places.js';

/** A made-up bank, in the shapes of the contract, for what the app must show. */
export interface World {
  user: V1User;
  sites: Site[];
  agents: Agent[];
  devices: Device[];
  tickets: TicketDetail[];
  /** By ticket, oldest first. */
  comments: Map<string, TicketComment[]>;
  /** What was deleted and can be restored. */
  deleted: { sites: Site[]; agents: Agent[]; devices: Device[] };
  /** Whether a session cookie would be good. */
  signedIn: boolean;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const uuid = (group: number, place: number): string =>
  `0000000${group}-0000-4000-8000-${String(place).padStart(12, '0')}`;
export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

export const user: V1User = {
  id: uuid(9, 1),
  username: 'admin',
  email: 'admin@siaga.local',
  name: 'Dewi Lestari',
  first_name: 'Dewi',
  last_name: 'Lestari',
  role: 'admin',
  permissions: ['monitoring:read', 'monitoring:write', 'tickets:read', 'tickets:write', 'metrics:read'],
  last_login: ago(HOUR),
  created_at: ago(90 * DAY),
};

/** Another person of the bank, who has acknowledged what stands acknowledged from the start. */
export const colleague = { id: uuid(9, 2), name: 'Bayu Pratama', email: 'bayu@siaga.local' };
export const monitoring = { id: uuid(9, 9), name: 'Monitoring', email: 'monitoring@siaga.local' };

export const site = (place: number, at: Place, name: string): Site => ({
  id: uuid(1, place),
  code: at.code,
  name,
  region: at.region,
  timezone: at.timezone,
  latitude: at.latitude,
  longitude: at.longitude,
  created_at: ago(1e9),
  updated_at: ago(1e9),
});

const KINDS: readonly DeviceKind[] = ['router', 'switch', 'atm', 'atm', 'server', 'ups'];

export const device = (place: number, siteAt: Site, health: Health, more: Partial<Device> = {}): Device => {
  const kind = more.kind ?? KINDS[place % KINDS.length] ?? 'other';
  return {
    id: uuid(2, place),
    code: `${siteAt.code}-${kind.toUpperCase()}-${place}`,
    name: `${siteAt.name} ${kind} ${place}`,
    kind,
    model: kind === 'atm' ? 'NCR 6627' : null,
    address: `10.${20 + Math.floor(place / 62_500)}.${Math.floor(place / 250) % 250}.${(place % 250) + 1}`,
    link: 'fibre',
    site_id: siteAt.id,
    agent_id: uuid(3, 1),
    parent_ids: [],
    health,
    since: ago(health === 'up' ? 3 * DAY : (place + 3) * MINUTE),
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

/** The devices of one site in the way they are cabled: router → switch → the others. */
export const cable = (devices: readonly Device[]): void => {
  const router = devices.find(({ kind }) => kind === 'router');
  const nearest = devices.find(({ kind }) => kind === 'switch');
  for (const one of devices) {
    if (one === router) continue;
    const parent = one === nearest ? router : (nearest ?? router);
    if (parent) one.parent_ids = [parent.id];
  }
};

export const agent = (place: number, name: string, siteAt: Site, more: Partial<Agent> = {}): Agent => ({
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

/** An incident about a device that began `ageMs` ago. */
export const incident = (
  place: number,
  about: Device,
  siteAt: Site,
  ageMs: number,
  open = true,
): TicketDetail => {
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
