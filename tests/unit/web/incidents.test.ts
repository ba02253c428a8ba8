import type { TicketComment, TicketDetail, TicketHistoryEntry, TicketSummary } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBurst, createNewsReader, type News } from '../../../web/src/app/news.js';
import { createGate, createSound, type Tone } from '../../../web/src/app/sound.js';
import { countForTab, iconAddress, PLAIN_ICON, tabTitle } from '../../../web/src/app/tab-signs.js';
import { showTimesIn } from '../../../web/src/i18n/time.js';
import { readComments } from '../../../web/src/incidents/actions.js';
import { createDrafts } from '../../../web/src/incidents/drafts.js';
import { isPeriodReversed, queryOf, readFilter } from '../../../web/src/incidents/list-filter.js';
import { createListRows } from '../../../web/src/incidents/list-rows.js';
import { heldOrder, inUrgency, neighboursOf, paneOrder } from '../../../web/src/incidents/order.js';
import { foldStory, storyOf } from '../../../web/src/incidents/story.js';
import { changesWords, entryReason, evidenceWords } from '../../../web/src/incidents/story-words.js';
import { lengthOf } from '../../../web/src/incidents/text-length.js';
import { createLiveChange, createLiveState } from '../../../web/src/live/state.js';

const person = { id: 'p1', name: 'Dewi', email: 'dewi@siaga.local' };
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 15, 2, minute)).toISOString();

const ticket = (id: string, more: Partial<TicketSummary> = {}): TicketSummary => ({
  id,
  ticket_number: `INC-20260115-${id}`,
  ticket_type: 'incident',
  title: 'does not answer',
  description: '',
  status: 'new',
  priority: 'high',
  requester: person,
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: at(1),
  updated_at: at(1),
  resolved_at: null,
  closed_at: null,
  source: 'monitoring',
  device_id: null,
  site_id: null,
  condition: 'unreachable',
  occurrences: 1,
  first_failed_at: at(0),
  detected_at: at(1),
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
  ...more,
});
const taken = (id: string, more: Partial<TicketSummary> = {}): TicketSummary =>
  ticket(id, { acknowledged_at: at(3), acknowledged_by: person, acknowledge_reason: 'known', ...more });
const ids = (tickets: readonly TicketSummary[]): string => tickets.map(({ id }) => id).join(' ');

describe('the order of the pane', () => {
  const all = [
    taken('t-critical', { priority: 'critical' }),
    ticket('low-new', { priority: 'low', first_failed_at: at(9) }),
    ticket('high-old', { first_failed_at: at(2) }),
    ticket('high-new', { first_failed_at: at(8) }),
    ticket('critical', { priority: 'critical' }),
  ];

  test('unacknowledged first, then the worst, then the newest', () => {
    expect(ids(inUrgency(all))).toBe('critical high-new high-old low-new t-critical');
    const { fresh, acknowledged, meanwhile } = paneOrder(all);
    expect(fresh).toEqual(['critical', 'high-new', 'high-old', 'low-new']);
    expect(acknowledged).toEqual(['t-critical']);
    expect(meanwhile).toEqual([]);
  });

  test('while it is held nobody moves or leaves, and new ones come below everything', () => {
    const before = paneOrder(all);
    const now = [
      ...all
        .filter(({ id }) => id !== 'high-new')
        .map((one) => (one.id === 'critical' ? taken(one.id) : one)),
      ticket('worst', { priority: 'critical', first_failed_at: at(30) }),
    ];
    const held = heldOrder(before, now);
    expect(held.fresh).toEqual(before.fresh);
    expect(held.acknowledged).toEqual(before.acknowledged);
    expect(held.meanwhile).toEqual(['worst']);
    expect(heldOrder(held, now)).toBe(held);
  });

  test('neighbours go round; from elsewhere one comes to the first and the last', () => {
    const sorted = inUrgency(all);
    expect(neighboursOf('critical', sorted).previous?.id).toBe('t-critical');
    expect(neighboursOf('critical', sorted).next?.id).toBe('high-new');
    expect(neighboursOf('elsewhere', sorted)).toMatchObject({
      next: sorted[0],
      previous: sorted.at(-1),
      place: -1,
    });
    expect(neighboursOf('a', [ticket('a')])).toEqual({ previous: undefined, next: undefined, place: 0 });
    expect(neighboursOf('a', [])).toEqual({ previous: undefined, next: undefined, place: -1 });
  });
});

