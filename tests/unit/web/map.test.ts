import type { Health, LiveDevice } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGroup, type SiteGroup } from '../../../web/src/live/state.js';
import { createMarkMaker } from '../../../web/src/map/clusters.js';
import { INDONESIA } from '../../../web/src/map/outline.gen.js';
import {
  bounded,
  fromFrame,
  LARGEST_SCALE,
  MAP_HEIGHT,
  MAP_WIDTH,
  project,
  readMapView,
  smallestScale,
  toFrame,
  unproject,
  viewOf,
  writeMapView,
  zoomed,
} from '../../../web/src/map/projection.js';

const SIZE = { width: 900, height: 480 };
const anyView = fc
  .record({
    x: fc.double({ min: 0, max: MAP_WIDTH, noNaN: true }),
    y: fc.double({ min: 0, max: MAP_HEIGHT, noNaN: true }),
    scale: fc.double({ min: 0.1, max: LARGEST_SCALE, noNaN: true }),
  })
  .map((view) => bounded(view, SIZE));

describe('the projection', () => {
  test('there and back', () => {
    const longitude = fc.double({ min: 92, max: 144, noNaN: true });
    const latitude = fc.double({ min: -13, max: 9, noNaN: true });
    fc.assert(
      fc.property(longitude, latitude, (east, north) => {
        const back = unproject(project(east, north));
        expect(back.longitude).toBeCloseTo(east, 6);
        expect(back.latitude).toBeCloseTo(north, 6);
      }),
    );
  });

  test('the outline is where the places are: Bandung, Palu and Wamena on land, the Java and the Banda Sea not', () => {
    const rings = INDONESIA.split('z')
      .filter((ring) => ring !== '')
      .map((ring) => {
        const [x = 0, y = 0, ...steps] = (ring.match(/-?\d+/g) ?? []).map(Number);
        const points = [{ x, y }];
        for (let at = 0; at < steps.length; at += 2) {
          const last = points.at(-1) ?? { x, y };
          points.push({ x: last.x + (steps[at] ?? 0), y: last.y + (steps[at + 1] ?? 0) });
        }
        return points;
      });
    const isLand = (longitude: number, latitude: number): boolean => {
      const { x, y } = project(longitude, latitude);
      let crossings = 0;
      for (const ring of rings) {
        for (const [at, a] of ring.entries()) {
          const b = ring[(at + 1) % ring.length] ?? a;
          if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) crossings += 1;
        }
      }
      return crossings % 2 === 1;
    };
    expect([isLand(107.6, -6.95), isLand(119.95, -1.1), isLand(138.9, -4.1)]).toEqual([true, true, true]);
    expect([isLand(110, -5), isLand(126, -6)]).toEqual([false, false]);
    const all = rings.flat();
    expect(Math.min(...all.map(({ x }) => x))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all.map(({ x }) => x))).toBeLessThanOrEqual(MAP_WIDTH);
    expect(Math.max(...all.map(({ y }) => y))).toBeLessThanOrEqual(MAP_HEIGHT);
  });

  test('what is zoomed about stays under the pointer while the bounds allow', () => {
    const view = viewOf([project(106, -7), project(112, -6)], SIZE);
    const about = { x: 400, y: 240 };
    const before = fromFrame(view, about);
    const after = fromFrame(zoomed(view, 2, about, SIZE), about);
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
  });

  test('however one zooms, the middle stays on the map and the scale within its limits', () => {
    fc.assert(
      fc.property(anyView, fc.double({ min: 0.01, max: 100, noNaN: true }), (view, factor) => {
        const next = zoomed(view, factor, { x: 10, y: 470 }, SIZE);
        const middle = fromFrame(next, { x: SIZE.width / 2, y: SIZE.height / 2 });
        expect(next.scale).toBeGreaterThanOrEqual(smallestScale(SIZE) - 1e-9);
        expect(next.scale).toBeLessThanOrEqual(LARGEST_SCALE);
        expect(middle.x).toBeGreaterThanOrEqual(-1e-6);
        expect(middle.x).toBeLessThanOrEqual(MAP_WIDTH + 1e-6);
        expect(middle.y).toBeGreaterThanOrEqual(-1e-6);
        expect(middle.y).toBeLessThanOrEqual(MAP_HEIGHT + 1e-6);
      }),
    );
  });

  test('an address keeps the view to within a few metres, and anything else is none', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const read = readMapView(writeMapView(view, SIZE), SIZE);
        const [one, other] = [view, read ?? view].map((at) => fromFrame(at, { x: 450, y: 240 }));
        expect(Math.abs((one?.x ?? 0) - (other?.x ?? 9))).toBeLessThan(0.1);
        expect(Math.abs((one?.y ?? 0) - (other?.y ?? 9))).toBeLessThan(0.1);
      }),
    );
    for (const odd of [null, '', '1,2', 'a,b,c', '1,2,3,4', '1,2,Infinity']) {
      expect(readMapView(odd, SIZE)).toBeUndefined();
    }
  });

  test('all points are in the frame', () => {
    const points = [project(95.3, 5.5), project(140.7, -2.5), project(123.6, -10.2)];
    const view = viewOf(points, SIZE);
    for (const point of points) {
      const { x, y } = toFrame(view, point);
      expect(x >= 0 && x <= SIZE.width && y >= 0 && y <= SIZE.height).toBe(true);
    }
  });
});

