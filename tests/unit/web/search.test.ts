import fc from 'fast-check';
import type { Health, LiveDevice, LiveSite, TicketSummary } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  createLiveChange,
  createLiveState,
  rebuildGroups,
  SEVERITY,
} from '../../../web/src/live/state.js';
import { createSearch, fitOf, FITS, fold, GROUP_SIZE } from '../../../web/src/search/search.js';

const SITE: LiveSite = {
  id: 's1',
  code: 'KC-BDG',
  name: 'KC Bandung',
  region: 'Jawa Barat',
  timezone: 'Asia/Jakarta',
  latitude: null,
  longitude: null,
};
const device = (id: string, name: string, more: Partial<LiveDevice> = {}): LiveDevice => ({
  id,
  code: id,
  name,
  kind: 'atm',
  address: '10.0.0.1',
  site_id: 's1',
  agent_id: 'a1',
  parent_ids: [],
  health: 'up',
  since: '2026-01-15T00:00:00.000Z',
  open_incident_id: null,
  ...more,
});
const worldOf = (devices: LiveDevice[], sites: LiveSite[] = [SITE], incidents: TicketSummary[] = []) => {
  const state = createLiveState();
  const change = createLiveChange();
  const now = '2026-01-15T00:00:00.000Z';
  applyEvent(state, change, { name: 'snapshot', data: { now, sites, agents: [], devices, incidents } });
  rebuildGroups(state, change);
  return state;
};
const namesFor = (devices: LiveDevice[], query: string): string[] =>
  createSearch()
    .find(worldOf(devices), query)
    ?.devices.items.map(({ name }) => name) ?? [];

describe('how well a text fits', () => {
  test.each([
    // fields, query, fit
    [['ATM 1', 'X'], 'atm 1', 'exact'],
    [['ATM 12'], 'atm 1', 'prefix'],
    [['KC Bandung ATM 1'], 'atm', 'word'],
    [['KC-BDG-ATM'], 'bdg', 'word'],
    [['10.20.30.40'], '30.4', 'word'],
    [['KC Bandung'], 'dung', 'inside'],
    [['KC Bandung ATM 1'], 'atm bandung', 'words'],
    // a better place further on wins over a worse one before
    [['xatm', 'atm'], 'atm', 'exact'],
    [['xatm atm'], 'atm', 'word'],
    // words of different fields do not make one phrase
    [['KC Bandung', 'ATM 1'], 'bandung atm', 'words'],
    [['KC Bandung'], 'dago', undefined],
    [['KC Bandung'], 'bandung dago', undefined],
  ])('%j by "%s": %s', (fields, query, fit) => {
    const text = `\n${fields.map(fold).join('\n')}\n`;
    expect(FITS[fitOf(text, query, query.split(' '))]).toBe(fit);
  });
});

test.each([
  ['  KC   Bandung ', 'kc bandung'],
  ['Éléonore Ünal', 'eleonore unal'],
  ['ＡＴＭ', 'atm'],
  ['İ', 'i'],
  ['🏧 <b>', '🏧 <b>'],
  ['\u0301', ''],
])('"%s" is compared as "%s"', (text, folded) => {
  expect(fold(text)).toBe(folded);
});

describe('the order', () => {
  test('is by fit, then the worst health first, then names as people count', () => {
    const devices = [
      device('1', 'ATM 10'),
      device('2', 'ATM 2'),
      device('3', 'ATM 30', { health: 'down' }),
      device('4', 'KC ATM', { health: 'down' }),
      device('5', 'ATM'),
      device('6', 'ATM 4', { health: 'unknown' }),
      device('7', 'ATM 5', { health: 'degraded' }),
    ];
    expect(namesFor(devices, 'atm')).toEqual([
      'ATM',
      'ATM 30',
      'ATM 5',
      'ATM 4',
      'ATM 2',
      'ATM 10',
      'KC ATM',
    ]);
  });

  test.each([
    ['a name in any case', 'bAnDuNg'],
    ['a code', 'kcp-7'],
    ['an address', '10.9.8'],
    ['without its diacritics', 'cafe bandung'],
  ])('finds by %s', (_name, query) => {
    const wanted = device('kcp-7', 'Café Bandung', { address: '10.9.8.7' });
    expect(namesFor([device('x', 'Other'), wanted], query)).toEqual(['Café Bandung']);
  });

  test('finds sites by region, by their worst device first', () => {
    const calm = { ...SITE, id: 's0', name: 'KC Aceh', region: 'Jawa Barat' };
    const state = worldOf([device('1', 'ATM', { health: 'down' })], [calm, SITE]);
    const found = createSearch().find(state, 'jawa barat');
    expect(found?.sites.items.map(({ name }) => name)).toEqual(['KC Bandung', 'KC Aceh']);
  });

  test('finds incidents by number, title and device', () => {
    const at = device('d', 'Router Dago', { health: 'down' });
    const ticket = {
      id: 't',
      ticket_number: 'INC-20260115-000042',
      title: 'Line is dead',
      status: 'new',
      device_id: 'd',
    } as TicketSummary;
    const state = worldOf([at], [SITE], [ticket]);
    for (const query of ['000042', 'line is', 'router dago']) {
      expect(createSearch().find(state, query)?.incidents.items).toEqual([ticket]);
    }
  });
});

test.each(['', '   ', '\u0301'])('nothing asked, nothing answered: "%s"', (query) => {
  expect(createSearch().find(worldOf([device('1', 'ATM')]), query)).toBeUndefined();
});

test('what changed is found by its new name', () => {
  const search = createSearch();
  const state = worldOf([device('1', 'Old')]);
  expect(search.find(state, 'old')?.devices.total).toBe(1);
  applyEvent(state, createLiveChange(), { name: 'device', data: device('1', 'New') });
  expect(search.find(state, 'old')?.devices.total).toBe(0);
  expect(search.find(state, 'new')?.devices.total).toBe(1);
});

test('the best few are those that sorting everything would give', () => {
  const healths = fc.constantFrom<Health>('up', 'degraded', 'down', 'unknown');
  const names = fc.array(fc.constantFrom('a', 'b', 'ab', 'A', '1', '10', '-', ' '), {
    minLength: 1,
    maxLength: 6,
  });
  const devices = fc.array(fc.record({ name: names.map((parts) => parts.join('')), health: healths }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(devices, fc.constantFrom('a', 'b', 'ab', '1', 'a b'), (made, query) => {
      const all = made.map(({ name, health }, n) =>
        device(`d${n}`, name, { health, code: '-', address: '-' }),
      );
      const key = (name: string): string => fold(name).replace(/\d+/g, (digits) => digits.padStart(12, '0'));
      const wanted = all
        .map((one) => ({ one, fit: fitOf(`\n${fold(one.name)}\n-\n-\n`, query, query.split(' ')) }))
        .filter(({ fit }) => fit >= 0)
        .sort(
          (a, b) =>
            a.fit - b.fit ||
            SEVERITY[a.one.health] - SEVERITY[b.one.health] ||
            (key(a.one.name) < key(b.one.name) ? -1 : key(a.one.name) > key(b.one.name) ? 1 : 0),
        )
        .map(({ one }) => one.id);
      const found = createSearch().find(worldOf(all), query)?.devices;
      expect(found?.items.map(({ id }) => id)).toEqual(wanted.slice(0, GROUP_SIZE));
      expect(found?.total).toBe(wanted.length);
    }),
  );
});