describe('the story', () => {
  const entry = (
    id: number,
    minute: number,
    event: string,
    more: Partial<TicketHistoryEntry> = {},
  ): TicketHistoryEntry => ({
    id,
    at: at(minute),
    event,
    actor: null,
    reason: null,
    changes: {},
    ...more,
  });
  const comment = (id: string, minute: number, more: Partial<TicketComment> = {}): TicketComment => ({
    id,
    content: 'text',
    is_internal: false,
    is_system_generated: false,
    user: person,
    attachments: [],
    created_at: at(minute),
    ...more,
  });
  const detail = (
    history: TicketHistoryEntry[],
  ): Pick<TicketDetail, 'first_failed_at' | 'detected_at' | 'history'> => ({
    first_failed_at: at(0),
    detected_at: at(1),
    history,
  });

  test('is one list in the order of time, the cause before its effect where both carry the same one', () => {
    const story = storyOf(
      detail([
        entry(2, 5, 'acknowledged', { actor: person }),
        entry(1, 1, 'opened'),
        entry(3, 9, 'resolved'),
      ]),
      [comment('b', 7), comment('a', 5)],
    );
    expect(story.map(({ id }) => id)).toEqual([
      'failed',
      'verdict',
      'history-1',
      'history-2',
      'comment-a',
      'comment-b',
      'history-3',
    ]);
    expect(story[1]).toMatchObject({ kind: 'verdict', afterMs: 60_000 });
    expect(story.map(({ isSystem }) => isSystem)).toEqual([true, true, true, false, false, false, true]);
  });

  test('tells of a comment once', () => {
    const story = storyOf(detail([entry(4, 7, 'commented', { actor: person })]), [comment('a', 7)]);
    expect(story.filter(({ kind }) => kind === 'history')).toEqual([]);
  });

  test('of a ticket that a person opened has no verdict', () => {
    const story = storyOf({ first_failed_at: null, detected_at: null, history: [entry(1, 1, 'opened')] }, []);
    expect(story.map(({ id }) => id)).toEqual(['history-1']);
  });

  test('folds what the system did all night, but neither its ends nor what people said', () => {
    const night = Array.from({ length: 20 }, (_, n) => entry(n + 1, n + 2, n % 2 ? 'resolved' : 'reopened'));
    const folded = foldStory(storyOf(detail(night), [comment('a', 50)]));
    expect(folded.map(({ id, kind }) => (kind === 'fold' ? kind : id))).toEqual([
      'failed',
      'verdict',
      'history-1',
      'fold',
      'history-20',
      'comment-a',
    ]);
    const fold = folded.find(({ kind }) => kind === 'fold');
    expect(fold && 'items' in fold && fold.items.length).toBe(18);
    const short = storyOf(detail(night.slice(0, 5)), []);
    expect(foldStory(short)).toEqual(short);
  });

  test('never shows a code, and shows what people wrote as they wrote it', () => {
    expect(entryReason(entry(1, 1, 'x', { reason: 'three-cycles-good' }), 'en')).toBe(
      '3 probe cycles in a row were answered again.',
    );
    for (const code of ['brand-new-rule', 'site_storm', 'flapping']) {
      expect(entryReason(entry(1, 1, 'x', { reason: code }), 'en')).not.toContain(code);
    }
    expect(entryReason(entry(1, 1, 'x', { reason: 'padam', actor: person }), 'en')).toBe('padam');
    expect(entryReason(entry(1, 1, 'x'), 'en')).toBeUndefined();
    expect(
      changesWords(
        entry(1, 1, 'x', {
          changes: {
            status: { from: 'new', to: 'in_progress' },
            priority: { from: 'urgent', to: 'high' },
            some_internal_field: { from: 1, to: 2 },
          },
        }),
      ),
    ).toEqual(['Status: New → In progress', 'Priority: another one → High']);
    const evidence = {
      device: {},
      site: {},
      reason: 'half-the-site-failed',
      cycles: [],
    } as unknown as Parameters<typeof evidenceWords>[0];
    expect(evidenceWords(evidence, 'en')).not.toContain('half-the-site');
  });

  test('counts characters as the hub does', () => {
    expect(lengthOf('a👍🏽é')).toBe(4);
    expect(lengthOf('👍'.repeat(500))).toBe(500);
  });
});

