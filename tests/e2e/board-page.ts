import { signedIn, snapshotOfBank, type Bank } from './board-world.js';
import type { WebFixture } from './web-fixture.js';
import { serve } from './web-page.js';
import { scriptOf, type World } from './web-world.js';

/** The board's views: as its address names them, what stands in each, and as the switch names them. */
export const VIEWS = [
  ['tiles', 'siaga-site-tile a.cell', 'Tiles'],
  ['list', 'siaga-device-list a[data-device-id]', 'List'],
  ['heat', 'siaga-heat canvas', 'Heat'],
  ['map', 'siaga-site-map .mark > *', 'Map'],
] as const;

/** The built app in front of a bank that comes by the live feed alone, until the test ends. */
export const serveBank = (bank: Bank, world: World = signedIn()): Promise<WebFixture> =>
  serve(world, scriptOf(world), () => snapshotOfBank(bank));
