import { msg, str } from '@lit/localize';
import type { Explanation, ExplainVerdict, Health, TimelineEntry } from '@siaga/shared';
import { HEALTHS } from '@siaga/shared';
import { wholeNumber } from './numbers.js';
import { durationWords, exactTime } from './time.js';
import { healthWord } from './words.js';

/**
 * What detection and the desk give as codes, said in the page's language. For every page that tells why: the device's
 * "Why?" and timeline, an incident's verdict and history. A code without words here is told in the hub's own English
 * (its `text`), so that a newer hub is never mute.
 *
 * - `becauseWords`: a reason of detection as the end of a sentence ("3 probe cycles in a row failed")
 * - `timelineWords`: an entry of a device's timeline, a whole sentence
 * - `verdictWords`: the answer to "Why is there (no) incident?"
 * - `explainWords`: one of the reasons behind that answer
 */

/** Facts behind a code; what of them is there depends on the code. */
export type ReasonData = Readonly<Record<string, unknown>>;

type Words = (data: ReasonData, locale: string) => string;

const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const timeOf = (value: unknown, locale: string): string | undefined => {
  const atMs = Date.parse(wordOf(value) ?? '');
  return Number.isNaN(atMs) ? undefined : exactTime(atMs, locale);
};
const healthOf = (value: unknown): Health | undefined => HEALTHS.find((health) => health === value);

const cycles = (data: ReasonData, otherwise: number, locale: string): string =>
  wholeNumber(numberOf(data['cycles'], otherwise), locale);

/** Reasons of detection: why a health changed, why an incident was opened or resolved. */
const BECAUSE: Readonly<Record<string, Words>> = {
  'three-cycles-failed': (data, locale) =>
    msg(str`${cycles(data, 3, locale)} probe cycles in a row failed: every packet of each was lost`),
  'six-cycles-failed': (data, locale) =>
    msg(
      str`${cycles(data, 6, locale)} probe cycles in a row failed; this link had been losing packets before, so more proof was wanted`,
    ),
  'two-cycles-good': (data, locale) =>
    msg(str`${cycles(data, 2, locale)} probe cycles in a row were answered`),
  'three-cycles-good': (data, locale) =>
    msg(str`${cycles(data, 3, locale)} probe cycles in a row were answered again`),
  'device-removed': () => msg('the device was removed from monitoring'),
  'agent-changed': () => msg('another agent watches it from then on'),
  'no-samples': () => msg('its agent is there, but brought no samples of it'),
  'agent-lost': () => msg('the connection of its agent broke without a word'),
  'agent-stopped': () => msg('its agent was stopped'),
  'agent-silent': () => msg('its agent fell silent'),
  'agent-revoked': () => msg('the credentials of its agent were taken away'),
  'hub-away': () => msg('Siaga itself was not running'),
  'not-judged': () => msg('its samples waited too long to be judged'),
};

/** What happened to an agent; `agent` is its name with the word, e.g. "Agent bandung-1". */
const AGENT: Readonly<Record<string, (agent: string) => string>> = {
  'agent-lost': (agent) => msg(str`${agent} was lost: its connection broke without a word.`),
  'agent-stopped': (agent) => msg(str`${agent} was stopped.`),
  'agent-silent': (agent) => msg(str`${agent} fell silent.`),
  'agent-revoked': (agent) => msg(str`${agent} was revoked: its credentials were taken away.`),
  'agent-pending': (agent) => msg(str`${agent} has not been enrolled yet, or has not connected since.`),
  'hub-away': (agent) => msg(str`${agent} was not heard: Siaga itself was not running.`),
  'not-judged': (agent) => msg(str`${agent} brought samples that waited too long to be judged.`),
  'agent-heard-again': (agent) => msg(str`${agent} is heard again.`),
};