describe('comments', () => {
  test('full pages that are known are not asked for again', async () => {
    const all = Array.from({ length: 450 }, (_, n) => ({ id: `c${n}` }) as TicketComment);
    const asked: number[] = [];
    const api = {
      list: (_path: string, query: { page: number; per_page: number }) => {
        asked.push(query.page);
        const items = all.slice((query.page - 1) * query.per_page, query.page * query.per_page);
        return Promise.resolve({ items, pagination: { has_next: query.page * query.per_page < all.length } });
      },
    };
    const needs = { api } as unknown as Parameters<typeof readComments>[0];
    const first = await readComments(needs, 't', []);
    expect(first).toEqual(all);
    all.push({ id: 'new' } as TicketComment);
    asked.length = 0;
    expect(await readComments(needs, 't', first)).toEqual(all);
    expect(asked).toEqual([3]);
  });
});

describe('drafts', () => {
  const storage = (): Storage => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    } as unknown as Storage;
  };
  const place = { kind: 'comment', userId: 'u1', ticketId: 't1' } as const;

  test('outlive the page, belong to one person, one ticket and one form', () => {
    const tab = storage();
    createDrafts(() => tab).keep(place, 'half a sent');
    const after = createDrafts(() => tab);
    expect(after.read(place)).toBe('half a sent');
    expect(after.read({ ...place, userId: 'u2' })).toBe('');
    expect(after.read({ ...place, ticketId: 't2' })).toBe('');
    expect(after.read({ ...place, kind: 'acknowledge' })).toBe('');
    after.drop(place);
    expect(createDrafts(() => tab).read(place)).toBe('');
  });

  test('of blanks are none', () => {
    const tab = storage();
    const drafts = createDrafts(() => tab);
    drafts.keep(place, 'words');
    drafts.keep(place, ' \n ');
    expect(drafts.read(place)).toBe('');
  });

  test('live as long as the page where storage is forbidden', () => {
    const drafts = createDrafts(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    drafts.keep(place, 'words');
    expect(drafts.read(place)).toBe('words');
    drafts.drop(place);
    expect(drafts.read(place)).toBe('');
  });

  test('remember which form stood open', () => {
    const tab = storage();
    createDrafts(() => tab).setOpenForm('u1', { kind: 'acknowledge', ticketId: 't1' });
    expect(createDrafts(() => tab).openForm('u1')).toEqual({ kind: 'acknowledge', ticketId: 't1' });
    expect(createDrafts(() => tab).openForm('u2')).toBeUndefined();
    createDrafts(() => tab).setOpenForm('u1', undefined);
    expect(createDrafts(() => tab).openForm('u1')).toBeUndefined();
  });
});

describe("the tab's title and icon", () => {
  test('count what nobody acknowledged, by the worst of it', () => {
    const count = countForTab([
      taken('a', { priority: 'critical' }),
      ticket('b', { priority: 'low' }),
      ticket('c', { priority: 'medium' }),
    ]);
    expect(count).toEqual({ count: 2, worst: 'medium' });
    expect(tabTitle('Board', count)).toBe('(2) Board · Siaga');
    const calm = countForTab([taken('a')]);
    expect(tabTitle('Board', calm)).toBe('Board · Siaga');
    expect(tabTitle('', calm)).toBe('Siaga');
    expect(iconAddress(calm, false)).toBe(PLAIN_ICON);
  });

  test('the icon is an image of the number in the colour of the worst, and grey when the feed is cut', () => {
    const drawn = (count: number, worst: 'critical' | 'medium', isCut = false): string =>
      decodeURIComponent(iconAddress({ count, worst }, isCut).replace('data:image/svg+xml,', ''));
    expect(drawn(7, 'critical')).toMatch(/fill="#c5221b".*>7<\/text>/);
    expect(drawn(7, 'medium')).toMatch(/fill="#e39a12".*>7<\/text>/);
    expect(drawn(100, 'critical')).toMatch(/<circle.*>99<\/text>/);
    expect(drawn(7, 'critical', true)).not.toContain('#c5221b');
  });
});

