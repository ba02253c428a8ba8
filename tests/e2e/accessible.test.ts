import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, chromiumPath, launch, openPage, type Look } from '../support/browser.js';
import { startWebFixture } from './web-fixture.js';
import { bank, calm, fresh, scriptOf, snapshotOf, storm, type World } from './web-world.js';

// Without a browser this is skipped, except in CI, where the lack of one is a failure.
const canRun = chromiumPath !== undefined || process.env['CI'] === 'true';

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

let browser: Browser;

const findingsOn = async (
  world: World,
  look: Look,
  pages: readonly Judged[],
): Promise<{ found: string[]; complaints: string[]; lang: string | null }> => {
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
  const { page, complaints } = await openPage(browser, look);
  const found: string[] = [];
  try {
    for (const [name, path, landmark] of pages) {
      await page.goto(fixture.url + path(world));
      const isThere = await page
        .locator(landmark)
        .first()
        .waitFor({ timeout: 8_000 })
        .then(() => true)
        .catch(() => false);
      if (!isThere) found.push(`${name}: there is no ${landmark}`);
      for (const finding of await axeFindings(page)) found.push(`${name}: ${finding}`);
      const isWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
      if (isWide) found.push(`${name}: wider than the screen`);
    }
    world.signedIn = false;
    await page.goto(`${fixture.url}/devices`);
    await page.locator('#password').waitFor();
    for (const finding of await axeFindings(page)) found.push(`sign in: ${finding}`);
    const lang = await page.locator('html').getAttribute('lang');
    return { found, complaints, lang };
  } finally {
    await page.context().close();
    await fixture.stop();
  }
};

describe.skipIf(!canRun)('accessible is', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  test.each([...DESK, ...PHONE])('every page: $language, $theme, $width', async (look) => {
    const { found, complaints, lang } = await findingsOn(bank(), look, PAGES);
    expect(lang).toBe(look.language);
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
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
    const { found, complaints } = await findingsOn(world(), { language: 'id', theme: 'dark' }, pages);
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
