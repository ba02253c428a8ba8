import type { AgentState, ExplainVerdict, Explanation, Health, Link, TicketState } from '@siaga/shared';
import type { DetectionSettings } from '../detection/index.js';
import { cycles, duration, healthWords, LINK_WORDS, utc, wordsOf, type Data } from './words.js';

/** Why an incident was, or was not, raised about a device: from what is on record, and nothing else. Pure. */

export interface IncidentFacts {
  id: string;
  number: string;
  /** Not recovered yet, as monitoring sees it. */
  isOpen: boolean;
  state: TicketState;
  occurrences: number;
  detectedAtMs: number;
  /** Why it was opened: a reason of detection. */
  reason: string | null;
  /** What ended it: resolved, closed or cancelled; `actor` null: monitoring itself. */
  ended: { event: string; atMs: number; reason: string | null; actor: string | null } | null;
  acknowledged: { atMs: number; by: string; reason: string } | null;
}

export interface ExplainFacts {
  nowMs: number;
  device: { id: string; name: string; link: Link; inServiceSinceMs: number; isProbed: boolean };
  agent: { id: string; name: string; state: AgentState; lastSeenAtMs: number | null };
  settings: Pick<DetectionSettings, 'resolveAfterGoods'>;
  health: Health;
  sinceMs: number;
  /** Good cycles in a row when the health began, as saved with it. */
  goods: number;
  /** What the timeline says of the present health. */
  healthEntry: { code: string; atMs: number; data: Data } | null;
  /** The last word about the agent. */
  agentEntry: { code: string; atMs: number; data: Data } | null;
  /** The newest incident of monitoring about the device. */
  incident: IncidentFacts | null;
  /** What PostgreSQL refused since the present health began, the newest. */
  parked: { what: 'open' | 'resolve' | 'verdict'; atMs: number; reason: string } | null;
  /** The newest late data that told of an outage. */
  late: { atMs: number; data: Data } | null;
  /** Whether the reader may see tickets. Without it the answer is the same whether there is an incident or none. */
  withIncidents: boolean;
}

type Reason = Explanation['reasons'][number];

const ENDED: readonly TicketState[] = ['resolved', 'closed', 'cancelled'];
const isEnded = ({ state }: IncidentFacts): boolean => ENDED.includes(state);

/** The one word for it. */
export const verdictOf = ({ health, sinceMs, incident }: ExplainFacts): ExplainVerdict => {
  const isOpen = incident !== null && incident.isOpen && !isEnded(incident);
  switch (health) {
    case 'unknown':
      return 'unobserved';
    case 'up':
      return isOpen ? 'recovering' : 'healthy';
    case 'degraded':
      return isOpen ? 'recovering' : 'no-incident';
    case 'down':
      if (isOpen) return 'incident-open';
      // An incident that ended before this outage began says nothing about it.
      return incident &&
        isEnded(incident) &&
        (incident.isOpen || (incident.ended?.atMs ?? -Infinity) >= sinceMs)
        ? 'incident-closed'
        : 'no-incident';
  }
};

/** Answers verdict, words and reasons, the newest first. */
export const explain = (known: ExplainFacts): Explanation => {
  const facts = known.withIncidents ? known : withoutIncidents(known);
  const verdict = verdictOf(facts);
  const reasons = reasonsOf(facts, verdict)
    .map((reason, place) => ({ reason, place }))
    // What was put in later follows from what came before it.
    .sort((a, b) => Date.parse(b.reason.at) - Date.parse(a.reason.at) || b.place - a.place)
    .map(({ reason }) => reason);
  return { health: facts.health, verdict, text: textOf(facts, verdict), reasons };
};

/** What a reader sees who may not see tickets; the words and reasons below leave out what is said of incidents. */
const withoutIncidents = (facts: ExplainFacts): ExplainFacts => ({
  ...facts,
  incident: null,
  parked: facts.parked?.what === 'verdict' ? facts.parked : null,
});

const iso = (ms: number): string => new Date(ms).toISOString();
const said = (entry: { kind: string; code: string; data: Data }): string => `${wordsOf(entry)}.`;

const reasonsOf = (facts: ExplainFacts, verdict: ExplainVerdict): Reason[] => {
  const { device, agent, incident, parked, late, healthEntry, withIncidents } = facts;
  const reasons: Reason[] = [];
  const agentRef: Reason['ref'] = { kind: 'agent', id: agent.id, name: agent.name };
  const add = (code: string, atMs: number, text: string, ref: Reason['ref'] = null, data: Data = {}): void =>
    void reasons.push({ code, text, at: iso(atMs), ref, data });

  if (facts.health === 'unknown') addAgent(facts, add, agentRef);
  if (healthEntry) {
    const isOfAgent = healthEntry.code.startsWith('agent-') || healthEntry.code === 'no-samples';
    add(
      healthEntry.code,
      healthEntry.atMs,
      said({ kind: 'health', ...healthEntry }),
      isOfAgent ? agentRef : null,
      healthEntry.data,
    );
  } else if (!device.isProbed) {
    add('no-check', facts.sinceMs, 'It has no check that tells whether it answers.');
  } else if (facts.health === 'unknown') {
    const text = `No probe of it has been judged since ${utc(device.inServiceSinceMs)}.`;
    add('never-judged', device.inServiceSinceMs, text, agentRef);
  }
  if (late)
    add(
      'late-data',
      late.atMs,
      `${said({ kind: 'late-data', code: 'late-data', data: late.data })}${withIncidents ? ' Late data never opens an incident.' : ''}`,
      null,
      late.data,
    );
  if (incident && verdict !== 'healthy' && verdict !== 'no-incident') addIncident(incident, add);
  if (verdict === 'recovering' && !parked) {
    const { resolveAfterGoods } = facts.settings;
    const text = `It resolves after ${resolveAfterGoods} good probe cycles in a row; ${cycles(facts.goods)} had been good when it was found up.`;
    add('awaiting-good-cycles', facts.sinceMs, text, null, { goods: facts.goods, needed: resolveAfterGoods });
  }
  if (parked) {
    const data = withIncidents ? { reason: parked.reason } : {};
    const why = withIncidents ? `: ${parked.reason}` : '';
    add(`${parked.what}-parked`, parked.atMs, `${PARKED[parked.what]}${why}.`, null, data);
  } else if (verdict === 'no-incident' && withIncidents) {
    if (facts.health === 'degraded')
      add('degraded-only', facts.sinceMs, 'A degraded device opens no incident of its own yet.');
    else
      add(
        'not-opened',
        facts.sinceMs,
        'None was opened for this outage so far; the next failed cycle asks again.',
      );
  }
  return reasons;
};

