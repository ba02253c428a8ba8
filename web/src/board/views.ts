import type { BoardView } from './board-address.js';

/** Brings the code of a view; the tiles come with the page, the others when they are first looked at. */
export const VIEW_ELEMENTS: Readonly<Record<BoardView, () => Promise<unknown>>> = {
  tiles: () => import('./siaga-tiles.js'),
  list: () => import('./siaga-device-list.js'),
  heat: () => import('./siaga-heat.js'),
  map: () => import('../map/siaga-site-map.js'),
};
