import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, chromiumPath, launch, openPage, type Look } from '../support/browser.js';
import { largeBank, signedIn, snapshotOfBank, type Bank } from './board-world.js';
import { startWebFixture, type WebFixture } from './web-fixture.js';
import { fresh, scriptOf, snapshotOf, type World } from './web-world.js';

// Without a browser this is skipped, except in CI, where the lack of one is a failure.
const canRun = chromiumPath !== undefined || process.env['CI'] === 'true';

const VIEWS = [
  ['tiles', 'siaga-site-tile a.cell'],
  ['list', 'siaga-device-list a[data-device-id]'],
  ['heat', 'siaga-heat canvas'],
  ['map', 'siaga-site-map .mark > *'],
] as const;

let browser: Browser;
const fixtures: WebFixture[] = [];

const serve = async (bank: Bank, world: World = signedIn()): Promise<WebFixture> => {
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOfBank(bank));
  fixtures.push(fixture);
  return fixture;
};
const open = (look: Look = {}) => openPage(browser, { language: 'en', ...look });
const closing = async (page: Page, complaints: string[]): Promise<void> => {
  expect(complaints).toEqual([]);
  await page.context().close();
};
// As text: the content security policy lets the debugger evaluate it.
const FOCUSED_DEVICE = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.dataset.deviceId;
})()`;
const searchOf = (page: Page): string => new URL(page.url()).search;

describe.skipIf(!canRun)('the board', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    for (const fixture of fixtures.splice(0)) await fixture.stop();
  });

  test.each<Look>([
    { language: 'en', theme: 'light' },
    { language: 'id', theme: 'dark' },
    { language: 'en', theme: 'dark', width: 390, height: 844 },
    { language: 'id', theme: 'light', width: 390, height: 844 },
  ])('is accessible in every view: $language, $theme, $width', async (look) => {
    const { url } = await serve(largeBank(300, 40));
    const { page, complaints } = await openPage(browser, look);
    const found: string[] = [];
    for (const [view, landmark] of VIEWS) {
      await page.goto(`${url}/?view=${view}`);
      await page.locator(landmark).first().waitFor();
      for (const finding of await axeFindings(page)) found.push(`${view}: ${finding}`);
      const wider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect([view, wider]).toEqual([view, false]);
    }
    for (const view of ['heat', 'map']) {
      await page.goto(`${url}/wall?view=${view}&dim=off`);
      await page.locator('siaga-wall-incidents li').first().waitFor();
      for (const finding of await axeFindings(page)) found.push(`wall, ${view}: ${finding}`);
    }
    expect(found).toEqual([]);
    await closing(page, complaints);
  });

  test('views and filters are kept in the address and survive a reload', async () => {
    const { url } = await serve(largeBank(1000, 60));
    const { page, complaints } = await open();
    await page.goto(url);
    await page.getByRole('radio', { name: 'Tiles' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('siaga-device-list').waitFor();
    await page.getByRole('searchbox', { name: 'Site, device or address' }).fill('kcp');
    await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'ATM' });
    await page.getByRole('combobox', { name: 'Region' }).selectOption({ label: 'Bali' });
    await page.getByRole('link', { name: /^Down/ }).click();
    await page.getByText('4 filters').waitFor();
    const search = searchOf(page);
    expect(Object.fromEntries(new URLSearchParams(search))).toEqual({
      view: 'list',
      q: 'kcp',
      kind: 'atm',
      region: 'Bali',
      health: 'down',
    });
    await page.reload();
    await page.getByText('4 filters').waitFor();
    expect(await page.getByRole('searchbox', { name: 'Site, device or address' }).inputValue()).toBe('kcp');
    expect(await page.getByRole('radio', { name: 'List' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'clear' }).click();
    expect(searchOf(page)).toBe('?view=list');
    await page.getByRole('searchbox', { name: 'Site, device or address' }).fill('no such thing');
    await page.getByText('No site or device matches this filter.').waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.locator('siaga-device-list a[data-device-id]').first().waitFor();
    await closing(page, complaints);
  });

  test('the list goes by keys, sorts by its heads, and keeps the focus when rows change', async () => {
    const bank = largeBank(600, 40);
    const fixture = await serve(bank);
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/?view=list&sort=name`);
    const rows = page.locator('siaga-device-list .body .row');
    await rows.first().waitFor();
    const first = page.locator('siaga-device-list .row[aria-rowindex="2"] a[data-device-id]');
    await first.focus();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const second = await page
      .locator('.row[aria-rowindex="3"] a[data-device-id]')
      .getAttribute('data-device-id');
    await expect.poll(() => page.evaluate(FOCUSED_DEVICE)).toBe(second);
    // The device under the focus fails, and so do twenty others: the focus stays with it.
    for (const device of bank.devices.slice(0, 20)) {
      fixture.push({ name: 'device', data: { ...device, name: `AAA ${device.name}`, health: 'down' } });
    }
    await page.getByRole('button', { name: /moved: sort again/ }).waitFor();
    expect(await page.evaluate(FOCUSED_DEVICE)).toBe(second);
    await page.getByRole('button', { name: /moved: sort again/ }).click();
    await page.locator('.row[aria-rowindex="2"]', { hasText: 'AAA' }).waitFor();
    await first.focus();
    await page.keyboard.press('End');
    await page.locator('.row[aria-rowindex="601"] a[data-device-id]:focus').waitFor();
    await page.keyboard.press('Home');
    await page.locator('.row[aria-rowindex="2"] a[data-device-id]:focus').waitFor();
    await page.getByRole('columnheader', { name: 'Address' }).getByRole('link').click();
    await page.locator('[role="columnheader"][aria-sort="ascending"]', { hasText: 'Address' }).waitFor();
    expect(new URLSearchParams(searchOf(page)).get('sort')).toBe('address');
    await first.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/devices/*');
    await closing(page, complaints);
  });

  test('rows do not move under the pointer', async () => {
    const bank = largeBank(300, 30);
    const fixture = await serve(bank);
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/?view=list`);
    const top = page.locator('siaga-device-list .row[aria-rowindex="2"] a[data-device-id]');
    const before = await top.getAttribute('data-device-id');
    await page.locator('siaga-device-list .row[aria-rowindex="4"]').hover();
    const healthy = bank.devices.find(({ health }) => health === 'up');
    if (!healthy) throw new Error('the world is too small');
    const since = '2020-01-01T00:00:00.000Z';
    fixture.push({ name: 'device', data: { ...healthy, health: 'down', since } });
    await page.getByRole('button', { name: /moved: sort again/ }).waitFor();
    expect(await top.getAttribute('data-device-id')).toBe(before);
    await page.mouse.move(5, 5);
    await page.locator(`.row[aria-rowindex="2"] a[data-device-id="${healthy.id}"]`).waitFor();
    await closing(page, complaints);
  });

  test('the heat view goes by keys, says the cell aloud and opens it; its colours follow the theme', async () => {
    const { url } = await serve(largeBank(800, 50));
    const { page, complaints } = await open();
    await page.goto(`${url}/?view=heat`);
    const canvas = page.locator('siaga-heat canvas');
    await canvas.focus();
    const said = page.locator('siaga-heat [role="status"]');
    await said.filter({ hasText: /KCP? Banda Aceh/ }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('n');
    await said.filter({ hasText: /: (Down|Degraded|Unknown), / }).waitFor();
    await page.locator('siaga-hover-card .card').waitFor();
    const pixels = (): Promise<string> =>
      page.evaluate<string>(`document.querySelector('siaga-app').shadowRoot.querySelector('siaga-board-page')
        .shadowRoot.querySelector('siaga-heat').shadowRoot.querySelector('canvas').toDataURL()`);
    const light = await pixels();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(pixels).not.toBe(light);
    const id = await page.locator('siaga-heat .cursor').getAttribute('data-device-id');
    await canvas.press('Enter');
    await page.waitForURL(`**/devices/${id}`);
    await closing(page, complaints);
  });

  test('the map zooms by key and mark, keeps its place in the address, and names the sites it cannot place', async () => {
    const { url } = await serve(largeBank(600, 200));
    const { page, complaints } = await open();
    await page.goto(`${url}/?view=map`);
    await page.locator('siaga-site-map .several').first().waitFor();
    await page.getByText('4 sites are not on the map').waitFor();
    await page.getByRole('link', { name: 'Add them under Sites' }).waitFor();
    const frame = page.getByRole('group', { name: 'Map of the sites' });
    await frame.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => new URLSearchParams(searchOf(page)).get('at')).not.toBeNull();
    await page.keyboard.press('0');
    await expect.poll(() => new URLSearchParams(searchOf(page)).get('at')).toBeNull();
    // From mark to mark until one site stands alone, then to its devices.
    const alone = page.locator('siaga-site-map .mark > a');
    for (let steps = 0; steps < 8 && (await alone.count()) === 0; steps += 1) {
      await page.locator('siaga-site-map .several').first().focus();
      const before = searchOf(page);
      await page.keyboard.press('Enter');
      // The view that was zoomed to is in the address.
      await expect.poll(() => searchOf(page)).not.toBe(before);
    }
    await alone.first().focus();
    await page.keyboard.press('Enter');
    await page.locator('siaga-device-list').waitFor();
    expect(new URLSearchParams(searchOf(page)).get('site')).toMatch(/^[0-9a-f-]{36}$/);
    await closing(page, complaints);
  });

  test.each(VIEWS)('a cut feed greys the %s and says of when they are', async (view, landmark) => {
    const fixture = await serve(largeBank(200, 20));
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/?view=${view}`);
    await page.locator(landmark).first().waitFor();
    fixture.cutFeed();
    await page.locator('.view.stale').waitFor();
    // A moment ago, by the hub's clock: not the epoch's first day, nor one of a clock that merely runs.
    await page.getByText(new RegExp(`^As of .*${new Date().getFullYear()}, `)).waitFor();
    await closing(page, complaints);
  });

  test('an acknowledged outage is told from one that is not, by mark and by word', async () => {
    const bank = largeBank(300, 30);
    const { url } = await serve(bank);
    const { page, complaints } = await open();
    await page.goto(url);
    await page
      .getByRole('link', { name: /: Down, acknowledged$/ })
      .first()
      .waitFor();
    await page
      .getByRole('combobox', { name: 'Incident', exact: true })
      .selectOption({ label: 'Not acknowledged' });
    await page.getByText('1 filter', { exact: false }).first().waitFor();
    await expect.poll(() => page.getByRole('link', { name: /: Down, acknowledged$/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /: Down$/ }).count()).toBeGreaterThan(0);
    await closing(page, complaints);
  });

  test('a phone folds the filters, tells how many are set, and nothing is wider than it', async () => {
    const { url } = await serve(largeBank(300, 30));
    for (const width of [320, 390, 768]) {
      for (const language of ['en', 'id'] as const) {
        const { page, complaints } = await open({ width, height: 844, language });
        await page.goto(`${url}/?health=down`);
        const fold = page.getByRole('button', { name: 'Filter' });
        const kind = page.getByLabel(language === 'en' ? 'Kind' : 'Jenis', { exact: true });
        await page.locator('siaga-tiles').first().waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
        if (width <= 640) {
          expect(await kind.isVisible()).toBe(false);
          expect((await fold.textContent())?.trim()).toBe(language === 'en' ? 'Filters (1)' : 'Filter (1)');
          await fold.click();
        }
        await kind.waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
        await closing(page, complaints);
      }
    }
  });

  test('after a first start it greets with what is watched and the next step', async () => {
    const world = fresh();
    const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
    fixtures.push(fixture);
    const { page, complaints } = await open();
    await page.goto(fixture.url);
    await page.getByRole('heading', { name: 'Siaga is at work: it watches this machine' }).waitFor();
    await page.getByText('8.4 ms').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await closing(page, complaints);
  });

  test.each(VIEWS)('hostile names in the %s are text and break nothing', async (view, landmark) => {
    const bank = largeBank(60, 6);
    const names = ['<script>alert(1)</script>', 'x'.repeat(300), '🏧🔥 ATM', '\u202Eمصرف الرياض'];
    for (const [n, name] of names.entries()) {
      const [site, device] = [bank.sites[n], bank.devices[n]];
      if (!site || !device) throw new Error('the world is too small');
      Object.assign(site, { name, region: name });
      Object.assign(device, { name, health: 'down' });
    }
    const { url } = await serve(bank);
    const { page, complaints } = await open({ width: 390, height: 844 });
    await page.goto(`${url}/?view=${view}`);
    await page.locator(landmark).first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    expect(await axeFindings(page)).toEqual([]);
    await closing(page, complaints);
  });

  test.each(VIEWS)('100,000 devices open in the %s, and a filter is answered', async (view, landmark) => {
    const { url } = await serve(largeBank(100_000, 10_000));
    const { page, complaints } = await open();
    await page.goto(`${url}/?view=${view}`);
    await page.locator(landmark).first().waitFor({ timeout: 60_000 });
    expect(await page.locator('a[data-device-id], .mark').count()).toBeLessThan(1500);
    await page.getByRole('searchbox', { name: 'Site, device or address' }).fill('Jayapura 12 ');
    await page.getByText('1 filter').waitFor({ timeout: 30_000 });
    await page.locator(landmark).first().waitFor();
    await closing(page, complaints);
  });

  test.each(VIEWS)('nothing at all in the %s: the first device is the next step', async (view) => {
    const { url } = await serve({ sites: [], devices: [], incidents: [] });
    const { page, complaints } = await open();
    await page.goto(`${url}/?view=${view}`);
    await page.getByRole('heading', { name: 'Watch your first device' }).waitFor();
    await page
      .getByRole('button', { name: 'Add a device' })
      .or(page.locator('wa-button[href]'))
      .first()
      .waitFor();
    await closing(page, complaints);
  });
});