describe('the sound', () => {
  const harness = (options: { allowed?: boolean; recalled?: boolean } = {}) => {
    const played: number[] = [];
    const browser = { allowed: options.allowed ?? true, asks: options.allowed ?? true, nowMs: 0 };
    const remembered: boolean[] = [];
    let gesture: (() => void) | undefined;
    const tone: Tone = {
      isAllowed: () => browser.allowed,
      allow: () => {
        browser.allowed = browser.asks;
        return Promise.resolve(browser.allowed);
      },
      play: () => played.push(browser.nowMs),
    };
    const sound = createSound({
      tone,
      nowMs: () => browser.nowMs,
      recall: () => options.recalled ?? false,
      remember: (on) => remembered.push(on),
      onGesture: (callback) => {
        gesture = callback;
        return () => (gesture = undefined);
      },
    });
    return { sound, played, browser, remembered, press: () => gesture?.() };
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  test('is off by default: nothing sounds', () => {
    const { sound, played } = harness();
    sound.start();
    sound.alarm();
    expect(sound.state.value).toBe('off');
    expect(played).toEqual([]);
  });

  test('switching it on plays a sample and is remembered; off again is silence', async () => {
    const { sound, played, remembered } = harness();
    sound.toggle();
    await settled();
    expect([sound.state.value, played.length, remembered]).toEqual(['on', 1, [true]]);
    sound.toggle();
    sound.alarm();
    expect([sound.state.value, played.length, remembered]).toEqual(['off', 1, [true, false]]);
  });

  test('what the browser blocks in spite of a click is switched off by the next', async () => {
    const { sound, played, remembered, press, browser } = harness({ allowed: false });
    sound.toggle();
    await settled();
    expect(sound.state.value).toBe('blocked');
    sound.toggle();
    await settled();
    expect([sound.state.value, remembered]).toEqual(['off', [true, false]]);
    browser.asks = true;
    press();
    await settled();
    sound.alarm();
    expect([sound.state.value, played]).toEqual(['off', []]);
  });

  test('sounds at most once in ten seconds', () => {
    const { sound, played, browser } = harness({ recalled: true });
    sound.start();
    for (const nowMs of [0, 100, 9_999, 10_000, 12_000, 25_000]) {
      browser.nowMs = nowMs;
      sound.alarm();
    }
    expect(played).toEqual([0, 10_000, 25_000]);
  });

  test('says that the browser holds it back, and is ready after the next click', async () => {
    const { sound, played, browser, press } = harness({ allowed: false, recalled: true });
    sound.start();
    expect(sound.state.value).toBe('blocked');
    sound.alarm();
    expect(played).toEqual([]);
    browser.asks = true;
    press();
    await settled();
    expect(sound.state.value).toBe('on');
    sound.alarm();
    expect(played).toHaveLength(1);
  });

  test('a click on the switch while it is held back allows it instead of switching it off', async () => {
    const { sound, played, browser } = harness({ allowed: false, recalled: true });
    sound.start();
    browser.asks = true;
    sound.toggle();
    await settled();
    expect([sound.state.value, played.length]).toEqual(['on', 1]);
  });

  test('tells when the browser takes the sound away later', () => {
    const { sound, played, browser } = harness({ recalled: true });
    sound.start();
    browser.allowed = false;
    sound.alarm();
    expect([sound.state.value, played.length]).toEqual(['blocked', 0]);
  });

  test('a clock set back does not silence it', () => {
    const gate = createGate(10_000);
    expect([gate(100_000), gate(101_000), gate(5_000), gate(6_000)]).toEqual([true, false, true, false]);
  });
});

describe('news', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('the first snapshot is none; what opened or ended between two is', () => {
    const read = createNewsReader();
    const state = createLiveState();
    state.ready = true;
    state.incidents.set('a', ticket('a'));
    const snapshot = { ...createLiveChange(), snapshot: true };
    expect(read(state, snapshot)).toEqual({ opened: [], resolved: [] });
    state.incidents.delete('a');
    state.incidents.set('b', ticket('b'));
    const { opened, resolved } = read(state, snapshot);
    expect([ids(opened), ids(resolved)]).toEqual(['b', 'a']);
  });

  test('after another person signed in nothing is news', () => {
    const read = createNewsReader();
    const full = createLiveState();
    full.ready = true;
    full.incidents.set('a', ticket('a'));
    const snapshot = { ...createLiveChange(), snapshot: true };
    read(full, snapshot);
    read(createLiveState(), snapshot);
    expect(read(full, snapshot)).toEqual({ opened: [], resolved: [] });
  });

  test('a storm is told in few pieces, and what came and went at once not at all', () => {
    const told: News[] = [];
    const burst = createBurst(
      (news) => told.push(news),
      () => Date.now(),
    );
    for (let n = 0; n < 20; n += 1) {
      burst.add({ opened: [ticket(`t${n}`)], resolved: [] });
      vi.advanceTimersByTime(200);
    }
    burst.add({ opened: [ticket('brief')], resolved: [] });
    burst.add({ opened: [], resolved: [ticket('brief')] });
    vi.advanceTimersByTime(30_000);
    expect(told).toHaveLength(2);
    const opened = told.flatMap((news) => news.opened.map(({ id }) => id));
    expect(new Set(opened).size).toBe(20);
    expect(opened).not.toContain('brief');
    expect(told.flatMap((news) => news.resolved)).toEqual([]);
  });
});