const PARKED = {
  open: 'Opening its incident was refused',
  resolve: 'Resolving its incident was refused',
  verdict: 'Saving its verdict was refused',
} as const;

type Add = (code: string, atMs: number, text: string, ref?: Reason['ref'], data?: Data) => void;

/** Why nobody looks, as far as the agent tells. */
const addAgent = (facts: ExplainFacts, add: Add, ref: Reason['ref']): void => {
  const { agent, agentEntry } = facts;
  if (agent.state === 'pending') {
    add(
      'agent-pending',
      facts.device.inServiceSinceMs,
      `Agent ${agent.name} waits for its enrolment, or has not connected since.`,
      ref,
    );
    return;
  }
  if (agentEntry) {
    const data = { ...agentEntry.data, agent_name: agent.name };
    add(
      `${agentEntry.code}`,
      agentEntry.atMs,
      said({ kind: 'agent', code: agentEntry.code, data }),
      ref,
      agentEntry.data,
    );
  } else if (agent.state !== 'online') {
    const atMs = agent.lastSeenAtMs ?? facts.sinceMs;
    add(
      `agent-${agent.state}`,
      atMs,
      said({ kind: 'agent', code: `agent-${agent.state}`, data: { agent_name: agent.name } }),
      ref,
    );
  }
};

const addIncident = (incident: IncidentFacts, add: Add): void => {
  const ref: Reason['ref'] = { kind: 'incident', id: incident.id, name: incident.number };
  const told = (event: string, more: Data): string =>
    said({ kind: 'incident', code: event, data: { ticket_number: incident.number, ...more } });
  const opened = incident.occurrences > 1 ? 'reopened' : 'opened';
  const { acknowledged, ended } = incident;
  const opening = { reason: incident.reason ?? undefined, occurrences: incident.occurrences };
  add(`incident-${opened}`, incident.detectedAtMs, told(opened, opening), ref, opening);
  if (acknowledged) {
    const data = { actor: acknowledged.by, reason: acknowledged.reason };
    add('incident-acknowledged', acknowledged.atMs, told('acknowledged', data), ref, data);
  }
  if (ended && isEnded(incident)) {
    const data = {
      ...(ended.actor !== null && { actor: ended.actor }),
      ...(ended.reason !== null && { reason: ended.reason }),
    };
    add(`incident-${ended.event}`, ended.atMs, told(ended.event, data), ref, data);
  }
};

const textOf = (facts: ExplainFacts, verdict: ExplainVerdict): string => {
  const { device, agent, incident, health, withIncidents } = facts;
  const forHowLong = `since ${utc(facts.sinceMs)} (${duration(facts.nowMs - facts.sinceMs)})`;
  const place = `on its ${LINK_WORDS[device.link]}, watched by agent ${agent.name}`;
  const number = incident ? ` ${incident.number}` : '';
  const why = whyOf(facts);
  switch (verdict) {
    case 'healthy':
      return `${device.name} answers its probes ${forHowLong}, ${place}${withIncidents ? '; nothing is open about it' : ''}.`;
    case 'incident-open':
      return `${device.name} has not answered ${forHowLong}, ${place}${why}. Incident${number} is open.`;
    case 'recovering':
      return (
        `${device.name} answers again ${forHowLong}, ${place}${why}. Incident${number} is still open: ` +
        `it resolves after ${facts.settings.resolveAfterGoods} good probe cycles in a row.`
      );
    case 'incident-closed': {
      const ended = incident?.ended;
      const by = !ended || ended.actor === null ? '' : ` by ${ended.actor}`;
      return `${device.name} has not answered ${forHowLong}, ${place}${why}. Its incident${number} was ${ended?.event ?? 'ended'}${by} all the same, so none is open.`;
    }
    case 'no-incident': {
      const state = health === 'degraded' ? 'has been degraded' : 'has not answered';
      const refused = facts.parked ? ': opening one was refused' : '';
      const none = withIncidents ? ` No incident is open about it${refused}.` : '';
      return `${device.name} ${state} ${forHowLong}, ${place}${why}.${none}`;
    }
    case 'unobserved': {
      const open = incident?.isOpen && !isEnded(incident);
      const rest = open
        ? `Incident${number} stays open until it is seen to answer.`
        : `Whether it answers is not known${withIncidents ? ', so no incident is opened' : ''}.`;
      return `Nobody has been looking at ${device.name} ${forHowLong}, ${place}${why}. ${rest}`;
    }
  }
};

/** `: 3 probe cycles in a row failed`, or nothing where no reason is on record. */
const whyOf = ({ healthEntry }: ExplainFacts): string =>
  healthEntry ? `: ${healthWords(healthEntry.code, healthEntry.data)}` : '';
