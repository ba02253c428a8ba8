/**
 * The map's units: Mercator, 40 to a degree of longitude, from the north-west corner of what is drawn. The outline is in
 * these units (web/scripts/draw-outline.mjs), so nothing is projected while the map moves.
 */
export interface Point {
  x: number;
  y: number;
}

export const UNITS_PER_DEGREE = 40;
const WEST = 92;
const NORTH = 9.5;
/** The poles lie infinitely far away. */
const STEEPEST = 85;

/** Width and height of what is drawn, map units. */
export const MAP_WIDTH = 2100;
export const MAP_HEIGHT = 927;

const stretched = (latitude: number): number => {
  const radians = (Math.min(STEEPEST, Math.max(-STEEPEST, latitude)) * Math.PI) / 180;
  return (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + radians / 2));
};

/** Degrees to map units. */
export const project = (longitude: number, latitude: number): Point => ({
  x: (longitude - WEST) * UNITS_PER_DEGREE,
  y: (stretched(NORTH) - stretched(latitude)) * UNITS_PER_DEGREE,
});

/** Map units to degrees. */
export const unproject = ({ x, y }: Point): { longitude: number; latitude: number } => {
  const lifted = stretched(NORTH) - y / UNITS_PER_DEGREE;
  return {
    longitude: WEST + x / UNITS_PER_DEGREE,
    latitude: (Math.atan(Math.exp((lifted * Math.PI) / 180)) * 360) / Math.PI - 90,
  };
};

/** What part of the map stands in the frame: the frame's north-west corner in map units, and px to a unit. */
export interface MapView {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Nearer than this there is nothing more to see, px to a unit: a street is as wide as the frame. */
export const LARGEST_SCALE = 400;

export const toFrame = (view: MapView, at: Point): Point => ({
  x: (at.x - view.x) * view.scale,
  y: (at.y - view.y) * view.scale,
});

export const fromFrame = (view: MapView, at: Point): Point => ({
  x: view.x + at.x / view.scale,
  y: view.y + at.y / view.scale,
});

/** The whole map in the frame. */
export const smallestScale = ({ width, height }: Size): number =>
  Math.max(0.05, Math.min(width / MAP_WIDTH, height / MAP_HEIGHT));

/** The view within the map's bounds: its middle never leaves what is drawn. */
export const bounded = (view: MapView, size: Size): MapView => {
  const scale = Math.min(LARGEST_SCALE, Math.max(smallestScale(size), view.scale));
  const [halfWidth, halfHeight] = [size.width / 2 / scale, size.height / 2 / scale];
  const middleX = Math.min(MAP_WIDTH, Math.max(0, view.x + size.width / 2 / view.scale));
  const middleY = Math.min(MAP_HEIGHT, Math.max(0, view.y + size.height / 2 / view.scale));
  return { x: middleX - halfWidth, y: middleY - halfHeight, scale };
};

/** Zoomed by a factor about a point of the frame, which stays where it is as far as the bounds allow. */
export const zoomed = (view: MapView, factor: number, about: Point, size: Size): MapView => {
  const scale = Math.min(LARGEST_SCALE, Math.max(smallestScale(size), view.scale * factor));
  const fixed = fromFrame(view, about);
  return bounded({ x: fixed.x - about.x / scale, y: fixed.y - about.y / scale, scale }, size);
};

/** Moved by so many px of the frame. */
export const panned = (view: MapView, byX: number, byY: number, size: Size): MapView =>
  bounded({ ...view, x: view.x - byX / view.scale, y: view.y - byY / view.scale }, size);

const MARGIN_PX = 36;
/** A single place is shown with so many units around it: some fifty kilometres. */
const LEAST_UNITS = 40;

/** The view that shows all these points; the whole map where there are none. */
export const viewOf = (points: readonly Point[], size: Size): MapView => {
  const xs = points.length === 0 ? [0, MAP_WIDTH] : points.map(({ x }) => x);
  const ys = points.length === 0 ? [0, MAP_HEIGHT] : points.map(({ y }) => y);
  const [west, east] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [north, south] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  const margin = points.length === 0 ? 0 : MARGIN_PX;
  const width = Math.max(1, size.width - 2 * margin);
  const height = Math.max(1, size.height - 2 * margin);
  const scale = Math.min(
    width / Math.max(LEAST_UNITS, east - west),
    height / Math.max(LEAST_UNITS, south - north),
  );
  const x = (west + east) / 2 - size.width / 2 / scale;
  const y = (north + south) / 2 - size.height / 2 / scale;
  return bounded({ x, y, scale }, size);
};

/** The view as an address keeps it: its middle in degrees, and how near. */
export const writeMapView = (view: MapView, size: Size): string => {
  const middle = fromFrame(view, { x: size.width / 2, y: size.height / 2 });
  const { longitude, latitude } = unproject(middle);
  return `${latitude.toFixed(3)},${longitude.toFixed(3)},${Math.log2(view.scale).toFixed(2)}`;
};

/** The view of an address; undefined where it says none that can be shown. */
export const readMapView = (text: string | null, size: Size): MapView | undefined => {
  const parts = (text ?? '').split(',').map(Number);
  const [latitude, longitude, nearness] = parts;
  if (parts.length !== 3 || latitude === undefined || longitude === undefined || nearness === undefined) {
    return undefined;
  }
  if (!parts.every(Number.isFinite)) return undefined;
  const scale = Math.min(LARGEST_SCALE, Math.max(smallestScale(size), 2 ** nearness));
  const { x, y } = project(longitude, latitude);
  return bounded({ x: x - size.width / 2 / scale, y: y - size.height / 2 / scale, scale }, size);
};
