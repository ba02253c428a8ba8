import { DEVICE_KINDS, HEALTHS, type Health, type LiveDevice } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACKNOWLEDGED,
  countFilters,
  NO_FILTER,
  nextSort,
  readFilter,
  readSort,
  readView,
  SORT_KEYS,
  VIEWS,
  writeFilter,
  writeSort,
  writeView,
  type BoardFilter,
} from '../../../web/src/board/board-address.js';
import {
  createBoardModeller,
  downSince,
  filterGroup,
  isCalmed,
  isDark,
  lastChange,
  regionsOf,
  worstSince,
} from '../../../web/src/board/board-model.js';
import { address } from '../../../web/src/app/routes.js';
import { createGroup, type SiteGroup } from '../../../web/src/live/state.js';

const EARLY = '2026-01-15T03:00:00.000Z';
const LATE = '2026-01-15T04:00:00.000Z';

const device = (name: string, health: Health, more: Partial<LiveDevice> = {}): LiveDevice => ({
  id: name,
  code: name.toUpperCase(),
  name,
  kind: 'atm',
  address: '10.0.0.7',
  site_id: 's',
  agent_id: 'a',
  health,
  since: EARLY,
  open_incident_id: null,
  parent_ids: [],
  ...more,
});
const group = (
  name: string,
  devices: LiveDevice[],
  { region = null, acknowledged = [] }: { region?: string | null; acknowledged?: string[] } = {},
): SiteGroup =>
  createGroup(
    name,
    { id: name, code: `KC-${name}`, name, region, timezone: 'Asia/Jakarta', latitude: null, longitude: null },
    devices,
    new Set(acknowledged),
  );
const all = [
  group('Medan', [device('m1', 'up'), device('m2', 'up')], { region: 'Sumatera Utara' }),
  group('Solo', [device('s1', 'unknown'), device('s2', 'up', { kind: 'router' })], { region: 'Jawa Tengah' }),
  group(
    'Bali',
    [
      device('b1', 'down', { since: LATE, open_incident_id: 'i1' }),
      device('b2', 'degraded', { open_incident_id: 'i2' }),
    ],
    { acknowledged: ['b2'] },
  ),
  group('Aceh', [device('a1', 'down', { since: LATE }), device('a2', 'up')], { region: 'Aceh' }),
  group('Zulu', [device('z1', 'down', { since: EARLY })], { region: 'Aceh' }),
  group('Bogor', [device('o1', 'degraded')], { region: 'Jawa Barat' }),
];
const names = (groups: readonly SiteGroup[]) => groups.map(({ site }) => site?.name);
const modelOf = (filter: Partial<BoardFilter> = {}) =>
  createBoardModeller()(all, { ...NO_FILTER, ...filter });

describe('the board', () => {
  test('shows the worst first, then the longest standing, then by name, and calm sites apart', () => {
    const model = modelOf();
    expect(names(model.troubled)).toEqual(['Zulu', 'Aceh', 'Bali', 'Bogor', 'Solo']);
    expect(names(model.calm)).toEqual(['Medan']);
  });

  test.each<[Partial<BoardFilter>, string[], number]>([
    // filter, sites left, devices left
    [{ text: 'BALI' }, ['Bali'], 2],
    [{ text: 'kc-medan' }, ['Medan'], 2],
    [{ text: 's2' }, ['Solo'], 1],
    [{ text: '10.0.0' }, ['Zulu', 'Aceh', 'Bali', 'Bogor', 'Solo', 'Medan'], 10],
    [{ text: '  ' }, ['Zulu', 'Aceh', 'Bali', 'Bogor', 'Solo', 'Medan'], 10],
    [{ text: 'nowhere' }, [], 0],
    [{ health: 'degraded' }, ['Bali', 'Bogor'], 2],
    [{ text: 'bali', health: 'up' }, [], 0],
    [{ region: 'Aceh' }, ['Zulu', 'Aceh'], 3],
    // sites that have no region
    [{ region: '' }, ['Bali'], 2],
    [{ kind: 'router' }, ['Solo'], 1],
    [{ acknowledged: 'yes' }, ['Bali'], 1],
    [{ acknowledged: 'no' }, ['Bali'], 1],
    [{ siteId: 'Solo' }, ['Solo'], 2],
  ])('filtered by %j', (filter, left, devices) => {
    const model = modelOf(filter);
    expect(names([...model.troubled, ...model.calm])).toEqual(left);
    expect(model.shownDevices).toBe(devices);
  });

  test('a group that the filter leaves whole stays the same object', () => {
    expect(modelOf({ text: 'bali' }).troubled[0]).toBe(all[2]);
  });

  test('what it remembers of sites never shows: each time it is as if made for the first time', () => {
    const anyGroup = fc.record({
      place: fc.nat({ max: 5 }),
      healths: fc.array(fc.constantFrom(...HEALTHS), { minLength: 1, maxLength: 4 }),
      since: fc.constantFrom(EARLY, LATE),
    });
    const anyFilter = fc.constantFrom<Partial<BoardFilter>>({}, { health: 'down' }, { text: 'site 1' });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(anyGroup), anyFilter)), (rounds) => {
        const remembering = createBoardModeller();
        const groups = new Map<number, SiteGroup>();
        for (const [changes, filter] of rounds) {
          for (const { place, healths, since } of changes) {
            const devices = healths.map((health, n) => device(`${place}-${n}`, health, { since }));
            groups.set(place, group(`site ${place}`, devices));
          }
          const wanted = { ...NO_FILTER, ...filter };
          expect(remembering(groups.values(), wanted)).toEqual(
            createBoardModeller()(groups.values(), wanted),
          );
        }
      }),
    );
  });
});

