import Supercluster from 'supercluster';
import type { Health } from '@siaga/shared';
import { isCalmed } from '../board/board-model.js';
import { SEVERITY, type SiteGroup } from '../live/state.js';
import {
  fromFrame,
  LARGEST_SCALE,
  project,
  UNITS_PER_DEGREE,
  unproject,
  type MapView,
  type Size,
} from './projection.js';

/** Sites on the map, those that stand too close to each other as one mark. */
export interface Mark {
  /** Of one site its id; of several a name that stays while they are the same. */
  readonly key: string;
  /** Where it stands, map units. */
  readonly x: number;
  readonly y: number;
  /** Pushed aside from others at the very same place, px. */
  readonly asideX: number;
  readonly asideY: number;
  readonly groups: readonly SiteGroup[];
  readonly worst: Health;
  /** All that is down there has been acknowledged. */
  readonly calmed: boolean;
  /** How near one has to go for it to fall apart, px to a unit; undefined for one site. */
  readonly splitsAt: number | undefined;
}

/** Marks nearer to each other than this become one, px. */
const RADIUS_PX = 44;
/** Supercluster's zoom: at 0 the world is 512 px wide. */
const WORLD_PX = 512;
/** From here on every site stands for itself, even where several share a place. */
const LAST_ZOOM = 17;
const ASIDE_PX = 22;

const zoomOf = (scale: number): number => Math.log2((360 * UNITS_PER_DEGREE * scale) / WORLD_PX);
const scaleOf = (zoom: number): number => (WORLD_PX * 2 ** zoom) / (360 * UNITS_PER_DEGREE);

interface Properties {
  siteId: string;
}

/** A site that has a place, and which. */
export const isPlaced = ({ site }: SiteGroup): boolean =>
  site !== undefined && site.latitude !== null && site.longitude !== null;

const worstOfGroups = (groups: readonly SiteGroup[]): Health =>
  groups.reduce<Health>(
    (worst, group) => (SEVERITY[group.worst] < SEVERITY[worst] ? group.worst : worst),
    'up',
  );

const calmedOf = (groups: readonly SiteGroup[]): boolean => {
  const down = groups.filter(({ worst }) => worst === 'down');
  return down.length > 0 && down.every(isCalmed);
};

/** Where the n-th of several at one place stands: on a ring around it. */
const asideOf = (nth: number, of: number): { asideX: number; asideY: number } => {
  if (of < 2) return { asideX: 0, asideY: 0 };
  const angle = (2 * Math.PI * nth) / of - Math.PI / 2;
  const radius = Math.max(ASIDE_PX, (of * ASIDE_PX) / (2 * Math.PI));
  return { asideX: Math.round(radius * Math.cos(angle)), asideY: Math.round(radius * Math.sin(angle)) };
};

export interface MarkMaker {
  (groups: Iterable<SiteGroup>, view: MapView, size: Size): Mark[];
}

/**
 * Makes the marks in view again and again. The index is of places alone and is made anew only when places change; what
 * is in trouble there is added up from the groups each time.
 */
export const createMarkMaker = (): MarkMaker => {
  let index: Supercluster<Properties> | undefined;
  let indexedBy = '';
  let leaves = new Map<number, string[]>();

  const indexOf = (placed: readonly SiteGroup[]): Supercluster<Properties> => {
    const key = placed
      .map(({ siteId, site }) => `${siteId}:${site?.latitude ?? ''}:${site?.longitude ?? ''}`)
      .sort()
      .join();
    if (index && key === indexedBy) return index;
    indexedBy = key;
    leaves = new Map();
    index = new Supercluster<Properties>({ radius: RADIUS_PX, extent: WORLD_PX, maxZoom: LAST_ZOOM });
    index.load(
      placed.map(({ siteId, site }) => ({
        type: 'Feature',
        properties: { siteId },
        geometry: { type: 'Point', coordinates: [site?.longitude ?? 0, site?.latitude ?? 0] },
      })),
    );
    return index;
  };

  const sitesOf = (of: Supercluster<Properties>, cluster: number): string[] => {
    let ids = leaves.get(cluster);
    if (!ids) {
      ids = of.getLeaves(cluster, Infinity).map(({ properties }) => properties.siteId);
      leaves.set(cluster, ids);
    }
    return ids;
  };

  return (groups, view, size) => {
    const byId = new Map<string, SiteGroup>();
    for (const group of groups) if (isPlaced(group)) byId.set(group.siteId, group);
    const of = indexOf([...byId.values()]);
    const isNearest = view.scale >= LARGEST_SCALE * 0.999;
    const zoom = isNearest
      ? LAST_ZOOM + 1
      : Math.min(LAST_ZOOM, Math.max(0, Math.floor(zoomOf(view.scale) + 0.15)));
    const around = { width: size.width + RADIUS_PX, height: size.height + RADIUS_PX };
    const corner = unproject(fromFrame(view, { x: -RADIUS_PX, y: -RADIUS_PX }));
    const opposite = unproject(fromFrame(view, { x: around.width, y: around.height }));
    const found = of.getClusters(
      [corner.longitude, opposite.latitude, opposite.longitude, corner.latitude],
      zoom,
    );
    const atPlace = new Map<string, number>();
    for (const { geometry } of found) {
      const place = geometry.coordinates.join();
      atPlace.set(place, (atPlace.get(place) ?? 0) + 1);
    }
    const nth = new Map<string, number>();
    const marks = found.flatMap(({ geometry, properties }): Mark | [] => {
      const [longitude = 0, latitude = 0] = geometry.coordinates;
      const place = geometry.coordinates.join();
      const turn = nth.get(place) ?? 0;
      nth.set(place, turn + 1);
      const isCluster = 'cluster_id' in properties;
      const ids = isCluster ? sitesOf(of, properties.cluster_id) : [properties.siteId];
      const there = ids.flatMap((id) => byId.get(id) ?? []);
      if (there.length === 0) return [];
      return {
        key: isCluster ? `${there.length}@${place}` : (ids[0] ?? place),
        ...project(longitude, latitude),
        ...asideOf(turn, atPlace.get(place) ?? 1),
        groups: there,
        worst: worstOfGroups(there),
        calmed: calmedOf(there),
        splitsAt: isCluster ? scaleOf(of.getClusterExpansionZoom(properties.cluster_id)) : undefined,
      };
    });
    return marks.sort((a, b) => SEVERITY[a.worst] - SEVERITY[b.worst] || (a.key < b.key ? -1 : 1));
  };
};
