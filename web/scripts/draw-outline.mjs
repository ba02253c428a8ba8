// Draws web/src/map/outline.gen.ts, the map's offline outline of Indonesia and its neighbours, from world-atlas (ISC),
// which is Natural Earth (public domain) as TopoJSON. Run by hand when the outline is to be another:
//   node web/scripts/draw-outline.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { merge } from 'topojson-client';
import { presimplify, quantile, simplify } from 'topojson-simplify';

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}`), 'utf8'));

const INDONESIA = '360';
/** What is drawn, degrees: Indonesia and a margin. */
const BOX = { west: 92, east: 144.5, south: -13.5, north: 9.5 };
/** Steps to a degree; see web/src/map/projection.ts. */
const STEPS = 40;
/** Rings smaller than this, in square degrees, are no more than a dot on the map. */
const SMALLEST = { near: 0.004, far: 0.05 };

const MERCATOR = 180 / Math.PI;
const project = ([longitude, latitude]) => [
  Math.round((longitude - BOX.west) * STEPS),
  Math.round(
    (MERCATOR * Math.log(Math.tan(Math.PI / 4 + (BOX.north * Math.PI) / 360)) -
      MERCATOR * Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))) *
      STEPS,
  ),
];

const areaOf = (ring) => {
  let twice = 0;
  for (let at = 1; at < ring.length; at += 1) {
    twice += ring[at - 1][0] * ring[at][1] - ring[at][0] * ring[at - 1][1];
  }
  return Math.abs(twice) / 2;
};

/** Sutherland and Hodgman: the ring as far as it lies within the box. */
const clip = (ring) => {
  const edges = [
    [0, BOX.west, 1],
    [0, BOX.east, -1],
    [1, BOX.south, 1],
    [1, BOX.north, -1],
  ];
  let points = ring;
  for (const [axis, limit, sign] of edges) {
    const inside = (point) => sign * (point[axis] - limit) >= 0;
    const crossing = (a, b) => {
      const share = (limit - a[axis]) / (b[axis] - a[axis]);
      return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
    };
    points = points.flatMap((point, at) => {
      const before = points[(at + points.length - 1) % points.length];
      if (inside(point)) return inside(before) ? [point] : [crossing(before, point), point];
      return inside(before) ? [crossing(before, point)] : [];
    });
  }
  return points;
};

const pathOf = (polygons, smallest) => {
  let path = '';
  for (const [outer] of polygons) {
    const ring = clip(outer);
    if (ring.length < 3 || areaOf([...ring, ring[0]]) < smallest) continue;
    const points = ring.map(project);
    const steps = [];
    let [x, y] = points[0];
    for (const [toX, toY] of points.slice(1)) {
      if (toX === x && toY === y) continue;
      steps.push(`${toX - x}${toY - y < 0 ? '' : ' '}${toY - y}`);
      [x, y] = [toX, toY];
    }
    if (steps.length < 2) continue;
    path += `M${points[0].join(' ')}l${steps.join(' ').replaceAll(' -', '-')}z`;
  }
  return path;
};

const drawn = (file, keepShare, wanted, smallest) => {
  const world = presimplify(read(file));
  const simple = simplify(world, quantile(world, keepShare));
  const countries = simple.objects.countries.geometries.filter(wanted);
  return pathOf(merge(simple, countries).coordinates, smallest);
};

const indonesia = drawn('countries-10m.json', 0.6, ({ id }) => id === INDONESIA, SMALLEST.near);
const neighbours = drawn('countries-50m.json', 0.3, ({ id }) => id !== INDONESIA, SMALLEST.far);

const text = `// Made by web/scripts/draw-outline.mjs; not to be edited.
// Source: Natural Earth, public domain, by way of world-atlas 2 (ISC licence, Copyright 2013-2019 Michael Bostock).

/** Indonesia as an SVG path in map units (see projection.ts). */
export const INDONESIA = '${indonesia}';

/** The land around it. */
export const NEIGHBOURS = '${neighbours}';
`;
const file = fileURLToPath(new URL('../src/map/outline.gen.ts', import.meta.url));
writeFileSync(file, text);
console.log(`${text.length} characters, ${gzipSync(text).length} bytes gzip`);
