import type { Device, Health, Site, TicketDetail } from '@siaga/shared';
import { BANK_PLACES, TOWNS, type Place } from './places.js';
import {
  HOUR,
  MINUTE,
  agent,
  ago,
  cable,
  colleague,
  device,
  incident,
  site,
  user,
  uuid,
  type World,
} from './things.js';

const empty = (): World => ({
  user,
  sites: [],
  agents: [],
  devices: [],
  tickets: [],
  comments: new Map(),
  deleted: { sites: [], agents: [], devices: [] },
  signedIn: true,
});

/** What stands when somebody took note of an incident `afterMs` after it was opened. */
const acknowledge = (ticket: TicketDetail, reason: string, afterMs: number): void => {
  const at = new Date(Date.parse(ticket.created_at) + afterMs).toISOString();
  ticket.acknowledged_at = at;
  ticket.acknowledged_by = colleague;
  ticket.acknowledge_reason = reason;
  ticket.updated_at = at;
  ticket.history.push({ id: 2, at, event: 'acknowledged', actor: colleague, reason, changes: {} });
};

/** An open incident about a device, known to the device. */
const raise = (world: World, about: Device, ageMs: number): TicketDetail | undefined => {
  const at = world.sites.find(({ id }) => id === about.site_id);
  if (!at) return undefined;
  const ticket = incident(world.tickets.length + 1, about, at, ageMs);
  about.open_incident_id = ticket.id;
  about.since = ago(ageMs - 12_000);
  world.tickets.push(ticket);
  return ticket;
};

const smallBank = (healthOf: (place: number, n: number) => Health): World => {
  const world = empty();
  world.sites = BANK_PLACES.map((at, place) => site(place + 1, at, at.name));
  for (const [place, at] of world.sites.entries()) {
    const count = 6 + ((place * 7) % 14);
    const own = Array.from({ length: count }, (_, n) =>
      device(world.devices.length + n + 1, at, healthOf(place, n)),
    );
    cable(own);
    world.devices.push(...own);
  }
  const [first, second, third] = [world.sites[0], world.sites[4], world.sites[5]];
  if (!first || !second || !third) throw new Error('the made-up bank is too small');
  world.agents = [
    agent(1, 'agent-bandung-1', first),
    agent(2, 'agent-surabaya-1', second),
    agent(3, 'agent-makassar-1', third),
  ];
  return world;
};

/** Nine sites with trouble at three of them. */
export const bank = (): World => {
  const world = smallBank((place, n) =>
    place === 0 && n < 3 ? 'down' : place === 1 && n === 1 ? 'degraded' : place === 2 ? 'unknown' : 'up',
  );
  for (const [place, about] of world.devices.filter(({ health }) => health === 'down').entries())
    raise(world, about, (place + 3) * MINUTE);
  const [first, sample] = [world.sites[0], world.devices.find(({ health }) => health === 'up')];
  const [, lost, pending] = world.agents;
  if (!first || !sample || !lost || !pending) throw new Error('the made-up bank is too small');
  world.tickets.push(incident(40, sample, first, 26 * HOUR, false));
  sample.checks.push({ id: 900, type: 'host', interval_s: 10, timeout_ms: null });
  Object.assign(lost, {
    state: 'lost',
    probe: 'system-ping',
    probe_note: 'no right to open raw sockets (CAP_NET_RAW)',
    outbox_rows: 1240,
    clock_offset_ms: -4200,
    last_seen_at: ago(9 * MINUTE),
  });
  Object.assign(pending, {
    state: 'pending',
    version: null,
    probe: null,
    clock_offset_ms: null,
    outbox_rows: null,
    lost_samples: null,
    device_count: 0,
    last_seen_at: null,
  });
  return world;
};

/** The same bank on a quiet night: everything up, nothing open, one incident of yesterday resolved. */
export const calm = (): World => {
  const world = smallBank(() => 'up');
  const [first, sample] = [world.sites[0], world.devices[3]];
  if (first && sample) world.tickets.push(incident(1, sample, first, 26 * HOUR, false));
  return world;
};

