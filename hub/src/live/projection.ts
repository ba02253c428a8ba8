import type { Health, LiveAgent, LiveDevice, LiveEventName, LiveSite, TicketSummary } from '@siaga/shared';
import type { DirectoryAgent, DirectoryDevice, DirectorySite, FleetDirectory } from '../fleet/ports.js';

/** What detection last decided of a device. */
export interface Verdict {
  health: Health;
  sinceMs: number;
  openIncidentId: string | null;
}

/** A change as it goes into the ring: the event's name and its data as JSON. */
export interface Change {
  name: LiveEventName;
  data: string;
  isTicket: boolean;
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
  /** All parts as the members of a JSON object, without braces. */
  members(withIncidents: boolean): string;
}

export const createProjection = (
  directory: FleetDirectory,
  verdict: (deviceId: string) => Verdict | undefined,
): Projection => {
  const parts: Record<Subject, Map<string, string>> = {
    site: new Map(),
    agent: new Map(),
    device: new Map(),
  };
  const incidents = new Map<string, string>();
  // Kept for resolved ones too: a late word of an older state must not bring them back.
  const ticketTimes = new Map<string, string>();

  const current = (subject: Subject, id: string): string | undefined => {
    switch (subject) {
      case 'site':
        return json(directory.site(id), toSite);
      case 'agent':
        return json(directory.agent(id), toAgent);
      case 'device':
        return json(directory.device(id), (device) => toDevice(device, verdict(id)));
    }
  };

  const refresh = (subject: Subject, id: string): Change | undefined => {
    const held = parts[subject].get(id);
    const data = current(subject, id);
    if (data === held) return undefined;
    if (data !== undefined) {
      parts[subject].set(id, data);
      return { name: subject, data, isTicket: false };
    }
    parts[subject].delete(id);
    return { name: 'removed', data: JSON.stringify({ kind: subject, id }), isTicket: false };
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
      return { name: 'incident', data, isTicket: true };
    },
    members: (withIncidents) =>
      [
        list('sites', parts.site),
        list('agents', parts.agent),
        list('devices', parts.device),
        list('incidents', withIncidents ? incidents : new Map()),
      ].join(','),
  };
};

const TIMES_HELD = 10_000;
const remember = (times: Map<string, string>, id: string, at: string): void => {
  times.delete(id);
  times.set(id, at);
  if (times.size <= TIMES_HELD) return;
  const oldest = times.keys().next().value;
  if (oldest !== undefined) times.delete(oldest);
};

const list = (name: string, parts: ReadonlyMap<string, string>): string =>
  `"${name}":[${[...parts.values()].join(',')}]`;

const json = <T>(value: T | undefined, toWire: (value: T) => unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(toWire(value));

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
