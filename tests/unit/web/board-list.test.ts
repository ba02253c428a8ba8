import { HEALTHS, type Health, type LiveDevice } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SORT_KEYS, type Sort } from '../../../web/src/board/board-address.js';
import { compareRows, createRow, createRowMaker } from '../../../web/src/board/device-rows.js';
import { naturalKey } from '../../../web/src/i18n/natural-key.js';
import { steadyOrder } from '../../../web/src/board/steady-order.js';
import {
  boxOf,
  cellCountsOf,
  cellsOf,
  columnsOf,
  rowsOf,
  rowsWithin,
  tileHeight,
  type CellCounts,
} from '../../../web/src/board/tile-layout.js';
import { extentOf } from '../../../web/src/board/view-window.js';
import { createGroup, type SiteGroup } from '../../../web/src/live/state.js';

const device = (id: string, health: Health, more: Partial<LiveDevice> = {}): LiveDevice => ({
  id,
  code: id,
  name: id,
  kind: 'atm',
  address: '10.0.0.1',
  site_id: 's',
  agent_id: 'a',
  health,
  since: '2026-01-15T03:00:00.000Z',
  open_incident_id: null,
  parent_ids: [],
  ...more,
});
const siteOf = (id: string, devices: LiveDevice[], acknowledged: string[] = []): SiteGroup =>
  createGroup(
    id,
    {
      id,
      code: id,
      name: `Site ${id}`,
      region: null,
      timezone: 'Asia/Jakarta',
      latitude: null,
      longitude: null,
    },
    devices,
    new Set(acknowledged),
  );

describe('the rows of the list', () => {
  const devices = [
    device('ATM 10', 'up', { address: '10.0.0.9', since: '2026-01-15T01:00:00.000Z' }),
    device('atm 2', 'down', { address: '10.0.0.10', open_incident_id: 'i' }),
    device('Router', 'down', {
      kind: 'router',
      address: '9.0.0.1',
      since: '2026-01-15T02:00:00.000Z',
      open_incident_id: 'j',
    }),
    device('Éclair', 'unknown', { address: 'fe80::1' }),
  ];
  const group = siteOf('s', devices, ['Router']);

  test.each<[Sort['key'], boolean, string[]]>([
    ['health', false, ['Router', 'atm 2', 'Éclair', 'ATM 10']],
    ['name', false, ['atm 2', 'ATM 10', 'Éclair', 'Router']],
    ['name', true, ['Router', 'Éclair', 'ATM 10', 'atm 2']],
    ['kind', true, ['Router', 'atm 2', 'ATM 10', 'Éclair']],
    ['address', false, ['Router', 'ATM 10', 'atm 2', 'Éclair']],
    ['since', false, ['ATM 10', 'Router', 'atm 2', 'Éclair']],
    // not acknowledged, acknowledged, none
    ['incident', false, ['atm 2', 'Router', 'ATM 10', 'Éclair']],
  ])('by %s, descending: %s', (key, descending, ids) => {
    const rows = createRowMaker()([group], { key, descending });
    expect(rows.map((row) => row.device.id)).toEqual(ids);
  });

  test('changed piece by piece they are as if made for the first time', () => {
    const anyChange = fc.record({
      site: fc.constantFrom('a', 'b', 'c'),
      healths: fc.array(fc.constantFrom(...HEALTHS), { maxLength: 5 }),
      acknowledged: fc.boolean(),
    });
    const anySort = fc.record({ key: fc.constantFrom(...SORT_KEYS), descending: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(anyChange), anySort)), (rounds) => {
        const remembering = createRowMaker();
        const groups = new Map<string, SiteGroup>();
        for (const [changes, sort] of rounds) {
          for (const { site, healths, acknowledged } of changes) {
            // Some devices are at one site now and at another later.
            const there = healths.map((health, n) =>
              device(`${n % 2 === 0 ? site : 'x'}${n}`, health, { site_id: site }),
            );
            for (const [id, other] of groups) {
              const left = other.devices.filter(
                ({ id: known }) => !there.some(({ id: moved }) => moved === known),
              );
              if (id !== site && left.length < other.devices.length) groups.set(id, siteOf(id, left));
            }
            groups.set(site, siteOf(site, there, acknowledged ? there.map(({ id }) => id) : []));
          }
          const rows = remembering(groups.values(), sort);
          const anew = createRowMaker()(groups.values(), sort);
          expect(rows.map(({ device: { id, health }, acknowledged }) => [id, health, acknowledged])).toEqual(
            anew.map(({ device: { id, health }, acknowledged }) => [id, health, acknowledged]),
          );
        }
      }),
    );
  });

  test('a row that did not change stays the same object', () => {
    const make = createRowMaker();
    const sort: Sort = { key: 'health', descending: false };
    const before = make([group, siteOf('t', [device('1', 'up')])], sort);
    const after = make([group, siteOf('t', [device('1', 'down')])], sort);
    expect(after.filter((row) => before.includes(row))).toHaveLength(devices.length);
    expect(after[0]?.device).toMatchObject({ id: 'Router' });
  });

  test('every order is one: of two rows one comes first, and it is the other way round backwards', () => {
    const anyRow = fc
      .record({ id: fc.string(), health: fc.constantFrom(...HEALTHS), site: fc.string() })
      .map(({ id, health, site }) => createRow(device(id, health), site, false));
    fc.assert(
      fc.property(anyRow, anyRow, fc.constantFrom(...SORT_KEYS), (a, b, key) => {
        const compare = compareRows({ key, descending: false });
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        if (a.device.id !== b.device.id) expect(compare(a, b)).not.toBe(0);
      }),
    );
  });
});

