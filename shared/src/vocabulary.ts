/** The field's closed word lists: each is a runtime array and the literal union made from it. */

export const HEALTHS = ['up', 'degraded', 'down', 'unknown'] as const;
/** What is known of a device; `unknown` means that nobody is looking, never that it is down. */
export type Health = (typeof HEALTHS)[number];

export const LINKS = ['fibre', 'm2m', 'vsat', 'other'] as const;
export type Link = (typeof LINKS)[number];

export const DEVICE_KINDS = ['atm', 'router', 'switch', 'server', 'ups', 'link', 'other'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** Probe types in service; tcp, http, tls and snmp join when their probes exist. */
export const CHECK_TYPES = ['icmp', 'host'] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

export const AGENT_STATES = ['pending', 'online', 'lost', 'stopped', 'revoked'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** How an agent sends its ICMP: `raw` sockets, the system's `ping` (dearer, coarser), or not at all. */
export const PROBE_MODES = ['raw', 'system-ping', 'none'] as const;
export type ProbeMode = (typeof PROBE_MODES)[number];

export const TICKET_TYPES = ['incident', 'service_request', 'problem', 'change', 'claim', 'event'] as const;
export type TicketType = (typeof TICKET_TYPES)[number];

export const TICKET_STATES = [
  'new',
  'assigned',
  'in_progress',
  'on_hold',
  'resolved',
  'closed',
  'cancelled',
] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** Canonical priorities, the most pressing first. */
export const PRIORITIES = ['critical', 'urgent', 'high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const ROLES = [
  'SUPER_ADMIN',
  'ADMIN',
  'SECURITY_ANALYST',
  'MANAGER',
  'TECHNICIAN',
  'AGENT',
  'USER',
] as const;
export type Role = (typeof ROLES)[number];

/** What an incident of monitoring can be about. */
export const CONDITIONS = ['unreachable'] as const;
export type Condition = (typeof CONDITIONS)[number];

/**
 * The result of one probe cycle as it travels in telemetry columns (detection.md, rule 1):
 * `ok` at least one packet came back; `failed` all were lost or refused on the way;
 * `skipped` the agent itself could not probe (no right, no network device): stored, never judged.
 */
export const OUTCOME = { ok: 0, failed: 1, skipped: 2 } as const;
export type OutcomeCode = (typeof OUTCOME)[keyof typeof OUTCOME];

/** ICMP packets in one probe cycle (detection.md, rule 1). */
export const PACKETS_PER_CYCLE = 3;

/** Default probe timeout by link in milliseconds (detection.md, rule 1). */
export const TIMEOUT_MS_BY_LINK: Readonly<Record<Link, number>> = {
  fibre: 500,
  m2m: 1000,
  vsat: 2000,
  other: 1000,
};
