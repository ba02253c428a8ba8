import type { LiveDevice } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellByKey, movesCursor } from '../../../web/src/board/heat-cursor.js';
import {
  cellAt,
  cellBeyond,
  cellOfNumber,
  heatLayout,
  numberOfCell,
  placeOf,
} from '../../../web/src/board/heat-layout.js';
import { lookOf } from '../../../web/src/board/heat-paint.js';
import { createGroup, type SiteGroup } from '../../../web/src/live/state.js';

const device = (id: string): LiveDevice => ({
  id,
  code: id,
  name: id,
  kind: 'atm',
  address: '10.0.0.1',
  site_id: 's',
  agent_id: 'a',
  health: 'up',
  since: '2026-01-15T03:00:00.000Z',
  open_incident_id: null,
  parent_ids: [],
});
const site = (name: string, region: string | null, count: number): SiteGroup =>
  createGroup(
    name,
    { id: name, code: name, name, region, timezone: 'Asia/Jakarta', latitude: null, longitude: null },
    Array.from({ length: count }, (_, n) => device(`${name}-${n}`)),
    new Set(),
  );

describe('the heat view', () => {
  test('regions by name, those without one last; sites by name, 2 before 10', () => {
    const layout = heatLayout(
      [site('KC 10', 'Bali', 1), site('KC 2', 'Bali', 1), site('X', null, 1), site('Y', 'Aceh', 1)],
      400,
      800,
    );
    expect(layout.regions.map(({ name }) => name)).toEqual(['Aceh', 'Bali', '']);
    expect(layout.sites.map(({ siteId }) => siteId)).toEqual(['Y', 'KC 2', 'KC 10', 'X']);
  });

  test('a thing that fails moves nothing: the place is by name alone', () => {
    const healthy = site('A', 'Bali', 3);
    const failing = createGroup(
      'A',
      healthy.site,
      healthy.devices.map((one) => ({ ...one, health: 'down' as const })),
      new Set(),
    );
    const other = site('B', 'Bali', 2);
    expect(heatLayout([other, failing], 300, 500)).toEqual(heatLayout([healthy, other], 300, 500));
  });

  test('keys go from cell to cell, from site to site and from trouble to trouble', () => {
    const layout = heatLayout([site('A', 'Bali', 3), site('B', 'Bali', 2), site('C', 'Bali', 2)], 400, 800);
    const isTrouble = ({ site: at, place }: { site: number; place: number }): boolean =>
      (at === 0 && place === 1) || (at === 2 && place === 1);
    const go = (from: [number, number], key: string): [number, number] | undefined => {
      const to = cellByKey(layout, { site: from[0], place: from[1] }, key, isTrouble);
      return to && [to.site, to.place];
    };
    expect(go([0, 2], 'ArrowRight')).toEqual([1, 0]);
    expect(go([1, 0], 'ArrowLeft')).toEqual([0, 2]);
    expect(go([0, 0], 'ArrowLeft')).toBeUndefined();
    expect(go([1, 1], 'Home')).toEqual([0, 0]);
    expect(go([0, 0], 'End')).toEqual([2, 1]);
    expect(go([0, 1], 'PageDown')).toEqual([1, 0]);
    // In the last site there is no next one: to its end.
    expect(go([2, 0], 'PageDown')).toEqual([2, 1]);
    expect(go([1, 1], 'PageUp')).toEqual([0, 0]);
    expect(go([0, 0], 'n')).toEqual([0, 1]);
    expect(go([0, 1], 'n')).toEqual([2, 1]);
    expect(go([2, 1], 'n')).toBeUndefined();
    expect(go([2, 1], 'p')).toEqual([0, 1]);
    expect(go([0, 0], 'x')).toBeUndefined();
    expect(['ArrowUp', 'PageUp', 'Home', 'n', 'x', 'Enter', 'Homer'].filter(movesCursor)).toEqual([
      'ArrowUp',
      'PageUp',
      'Home',
      'n',
    ]);
  });

  const anySites = fc.array(
    fc.tuple(fc.constantFrom('Aceh', 'Bali', null), fc.integer({ min: 1, max: 60 })),
    { minLength: 1, maxLength: 30 },
  );
  const anyLayout = fc
    .tuple(anySites, fc.integer({ min: 60, max: 900 }), fc.constantFrom(1, 1.25, 2))
    .map(([sites, width, density]) => ({
      width,
      density,
      layout: heatLayout(
        sites.map(([region, count], n) => site(`S ${n}`, region, count)),
        width,
        400,
        { density },
      ),
    }));

  test('every cell is found where it stands, within the view, on whole device pixels, and no two are at one place', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, width, density }) => {
        const taken = new Set<string>();
        for (let number = 0; number < layout.cellCount; number += 1) {
          const cell = cellOfNumber(layout, number);
          if (!cell) throw new Error('every number has its cell');
          expect(numberOfCell(layout, cell)).toBe(number);
          const { x, y } = placeOf(layout, cell);
          taken.add(`${x} ${y}`);
          expect(x + layout.pitch).toBeLessThanOrEqual(Math.max(width, layout.pitch) + 0.01);
          expect(y + layout.pitch).toBeLessThanOrEqual(layout.height + 0.01);
          expect(Math.abs(x * density - Math.round(x * density))).toBeLessThan(0.001);
          expect(cellAt(layout, x + layout.pitch / 2, y + layout.pitch / 2)).toEqual(cell);
        }
        expect(taken.size).toBe(layout.cellCount);
        expect(cellOfNumber(layout, layout.cellCount)).toBeUndefined();
        expect(cellAt(layout, -1, 0)).toBeUndefined();
        expect(cellAt(layout, width + 40, layout.height / 2)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  test('the key up comes back into the line from which down went', () => {
    fc.assert(
      fc.property(anyLayout, fc.nat(), ({ layout }, start) => {
        const from = cellOfNumber(layout, start % layout.cellCount);
        const below = from && cellBeyond(layout, from, 1);
        if (!from || !below) return;
        expect(placeOf(layout, below).y).toBeGreaterThan(placeOf(layout, from).y);
        const back = cellBeyond(layout, below, -1);
        expect(back && placeOf(layout, back).y).toBe(placeOf(layout, from).y);
      }),
      { numRuns: 60 },
    );
  });

  test('regions stand side by side where that leaves the cells larger, in their order, and none is cut by a stack', () => {
    const regions = ['Aceh', 'Bali', 'Jambi', 'Riau', 'Papua', 'Banten'].sort();
    const layout = heatLayout(
      regions.flatMap((region) => [site(`${region} 1`, region, 12), site(`${region} 2`, region, 12)]),
      900,
      260,
    );
    expect(layout.regions.map(({ name }) => name)).toEqual(regions);
    expect(layout.stacks.length).toBeGreaterThan(1);
    expect(layout.height).toBeLessThanOrEqual(260);
    expect(layout.pitch).toBeGreaterThanOrEqual(16);
    const covered = layout.stacks.flatMap(({ firstRegion, endRegion }) =>
      regions.slice(firstRegion, endRegion),
    );
    expect(covered).toEqual(regions);
    for (const { firstSlot, count } of layout.sites) {
      expect((firstSlot % layout.columns) + count).toBeLessThanOrEqual(layout.columns);
    }
  });

  test('on a wall cells grow beyond those of a board', () => {
    const groups = [site('A', 'Bali', 20)];
    expect(heatLayout(groups, 600, 800, { largest: 48 }).pitch).toBe(48);
  });

  test('cells are as large as the height allows, and never vanish', () => {
    const few = heatLayout([site('A', 'Bali', 20)], 600, 800);
    const sites = Array.from({ length: 2000 }, (_, n) => site(`S ${n}`, 'Bali', 50));
    const many = heatLayout(sites, 900, 800);
    expect(few.pitch).toBe(24);
    expect(many).toMatchObject({ pitch: 4, cellCount: 100_000 });
  });
});

test('each health looks its own way, acknowledged or not', () => {
  const looks = (['up', 'degraded', 'down', 'unknown'] as const).flatMap((health) => [
    lookOf(health, false),
    lookOf(health, true),
  ]);
  expect(new Set(looks).size).toBe(8);
});
