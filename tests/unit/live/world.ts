import type { LiveSnapshot, TicketSummary } from '@siaga/shared';
import { createEventBus } from '../../../hub/src/events.js';
import type {
  DirectoryAgent,
  DirectoryDevice,
  DirectorySite,
  FleetDirectory,
} from '../../../hub/src/fleet/ports.js';
import { createLive, type Verdict } from '../../../hub/src/live/index.js';
import { createManualClock } from '../../support/manual-clock.js';

const uuid = (kind: number, n: number) => `00000000-0000-7000-800${kind}-${String(n).padStart(12, '0')}`;
export const deviceId = (n: number) => uuid(1, n);
export const siteId = (n: number) => uuid(2, n);
export const agentId = (n: number) => uuid(3, n);
export const ticketId = (n: number) => uuid(4, n);

/** A fleet in memory with the live feed over it, on a clock that stands still. */
export const createWorld = () => {
  const clock = createManualClock();
  const events = createEventBus();
  const sites = new Map<string, DirectorySite>();
  const agents = new Map<string, DirectoryAgent>();
  const devices = new Map<string, DirectoryDevice>();
  const verdicts = new Map<string, Verdict>();
  const tickets = new Map<string, TicketSummary>();
  const directory: FleetDirectory = {
    site: (id) => sites.get(id),
    agent: (id) => agents.get(id),
    device: (id) => devices.get(id),
    check: () => undefined,
    movedCheck: () => undefined,
    sites: () => sites.values(),
    agents: () => agents.values(),
    devices: () => devices.values(),
    devicesOfAgent: (id) => [...devices.values()].filter((device) => device.agentId === id),
  };
  const unresolved = () => [...tickets.values()].filter(({ status }) => status !== 'resolved');
  const live = createLive({
    directory,
    verdict: (id) => verdicts.get(id),
    openIncidents: async () => unresolved(),
    events,
    clock,
    run: 'run1',
  });
  return {
    clock,
    events,
    live,
    setSite: (n: number, name: string) => {
      sites.set(siteId(n), {
        id: siteId(n),
        code: `S${n}`,
        name,
        region: null,
        timezone: 'Asia/Jakarta',
        latitude: null,
        longitude: null,
      });
      events.emit('site.changed', siteId(n));
    },
    setAgent: (n: number, state: DirectoryAgent['state']) => {
      agents.set(agentId(n), {
        id: agentId(n),
        name: `agent ${n}`,
        siteId: siteId(0),
        shard: '00',
        state,
        lastSeenAtMs: clock.nowMs(),
      });
      events.emit('agent.changed', agentId(n));
    },
    setDevice: (n: number, name: string) => {
      devices.set(deviceId(n), {
        id: deviceId(n),
        code: `D${n}`,
        name,
        kind: 'atm',
        address: `10.0.0.${n}`,
        link: 'fibre',
        siteId: siteId(0),
        agentId: agentId(0),
        parentIds: [],
        checks: [],
        createdAtMs: 0,
      });
      events.emit('device.changed', deviceId(n));
    },
    removeDevice: (n: number) => {
      devices.delete(deviceId(n));
      verdicts.delete(deviceId(n));
      events.emit('device.removed', deviceId(n));
    },
    setHealth: (n: number, health: Verdict['health']) => {
      if (!devices.has(deviceId(n))) return;
      verdicts.set(deviceId(n), { health, sinceMs: clock.nowMs(), openIncidentId: null });
      events.emit('health.changed', [deviceId(n)]);
    },
    setOpenIncident: (n: number, incident: number | null) => {
      const verdict = verdicts.get(deviceId(n)) ?? { health: 'down' as const, sinceMs: 0 };
      const openIncidentId = incident === null ? null : ticketId(incident);
      verdicts.set(deviceId(n), { ...verdict, openIncidentId });
      events.emit('health.changed', [deviceId(n)]);
    },
    setTicket: (n: number, status: TicketSummary['status']) => {
      const ticket = makeTicket(n, status, clock.nowMs());
      tickets.set(ticket.id, ticket);
      events.emit('incident.changed', ticket);
      return ticket;
    },
    /** What a board must show in the end, by id. */
    truth: (withIncidents: boolean) => ({
      sites: new Map([...sites.values()].map(({ id, name }) => [id, name])),
      agents: new Map([...agents.values()].map(({ id, state }) => [id, state])),
      devices: new Map(
        [...devices.values()].map(({ id, name }) => [id, `${name} ${verdicts.get(id)?.health ?? 'unknown'}`]),
      ),
      incidents: new Map(withIncidents ? unresolved().map(({ id, status }) => [id, status]) : []),
    }),
  };
};
export type World = ReturnType<typeof createWorld>;

