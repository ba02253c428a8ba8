import type { Static } from 'typebox';
import Type from 'typebox';
import { AGENT_STATES, DEVICE_KINDS, HEALTHS } from '../vocabulary.js';
import { Nullable, Timestamp, Uuid, strict } from './envelope.js';
import { TicketSummary } from './tickets.js';

/**
 * GET /api/v1/live, server-sent events. Each has an `id` of `{run}.{n}`; `Last-Event-ID` resumes after it, and where
 * that is no longer held a new `snapshot` comes. The event's name is the key of LIVE_EVENTS, its data that schema.
 * A comment line every 15 s is the heartbeat.
 */

/** A device as the board needs it; the page of one device asks for the rest. */
export const LiveDevice = Type.Object(
  {
    id: Uuid,
    code: Type.String(),
    name: Type.String(),
    kind: Type.Enum(DEVICE_KINDS),
    address: Type.String(),
    site_id: Uuid,
    agent_id: Uuid,
    /** What it is reached through, nearest first; empty: straight from its agent. */
    parent_ids: Type.Array(Uuid),
    health: Type.Enum(HEALTHS),
    since: Timestamp,
    open_incident_id: Nullable(Uuid),
  },
  strict,
);
export type LiveDevice = Static<typeof LiveDevice>;

export const LiveSite = Type.Object(
  {
    id: Uuid,
    code: Type.String(),
    name: Type.String(),
    region: Nullable(Type.String()),
    timezone: Type.String(),
    latitude: Nullable(Type.Number()),
    longitude: Nullable(Type.Number()),
  },
  strict,
);
export type LiveSite = Static<typeof LiveSite>;

export const LiveAgent = Type.Object(
  {
    id: Uuid,
    name: Type.String(),
    site_id: Uuid,
    state: Type.Enum(AGENT_STATES),
    last_seen_at: Nullable(Timestamp),
  },
  strict,
);
export type LiveAgent = Static<typeof LiveAgent>;

export const LiveSnapshot = Type.Object(
  {
    now: Timestamp,
    sites: Type.Array(LiveSite),
    agents: Type.Array(LiveAgent),
    devices: Type.Array(LiveDevice),
    /** Every unresolved incident. */
    incidents: Type.Array(TicketSummary),
  },
  strict,
);
export type LiveSnapshot = Static<typeof LiveSnapshot>;

export const LiveRemoval = Type.Object(
  { kind: Type.Enum(['site', 'agent', 'device'] as const), id: Uuid },
  strict,
);
export type LiveRemoval = Static<typeof LiveRemoval>;

export const LIVE_EVENTS = {
  snapshot: LiveSnapshot,
  /** Created or changed. */
  device: LiveDevice,
  site: LiveSite,
  agent: LiveAgent,
  /** Opened, changed, reopened or resolved. */
  incident: TicketSummary,
  removed: LiveRemoval,
} as const;
export type LiveEventName = keyof typeof LIVE_EVENTS;
export type LiveEvent = {
  [Name in LiveEventName]: { name: Name; data: Static<(typeof LIVE_EVENTS)[Name]> };
}[LiveEventName];
