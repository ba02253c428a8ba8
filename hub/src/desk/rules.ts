import type {
  Condition,
  DeviceKind,
  Evidence,
  LEVELS,
  Priority,
  TicketState,
  TicketType,
  V1_PRIORITIES,
  V1_STATUSES,
  V1_TICKET_TYPES,
} from '@siaga/shared';

/** The desk's decisions as data and pure functions (domain.md, dialects.md). */

export type Approval = 'none' | 'pending' | 'approved' | 'rejected';
export type Level = (typeof LEVELS)[number];
export type V1Status = (typeof V1_STATUSES)[number];
export type V1Priority = (typeof V1_PRIORITIES)[number];
export type V1TicketType = (typeof V1_TICKET_TYPES)[number];

/** dialects.md, "Status", read, first match: how v1 names a ticket's state. */
export const v1StatusOf = (state: TicketState, approval: Approval): V1Status => {
  if (state === 'cancelled' || state === 'closed') return 'closed';
  if (state === 'resolved') return 'resolved';
  return approval === 'pending' ? 'new' : state;
};

export interface StateMatch {
  states: readonly TicketState[];
  /** Only tickets whose approval is pending, or only others; any where absent. */
  pending?: boolean;
}
export const UNRESOLVED = ['new', 'assigned', 'in_progress', 'on_hold'] as const satisfies TicketState[];

/** The other way round: which tickets a v1 status finds. A ticket is found by exactly the status it shows. */
export const STATES_OF_V1: Record<V1Status, readonly StateMatch[]> = {
  new: [{ states: ['new'] }, { states: UNRESOLVED, pending: true }],
  assigned: [{ states: ['assigned'], pending: false }],
  in_progress: [{ states: ['in_progress'], pending: false }],
  on_hold: [{ states: ['on_hold'], pending: false }],
  resolved: [{ states: ['resolved'] }],
  closed: [{ states: ['closed', 'cancelled'] }],
};

/** A status filter as it came: one, several by comma, or `open` for every unresolved state. */
export const statesMatching = (status: string): StateMatch[] =>
  status
    .split(',')
    .flatMap((word) => (word === 'open' ? [{ states: UNRESOLVED }] : STATES_OF_V1[word as V1Status]));

/** v1 has four priorities and reads urgent as high (domain.md, "Priority"). */
export const v1PriorityOf = (priority: Priority): V1Priority => (priority === 'urgent' ? 'high' : priority);
export const prioritiesMatching = (priority: V1Priority): Priority[] =>
  priority === 'high' ? ['urgent', 'high'] : [priority];

/** v1 has no claim and no event (dialects.md, "Types across"). */
export const v1TypeOf = (type: TicketType): V1TicketType =>
  type === 'claim' || type === 'event' ? 'service_request' : type;
export const typesMatching = (type: V1TicketType): TicketType[] =>
  type === 'service_request' ? ['service_request', 'claim', 'event'] : [type];

/** Impact × urgency (domain.md, "Priority"). */
export const PRIORITY_OF: Record<Level, Record<Level, Priority>> = {
  high: { high: 'critical', medium: 'high', low: 'medium' },
  medium: { high: 'high', medium: 'medium', low: 'low' },
  low: { high: 'medium', medium: 'low', low: 'low' },
};

/** What a failing device takes with it: network gear cuts off what lies behind it, a cash machine its customers. */
export const IMPACT_OF_KIND: Record<DeviceKind, Level> = {
  router: 'high',
  switch: 'high',
  link: 'high',
  atm: 'medium',
  server: 'medium',
  ups: 'medium',
  other: 'low',
};

/** How soon somebody must look: what does not answer serves nobody. */
export const URGENCY_OF_CONDITION: Record<Condition, Level> = { unreachable: 'high' };

/** detection.md, rule 9: a recurrence within this time belongs to the incident before. */
export const REOPEN_WITHIN_MS = 30 * 60_000;

/** What a new occurrence means for the subject's newest incident. */
export const recurrenceOf = (
  latest: { isOpen: boolean; state: TicketState; resolvedAtMs: number | null } | undefined,
  detectedAtMs: number,
): 'already-open' | 'reopen' | 'new' => {
  if (!latest) return 'new';
  if (latest.isOpen) return 'already-open';
  // Only what monitoring resolved comes back by itself; what people closed or cancelled stays so.
  const isRecent = latest.resolvedAtMs !== null && detectedAtMs - latest.resolvedAtMs <= REOPEN_WITHIN_MS;
  return latest.state === 'resolved' && isRecent ? 'reopen' : 'new';
};

