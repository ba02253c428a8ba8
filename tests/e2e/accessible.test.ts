import { expect, test } from 'vitest';
import { axeFindings, type Look } from '../support/browser.js';
import { describePages, isWiderThanScreen, open, serve } from './web-page.js';
import { bank, calm, fresh, storm, type World } from './web-world.js';

/** Name, address in a world, and what must stand there before it is judged. */
type Judged = [name: string, path: (world: World) => string, landmark: string];

const PAGES: Judged[] = [
  ['board', () => '/', 'siaga-site-tile'],
  ['board, list', () => '/?view=list', 'siaga-device-list'],
  ['board, heat', () => '/?view=heat', 'siaga-heat'],
  ['board, map', () => '/?view=map', 'siaga-site-map'],
  ['wall', () => '/wall', 'siaga-wall-page'],
  ['incidents', () => '/incidents?show=all', 'tbody tr'],
  ['incident', ({ tickets }) => `/incidents/${tickets[0]?.id}`, 'siaga-chart'],
  ['devices', () => '/devices', 'tbody tr'],
  [
    'device',
    ({ devices }) => `/devices/${devices.find(({ checks }) => checks.length > 1)?.id}`,
    'siaga-host-charts siaga-chart',
  ],
  ['adding a device', () => '/devices?add=1', '#address'],
  ['sites', () => '/fleet/sites', 'tbody tr'],
  ['agents', () => '/fleet/agents', 'tbody tr'],
  ['no such page', () => '/nowhere', 'siaga-empty'],
];

const DESK: Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  (['en', 'id'] as const).map((language): Look => ({ language, theme, width: 1366, height: 768 })),
);
const PHONE: Look[] = [
  { language: 'id', theme: 'light', width: 390, height: 844 },
  { language: 'en', theme: 'dark', width: 390, height: 844 },
];

const findingsOn = async (
  world: World,
  look: Look,
  pages: readonly Judged[],
): Promise<{ found: string[]; lang: string | null }> => {
  const { url } = await serve(world);
  const page = await open(look);
  const found: string[] = [];
  for (const [name, path, landmark] of pages) {
    await page.goto(url + path(world));
    const isThere = await page
      .locator(landmark)
      .first()
      .waitFor()
      .then(() => true)
      .catch(() => false);
    if (!isThere) found.push(`${name}: there is no ${landmark}`);
    for (const finding of await axeFindings(page)) found.push(`${name}: ${finding}`);
    if (await isWiderThanScreen(page)) found.push(`${name}: wider than the screen`);
  }
  world.signedIn = false;
  await page.goto(`${url}/devices`);
  await page.locator('#password').waitFor();
  for (const finding of await axeFindings(page)) found.push(`sign in: ${finding}`);
  return { found, lang: await page.locator('html').getAttribute('lang') };
};

describePages('accessible is', () => {
  test.each([...DESK, ...PHONE])('every page: $language, $theme, $width', async (look) => {
    const { found, lang } = await findingsOn(bank(), look, PAGES);
    expect(lang).toBe(look.language);
    expect(found).toEqual([]);
  });

  test.each([
    ['a storm', storm],
    ['a calm night', calm],
    ['a fresh start', fresh],
  ] as const)('the board and the wall in %s', async (_name, world) => {
    const pages: Judged[] = [
      ['board', () => '/', 'siaga-board-page'],
      ['board, heat', () => '/?view=heat', 'siaga-heat'],
      ['board, map', () => '/?view=map', 'siaga-board-page'],
      ['wall', () => '/wall', 'siaga-wall-page'],
    ];
    const { found } = await findingsOn(world(), { language: 'id', theme: 'dark' }, pages);
    expect(found).toEqual([]);
  });
});
