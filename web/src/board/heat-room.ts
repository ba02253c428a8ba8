import type { SiteGroup } from '../live/state.js';
import { typeScale } from '../styles/type-scale.js';
import { heatLayout, type HeatLayout } from './heat-layout.js';

/** What stands above the cells on a board, px: all of them are to be seen at once where that leaves them legible. */
const ABOVE_PX = 204;
const LEAST_HEIGHT_PX = 320;
/** Cells smaller than this are worth scrolling for; how high the view may become then, px. */
const LEGIBLE_PX = 14;
const SCROLLED_HEIGHT_PX = 1400;
/** A wall's cells, names and the share of the screen's height that a name has, see heat-styles.ts. */
const WALL_CELL_PX = 48;
const wallNamePx = (): number => Math.max(13, innerHeight * 0.0165);

/** The cells as the page has room for them; on a wall within `wallHeight`, which is undefined elsewhere. */
export const layoutInRoom = (
  groups: readonly SiteGroup[],
  width: number,
  wallHeight: number | undefined,
  density: number,
): HeatLayout => {
  if (wallHeight !== undefined) {
    const scale = wallNamePx() / 12;
    return heatLayout(groups, width, wallHeight, { density, scale, largest: WALL_CELL_PX });
  }
  const scale = typeScale();
  const seenHeight = Math.max(LEAST_HEIGHT_PX, innerHeight - ABOVE_PX);
  const seen = heatLayout(groups, width, seenHeight, { density, scale });
  return seen.pitch >= LEGIBLE_PX ? seen : heatLayout(groups, width, SCROLLED_HEIGHT_PX, { density, scale });
};