const SERIAL_DIGITS = 6;
/** `INC-20260115-001234`: day in UTC, then the sequence's number with six digits or as many as it needs. */
export const incidentNumber = (atMs: number, serial: number): string =>
  `INC-${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}-${String(serial).padStart(SERIAL_DIGITS, '0')}`;

/** How a ticket may be named: by its id, its number or the global integer (dialects.md, "Ids"). */
export type TicketKey = { id: string } | { number: string } | { serial: number };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER = /^[a-z]{2,4}-[0-9]{4,8}-[0-9]{6,15}$/i;
const SERIAL = /^[0-9]{1,15}$/;

/** Reads any of the three forms; undefined where it is none, and so names no ticket. */
export const ticketKeyOf = (text: string): TicketKey | undefined => {
  if (UUID.test(text)) return { id: text };
  if (NUMBER.test(text)) return { number: text.toUpperCase() };
  return SERIAL.test(text) ? { serial: Number(text) } : undefined;
};

const nameOf = ({ name, address }: Evidence['device']): string =>
  name === address ? address : `${name} (${address})`;

/** One line that tells what is wrong, in plain English. */
export const titleOf = ({ device }: Evidence, condition: Condition): string => {
  switch (condition) {
    case 'unreachable':
      return `${nameOf(device)} does not answer`;
  }
};

const CAUSES: Record<string, (cycles: number) => string> = {
  'three-cycles-failed': (cycles) => `${cycles} probe cycles in a row failed: every packet was lost.`,
  'six-cycles-failed': (cycles) =>
    `${cycles} probe cycles in a row failed on a link that had been losing packets before: every packet was lost.`,
};

/** What is wrong, where, since when and why we think so. `firstFailedAtMs` is the first failed cycle's stamp. */
export const descriptionOf = (evidence: Evidence, firstFailedAt: string): string => {
  const { device, site, cycles, reason } = evidence;
  const since = `${firstFailedAt.slice(0, 19).replace('T', ' ')} UTC`;
  const what = `${nameOf(device)} at ${site.name} (${site.code}) has not answered since ${since}.`;
  const why = CAUSES[reason]?.(cycles.length) ?? `Reason: ${reason}.`;
  return `${what}\n${why}`;
};

/** Whether people may do something, with the reason where they may not. */
export type Verdict = { ok: true } | { ok: false; reason: string };

/** What the verdicts look at. */
export interface TicketFacts {
  number: string;
  type: TicketType;
  state: TicketState;
  /** Of incidents. */
  incident: {
    /** True from its opening to its recovery. */
    isOpen: boolean;
    acknowledged: { at: Date; by: string } | null;
  } | null;
}

const OK: Verdict = { ok: true };
const no = (reason: string): Verdict => ({ ok: false, reason });
const inWords = (state: TicketState): string => state.replace('_', ' ');
const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** detection.md, rule 13. Only an open incident wants to be noticed: the first who takes note wins, others hear who did. */
export const mayAcknowledge = ({ number, type, state, incident }: TicketFacts): Verdict => {
  if (type !== 'incident' || !incident)
    return no(`${number} is no incident; only incidents are acknowledged`);
  const isUnresolved = UNRESOLVED.some((unresolved) => unresolved === state);
  if (!isUnresolved || !incident.isOpen)
    return no(
      `${number} is ${isUnresolved ? 'over' : inWords(state)}; only an open incident can be acknowledged`,
    );
  const { acknowledged } = incident;
  if (acknowledged)
    return no(`${number} was already acknowledged by ${acknowledged.by} at ${minuteOf(acknowledged.at)}`);
  return OK;
};

/** What was acknowledged can be taken back; recovery has done so already. */
export const mayUnacknowledge = ({ number, type, incident }: TicketFacts): Verdict => {
  if (type !== 'incident' || !incident)
    return no(`${number} is no incident; only incidents are acknowledged`);
  return incident.acknowledged ? OK : no(`${number} is not acknowledged`);
};

/** As service desks have it: a resolved ticket is still talked about, a closed one is done. */
export const mayComment = ({ number, state }: TicketFacts): Verdict =>
  state === 'closed' || state === 'cancelled'
    ? no(`${number} is ${inWords(state)} and takes no more comments`)
    : OK;
