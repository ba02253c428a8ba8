import type { SiteGroup } from '../live/state.js';
import { sizeOf } from './board-model.js';
import { compareTexts, naturalKey } from './natural-key.js';

/**
 * Where each cell of the heat view stands. Regions one below the other, in each the sites one after another like words
 * in a line, a free cell between them. A site's place depends on its name alone, so nothing moves when something fails;
 * within the site the worst come first. Pure.
 */
export interface HeatSite {
  readonly siteId: string;
  readonly count: number;
  /** Its first cell among all cells, and among the places of its region. */
  readonly firstCell: number;
  readonly firstSlot: number;
  readonly region: number;
}

export interface HeatRegion {
  /** Empty: sites without a region. */
  readonly name: string;
  /** Where its name and its first line of cells stand, px. */
  readonly labelTop: number;
  readonly cellsTop: number;
  /** Its sites: the first, and one past the last. */
  readonly firstSite: number;
  readonly endSite: number;
}

export interface HeatLayout {
  /** From one cell to the next, px. */
  readonly pitch: number;
  readonly columns: number;
  readonly height: number;
  readonly regions: readonly HeatRegion[];
  readonly sites: readonly HeatSite[];
  readonly cellCount: number;
}

/** A cell: which of the layout's sites, and which of that site's devices. */
export interface HeatCell {
  readonly site: number;
  readonly place: number;
}

const PITCHES = [24, 20, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4] as const;
const LABEL_PX = 22;
const AFTER_REGION_PX = 8;

interface Named {
  siteId: string;
  count: number;
  region: string;
  regionKey: string;
  nameKey: string;
}

const inOrder = (groups: Iterable<SiteGroup>): Named[] => {
  const named: Named[] = [];
  for (const group of groups) {
    const region = group.site?.region ?? '';
    const nameKey = naturalKey(group.site?.name ?? '');
    // Those without a region come last.
    const regionKey = region === '' ? '\u{10ffff}' : naturalKey(region);
    named.push({ siteId: group.siteId, count: sizeOf(group), region, regionKey, nameKey });
  }
  return named.sort(
    (a, b) =>
      compareTexts(a.regionKey, b.regionKey) ||
      compareTexts(a.region, b.region) ||
      compareTexts(a.nameKey, b.nameKey) ||
      compareTexts(a.siteId, b.siteId),
  );
};

const layOut = (named: readonly Named[], width: number, pitch: number, scale: number): HeatLayout => {
  const columns = Math.max(1, Math.floor(width / pitch));
  const regions: HeatRegion[] = [];
  const sites: HeatSite[] = [];
  let [top, cellCount, at] = [0, 0, 0];
  while (at < named.length) {
    const firstSite = at;
    const name = named[at]?.region ?? '';
    let slots = 0;
    for (; at < named.length && named[at]?.region === name; at += 1) {
      const { siteId, count } = named[at] as Named;
      // The free cell before a site is saved where a line begins.
      const firstSlot = slots === 0 || slots % columns === 0 ? slots : slots + 1;
      sites.push({ siteId, count, firstCell: cellCount, firstSlot, region: regions.length });
      slots = firstSlot + count;
      cellCount += count;
    }
    const cellsTop = top + LABEL_PX * scale;
    regions.push({ name, labelTop: top, cellsTop, firstSite, endSite: at });
    top = cellsTop + Math.ceil(slots / columns) * pitch + AFTER_REGION_PX;
  }
  return { pitch, columns, height: Math.max(0, top - AFTER_REGION_PX), regions, sites, cellCount };
};

/**
 * The layout with the largest cells that stays within `wantedHeight`; with the smallest where none does. `density`: device
 * pixels to a px, so that every cell begins on one.
 */
export const heatLayout = (
  groups: Iterable<SiteGroup>,
  width: number,
  wantedHeight: number,
  { density = 1, scale = 1 }: { density?: number; scale?: number } = {},
): HeatLayout => {
  const named = inOrder(groups);
  const sharp = (pitch: number): number => Math.max(1, Math.round(pitch * density)) / density;
  for (const pitch of PITCHES) {
    const layout = layOut(named, width, sharp(pitch), scale);
    if (layout.height <= wantedHeight || pitch === PITCHES.at(-1)) return layout;
  }
  throw new Error('there is always a smallest cell');
};

/** The left and upper edge of a cell, px. */
export const placeOf = (layout: HeatLayout, { site, place }: HeatCell): { x: number; y: number } => {
  const of = layout.sites[site];
  const region = of && layout.regions[of.region];
  if (!of || !region) return { x: 0, y: 0 };
  const slot = of.firstSlot + place;
  return {
    x: (slot % layout.columns) * layout.pitch,
    y: region.cellsTop + Math.floor(slot / layout.columns) * layout.pitch,
  };
};

/** The last of `from…end` for which `begins` is at most `wanted`; -1 where there is none. */
const lastAtMost = (from: number, end: number, begins: (at: number) => number, wanted: number): number => {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begins(middle) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1 < from ? -1 : low - 1;
};

/** The cell at a point; undefined between cells, on names and outside. */
export const cellAt = (layout: HeatLayout, x: number, y: number): HeatCell | undefined => {
  const column = Math.floor(x / layout.pitch);
  if (x < 0 || column >= layout.columns) return undefined;
  const regionAt = lastAtMost(0, layout.regions.length, (at) => layout.regions[at]?.cellsTop ?? 0, y);
  const region = layout.regions[regionAt];
  if (!region) return undefined;
  const slot = Math.floor((y - region.cellsTop) / layout.pitch) * layout.columns + column;
  const { firstSite, endSite } = region;
  const site = lastAtMost(firstSite, endSite, (at) => layout.sites[at]?.firstSlot ?? 0, slot);
  const of = layout.sites[site];
  if (!of || slot - of.firstSlot >= of.count) return undefined;
  return { site, place: slot - of.firstSlot };
};

/** The cell with this number among all of them. */
export const cellOfNumber = (layout: HeatLayout, number: number): HeatCell | undefined => {
  if (number < 0 || number >= layout.cellCount) return undefined;
  const site = lastAtMost(0, layout.sites.length, (at) => layout.sites[at]?.firstCell ?? 0, number);
  const of = layout.sites[site];
  return of ? { site, place: number - of.firstCell } : undefined;
};

export const numberOfCell = (layout: HeatLayout, { site, place }: HeatCell): number =>
  (layout.sites[site]?.firstCell ?? 0) + place;

/** The cell in the nearest line above (-1) or below (1) that stands closest to this one. */
export const cellBeyond = (layout: HeatLayout, from: HeatCell, direction: -1 | 1): HeatCell | undefined => {
  const start = placeOf(layout, from);
  let number = numberOfCell(layout, from) + direction;
  let best: { cell: HeatCell; away: number } | undefined;
  let line: number | undefined;
  for (let cell = cellOfNumber(layout, number); cell; cell = cellOfNumber(layout, (number += direction))) {
    const { x, y } = placeOf(layout, cell);
    if (y === start.y) continue;
    line ??= y;
    if (y !== line) break;
    const away = Math.abs(x - start.x);
    if (best === undefined || away < best.away) best = { cell, away };
  }
  return best?.cell;
};
