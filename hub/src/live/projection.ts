import type { Health, LiveAgent, LiveDevice, LiveEventName, LiveSite, TicketSummary } from '@siaga/shared';
import type { Audience } from './ring.js';
import type { DirectoryAgent, DirectoryDevice, DirectorySite, FleetDirectory } from '../fleet/ports.js';

/** What detection last decided of a device. */
export interface Verdict {
  health: Health;
  sinceMs: number;
  openIncidentId: string | null;
}

/** A change as it goes into the ring: the event's name and its data as JSON, for each audience. */
export interface Change {
  name: LiveEventName;
  data: string;
  /** For those who may not read tickets; undefined: nothing of it is for them. */
  plain: string | undefined;
}

/** A part as the JSON it is sent as: replaced, never changed, so that a copy of the list is a snapshot. */
interface Part {
  data: string;
  plain: string;
}

export const SUBJECTS = ['site', 'agent', 'device'] as const;
export type Subject = (typeof SUBJECTS)[number];

/**
 * What the board shows, each part kept as the JSON it is sent as: a change costs one part, a snapshot a join.
 * It stands exactly where the ring stands, because it only moves with the changes it answers.
 */
export interface Projection {
  /** Takes everything of the directory; the incidents come by `incident`. */
  fill(): void;
  /** Brings one part up to date; undefined where nothing of it changed. */
  refresh(subject: Subject, id: string): Change | undefined;
  /** Takes a ticket as it is now; undefined where a newer state of it is known. */
  incident(ticket: TicketSummary): Change | undefined;
  /**
   * All parts as the members of a JSON object, without braces, in pieces of a size that takes no time to speak of. They
   * tell of the moment of the call, whenever they are asked for.
   */
  members(audience: Audience): Iterator<string>;
}

export const createProjection = (
  directory: FleetDirectory,
  verdict: (deviceId: string) => Verdict | undefined,
): Projection => {
  const parts: Record<Subject, Map<string, Part>> = {
    site: new Map(),
    agent: new Map(),
    device: new Map(),
  };
  const incidents = new Map<string, string>();
  // Kept for resolved ones too: a late word of an older state must not bring them back.
  const ticketTimes = new Map<string, string>();

  const current = (subject: Subject, id: string): Part | undefined => {
    switch (subject) {
      case 'site':
        return part(directory.site(id), toSite);
      case 'agent':
        return part(directory.agent(id), toAgent);
      case 'device': {
        const device = directory.device(id);
        return device && devicePart(toDevice(device, verdict(id)));
      }
    }
  };

  const refresh = (subject: Subject, id: string): Change | undefined => {
    const held = parts[subject].get(id);
    const now = current(subject, id);
    if (now?.data === held?.data) return undefined;
    if (now) {
      parts[subject].set(id, now);
      // An incident that came or went and nothing else: those who may not know of it hear nothing.
      return { name: subject, data: now.data, plain: now.plain === held?.plain ? undefined : now.plain };
    }
    parts[subject].delete(id);
    const data = JSON.stringify({ kind: subject, id });
    return { name: 'removed', data, plain: data };
  };

  return {
    fill: () => {
      for (const { id } of directory.sites()) refresh('site', id);
      for (const { id } of directory.agents()) refresh('agent', id);
      for (const { id } of directory.devices()) refresh('device', id);
    },
    refresh,
    incident: (ticket) => {
      const known = ticketTimes.get(ticket.id);
      if (known !== undefined && known > ticket.updated_at) return undefined;
      const data = JSON.stringify(ticket);
      if (incidents.get(ticket.id) === data) return undefined;
      remember(ticketTimes, ticket.id, ticket.updated_at);
      if (isUnresolved(ticket)) incidents.set(ticket.id, data);
      else incidents.delete(ticket.id);
      return { name: 'incident', data, plain: undefined };
    },
    members: (audience) => {
      const form = audience === 'all' ? 'data' : 'plain';
      const jsonOf = (each: Part): string => each[form];
      return pieces([
        listOf('sites', [...parts.site.values()], jsonOf),
        listOf('agents', [...parts.agent.values()], jsonOf),
        listOf('devices', [...parts.device.values()], jsonOf),
        listOf('incidents', audience === 'all' ? [...incidents.values()] : [], (data: string) => data),
      ]);
    },
  };
};

/** Characters of a piece, at least: 100,000 devices are some 200 pieces, each built and sent in about a millisecond. */
const PIECE_CHARACTERS = 200_000;

interface List {
  name: string;
  length: number;
  at: (place: number) => string;
}

const listOf = <Item>(name: string, items: readonly Item[], json: (item: Item) => string): List => ({
  name,
  length: items.length,
  at: (place) => json(items[place]!),
});

function* pieces(lists: readonly List[]): Generator<string, undefined> {
  let piece = '';
  for (const [place, { name, length, at }] of lists.entries()) {
    piece += `${place === 0 ? '' : ','}"${name}":[`;
    for (let item = 0; item < length; item += 1) {
      piece += item === 0 ? at(item) : `,${at(item)}`;
      if (piece.length < PIECE_CHARACTERS) continue;
      yield piece;
      piece = '';
    }
    piece += ']';
  }
  yield piece;
  return undefined;
}

const TIMES_HELD = 10_000;
const remember = (times: Map<string, string>, id: string, at: string): void => {
  times.delete(id);
  times.set(id, at);
  if (times.size <= TIMES_HELD) return;
  const oldest = times.keys().next().value;
  if (oldest !== undefined) times.delete(oldest);
};

const part = <T>(value: T | undefined, toWire: (value: T) => unknown): Part | undefined => {
  if (value === undefined) return undefined;
  const data = JSON.stringify(toWire(value));
  return { data, plain: data };
};

/** Whose eyes are not for tickets sees no device with an open one. */
const devicePart = (device: LiveDevice): Part => {
  const data = JSON.stringify(device);
  const plain =
    device.open_incident_id === null ? data : JSON.stringify({ ...device, open_incident_id: null });
  return { data, plain };
};

const isUnresolved = ({ status }: TicketSummary): boolean => status !== 'resolved' && status !== 'closed';

const time = (ms: number): string => new Date(ms).toISOString();

const toSite = ({ id, code, name, region, timezone, latitude, longitude }: DirectorySite): LiveSite => ({
  id,
  code,
  name,
  region,
  timezone,
  latitude,
  longitude,
});

const toAgent = ({ id, name, siteId, state, lastSeenAtMs }: DirectoryAgent): LiveAgent => ({
  id,
  name,
  site_id: siteId,
  state,
  last_seen_at: lastSeenAtMs === null ? null : time(lastSeenAtMs),
});

/** A device that nobody judged yet is unknown since it was made. */
const toDevice = (device: DirectoryDevice, verdict: Verdict | undefined): LiveDevice => ({
  id: device.id,
  code: device.code,
  name: device.name,
  kind: device.kind,
  address: device.address,
  site_id: device.siteId,
  agent_id: device.agentId,
  parent_ids: [...device.parentIds],
  health: verdict?.health ?? 'unknown',
  since: time(verdict?.sinceMs ?? device.createdAtMs),
  open_incident_id: verdict?.openIncidentId ?? null,
});