/** What happened to an incident; its number stands beside it as a link. */
const INCIDENT: Readonly<Record<string, () => string>> = {
  opened: () => msg('The incident was opened'),
  reopened: () => msg('The incident was reopened'),
  resolved: () => msg('The incident was resolved'),
  acknowledged: () => msg('The incident was acknowledged'),
  unacknowledged: () => msg('The acknowledgement was taken back'),
  commented: () => msg('The incident was commented on'),
  assigned: () => msg('The incident was assigned'),
  closed: () => msg('The incident was closed'),
  cancelled: () => msg('The incident was cancelled'),
};

/** What people did to a device. */
const NOTE: Readonly<Record<string, () => string>> = {
  'device-deleted': () => msg('The device was deleted'),
  'device-restored': () => msg('The device was restored'),
};

/** Reasons that only an explanation has. */
const EXPLAIN: Readonly<Record<string, Words>> = {
  'no-check': () => msg('It has no check that tells whether it answers.'),
  'never-judged': () => msg('No probe of it has been judged since it came into service.'),
  'awaiting-good-cycles': (data, locale) => {
    const needed = wholeNumber(numberOf(data['needed'], 3), locale);
    const goods = wholeNumber(numberOf(data['goods'], 0), locale);
    return msg(
      str`The incident resolves after ${needed} good probe cycles in a row; ${goods} had been good when it was found up.`,
    );
  },
  'degraded-only': () => msg('A degraded device opens no incident by itself.'),
  'not-opened': () =>
    msg('No incident has been opened for this outage so far; the next failed cycle asks again.'),
  'open-parked': () => msg('Opening its incident was refused by the database.'),
  'resolve-parked': () => msg('Resolving its incident was refused by the database.'),
  'verdict-parked': () => msg('Saving its verdict was refused by the database.'),
};

const VERDICT: Readonly<Record<ExplainVerdict, (health: Health) => string>> = {
  healthy: () => msg('All is well: it answers its probes, and no incident is open.'),
  'incident-open': () => msg('It does not answer, so an incident is open.'),
  recovering: () => msg('It answers again; its incident closes after a few more good probes.'),
  'incident-closed': () =>
    msg('It still does not answer, but its incident was resolved or closed by hand, so none is open.'),
  'no-incident': (health) =>
    health === 'degraded'
      ? msg('It answers, but badly; no incident is open about that.')
      : msg('It does not answer, and no incident is open.'),
  unobserved: () => msg('Nobody is looking at it just now, so whether it answers is not known.'),
};

/** For those who may not see tickets: the hub tells them the same whether there is an incident or none. */
const WITHOUT_INCIDENTS: Readonly<Partial<Record<ExplainVerdict, (health: Health) => string>>> = {
  healthy: () => msg('All is well: it answers its probes.'),
  'no-incident': (health) =>
    health === 'degraded' ? msg('It answers, but badly.') : msg('It does not answer.'),
};

/** The codes that have words, by where they occur. */
export const KNOWN_CODES = {
  because: Object.keys(BECAUSE),
  agent: Object.keys(AGENT),
  incident: Object.keys(INCIDENT),
  note: Object.keys(NOTE),
  explain: [...Object.keys(EXPLAIN), 'late-data'],
} as const;

const found = <T>(table: Readonly<Record<string, T>>, code: string): T | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

const sentence = (words: string): string => {
  const capital = words.charAt(0).toLocaleUpperCase() + words.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
};

/** A reason of detection as the end of a sentence, without a full stop; undefined for a code without words. */
export const becauseWords = (code: string, data: ReasonData, locale: string): string | undefined =>
  found(BECAUSE, code)?.(data, locale);

/** The same as a sentence; a code without words is made readable. */
export const reasonSentence = (code: string, data: ReasonData, locale: string): string =>
  sentence(becauseWords(code, data, locale) ?? code.replaceAll(/[-_]+/g, ' '));

/** Whether it is a code of a newer hub: never shown to anybody as it is. */
const isCode = (text: string): boolean => /^[a-z0-9]+([-_][a-z0-9]+)*$/.test(text);

/** A reason as a sentence; what is no code is somebody's own words. */
export const reasonWords = (reason: string, data: ReasonData, locale: string): string => {
  const because = becauseWords(reason, data, locale);
  if (because !== undefined) return sentence(because);
  return isCode(reason) ? msg('For a reason that this version of the page has no words for.') : reason;
};

