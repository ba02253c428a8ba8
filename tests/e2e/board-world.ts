import type { DeviceKind, Health, LiveDevice, LiveEvent, LiveSite, TicketSummary } from '@siaga/shared';
import { device, fresh, incident, incidentEvent, user, type World } from './web-world.js';

/** A made-up bank as large as one wants, spread over the country, for what the board must bear. */

const CITIES = [
  ['Banda Aceh', 'Aceh', 5.55, 95.32],
  ['Medan', 'Sumatera Utara', 3.59, 98.67],
  ['Padang', 'Sumatera Barat', -0.95, 100.35],
  ['Palembang', 'Sumatera Selatan', -2.99, 104.76],
  ['Jakarta', 'DKI Jakarta', -6.2, 106.82],
  ['Bandung', 'Jawa Barat', -6.91, 107.61],
  ['Semarang', 'Jawa Tengah', -6.97, 110.42],
  ['Yogyakarta', 'DI Yogyakarta', -7.8, 110.37],
  ['Surabaya', 'Jawa Timur', -7.26, 112.75],
  ['Denpasar', 'Bali', -8.65, 115.22],
  ['Mataram', 'Nusa Tenggara Barat', -8.58, 116.1],
  ['Kupang', 'Nusa Tenggara Timur', -10.18, 123.61],
  ['Pontianak', 'Kalimantan Barat', -0.03, 109.34],
  ['Balikpapan', 'Kalimantan Timur', -1.24, 116.85],
  ['Makassar', 'Sulawesi Selatan', -5.15, 119.43],
  ['Manado', 'Sulawesi Utara', 1.47, 124.84],
  ['Ambon', 'Maluku', -3.7, 128.18],
  ['Jayapura', 'Papua', -2.53, 140.72],
] as const;

const KINDS: readonly DeviceKind[] = ['router', 'switch', 'atm', 'atm', 'atm', 'atm', 'server', 'ups'];
const AT = '2026-01-15T03:04:05.000Z';
const uuid = (group: number, n: number): string =>
  `0000000${group}-0000-4000-8000-${String(n).padStart(12, '0')}`;

export interface Bank {
  sites: LiveSite[];
  devices: LiveDevice[];
  incidents: TicketSummary[];
}

const siteAt = (n: number): LiveSite => {
  const [city, region, latitude, longitude] = CITIES[n % CITIES.length] ?? CITIES[0];
  const turn = Math.floor(n / CITIES.length);
  // A golden-angle spiral: spread out, and the same at each run.
  const away = 0.02 * Math.sqrt(turn);
  return {
    id: uuid(1, n),
    code: `S-${n}`,
    name: `${turn % 3 === 0 ? 'KC' : 'KCP'} ${city} ${turn + 1}`,
    region,
    timezone: 'Asia/Jakarta',
    latitude: n % 50 === 49 ? null : latitude + away * Math.sin(turn * 2.4),
    longitude: n % 50 === 49 ? null : longitude + away * Math.cos(turn * 2.4),
  };
};

/** A device of every hundred is down, a third of those acknowledged; as many are degraded or unknown. */
const healthOf = (n: number): Health => {
  if (n % 101 === 7) return 'down';
  if (n % 203 === 11) return 'degraded';
  return n % 307 === 13 ? 'unknown' : 'up';
};

export const largeBank = (deviceCount: number, siteCount: number): Bank => {
  const sites = Array.from({ length: siteCount }, (_, n) => siteAt(n));
  const incidents: TicketSummary[] = [];
  const devices = Array.from({ length: deviceCount }, (_, n): LiveDevice => {
    const at = sites[n % siteCount];
    const kind = KINDS[Math.floor(n / siteCount) % KINDS.length] ?? 'other';
    const health = healthOf(n);
    const sinceMs = Date.parse(AT) - (n % 977) * 61_000;
    const made: LiveDevice = {
      id: uuid(2, n),
      code: `D-${n}`,
      name: `${at?.name ?? ''} ${kind} ${Math.floor(n / siteCount) + 1}`,
      kind,
      address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
      site_id: at?.id ?? '',
      agent_id: uuid(3, 1),
      parent_ids: [],
      health,
      since: new Date(sinceMs).toISOString(),
      open_incident_id: health === 'down' ? uuid(4, n) : null,
    };
    if (health === 'down') incidents.push(incidentAbout(made, n, sinceMs));
    return made;
  });
  return { sites, devices, incidents };
};

const incidentAbout = (about: LiveDevice, n: number, sinceMs: number): TicketSummary => {
  const at = { id: about.site_id, code: '', name: '', region: null, timezone: 'Asia/Jakarta' };
  const place = { ...at, latitude: null, longitude: null, created_at: AT, updated_at: AT };
  const event = incidentEvent(
    incident(n, device(n, place, 'down', { id: about.id, name: about.name }), place, Date.now() - sinceMs),
  );
  if (event.name !== 'incident') throw new Error('an incident was asked for');
  const acknowledged = n % 3 === 0;
  return {
    ...event.data,
    id: about.open_incident_id ?? event.data.id,
    acknowledged_at: acknowledged ? AT : null,
    acknowledged_by: acknowledged ? { id: user.id, name: user.name, email: user.email } : null,
    acknowledge_reason: acknowledged ? 'technician on the way' : null,
  };
};

export const snapshotOfBank = ({ sites, devices, incidents }: Bank): LiveEvent => ({
  name: 'snapshot',
  data: { now: new Date().toISOString(), sites, agents: [], devices, incidents },
});

/** A world whose only use is to be signed in to: what is seen comes by the feed. */
export const signedIn = (): World => ({ ...fresh(), sites: [], agents: [], devices: [] });