describe.skipIf(!canRun)('the wallboard', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    for (const fixture of fixtures.splice(0)) await fixture.stop();
  });

  test('has no frame, a dozen incidents of at least 32 px, the counts, the time and its zone', async () => {
    const { url } = await serve(largeBank(3000, 200));
    const { page, complaints } = await open({ width: 1920, height: 1080 });
    await page.goto(`${url}/wall?dim=off`);
    const rows = page.locator('siaga-wall-incidents li');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(12);
    expect(await page.locator('siaga-rail, siaga-top-bar').count()).toBe(0);
    const px =
      await page.evaluate<number>(`parseFloat(getComputedStyle(document.querySelector('siaga-app').shadowRoot
      .querySelector('siaga-wall-page').shadowRoot.querySelector('siaga-wall-incidents').shadowRoot.querySelector('.title')).fontSize)`);
    expect(px).toBeGreaterThanOrEqual(32);
    await page.getByText(/\d\d:\d\d:\d\d WIB/).waitFor();
    await page.getByText(/and \d+ more open/).waitFor();
    const last = await rows.last().boundingBox();
    expect((last?.y ?? 9999) + (last?.height ?? 0)).toBeLessThanOrEqual(1080);
    await closing(page, complaints);
  });

  test('dims when it is told to, shows the map, and leaves by Escape', async () => {
    const { url } = await serve(largeBank(300, 30));
    const { page, complaints } = await open();
    await page.goto(`${url}/wall?dim=on&view=map`);
    await page.locator('siaga-wall-page[dimmed]').waitFor();
    await page.locator('siaga-site-map .mark > *').first().waitFor();
    await page.locator('siaga-wall-page[idle]').waitFor();
    await page.keyboard.press('?');
    const help = page.locator('siaga-help');
    await help.getByText('Full screen, and back').waitFor();
    await help.getByText('Leave full screen, then the wallboard').waitFor();
    // The first one closes the help, as in every dialog.
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1, name: 'Board' }).waitFor();
    await page.keyboard.press('?');
    await help.getByText('Go to the board').waitFor();
    expect(await help.getByText('Full screen, and back').count()).toBe(0);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Wallboard' }).click();
    await page.locator('siaga-wall-page').waitFor();
    await closing(page, complaints);
  });

  test('says that the session has ended, and goes on where it was after signing in', async () => {
    const world = signedIn();
    const fixture = await serve(largeBank(300, 30), world);
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/wall`);
    await page.locator('siaga-wall-incidents li').first().waitFor();
    world.signedIn = false;
    fixture.cutFeed();
    fixture.mendFeed();
    await page.getByText('The session has ended: this is no longer live.').waitFor();
    await page.getByLabel('Password').fill('right-password');
    await page.keyboard.press('Enter');
    await page.getByText('The session has ended: this is no longer live.').waitFor({ state: 'detached' });
    await page.locator('.feed.live').waitFor();
    await closing(page, complaints);
  });

  test('a new version of the app is loaded when the feed is back; the same one is not', async () => {
    const fixture = await serve(largeBank(300, 30));
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/wall`);
    await page.locator('.feed.live').waitFor();
    await page.evaluate('window.stillHere = true');
    fixture.cutFeed();
    await page.locator('.feed.cut').waitFor();
    const looked = page.waitForResponse((response) => new URL(response.url()).pathname === '/');
    fixture.mendFeed();
    await looked;
    await page.waitForTimeout(500);
    expect(await page.evaluate('window.stillHere')).toBe(true);
    // The hub comes back with another page.
    const renewed =
      '<!doctype html><title>Siaga</title><script type="module" src="/assets/other.js"></script>';
    let isFirst = true;
    await page.route(`${fixture.url}/`, (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      return route.fulfill({ contentType: 'text/html', body: renewed });
    });
    fixture.cutFeed();
    await page.locator('.feed.cut').waitFor();
    fixture.mendFeed();
    await expect.poll(() => page.evaluate('window.stillHere'), { timeout: 20_000 }).toBeUndefined();
    await page.locator('siaga-wall-incidents li').first().waitFor();
    await closing(page, complaints);
  });
});
