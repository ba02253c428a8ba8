import type { Agent, LiveAgent } from '@siaga/shared';
import { configureLocalization } from '@lit/localize';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findProber, type FindProberDeps } from '../../../agent/src/find-prober.js';
import { agentNow, probeNoteWords } from '../../../web/src/fleet/agent-words.js';
import * as indonesian from '../../../web/src/locales/generated/id.js';
import { agent, bank, liveAgent } from '../../e2e/world/index.js';

const [site] = bank().sites;
if (!site) throw new Error('the world has no site');

describe('an agent as it is now', () => {
  const [early, late] = ['2026-03-01T01:00:00.000Z', '2026-03-01T02:00:00.000Z'];
  const asked = (lastSeenAt: string | null): Agent =>
    agent(1, 'bandung-1', site, { last_seen_at: lastSeenAt });
  const told = (lastSeenAt: string | null): LiveAgent => ({
    ...liveAgent(asked(lastSeenAt)),
    name: 'renamed',
    state: 'lost',
  });

  test.each([
    [late, early, late],
    [early, late, late],
    [early, null, early],
    [null, late, late],
    [null, null, null],
  ])('asked for: heard at %s, the feed: at %s, shown: %s', (inList, inFeed, shown) => {
    const now = agentNow(asked(inList), told(inFeed));
    expect(now.last_seen_at).toBe(shown);
    expect(now).toMatchObject({ name: 'renamed', state: 'lost', version: asked(null).version });
  });

  test('is as asked for where the feed knows nothing of it', () => {
    const told = asked(early);
    expect(agentNow(told, undefined)).toEqual(told);
  });
});

describe('the notes that agents send of how they ping', () => {
  let setLocale: (locale: string) => Promise<void>;
  beforeAll(() => {
    vi.stubGlobal('window', new EventTarget());
    ({ setLocale } = configureLocalization({
      sourceLocale: 'en',
      targetLocales: ['id'],
      loadLocale: () => Promise.resolve(indonesian),
    }));
  });
  afterAll(() => vi.unstubAllGlobals());

  const noteOf = async (without: 'module' | 'permission', ping: boolean): Promise<string> => {
    const prober = await findProber({
      clock: {} as FindProberDeps['clock'],
      random: () => 0.5,
      log: { warn: () => undefined } as unknown as FindProberDeps['log'],
      // Nothing in it: the socket cannot be made.
      load: () =>
        without === 'module'
          ? Promise.reject(new Error('not installed'))
          : Promise.resolve({} as Awaited<ReturnType<NonNullable<FindProberDeps['load']>>>),
      ping: () => Promise.resolve(ping ? 'iputils' : undefined),
    });
    return prober.note ?? '';
  };

  test.each([
    ['module', true],
    ['module', false],
    ['permission', true],
    ['permission', false],
  ] as const)('without %s, system ping: %s', async (without, ping) => {
    const note = await noteOf(without, ping);
    await setLocale('en');
    // Word for word what the agent says, but for the apostrophes.
    expect(probeNoteWords(note).replaceAll('’', "'")).toBe(note);
    await setLocale('id');
    const translated = probeNoteWords(note);
    await setLocale('en');
    expect(translated).not.toMatch(/\b(the|each|nothing|needs|not)\b/);
  });

  test('a note of a newer agent is told as it is', () => {
    expect(probeNoteWords('something new')).toBe('something new');
  });
});