/** What was healed, and how much of it had been an outage. */
const lateWords: Words = (data, locale) => {
  if (typeof data['healed_ms'] !== 'number') return msg('Samples that came late changed what was known.');
  const healed = durationWords(numberOf(data['healed_ms'], 0), locale);
  const downMs = numberOf(data['down_ms'], 0);
  const [from, to] = [timeOf(data['from'], locale), timeOf(data['to'], locale)];
  const span = from === undefined || to === undefined ? '' : ` (${from} – ${to})`;
  if (downMs <= 0) {
    return msg(
      str`Samples that came late filled in ${healed} that had been unknown${span}. No outage was in it.`,
    );
  }
  const down = durationWords(downMs, locale);
  return msg(
    str`Samples that came late filled in ${healed} that had been unknown${span}: down for ${down} of it. Late samples open no incident.`,
  );
};

const agentNamed = (data: ReasonData, name: string | undefined): string => {
  const known = wordOf(data['agent_name']) ?? name;
  return known === undefined ? msg('Its agent') : msg(str`Agent ${known}`);
};

const byWhom = (what: string, data: ReasonData): string => {
  const actor = wordOf(data['actor']);
  return actor === undefined ? what : msg(str`${what} by ${actor}`);
};

const incidentWords = (event: string, data: ReasonData, locale: string): string | undefined => {
  const what = found(INCIDENT, event)?.();
  if (what === undefined) return undefined;
  const done = byWhom(what, data);
  const reason = wordOf(data['reason']);
  if (reason === undefined) return sentence(done);
  // Monitoring's own reasons are codes, people's are what they wrote.
  return sentence(`${done}: ${becauseWords(reason, data, locale) ?? reason}`);
};

const healthSentence = (code: string, data: ReasonData, locale: string): string | undefined => {
  const because = becauseWords(code, data, locale);
  const to = healthOf(data['to']);
  if (because === undefined) return undefined;
  return to === undefined ? sentence(because) : sentence(`${healthWord(to)}: ${because}`);
};

type Told = Pick<TimelineEntry, 'kind' | 'code' | 'text' | 'data'>;

/** An entry of the timeline in a sentence. */
export const timelineWords = (entry: Told, locale: string): string => {
  const { kind, code, data, text } = entry;
  switch (kind) {
    case 'health':
      return healthSentence(code, data, locale) ?? text;
    case 'agent':
      return found(AGENT, code)?.(agentNamed(data, undefined)) ?? text;
    case 'incident':
      return incidentWords(code, data, locale) ?? text;
    case 'late-data':
      return lateWords(data, locale);
    case 'note': {
      const what = found(NOTE, code)?.();
      return what === undefined ? text : sentence(byWhom(what, data));
    }
  }
};

/** The answer to "why?" in a sentence. */
export const verdictWords = (verdict: ExplainVerdict, health: Health, withIncidents: boolean): string =>
  (withIncidents ? undefined : WITHOUT_INCIDENTS[verdict]?.(health)) ?? VERDICT[verdict](health);

type ExplainReason = Explanation['reasons'][number];

/** One reason behind the answer, in a sentence. */
export const explainWords = (reason: Omit<ExplainReason, 'at'>, locale: string): string => {
  const { code, data, ref, text } = reason;
  const own = found(EXPLAIN, code);
  if (own) return own(data, locale);
  if (code === 'late-data') return lateWords(data, locale);
  const event = code.startsWith('incident-') ? code.slice('incident-'.length) : undefined;
  if (event !== undefined || ref?.kind === 'incident') {
    return incidentWords(event ?? code, data, locale) ?? text;
  }
  // A change of health says which; the same code without one is about the agent.
  const health = data['to'] === undefined ? undefined : healthSentence(code, data, locale);
  if (health !== undefined) return health;
  const agent = found(AGENT, code)?.(agentNamed(data, ref?.kind === 'agent' ? ref.name : undefined));
  return agent ?? healthSentence(code, data, locale) ?? text;
};
