import { HEALTHS, type Health, type LiveDevice } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import {
  boardModel,
  CELLS_IN_TROUBLE,
  CELLS_UP,
  cellsOf,
  worstSince,
} from '../../../web/src/board/board-model.js';
import { countHealth, worstFirst, worstOf, type SiteGroup } from '../../../web/src/live/state.js';

const device = (name: string, health: Health, since = '2026-01-15T03:00:00.000Z'): LiveDevice => ({
  id: name,
  code: name.toUpperCase(),
  name,
  kind: 'atm',
  address: '10.0.0.7',
  site_id: 's',
  agent_id: 'a',
  health,
  since,
  open_incident_id: null,
  parent_ids: [],
});
const group = (name: string, devices: LiveDevice[]): SiteGroup => {
  const counts = countHealth(devices);
  return {
    siteId: name,
    site: {
      id: name,
      code: `KC-${name}`,
      name,
      region: null,
      timezone: 'Asia/Jakarta',
      latitude: null,
      longitude: null,
    },
    devices: [...devices].sort(worstFirst),
    counts,
    worst: worstOf(counts),
  };
};
const all = [
  group('Medan', [device('m1', 'up'), device('m2', 'up')]),
  group('Solo', [device('s1', 'unknown'), device('s2', 'up')]),
  group('Bali', [device('b1', 'down'), device('b2', 'degraded')]),
  group('Aceh', [device('a1', 'down'), device('a2', 'up')]),
  group('Bogor', [device('o1', 'degraded')]),
];
const names = (groups: readonly SiteGroup[]) => groups.map(({ site }) => site?.name);

describe('the board', () => {
  test('shows the worst first, then by name, and calm sites apart', () => {
    const model = boardModel(all, { text: '', health: undefined });
    expect(names(model.troubled)).toEqual(['Aceh', 'Bali', 'Bogor', 'Solo']);
    expect(names(model.calm)).toEqual(['Medan']);
    expect(model.counts).toEqual({ up: 4, degraded: 2, down: 2, unknown: 1 });
  });

  test.each([
    // text, health, sites left, devices left
    ['BALI', undefined, ['Bali'], 2],
    ['kc-medan', undefined, ['Medan'], 2],
    ['s2', undefined, ['Solo'], 1],
    ['10.0.0', undefined, ['Aceh', 'Bali', 'Bogor', 'Solo', 'Medan'], 9],
    ['', 'degraded', ['Bali', 'Bogor'], 2],
    ['bali', 'up', [], 0],
    ['  ', undefined, ['Aceh', 'Bali', 'Bogor', 'Solo', 'Medan'], 9],
    ['nowhere', undefined, [], 0],
  ] as const)('filtered by "%s" and %s', (text, health, left, devices) => {
    const model = boardModel(all, { text, health });
    expect(names([...model.troubled, ...model.calm])).toEqual(left);
    expect(model.shownDevices).toBe(devices);
    expect(HEALTHS.reduce((sum, one) => sum + model.counts[one], 0)).toBe(9);
  });

  test('a group that the filter leaves whole stays the same object', () => {
    expect(boardModel(all, { text: 'bali', health: undefined }).troubled[0]).toBe(all[2]);
  });
});

describe('cells of a tile', () => {
  test('all in trouble come first; what is over is counted', () => {
    const many = [
      ...Array.from({ length: CELLS_UP + 5 }, (_, n) => device(`u${n}`, 'up')),
      ...Array.from({ length: CELLS_IN_TROUBLE + 7 }, (_, n) => device(`d${n}`, 'down')),
    ];
    const { cells, moreInTrouble, moreUp } = cellsOf(many);
    expect(cells).toHaveLength(CELLS_IN_TROUBLE + CELLS_UP);
    expect(cells.slice(0, CELLS_IN_TROUBLE).every(({ health }) => health === 'down')).toBe(true);
    expect([moreInTrouble, moreUp]).toEqual([7, 5]);
  });
});

test('a site is as it is since the first of its worst devices', () => {
  const site = group('x', [
    device('1', 'down', '2026-01-15T03:05:00.000Z'),
    device('2', 'down', '2026-01-15T03:02:00.000Z'),
    device('3', 'unknown', '2026-01-15T01:00:00.000Z'),
  ]);
  expect(worstSince(site)).toBe('2026-01-15T03:02:00.000Z');
});
