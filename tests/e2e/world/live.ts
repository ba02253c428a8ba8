import type {
  Agent,
  Device,
  LiveAgent,
  LiveDevice,
  LiveEvent,
  LiveSite,
  Site,
  TicketDetail,
  TicketSummary,
} from '@siaga/shared';
import type { World } from './things.js';

export const summaryOf = (ticket: TicketDetail): TicketSummary => {
  const { assigned_team, tags, custom_fields, incident_details, evidence, history, ...summary } = ticket;
  void [assigned_team, tags, custom_fields, incident_details, evidence, history];
  return summary;
};

export const isOpen = ({ status }: TicketSummary): boolean => status !== 'resolved' && status !== 'closed';

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

export const liveSite = ({ id, code, name, region, timezone, latitude, longitude }: Site): LiveSite => ({
  id,
  code,
  name,
  region,
  timezone,
  latitude,
  longitude,
});

export const liveAgent = ({ id, name, site_id, state, last_seen_at }: Agent): LiveAgent => ({
  id,
  name,
  site_id,
  state,
  last_seen_at,
});

export const snapshotOf = (world: World): LiveEvent => ({
  name: 'snapshot',
  data: {
    now: new Date().toISOString(),
    sites: world.sites.map(liveSite),
    agents: world.agents.map(liveAgent),
    devices: world.devices.map(liveDevice),
    incidents: world.tickets.filter(isOpen).map(summaryOf),
  },
});

export const incidentEvent = (ticket: TicketDetail): LiveEvent => ({
  name: 'incident',
  data: summaryOf(ticket),
});
