import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launch, openPage, type Look } from '../support/browser.js';
import { startWebFixture, type WebFixture } from './web-fixture.js';
import { bank, calm, fresh, scriptOf, snapshotOf, storm, type World } from './web-world.js';

/** What a page is called in a picture's name, and where it is in a world; undefined where that world has none. */
const PAGES: Readonly<Record<string, (world: World) => string | undefined>> = {
  board: () => '/',
  list: () => '/?view=list',
  heat: () => '/?view=heat',
  map: () => '/?view=map',
  wall: () => '/wall',
  incidents: () => '/incidents?show=all',
  incident: ({ tickets }) => (tickets[0] ? `/incidents/${tickets[0].id}` : undefined),
  devices: () => '/devices',
  device: ({ devices }) => {
    const worst = devices.find(({ open_incident_id }) => open_incident_id !== null) ?? devices[0];
    return worst ? `/devices/${worst.id}` : undefined;
  },
  sites: () => '/fleet/sites',
  agents: () => '/fleet/agents',
  'sign-in': () => '/',
};
const WORLDS: Readonly<Record<string, () => World>> = { bank, calm, storm, empty: fresh, cut: bank };
const SIZES = ['1366x768', '1920x1080', '390x844'];
/** Those of the README: name → page, world and look. */
const README: Readonly<Record<string, { page: string; world: string; look: Look }>> = {
  'board-en': { page: 'board', world: 'storm', look: { language: 'en', theme: 'light' } },
  'board-id': { page: 'board', world: 'storm', look: { language: 'id', theme: 'dark' } },
  'map-id': { page: 'map', world: 'storm', look: { language: 'id', theme: 'light' } },
  'device-en': { page: 'device', world: 'bank', look: { language: 'en', theme: 'dark' } },
};

const { values } = parseArgs({
  options: {
    readme: { type: 'boolean', default: false },
    out: { type: 'string', default: '.cache/pictures' },
    pages: { type: 'string', default: Object.keys(PAGES).join(',') },
    worlds: { type: 'string', default: 'calm,storm,empty,cut' },
    sizes: { type: 'string', default: SIZES.join(',') },
    themes: { type: 'string', default: 'light,dark' },
    languages: { type: 'string', default: 'id,en' },
    type: { type: 'string' },
  },
});
const listed = (text: string): string[] => text.split(',').filter((word) => word !== '');
const known = <T>(of: Readonly<Record<string, T>>, name: string): T => {
  const found = of[name];
  if (found === undefined) throw new Error(`there is no ${name}; there are ${Object.keys(of).join(', ')}`);
  return found;
};

/** Until nothing is loading any more and what moves has come to rest. */
const atRest = async (page: Page): Promise<void> => {
  await page.locator('h1, siaga-wall-page, #password').first().waitFor();
  await page
    .locator('siaga-skeleton')
    .first()
    .waitFor({ state: 'detached', timeout: 10_000 })
    .catch(() => console.error(`still loading: ${page.url()}`));
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await new Promise((resolve) => setTimeout(resolve, 400));
};

const take = async (
  page: Page,
  about: { world: World; fixture: WebFixture; name: string; state: string; path: string },
): Promise<void> => {
  const { world, fixture, name, state, path } = about;
  world.signedIn = name !== 'sign-in';
  const address = known(PAGES, name)(world);
  if (address === undefined) return;
  fixture.mendFeed();
  await page.goto(fixture.url + address);
  await atRest(page);
  if (state === 'cut' && name !== 'sign-in') {
    fixture.cutFeed();
    await page
      .locator('.stale')
      .first()
      .waitFor({ timeout: 25_000 })
      .catch(() => console.error(`nothing is greyed: ${address}`));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await page.screenshot({ path, animations: 'disabled' });
  console.log(path);
};

const browser = await launch();
const withWorld = async (state: string, look: Look, pages: [name: string, path: string][]): Promise<void> => {
  const world = known(WORLDS, state)();
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
  const { page, complaints } = await openPage(browser, look);
  for (const [name, path] of pages) await take(page, { world, fixture, name, state, path });
  for (const complaint of complaints) console.error(`the console complains: ${complaint}`);
  await page.context().close();
  await fixture.stop();
};

try {
  if (values.readme) {
    for (const [file, { page, world, look }] of Object.entries(README))
      await withWorld(world, look, [[page, join('deploy/pictures', `${file}.png`)]]);
  } else {
    await mkdir(values.out, { recursive: true });
    for (const state of listed(values.worlds))
      for (const size of listed(values.sizes))
        for (const theme of listed(values.themes) as ('light' | 'dark')[])
          for (const language of listed(values.languages) as ('en' | 'id')[]) {
            const [width, height] = size.split('x').map(Number);
            const look: Look = { theme, language, ...(width && height && { width, height }) };
            if (values.type !== undefined) look.typePx = Number(values.type);
            const type = values.type === undefined ? '' : `-${values.type}px`;
            const named = listed(values.pages).map((name): [string, string] => [
              name,
              join(values.out, `${name}-${state}-${size}-${theme}-${language}${type}.png`),
            ]);
            await withWorld(state, look, named);
          }
  }
} finally {
  await browser.close();
}