test('a site is as it is since the first of its worst devices', () => {
  const site = group('x', [
    device('1', 'down', { since: '2026-01-15T03:05:00.000Z' }),
    device('2', 'down', { since: '2026-01-15T03:02:00.000Z' }),
    device('3', 'unknown', { since: '2026-01-15T01:00:00.000Z' }),
  ]);
  expect(worstSince(site)).toBe('2026-01-15T03:02:00.000Z');
});

test.each<[string, SiteGroup, boolean]>([
  [
    'all that is down is acknowledged',
    group('x', [device('1', 'down'), device('2', 'up')], { acknowledged: ['1'] }),
    true,
  ],
  ['one of two is', group('x', [device('1', 'down'), device('2', 'down')], { acknowledged: ['1'] }), false],
  ['nothing is down', group('x', [device('1', 'unknown')], { acknowledged: ['1'] }), false],
])('a site is calmed: %s', (_name, site, calmed) => {
  expect(isCalmed(site)).toBe(calmed);
});

test("what somebody looks after stands behind what is as bad and nobody's", () => {
  const { troubled } = createBoardModeller()(
    [
      group('calmed', [device('1', 'down', { since: EARLY })], { acknowledged: ['1'] }),
      group('open', [device('2', 'down', { since: LATE })]),
      group('lesser', [device('3', 'degraded', { since: EARLY })]),
    ],
    NO_FILTER,
  );
  expect(names(troubled)).toEqual(['open', 'calmed', 'lesser']);
});

test.each<[string, Health[], boolean]>([
  ['all of several devices are down', ['down', 'down'], true],
  ['one is left', ['down', 'down', 'up'], false],
  ['one is unknown', ['down', 'unknown'], false],
  ['there is only one', ['down'], false],
  ['there is none', [], false],
])('a site is dark: %s', (_name, healths, dark) => {
  expect(
    isDark(
      group(
        'x',
        healths.map((health, n) => device(`${n}`, health)),
      ),
    ),
  ).toBe(dark);
});

test('new failures are those since a moment that nobody has acknowledged', () => {
  const site = group(
    'x',
    [
      device('1', 'down', { since: LATE }),
      device('2', 'down', { since: LATE }),
      device('3', 'down', { since: EARLY }),
      device('4', 'degraded', { since: LATE }),
    ],
    { acknowledged: ['2'] },
  );
  expect(downSince(site, Date.parse(LATE))).toBe(1);
  expect(downSince(site, Date.parse(EARLY))).toBe(2);
  expect(downSince(site, Date.parse(LATE) + 1)).toBe(0);
});

test('the last change is the latest anywhere', () => {
  const sites = [
    group('x', [device('1', 'up', { since: EARLY }), device('2', 'up', { since: LATE })]),
    group('y', [device('3', 'up', { since: EARLY })]),
  ];
  expect(lastChange(sites)).toBe(LATE);
  expect(lastChange([])).toBeUndefined();
});

test('regions by name, and none where a site has none', () => {
  expect(regionsOf(all)).toEqual(['', 'Aceh', 'Jawa Barat', 'Jawa Tengah', 'Sumatera Utara']);
});

test('the filter of a site keeps the order of trouble', () => {
  const site = group('x', [device('1', 'up'), device('2', 'down'), device('3', 'degraded')]);
  const shown = filterGroup(site, { ...NO_FILTER, text: '10.0' });
  expect(shown?.devices.map(({ id }) => id)).toEqual(['2', '3', '1']);
});

describe('the address', () => {
  const queryOf = (values: Record<string, string | undefined>) =>
    new URL(address('/', values), 'http://siaga').searchParams;
  const anyFilter: fc.Arbitrary<BoardFilter> = fc.record({
    text: fc.string({ unit: 'grapheme', maxLength: 40 }),
    health: fc.option(fc.constantFrom(...HEALTHS), { nil: undefined }),
    region: fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('-', '--', '-x')), {
      nil: undefined,
    }),
    kind: fc.option(fc.constantFrom(...DEVICE_KINDS), { nil: undefined }),
    acknowledged: fc.option(fc.constantFrom(...ACKNOWLEDGED), { nil: undefined }),
    siteId: fc.option(fc.uuid(), { nil: undefined }),
  });

  test('keeps every filter', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(readFilter(queryOf(writeFilter(filter)))).toEqual(filter);
      }),
    );
  });

  test('keeps every view and every order', () => {
    for (const view of VIEWS) expect(readView(queryOf(writeView(view)))).toBe(view);
    for (const key of SORT_KEYS) {
      for (const descending of [false, true]) {
        expect(readSort(queryOf(writeSort({ key, descending })))).toEqual({ key, descending });
      }
    }
  });

  test('says nothing of what is as it always is, and what it does not know counts as that', () => {
    expect(address('/', { ...writeView('tiles'), ...writeFilter(NO_FILTER) })).toBe('/');
    const odd = new URLSearchParams('view=cube&health=ill&kind=fax&ack=perhaps&sort=colour');
    expect(readView(odd)).toBe('tiles');
    expect(readFilter(odd)).toEqual(NO_FILTER);
    expect(readSort(odd)).toEqual({ key: 'health', descending: false });
  });

  test('a blank text is no filter', () => {
    expect(countFilters({ ...NO_FILTER, text: '  ' })).toBe(0);
    expect(countFilters({ ...NO_FILTER, text: 'x', kind: 'atm', region: '' })).toBe(3);
  });

  test('a column asked for twice turns round', () => {
    const once = nextSort({ key: 'health', descending: false }, 'name');
    expect(once).toEqual({ key: 'name', descending: false });
    expect(nextSort(once, 'name')).toEqual({ key: 'name', descending: true });
  });
});
