import type { Link } from '@siaga/shared';
import type { AgentReason, BlindReason, HealthReason, ResolveReason } from '../detection/index.js';

/** What happened to devices, agents and incidents in English words, by code. Pure. */

/** Facts behind an entry, as they are stored. */
export type Data = Readonly<Record<string, unknown>>;

export const LINK_WORDS: Readonly<Record<Link, string>> = {
  fibre: 'fibre link',
  m2m: 'M2M link',
  vsat: 'VSAT link',
  other: 'link',
};

/** `2026-01-15 08:00:15 UTC`; the text itself where it is no time. */
export const utc = (at: string | number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? String(at)
    : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
};

/** `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: the two largest units. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
};

/** `1 probe cycle`, `3 probe cycles`. */
export const cycles = (count: number): string => `${count} probe ${count === 1 ? 'cycle' : 'cycles'}`;

const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const BLIND: Readonly<Record<BlindReason, string>> = {
  'agent-lost': 'the connection of its agent broke without a word',
  'agent-stopped': 'its agent was stopped',
  'agent-silent': 'its agent fell silent',
  'agent-revoked': "its agent's credentials were taken away",
  'hub-away': 'no hub was running',
  'not-judged': 'its samples waited too long to be judged',
};

/** Why a device's health is what it is, as the end of a sentence. */
export const HEALTH_WORDS: Readonly<Record<HealthReason, (data: Data) => string>> = {
  'three-cycles-failed': (data) => `${cycles(numberOf(data['cycles'], 3))} in a row failed`,
  'six-cycles-failed': (data) =>
    `${cycles(numberOf(data['cycles'], 6))} in a row failed on a link that had been losing packets before`,
  'two-cycles-good': (data) => `${cycles(numberOf(data['cycles'], 2))} in a row were answered`,
  'agent-changed': () => 'another agent watches it from then on',
  'no-samples': () => 'its agent brought no samples of it',
  ...(Object.fromEntries(Object.entries(BLIND).map(([code, words]) => [code, () => words])) as Record<
    BlindReason,
    () => string
  >),
};

/** What happened to an agent, after its name. */
export const AGENT_WORDS: Readonly<Record<AgentReason, (data: Data) => string>> = {
  'agent-lost': () => 'was lost: its connection broke without a word',
  'agent-stopped': () => 'was stopped',
  'agent-silent': () => 'fell silent',
  'agent-revoked': () => 'was revoked: its credentials were taken away',
  'hub-away': () => 'was not heard: no hub was running',
  'not-judged': () => 'brought samples that waited too long to be judged',
  'agent-heard-again': (data) => {
    const after = textOf(data['after']);
    const what: Readonly<Record<BlindReason, string>> = {
      'agent-lost': 'after its connection broke',
      'agent-stopped': 'after it was stopped',
      'agent-silent': 'after its silence',
      'agent-revoked': 'after it was revoked',
      'hub-away': 'after no hub was running',
      'not-judged': 'after its samples waited too long',
    };
    return after === undefined || !isOneOf(what, after) ? 'is heard again' : `is heard again ${what[after]}`;
  },
};

/** Why monitoring opened or resolved an incident. */
export const INCIDENT_REASONS: Readonly<Record<HealthReason | ResolveReason, (data: Data) => string>> = {
  ...HEALTH_WORDS,
  'three-cycles-good': () => 'it answers again',
  'device-removed': () => 'the device was taken out of service',
};

const INCIDENT_EVENTS = {
  opened: 'was opened',
  reopened: 'was reopened',
  resolved: 'was resolved',
  acknowledged: 'was acknowledged',
  unacknowledged: 'is no longer acknowledged',
  commented: 'was commented on',
  assigned: 'was assigned',
  closed: 'was closed',
  cancelled: 'was cancelled',
} as const;

/** What people did to a device. */
const NOTES = {
  'device-deleted': 'The device was deleted',
  'device-restored': 'The device was restored',
} as const;

const HEALTH_HEADS: Readonly<Record<string, string>> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
};

/** True where the table has words for the code. */
const isOneOf = <Code extends string>(table: Readonly<Record<Code, unknown>>, code: string): code is Code =>
  Object.hasOwn(table, code);

/** A code that nobody has words for yet, readable all the same. */
const plain = (code: string): string => code.replaceAll(/[-_]+/g, ' ');

/** Why a device's health is what it is, as the end of a sentence; `code` is whatever was stored. */
export const healthWords = (code: string, data: Data): string =>
  isOneOf(HEALTH_WORDS, code) ? HEALTH_WORDS[code](data) : plain(code);

export interface Told {
  kind: string;
  code: string;
  data: Data;
}

/** The entry in one English sentence without a full stop. Never empty. */
export const wordsOf = ({ kind, code, data }: Told): string => {
  switch (kind) {
    case 'health': {
      const to = textOf(data['to']);
      const since = textOf(data['since']);
      const head = (to === undefined ? undefined : HEALTH_HEADS[to]) ?? 'Health changed';
      return `${head}${since === undefined ? '' : ` since ${utc(since)}`}: ${healthWords(code, data)}`;
    }
    case 'agent': {
      const name = textOf(data['agent_name']);
      const what = isOneOf(AGENT_WORDS, code) ? AGENT_WORDS[code](data) : plain(code);
      return `Agent${name === undefined ? '' : ` ${name}`} ${what}`;
    }
    case 'incident':
      return incidentWords(code, data);
    case 'late-data': {
      const [from, to] = [textOf(data['from']), textOf(data['to'])];
      const span = from === undefined || to === undefined ? '' : ` of ${utc(from)} to ${utc(to)}`;
      const healedMs = numberOf(data['healed_ms'], 0);
      const downMs = numberOf(data['down_ms'], 0);
      const down = downMs > 0 ? `, down for ${duration(downMs)} of it` : '';
      return `Late samples${span} filled in ${duration(healedMs)} that had been unknown${down}`;
    }
    case 'note':
      return isOneOf(NOTES, code) ? `${NOTES[code]}${byWhom(data)}` : plain(code) || 'Note';
    default:
      return plain(code) || plain(kind) || 'Something happened';
  }
};

const byWhom = (data: Data): string => {
  const actor = textOf(data['actor']);
  return actor === undefined ? '' : ` by ${actor}`;
};

const incidentWords = (code: string, data: Data): string => {
  const number = textOf(data['ticket_number']);
  const reason = textOf(data['reason']);
  const what = isOneOf(INCIDENT_EVENTS, code) ? INCIDENT_EVENTS[code] : `changed (${plain(code)})`;
  const known = reason !== undefined && isOneOf(INCIDENT_REASONS, reason);
  const why = reason === undefined ? '' : `: ${known ? INCIDENT_REASONS[reason](data) : shortened(reason)}`;
  return `Incident${number === undefined ? '' : ` ${number}`} ${what}${byWhom(data)}${why}`;
};

const LONGEST_QUOTE = 500;
/** What people wrote, as much of it as belongs into a line. */
const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length <= LONGEST_QUOTE ? text : `${characters.slice(0, LONGEST_QUOTE).join('')}…`;
};
