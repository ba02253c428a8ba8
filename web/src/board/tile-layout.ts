import type { HealthCounts, LiveDevice } from '@siaga/shared';
import type { Box } from '../components/placed.js';
import type { Extent } from './view-window.js';

/** Lays tiles out in rows by arithmetic, so that a thousand sites need no measuring and only those in view are drawn. */

const GAP = 12;
const NARROWEST = 216;
const PADDING = 13;
const CELL = 24;
/** Lines of cells that a tile fills at most: with trouble, and with what is up. */
const LINES_IN_TROUBLE = 5;
const LINES_IN_ALL = 3;

/** How many devices get a cell, and how many are left over. */
export interface CellCounts {
  inTrouble: number;
  up: number;
  moreInTrouble: number;
  moreUp: number;
}

/** Where `perLine` cells fit side by side: those in trouble first. */
export const cellCountsOf = ({ up, degraded, down, unknown }: HealthCounts, perLine: number): CellCounts => {
  const allInTrouble = degraded + down + unknown;
  const inTrouble = Math.min(allInTrouble, LINES_IN_TROUBLE * perLine);
  const shownUp = Math.min(up, Math.max(0, LINES_IN_ALL * perLine - inTrouble));
  return { inTrouble, up: shownUp, moreInTrouble: allInTrouble - inTrouble, moreUp: up - shownUp };
};

/** The devices that get a cell, of those of a site in the order of trouble. */
export const cellsOf = (devices: readonly LiveDevice[], counts: CellCounts): LiveDevice[] => {
  const firstUp = counts.inTrouble + counts.moreInTrouble;
  return [...devices.slice(0, counts.inTrouble), ...devices.slice(firstUp, firstUp + counts.up)];
};

export interface Columns {
  count: number;
  width: number;
  /** Cells side by side in one tile. */
  cellsPerLine: number;
}

/** `scale`: how much larger than 16 px the reader's type is. */
export const columnsOf = (width: number, scale: number): Columns => {
  const count = Math.max(1, Math.floor((width + GAP) / (NARROWEST * scale + GAP)));
  const each = (width - (count - 1) * GAP) / count;
  return { count, width: each, cellsPerLine: Math.max(1, Math.floor((each - 2 * PADDING + 8) / CELL)) };
};

/** How high a tile is with these cells; `scale` as of the columns. */
export const tileHeight = (
  { inTrouble, up, moreInTrouble, moreUp }: CellCounts,
  perLine: number,
  scale: number,
): number => {
  const more = (moreInTrouble > 0 ? 1 : 0) + (moreUp > 0 ? 1 : 0);
  const words = (20 + 2 + 18 + 8 + more * 24) * scale;
  return Math.ceil(2 * PADDING + words + Math.ceil((inTrouble + up) / perLine) * CELL - 4);
};

/** The height of a tile that says only the name: where all is well. */
export const smallTileHeight = (scale: number): number => Math.ceil(36 * scale);

export interface TileRows {
  /** Where each row begins, px; the last: where the last one ends. */
  tops: number[];
  height: number;
}

/** Rows as high as their highest tile. */
export const rowsOf = (heights: readonly number[], columns: number, gap = GAP): TileRows => {
  const tops: number[] = [];
  let top = 0;
  for (let first = 0; first < heights.length; first += columns) {
    tops.push(top);
    top += Math.max(...heights.slice(first, first + columns)) + gap;
  }
  const height = Math.max(0, top - gap);
  return { tops: [...tops, top], height };
};

/** The first and one past the last row that reach into the extent. */
export const rowsWithin = ({ tops }: TileRows, { from, to }: Extent): { first: number; end: number } => {
  const count = Math.max(0, tops.length - 1);
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle + 1] ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < count && (tops[end] ?? 0) < to) end += 1;
  return { first: low, end };
};

export const boxOf = (at: number, columns: Columns, rows: TileRows, height: number): Box => ({
  x: (at % columns.count) * (columns.width + GAP),
  y: rows.tops[Math.floor(at / columns.count)] ?? 0,
  width: columns.width,
  height,
});
