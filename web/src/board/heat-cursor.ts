import { cellBeyond, cellOfNumber, numberOfCell, type HeatCell, type HeatLayout } from './heat-layout.js';

/** How the keyboard goes through the heat view's cells. Pure. */

/** Whether a key moves the cursor, even where there is nowhere to go: then it moves nothing else either. */
export const movesCursor = (key: string): boolean => /^(Arrow|Page|Home$|End$|n$|p$)/.test(key);

/** The next cell in trouble from the one with this number. */
const nextTrouble = (
  layout: HeatLayout,
  from: number,
  step: 1 | -1,
  isTrouble: (cell: HeatCell) => boolean,
): HeatCell | undefined => {
  let number = from + step;
  for (let cell = cellOfNumber(layout, number); cell; cell = cellOfNumber(layout, (number += step))) {
    if (isTrouble(cell)) return cell;
  }
  return undefined;
};

/** Where a key leads to from a cell; undefined: nowhere. */
export const cellByKey = (
  layout: HeatLayout,
  from: HeatCell,
  key: string,
  isTrouble: (cell: HeatCell) => boolean,
): HeatCell | undefined => {
  const number = numberOfCell(layout, from);
  switch (key) {
    case 'ArrowRight':
      return cellOfNumber(layout, number + 1);
    case 'ArrowLeft':
      return cellOfNumber(layout, number - 1);
    case 'ArrowDown':
      return cellBeyond(layout, from, 1);
    case 'ArrowUp':
      return cellBeyond(layout, from, -1);
    case 'Home':
      return cellOfNumber(layout, 0);
    case 'End':
      return cellOfNumber(layout, layout.cellCount - 1);
    case 'PageDown':
      return cellOfNumber(layout, layout.sites[from.site + 1]?.firstCell ?? layout.cellCount - 1);
    case 'PageUp':
      return cellOfNumber(layout, layout.sites[Math.max(0, from.site - 1)]?.firstCell ?? 0);
    case 'n':
      return nextTrouble(layout, number, 1, isTrouble);
    case 'p':
      return nextTrouble(layout, number, -1, isTrouble);
    default:
      return undefined;
  }
};