export const makeTicket = (n: number, status: TicketSummary['status'], nowMs: number): TicketSummary => ({
  id: ticketId(n),
  ticket_number: `INC-20260115-${String(n).padStart(6, '0')}`,
  ticket_type: 'incident',
  title: `incident ${n}`,
  description: '',
  status,
  priority: 'high',
  requester: { id: ticketId(0), name: 'Monitoring', email: 'monitoring@bank.example' },
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: new Date(nowMs).toISOString(),
  updated_at: new Date(nowMs).toISOString(),
  resolved_at: null,
  closed_at: null,
  source: 'monitoring',
  device_id: null,
  site_id: null,
  condition: 'unreachable',
  occurrences: 1,
  first_failed_at: null,
  detected_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
});

export interface Received {
  id: string;
  name: string;
  data: unknown;
}

/** Server-sent text to events; comments and `retry` are left out. */
export const parseEvents = (text: string): Received[] =>
  text.split('\n\n').flatMap((block) => {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const [id, name, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
    return id === undefined || name === undefined || data === undefined
      ? []
      : [{ id, name, data: JSON.parse(data) as unknown }];
  });

/** A board that follows the feed, and comes and goes. */
export const createBoard = (live: World['live'], withIncidents = true) => {
  const received: Received[] = [];
  const shown = {
    sites: new Map<string, string>(),
    agents: new Map<string, string>(),
    devices: new Map<string, string>(),
    incidents: new Map<string, string>(),
  };
  let text = '';
  let leave: (() => void) | undefined;
  const take = (event: Received): void => {
    received.push(event);
    const data = event.data as Record<string, string>;
    const { id = '' } = data;
    switch (event.name) {
      case 'snapshot': {
        const snapshot = event.data as LiveSnapshot;
        for (const part of Object.values(shown)) part.clear();
        for (const site of snapshot.sites) shown.sites.set(site.id, site.name);
        for (const agent of snapshot.agents) shown.agents.set(agent.id, agent.state);
        for (const device of snapshot.devices)
          shown.devices.set(device.id, `${device.name} ${device.health}`);
        for (const ticket of snapshot.incidents) shown.incidents.set(ticket.id, ticket.status);
        break;
      }
      case 'site':
        shown.sites.set(id, String(data['name']));
        break;
      case 'agent':
        shown.agents.set(id, String(data['state']));
        break;
      case 'device':
        shown.devices.set(id, `${data['name']} ${data['health']}`);
        break;
      case 'incident':
        if (data['status'] === 'resolved') shown.incidents.delete(id);
        else shown.incidents.set(id, String(data['status']));
        break;
      case 'removed':
        shown[`${data['kind']}s` as 'devices'].delete(id);
        break;
    }
  };
  return {
    received,
    shown,
    /** Events since the last snapshot, that snapshot first. */
    sinceSnapshot: () => received.slice(received.findLastIndex(({ name }) => name === 'snapshot')),
    come: (lastEventId = received.at(-1)?.id) => {
      leave ??= live.subscribe({
        lastEventId,
        withIncidents,
        sink: {
          send: (chunk) => {
            text += chunk.toString();
            // Whole events only, as a browser takes them.
            const end = text.lastIndexOf('\n\n');
            if (end < 0) return;
            parseEvents(text.slice(0, end)).forEach(take);
            text = text.slice(end + 2);
          },
          end: () => undefined,
        },
      });
    },
    go: () => {
      leave?.();
      leave = undefined;
    },
  };
};