describe('the list of incidents', () => {
  const uuid = '11111111-2222-4333-8444-555555555555';

  test('is what its address says; what that says wrongly is left out', () => {
    const filter = readFilter(
      new URLSearchParams(
        `status=all&priority=critical&acknowledged=no&site_id=${uuid}&q=%20bdg%20&period=7d&sort=-priority&page=3`,
      ),
    );
    const nowMs = Date.UTC(2026, 0, 15);
    expect(queryOf(filter, nowMs)).toEqual({
      ticket_type: 'incident',
      status: '',
      priority: 'critical',
      acknowledged: 'false',
      site_id: uuid,
      device_id: '',
      search: 'bdg',
      created_after: '2026-01-08T00:00:00.000Z',
      created_before: '',
      sort: '-priority',
      page: '3',
    });
    const wrong = readFilter(
      new URLSearchParams(
        "status=x&priority=urgent&acknowledged=1&site_id=';--&period=ever&sort=drop&page=-1&from=soon",
      ),
    );
    expect(queryOf(wrong, nowMs)).toMatchObject({
      status: 'open',
      priority: '',
      acknowledged: '',
      site_id: '',
      created_after: '',
      sort: '-created_at',
      page: '',
    });
    expect(readFilter(new URLSearchParams('show=all')).status).toBe('all');
  });

  test('between two days the last one is within', () => {
    const filter = readFilter(new URLSearchParams('period=custom&from=2026-01-10&to=2026-01-12'));
    const { created_after: after, created_before: before } = queryOf(filter, 0);
    expect(Date.parse(String(before)) - Date.parse(String(after))).toBe(3 * 86_400_000);
    expect(isPeriodReversed(filter)).toBe(false);
    expect(isPeriodReversed({ ...filter, from: '2026-02-01' })).toBe(true);
  });

  test.each([
    ['Asia/Jakarta', '2026-01-09T17:00:00.000Z', '2026-01-12T17:00:00.000Z'],
    ['America/New_York', '2026-01-10T05:00:00.000Z', '2026-01-13T05:00:00.000Z'],
    ['UTC', '2026-01-10T00:00:00.000Z', '2026-01-13T00:00:00.000Z'],
  ])('days begin at midnight in the zone that is shown, %s', (zone, after, before) => {
    showTimesIn(zone);
    try {
      const filter = readFilter(new URLSearchParams('period=custom&from=2026-01-10&to=2026-01-12'));
      expect(queryOf(filter, 0)).toMatchObject({ created_after: after, created_before: before });
    } finally {
      showTimesIn(undefined);
    }
  });

  test.each([
    ['open', 'true'],
    ['all', 'true'],
    // The end of an incident ends its acknowledgement: of resolved ones none would be found.
    ['resolved', ''],
  ])('acknowledged ones among %s', (status, asked) => {
    const filter = readFilter(new URLSearchParams(`status=${status}&acknowledged=yes`));
    expect(queryOf(filter, 0)['acknowledged']).toBe(asked);
  });

  test('marks rows that changed, keeps their places, and takes nothing older', () => {
    const list = createListRows();
    list.take([ticket('a'), ticket('b')]);
    expect(list.changed.size).toBe(0);
    expect(list.tell(taken('b', { updated_at: at(3) }))).toBe(true);
    expect(list.tell(ticket('b', { updated_at: at(2) }))).toBe(false);
    expect(list.tell(ticket('elsewhere'))).toBe(false);
    expect(ids(list.rows)).toBe('a b');
    expect([...list.changed]).toEqual(['b']);
    // The hub's page was asked for before the feed told.
    list.take([ticket('b'), ticket('a'), ticket('c')]);
    expect(list.rows[0]?.acknowledged_at).not.toBeNull();
    expect([...list.changed]).toEqual(['b']);
    list.clear();
    list.take([ticket('a', { updated_at: at(9) })]);
    expect(list.changed.size).toBe(0);
  });
});