/** Nothing but this machine, as after a first start. */
export const fresh = (): World => {
  const world = empty();
  const home: Place = { ...BANK_PLACES[3], code: 'HOME', region: 'DKI Jakarta' } as Place;
  const at = { ...site(1, home, 'This site'), latitude: null, longitude: null };
  world.sites = [at];
  world.devices = [device(1, at, 'up', { name: 'This machine', address: '127.0.0.1', kind: 'server' })];
  world.agents = [agent(1, 'local', at)];
  return world;
};

/** Branches over the whole country, up to `siteCount` of them: a town has several, a little apart. */
const branches = (siteCount: number): Site[] =>
  Array.from({ length: siteCount }, (_, n) => {
    const town = TOWNS[n % TOWNS.length];
    if (!town) throw new Error('there are no towns');
    const round = Math.floor(n / TOWNS.length);
    const apart = {
      ...town,
      code: round === 0 ? `KC-${town.code}` : `KCP-${town.code}-${round + 1}`,
      latitude: town.latitude + (((round * 37) % 21) - 10) * 0.012 * Math.min(round, 1),
      longitude: town.longitude + (((round * 53) % 19) - 9) * 0.012 * Math.min(round, 1),
    };
    return site(n + 1, apart, round === 0 ? `KC ${town.town}` : `KCP ${town.town} ${round + 1}`);
  });

/** A bank of any size, everything up but one device in a hundred, with an incident for each that is down. */
export const big = (deviceCount: number, siteCount: number): World => {
  const world = empty();
  world.sites = branches(siteCount);
  world.agents = world.sites
    .filter((_, n) => n % 10 === 0)
    .map((at, n) => agent(n + 1, `agent-${at.code.toLowerCase()}`, at, { device_count: 0 }));
  for (const [n, at] of world.sites.entries()) {
    const from = Math.floor((n * deviceCount) / siteCount);
    const to = Math.floor(((n + 1) * deviceCount) / siteCount);
    const owner = world.agents[Math.floor(n / 10)];
    const own: Device[] = [];
    for (let place = from; place < to; place += 1) {
      const health: Health =
        place % 400 === 199
          ? 'down'
          : place % 400 === 99
            ? 'degraded'
            : place % 400 === 299
              ? 'unknown'
              : 'up';
      own.push(device(place + 1, at, health, { agent_id: owner?.id ?? uuid(3, 1) }));
    }
    if (owner) owner.device_count += own.length;
    cable(own);
    world.devices.push(...own);
  }
  const down = world.devices.filter(({ health }) => health === 'down').slice(0, 200);
  for (const [place, about] of down.entries()) raise(world, about, (place + 2) * MINUTE);
  return world;
};

const REASONS = [
  'Teknisi sudah di jalan',
  'PLN padam di seluruh kecamatan; genset belum menyala',
  'Serat optik putus oleh galian, penyedia memperbaiki',
] as const;

/** A night in which hundreds are down: 60 incidents, a third of them acknowledged. */
export const storm = (): World => {
  const world = big(1200, 96);
  world.tickets = [];
  for (const one of world.devices) {
    Object.assign(one, { health: 'up', open_incident_id: null, since: ago(3 * 24 * HOUR) });
  }
  for (const [n, at] of world.sites.entries()) {
    if (n >= 30) continue;
    const own = world.devices.filter(({ site_id }) => site_id === at.id);
    for (const [k, one] of own.entries()) {
      const health: Health = n < 24 ? 'down' : n < 28 ? 'unknown' : k % 2 === 0 ? 'degraded' : 'up';
      if (health === 'up') continue;
      Object.assign(one, { health, since: ago((n + k + 2) * MINUTE) });
      if (health === 'down') Object.assign(one, { rtt_ms: null, loss_percent: 100 });
    }
  }
  const down = world.devices.filter(({ health }) => health === 'down');
  const heads = down.filter(({ kind }) => kind === 'router');
  const others = down.filter(({ kind }) => kind === 'atm');
  for (const [n, about] of [...heads, ...others].slice(0, 60).entries()) {
    const ticket = raise(world, about, (n * 2 + 2) * MINUTE);
    if (!ticket) continue;
    ticket.priority = n % 7 === 0 ? 'critical' : n % 3 === 0 ? 'medium' : 'high';
    ticket.occurrences = n % 11 === 5 ? 4 : 1;
    if (n % 3 !== 1) continue;
    acknowledge(ticket, REASONS[n % REASONS.length] ?? 'Dikerjakan', MINUTE);
    about.acknowledged = true;
  }
  return world;
};
