import { configureLocalization } from '@lit/localize';
import { VERDICTS, type Explanation, type TimelineEntry } from '@siaga/shared';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AGENT_REASONS, HEALTH_REASONS, RESOLVE_REASONS } from '../../../hub/src/detection/index.js';
import {
  becauseWords,
  explainWords,
  KNOWN_CODES,
  reasonSentence,
  timelineWords,
  verdictWords,
} from '../../../web/src/i18n/reason-words.js';
import * as indonesian from '../../../web/src/locales/generated/id.js';

const ENGLISH_OF_THE_HUB = 'as the hub says it';

const entry = (
  kind: TimelineEntry['kind'],
  code: string,
  data: TimelineEntry['data'] = {},
): Pick<TimelineEntry, 'kind' | 'code' | 'text' | 'data'> => ({ kind, code, data, text: ENGLISH_OF_THE_HUB });
const reason = (
  code: string,
  data: Record<string, unknown> = {},
  ref: Explanation['reasons'][number]['ref'] = null,
): Omit<Explanation['reasons'][number], 'at'> => ({ code, data, ref, text: ENGLISH_OF_THE_HUB });

/** Codes that the hub's explanation adds to those of detection and of an incident's history. */
const EXPLAINED = [
  'no-check',
  'never-judged',
  'late-data',
  'awaiting-good-cycles',
  'degraded-only',
  'open-parked',
  'resolve-parked',
  'verdict-parked',
  'agent-pending',
];

describe('words for every code', () => {
  let setLocale: (locale: string) => Promise<void>;
  beforeAll(() => {
    // Localisation tells the window when the language changes; here nobody listens.
    vi.stubGlobal('window', new EventTarget());
    ({ setLocale } = configureLocalization({
      sourceLocale: 'en',
      targetLocales: ['id'],
      loadLocale: () => Promise.resolve(indonesian),
    }));
  });
  afterAll(() => vi.unstubAllGlobals());

  /** A word in both languages: something else in each, and the hub's English in neither. */
  const inBoth = async (words: (locale: string) => string | undefined): Promise<[string, string]> => {
    await setLocale('en');
    const english = words('en') ?? '';
    await setLocale('id');
    const translated = words('id') ?? '';
    await setLocale('en');
    for (const text of [english, translated]) {
      expect(text.trim()).not.toBe('');
      expect(text).not.toContain(ENGLISH_OF_THE_HUB);
      expect(text).not.toContain('undefined');
      expect(text).not.toMatch(/\.\.|{|}/);
    }
    expect(translated).not.toBe(english);
    return [english, translated];
  };

  test.each([...new Set([...HEALTH_REASONS, ...RESOLVE_REASONS])])('detection: %s', async (code) => {
    await inBoth((locale) => becauseWords(code, { cycles: 4 }, locale));
    await inBoth((locale) => timelineWords(entry('health', code, { from: 'up', to: 'down' }), locale));
    await inBoth((locale) => timelineWords(entry('incident', 'opened', { reason: code }), locale));
    await inBoth((locale) => explainWords(reason(code, { to: 'down' }), locale));
  });

  test.each([...AGENT_REASONS])('agent: %s', async (code) => {
    const [english] = await inBoth((locale) =>
      timelineWords(entry('agent', code, { agent_name: 'a-1' }), locale),
    );
    expect(english).toContain('Agent a-1');
    const ref = { kind: 'agent', id: 'a', name: 'a-2' } as const;
    const [explained] = await inBoth((locale) => explainWords(reason(code, {}, ref), locale));
    expect(explained).toContain('Agent a-2');
  });

  test.each(KNOWN_CODES.incident)('incident: %s', async (code) => {
    const [english] = await inBoth((locale) =>
      timelineWords(entry('incident', code, { actor: 'Budi', reason: 'cable cut' }), locale),
    );
    expect(english).toMatch(/ by Budi: cable cut\.$/);
    await inBoth((locale) => explainWords(reason(`incident-${code}`), locale));
  });

  test.each(KNOWN_CODES.note)('note: %s', async (code) => {
    const [english] = await inBoth((locale) => timelineWords(entry('note', code, { actor: 'Budi' }), locale));
    expect(english).toMatch(/ by Budi\.$/);
    await inBoth((locale) => timelineWords(entry('note', code), locale));
  });

  test.each(EXPLAINED)('explanation: %s', async (code) => {
    await inBoth((locale) => explainWords(reason(code), locale));
  });

  test.each([...VERDICTS])('verdict: %s', async (verdict) => {
    for (const withIncidents of [true, false]) {
      await inBoth(() => verdictWords(verdict, 'down', withIncidents));
      await inBoth(() => verdictWords(verdict, 'degraded', withIncidents));
    }
  });

  test('facts are in the words', async () => {
    expect(reasonSentence('three-cycles-failed', { cycles: 7 }, 'en')).toMatch(
      /^7 probe cycles in a row failed/,
    );
    expect(reasonSentence('three-cycles-failed', {}, 'en')).toMatch(/^3 probe cycles/);
    const late = { from: '2026-11-29T00:00:00.000Z', to: '2026-11-29T01:00:00.000Z', healed_ms: 3_600_000 };
    expect(explainWords(reason('late-data', { ...late, down_ms: 720_000 }), 'en')).toMatch(
      /1 hr .*: down for 12 min of it\./,
    );
    const [, translated] = await inBoth((locale) => explainWords(reason('late-data', late), locale));
    expect(translated).toMatch(/^Sampel yang datang terlambat mengisi 1 jam/);
  });
});

describe('a code that a newer hub brought', () => {
  test.each(['health', 'agent', 'incident', 'note'] as const)('is told in its English: %s', (kind) => {
    expect(timelineWords(entry(kind, 'solar-flare'), 'en')).toBe(ENGLISH_OF_THE_HUB);
  });
  test('in an explanation too', () => {
    expect(explainWords(reason('solar-flare'), 'en')).toBe(ENGLISH_OF_THE_HUB);
    expect(explainWords(reason('incident-solar'), 'en')).toBe(ENGLISH_OF_THE_HUB);
  });
  test.each(['constructor', 'toString', '__proto__'])('a name that every object has: %s', (code) => {
    expect(timelineWords(entry('incident', code), 'en')).toBe(ENGLISH_OF_THE_HUB);
    expect(explainWords(reason(code), 'en')).toBe(ENGLISH_OF_THE_HUB);
  });
  test('facts of the wrong kind do no harm', () => {
    const odd = { cycles: 'many', to: 5, since: {}, actor: [], reason: 7, healed_ms: null };
    expect(timelineWords(entry('health', 'three-cycles-failed', odd), 'en')).toMatch(/^3 probe cycles/);
    expect(timelineWords(entry('incident', 'resolved', odd), 'en')).toBe('The incident was resolved.');
    expect(timelineWords(entry('late-data', 'late-data', odd), 'en')).not.toBe('');
  });
});