const siteAt = (
  id: string,
  [longitude, latitude]: readonly [number | null, number | null],
  health: Health = 'up',
  acknowledged = false,
): SiteGroup => {
  const device: LiveDevice = {
    id: `d-${id}`,
    code: id,
    name: id,
    kind: 'atm',
    address: '10.0.0.1',
    site_id: id,
    agent_id: 'a',
    health,
    since: '2026-01-15T03:00:00.000Z',
    open_incident_id: null,
    parent_ids: [],
  };
  const site = { id, code: id, name: id, region: null, timezone: 'Asia/Jakarta', latitude, longitude };
  return createGroup(id, site, [device], new Set(acknowledged ? [device.id] : []));
};

describe('marks', () => {
  const jakarta = [106.82, -6.2] as const;
  const near = [106.84, -6.21] as const;
  const jayapura = [140.72, -2.53] as const;
  const whole = viewOf([], SIZE);

  test('sites close together are one mark with the worst among them; far ones stand alone', () => {
    const marks = createMarkMaker()(
      [siteAt('a', jakarta), siteAt('b', near, 'down'), siteAt('c', jayapura, 'degraded')],
      whole,
      SIZE,
    );
    expect(marks.map(({ groups, worst }) => [groups.length, worst])).toEqual([
      [2, 'down'],
      [1, 'degraded'],
    ]);
    expect(marks[0]?.splitsAt).toBeGreaterThan(whole.scale);
    expect(marks[1]?.splitsAt).toBeUndefined();
  });

  test('going as near as it says, a mark falls apart', () => {
    const groups = [siteAt('a', jakarta), siteAt('b', near)];
    const make = createMarkMaker();
    const [mark] = make(groups, whole, SIZE);
    const scale = (mark?.splitsAt ?? 0) * 1.05;
    const view = { x: (mark?.x ?? 0) - 450 / scale, y: (mark?.y ?? 0) - 240 / scale, scale };
    expect(make(groups, view, SIZE)).toHaveLength(2);
  });

  test('sites at one and the same place are told apart when one is as near as can be', () => {
    const groups = [siteAt('a', jakarta), siteAt('b', jakarta), siteAt('c', jakarta, 'down', true)];
    const { x, y } = project(...jakarta);
    const view = { x: x - 450 / LARGEST_SCALE, y: y - 240 / LARGEST_SCALE, scale: LARGEST_SCALE };
    const marks = createMarkMaker()(groups, view, SIZE);
    expect(new Set(marks.map(({ asideX, asideY }) => `${asideX} ${asideY}`)).size).toBe(3);
    expect(marks[0]).toMatchObject({ worst: 'down', calmed: true });
  });

  test('health changes without a new index, places change with one; sites without a place have no mark', () => {
    const make = createMarkMaker();
    expect(make([siteAt('a', jakarta), siteAt('x', [null, null])], whole, SIZE)).toHaveLength(1);
    expect(make([siteAt('a', jakarta, 'down')], whole, SIZE)[0]?.worst).toBe('down');
    const [moved] = make([siteAt('a', jayapura, 'down')], whole, SIZE);
    expect(moved?.x).toBeCloseTo(project(...jayapura).x, 3);
  });

  test('every placed site is in exactly one mark of the whole map', () => {
    const anyPlace = fc.tuple(
      fc.double({ min: 96, max: 140, noNaN: true }),
      fc.double({ min: -10, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(anyPlace, { maxLength: 60 }), (places) => {
        const groups = places.map((at, n) => siteAt(`s${n}`, at));
        const found = createMarkMaker()(groups, whole, SIZE).flatMap((mark) =>
          mark.groups.map(({ siteId }) => siteId),
        );
        expect(found.sort()).toEqual(groups.map(({ siteId }) => siteId).sort());
      }),
    );
  });
});
