import type { SiteGroup } from '../live/state.js';
import { sizeOf } from './board-model.js';
import { compareTexts, naturalKey } from '../i18n/natural-key.js';

/**
 * Where each cell of the heat view stands. Regions one below the other in as many columns as let the cells be largest,
 * in each region the sites one after another like words in a line, a free cell between them. A site's place depends on
 * names and sizes alone, so nothing moves when something fails; within the site the worst come first. Pure.
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
  readonly left: number;
  readonly labelTop: number;
  readonly cellsTop: number;
  /** Its sites: the first, and one past the last. */
  readonly firstSite: number;
  readonly endSite: number;
}

/** Regions one below the other. */
export interface HeatStack {
  readonly left: number;
  readonly firstRegion: number;
  readonly endRegion: number;
}

export interface HeatLayout {
  /** From one cell to the next, px. */
  readonly pitch: number;
  /** Cells side by side in a stack. */
  readonly columns: number;
  readonly stacks: readonly HeatStack[];
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

const PITCHES = [48, 40, 34, 28, 24, 20, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4] as const;
/** Cells on a board are no larger than this, px: more is for a wall. */
const LARGEST_PX = 24;
const LABEL_PX = 22;
const AFTER_REGION_PX = 8;
const BETWEEN_STACKS_PX = 20;
/** A narrower stack has no room for a region's name, px. */
const NARROWEST_STACK_PX = 150;

interface Named {
  siteId: string;
  count: number;
  region: string;
  regionKey: string;
  nameKey: string;
}

interface Lines {
  name: string;
  firstSite: number;
  endSite: number;
  count: number;
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

/** Where the regions' sites stand when `columns` cells are side by side, and how many lines each region has. */
const fillLines = (named: readonly Named[], columns: number): { sites: HeatSite[]; lines: Lines[] } => {
  const sites: HeatSite[] = [];
  const lines: Lines[] = [];
  let [cellCount, at] = [0, 0];
  while (at < named.length) {
    const firstSite = at;
    const name = named[at]?.region ?? '';
    let slots = 0;
    for (; at < named.length && named[at]?.region === name; at += 1) {
      const { siteId, count } = named[at] as Named;
      const inLine = slots % columns;
      // The free cell before a site is saved where a line begins; a site that would break begins the next line.
      const breaks = inLine > 0 && inLine + 1 + count > columns && count <= columns;
      const firstSlot = inLine === 0 ? slots : breaks ? slots + columns - inLine : slots + 1;
      sites.push({ siteId, count, firstCell: cellCount, firstSlot, region: lines.length });
      slots = firstSlot + count;
      cellCount += count;
    }
    lines.push({ name, firstSite, endSite: at, count: Math.ceil(slots / columns) });
  }
  return { sites, lines };
};

/** After which regions a new stack begins so that none is higher than `height`. */
const breaksWithin = (heights: readonly number[], height: number): number[] => {
  const breaks: number[] = [];
  let top = 0;
  for (const [at, one] of heights.entries()) {
    if (top > 0 && top + one > height) {
      breaks.push(at);
      top = 0;
    }
    top += one;
  }
  return breaks;
};

/** The breaks into at most `count` stacks whose highest is as low as can be, to within a px. */
const breaksInto = (heights: readonly number[], count: number): number[] => {
  let low = Math.max(0, ...heights);
  let high = heights.reduce((sum, one) => sum + one, 0);
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (breaksWithin(heights, middle).length < count) high = middle;
    else low = middle;
  }
  return breaksWithin(heights, breaksWithin(heights, low).length < count ? low : high);
};

interface Frame {
  width: number;
  density: number;
  scale: number;
}

const layOut = (named: readonly Named[], stackCount: number, pitch: number, frame: Frame): HeatLayout => {
  const { width, density, scale } = frame;
  const stackWidth = (width - (stackCount - 1) * BETWEEN_STACKS_PX) / stackCount;
  const columns = Math.max(1, Math.floor(stackWidth / pitch));
  const { sites, lines } = fillLines(named, columns);
  const labelPx = LABEL_PX * scale;
  const heights = lines.map(({ count }) => labelPx + count * pitch + AFTER_REGION_PX);
  const breaks = breaksInto(heights, stackCount);
  const stacks = [0, ...breaks].map((firstRegion, nth, firsts): HeatStack => ({
    left: Math.floor(nth * (stackWidth + BETWEEN_STACKS_PX) * density) / density,
    firstRegion,
    endRegion: firsts[nth + 1] ?? lines.length,
  }));
  const regions: HeatRegion[] = [];
  let height = 0;
  for (const { left, firstRegion, endRegion } of stacks) {
    let top = 0;
    for (const [at, { name, firstSite, endSite }] of lines.slice(firstRegion, endRegion).entries()) {
      regions.push({ name, left, labelTop: top, cellsTop: top + labelPx, firstSite, endSite });
      top += heights[firstRegion + at] ?? 0;
    }
    height = Math.max(height, top - AFTER_REGION_PX);
  }
  const last = sites.at(-1);
  const cellCount = last ? last.firstCell + last.count : 0;
  return { pitch, columns, stacks, height, regions, sites, cellCount };
};

/** Sites whose cells go over the end of a line. */
const brokenSites = ({ sites, columns }: HeatLayout): number =>
  sites.filter(({ firstSlot, count }) => (firstSlot % columns) + count > columns).length;

/** Of two that fit the one that breaks fewer sites, else the lower one. */
const isBetter = (one: HeatLayout, other: HeatLayout, wantedHeight: number): boolean => {
  if (one.height > wantedHeight || other.height > wantedHeight) return one.height < other.height;
  const [broken, otherBroken] = [brokenSites(one), brokenSites(other)];
  return broken === otherBroken ? one.height < other.height : broken < otherBroken;
};

/**
 * The layout with the largest cells that stays within `wantedHeight`; with the smallest where none does. `density`: device
 * pixels to a px, so that every cell begins on one; `largest`: the size that no cell exceeds, px.
 */
export const heatLayout = (
  groups: Iterable<SiteGroup>,
  width: number,
  wantedHeight: number,
  {
    density = 1,
    scale = 1,
    largest = LARGEST_PX,
  }: { density?: number; scale?: number; largest?: number } = {},
): HeatLayout => {
  const named = inOrder(groups);
  const regionCount = new Set(named.map(({ region }) => region)).size;
  const room = Math.floor((width + BETWEEN_STACKS_PX) / (NARROWEST_STACK_PX * scale + BETWEEN_STACKS_PX));
  const mostStacks = Math.max(1, Math.min(regionCount, room));
  let best: HeatLayout | undefined;
  for (const wanted of PITCHES) {
    if (wanted > largest) continue;
    const pitch = Math.max(1, Math.round(wanted * density)) / density;
    best = undefined;
    for (let stacks = 1; stacks <= mostStacks; stacks += 1) {
      const layout = layOut(named, stacks, pitch, { width, density, scale });
      if (!best || isBetter(layout, best, wantedHeight)) best = layout;
    }
    if (best && best.height <= wantedHeight) break;
  }
  if (!best) throw new Error('there is always a smallest cell');
  return best;
};

/** The left and upper edge of a cell, px. */
export const placeOf = (layout: HeatLayout, { site, place }: HeatCell): { x: number; y: number } => {
  const of = layout.sites[site];
  const region = of && layout.regions[of.region];
  if (!of || !region) return { x: 0, y: 0 };
  const slot = of.firstSlot + place;
  return {
    x: region.left + (slot % layout.columns) * layout.pitch,
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
  const stack = layout.stacks[lastAtMost(0, layout.stacks.length, (at) => layout.stacks[at]?.left ?? 0, x)];
  if (!stack) return undefined;
  const column = Math.floor((x - stack.left) / layout.pitch);
  if (column >= layout.columns) return undefined;
  const { firstRegion, endRegion } = stack;
  const regionAt = lastAtMost(firstRegion, endRegion, (at) => layout.regions[at]?.cellsTop ?? 0, y);
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

const leftOf = (layout: HeatLayout, { site }: HeatCell): number =>
  layout.regions[layout.sites[site]?.region ?? 0]?.left ?? 0;

/** The cell in the nearest line above (-1) or below (1), in the same stack, that stands closest to this one. */
export const cellBeyond = (layout: HeatLayout, from: HeatCell, direction: -1 | 1): HeatCell | undefined => {
  const start = placeOf(layout, from);
  const left = leftOf(layout, from);
  let number = numberOfCell(layout, from) + direction;
  let best: { cell: HeatCell; away: number } | undefined;
  let line: number | undefined;
  for (let cell = cellOfNumber(layout, number); cell; cell = cellOfNumber(layout, (number += direction))) {
    if (leftOf(layout, cell) !== left) break;
    const { x, y } = placeOf(layout, cell);
    if (y === start.y) continue;
    line ??= y;
    if (y !== line) break;
    const away = Math.abs(x - start.x);
    if (best === undefined || away < best.away) best = { cell, away };
  }
  return best?.cell;
};