test.each([
  ['ATM 2', 'atm 10'],
  ['atm 007', 'ATM 8'],
  ['Eclair', 'Éclairs'],
  ['KC 9', 'KC 10 <script>'],
])('%s comes before %s', (one, other) => {
  expect(naturalKey(one) < naturalKey(other)).toBe(true);
});

describe('an order that is held', () => {
  const id = (item: string): string => item;

  test.each([
    // before, now, shown, moved
    [['a', 'b', 'c'], ['c', 'a', 'b'], ['a', 'b', 'c'], 3],
    [['a', 'b', 'c'], ['a', 'c'], ['a', 'c'], 0],
    [['a', 'b'], ['n', 'a', 'b'], ['a', 'b', 'n'], 3],
    [[], ['a', 'b'], ['a', 'b'], 0],
  ])('%j, now %j', (before, now, shown, moved) => {
    expect(steadyOrder(before, now, id)).toEqual({ items: shown, moved });
  });

  test('nothing is lost, nothing is twice', () => {
    const ids = fc.uniqueArray(fc.string());
    fc.assert(
      fc.property(ids, ids, (before, now) => {
        expect([...steadyOrder(before, now, id).items].sort()).toEqual([...now].sort());
      }),
    );
  });
});

describe('tiles', () => {
  test('all in trouble come first; what is over is counted', () => {
    const many = siteOf('s', [
      ...Array.from({ length: 60 }, (_, n) => device(`u${n}`, 'up')),
      ...Array.from({ length: 70 }, (_, n) => device(`d${n}`, 'down')),
    ]);
    const counts = cellCountsOf(many.counts, 10);
    const cells = cellsOf(many.devices, counts);
    expect(cells).toHaveLength(50);
    expect(cells.every(({ health }) => health === 'down')).toBe(true);
    expect(counts).toEqual({ inTrouble: 50, up: 0, moreInTrouble: 20, moreUp: 60 });
    const few = siteOf('s', [
      ...Array.from({ length: 54 }, (_, n) => device(`u${n}`, 'up')),
      ...Array.from({ length: 4 }, (_, n) => device(`d${n}`, 'down')),
    ]);
    const fewCounts = cellCountsOf(few.counts, 10);
    expect(fewCounts).toEqual({ inTrouble: 4, up: 26, moreInTrouble: 0, moreUp: 28 });
    const healths = cellsOf(few.devices, fewCounts).map(({ health }) => health);
    expect(healths.lastIndexOf('down')).toBe(3);
    expect(healths).toHaveLength(30);
  });

  test('every tile lies within its row, and the rows in view are those that reach into it', () => {
    const heights = fc.array(fc.integer({ min: 36, max: 240 }), { maxLength: 80 });
    const widths = fc.integer({ min: 200, max: 1400 });
    const scales = fc.constantFrom(0.75, 1, 1.5, 2);
    fc.assert(
      fc.property(heights, widths, scales, fc.nat({ max: 9000 }), (all, width, scale, from) => {
        const columns = columnsOf(width, scale);
        const rows = rowsOf(all, columns.count);
        const { first, end } = rowsWithin(rows, { from, to: from + 700 });
        for (const [at, height] of all.entries()) {
          const box = boxOf(at, columns, rows, height);
          const row = Math.floor(at / columns.count);
          expect(box.y + height).toBeLessThanOrEqual(rows.height);
          expect(box.x + columns.width).toBeLessThanOrEqual(width + 0.01);
          const isSeen = box.y < from + 700 && box.y + height > from;
          if (isSeen) expect(row >= first && row < end).toBe(true);
        }
      }),
    );
  });

  test.each([
    [1, 3],
    [1.5, 2],
    [2, 1],
  ])('with type %d times as large %d tiles stand side by side in 700 px', (scale, count) => {
    expect(columnsOf(700, scale).count).toBe(count);
  });

  test('a tile grows by its lines of cells', () => {
    const of = (up: number): CellCounts => ({ inTrouble: 0, up, moreInTrouble: 0, moreUp: 0 });
    expect(tileHeight(of(9), 8, 1) - tileHeight(of(8), 8, 1)).toBe(24);
    expect(tileHeight({ ...of(8), moreUp: 3 }, 8, 1) - tileHeight(of(8), 8, 1)).toBe(24);
  });

  test('what to draw reaches beyond what is in view, never above the top', () => {
    expect(extentOf(0, 800)).toEqual({ from: 0, to: 1280 });
    expect(extentOf(-5000, 800).from).toBeLessThanOrEqual(4520);
    expect(extentOf(-5000, 800).to).toBeGreaterThanOrEqual(6280);
    expect(extentOf(20_000, 800)).toEqual({ from: 0, to: 0 });
  });
});
