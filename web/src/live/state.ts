import type {
  Health,
  HealthCounts,
  LiveAgent,
  LiveDevice,
  LiveEvent,
  LiveSite,
  TicketSummary,
} from '@siaga/shared';

/** The devices of one site, put in order; a new object whenever anything of it changed. */
export interface SiteGroup {
  readonly siteId: string;
  /** Missing where a device arrived before its site. */
  readonly site: LiveSite | undefined;
  /** Worst first, then by name. */
  readonly devices: readonly LiveDevice[];
  readonly counts: HealthCounts;
  readonly worst: Health;
}

/** What the feed has told so far, normalised: maps by id, and the groups derived from them. */
export interface LiveState {
  ready: boolean;
  readonly sites: Map<string, LiveSite>;
  readonly agents: Map<string, LiveAgent>;
  readonly devices: Map<string, LiveDevice>;
  /** Unresolved incidents. */
  readonly incidents: Map<string, TicketSummary>;
  readonly groups: Map<string, SiteGroup>;
}

/** Ids that a round of events touched; with a snapshot everything may be another. */
export interface LiveChange {
  snapshot: boolean;
  readonly sites: Set<string>;
  readonly agents: Set<string>;
  readonly devices: Set<string>;
  readonly incidents: Set<string>;
  /** Incidents that were opened or reopened in this round. */
  readonly opened: TicketSummary[];
  /** Incidents that were resolved in this round. */
  readonly resolved: TicketSummary[];
  /** Sites whose group must be made anew. */
  readonly groups: Set<string>;
}

export const createLiveState = (): LiveState => ({
  ready: false,
  sites: new Map(),
  agents: new Map(),
  devices: new Map(),
  incidents: new Map(),
  groups: new Map(),
});

export const createLiveChange = (): LiveChange => ({
  snapshot: false,
  sites: new Set(),
  agents: new Set(),
  devices: new Set(),
  incidents: new Set(),
  opened: [],
  resolved: [],
  groups: new Set(),
});

/** Worst first. */
export const SEVERITY: Readonly<Record<Health, number>> = { down: 0, degraded: 1, unknown: 2, up: 3 };

export const isOpen = (ticket: Pick<TicketSummary, 'status'>): boolean =>
  ticket.status !== 'resolved' && ticket.status !== 'closed';

const byId = <T extends { id: string }>(into: Map<string, T>, items: readonly T[]): void => {
  into.clear();
  for (const item of items) into.set(item.id, item);
};

const takeIncident = (state: LiveState, change: LiveChange, ticket: TicketSummary): void => {
  change.incidents.add(ticket.id);
  const known = state.incidents.get(ticket.id);
  if (isOpen(ticket)) {
    state.incidents.set(ticket.id, ticket);
    if (!known) change.opened.push(ticket);
  } else if (known) {
    state.incidents.delete(ticket.id);
    change.resolved.push(ticket);
  }
};

/** Applies one event; the groups wait for `rebuildGroups`, so that a storm costs each site once. */
export const applyEvent = (state: LiveState, change: LiveChange, event: LiveEvent): void => {
  switch (event.name) {
    case 'snapshot': {
      state.ready = true;
      change.snapshot = true;
      byId(state.sites, event.data.sites);
      byId(state.agents, event.data.agents);
      byId(state.devices, event.data.devices);
      byId(state.incidents, event.data.incidents);
      state.groups.clear();
      change.groups.clear();
      for (const device of event.data.devices) change.groups.add(device.site_id);
      return;
    }
    case 'device': {
      const before = state.devices.get(event.data.id);
      if (before && before.site_id !== event.data.site_id) change.groups.add(before.site_id);
      state.devices.set(event.data.id, event.data);
      change.devices.add(event.data.id);
      change.groups.add(event.data.site_id);
      return;
    }
    case 'site':
      state.sites.set(event.data.id, event.data);
      change.sites.add(event.data.id);
      change.groups.add(event.data.id);
      return;
    case 'agent':
      state.agents.set(event.data.id, event.data);
      change.agents.add(event.data.id);
      return;
    case 'incident':
      takeIncident(state, change, event.data);
      return;
    case 'removed': {
      const { kind, id } = event.data;
      if (kind === 'device') {
        const before = state.devices.get(id);
        if (before) change.groups.add(before.site_id);
        state.devices.delete(id);
        change.devices.add(id);
      } else if (kind === 'site') {
        state.sites.delete(id);
        change.sites.add(id);
        change.groups.add(id);
      } else {
        state.agents.delete(id);
        change.agents.add(id);
      }
    }
  }
};

export const countHealth = (devices: Iterable<Pick<LiveDevice, 'health'>>): HealthCounts => {
  const counts: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const device of devices) counts[device.health] += 1;
  return counts;
};

/** The worst health of which there is at least one; up where there is none. */
export const worstOf = (counts: HealthCounts): Health => {
  if (counts.down > 0) return 'down';
  if (counts.degraded > 0) return 'degraded';
  return counts.unknown > 0 ? 'unknown' : 'up';
};

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
export const compareNames = (a: { name: string }, b: { name: string }): number =>
  names.compare(a.name, b.name);

export const worstFirst = (a: LiveDevice, b: LiveDevice): number =>
  SEVERITY[a.health] - SEVERITY[b.health] || compareNames(a, b);

/** Makes the touched groups anew; one pass over the devices, however many sites were touched. */
export const rebuildGroups = (state: LiveState, change: LiveChange): void => {
  if (change.groups.size === 0) return;
  const members = new Map<string, LiveDevice[]>();
  for (const siteId of change.groups) members.set(siteId, []);
  for (const device of state.devices.values()) members.get(device.site_id)?.push(device);
  for (const [siteId, devices] of members) {
    if (devices.length === 0) {
      state.groups.delete(siteId);
      continue;
    }
    const counts = countHealth(devices);
    const group: SiteGroup = {
      siteId,
      site: state.sites.get(siteId),
      devices: devices.sort(worstFirst),
      counts,
      worst: worstOf(counts),
    };
    state.groups.set(siteId, group);
  }
};
