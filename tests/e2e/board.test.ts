import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, type Look } from '../support/browser.js';
import { focused } from '../support/focus-order.js';
import { serveBank, VIEWS } from './board-page.js';
import { largeBank } from './board-world.js';
import { describePages, isWiderThanScreen, open, serve } from './web-page.js';
import { bank, fresh, liveDevice } from './web-world.js';

const searchOf = (page: Page): string => new URL(page.url()).search;

describePages('the board', () => {
  test.each<Look>([
    { language: 'en', theme: 'light' },
    { language: 'id', theme: 'dark' },
    { language: 'en', theme: 'dark', width: 390, height: 844 },
    { language: 'id', theme: 'light', width: 390, height: 844 },
  ])('is accessible in every view: $language, $theme, $width', async (look) => {
    const { url } = await serveBank(largeBank(300, 40));
    const page = await open(look);
    const found: string[] = [];
    for (const [view, landmark] of VIEWS) {
      await page.goto(`${url}/?view=${view}`);
      await page.locator(landmark).first().waitFor();
      for (const finding of await axeFindings(page)) found.push(`${view}: ${finding}`);
      const wider = await isWiderThanScreen(page);
      expect([view, wider]).toEqual([view, false]);
    }
    for (const view of ['heat', 'map']) {
      await page.goto(`${url}/wall?view=${view}&dim=off`);
      await page.locator('siaga-wall-incidents li').first().waitFor();
      for (const finding of await axeFindings(page)) found.push(`wall, ${view}: ${finding}`);
    }
    expect(found).toEqual([]);
  });

  test('views and filters are kept in the address and survive a reload', async () => {
    const { url } = await serveBank(largeBank(1000, 60));
    const page = await open();
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
  });

  test('the list goes by keys, sorts by its heads, and keeps the focus when rows change', async () => {
    const bank = largeBank(600, 40);
    const fixture = await serveBank(bank);
    const page = await open();
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
    await expect.poll(() => focused(page, 'active?.dataset.deviceId')).toBe(second);
    // The device under the focus fails, and so do twenty others: the focus stays with it.
    for (const device of bank.devices.slice(0, 20)) {
      fixture.push({ name: 'device', data: { ...device, name: `AAA ${device.name}`, health: 'down' } });
    }
    await page.getByRole('button', { name: /moved: sort again/ }).waitFor();
    expect(await focused(page, 'active?.dataset.deviceId')).toBe(second);
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
  });

  test('rows do not move under the pointer', async () => {
    const bank = largeBank(300, 30);
    const fixture = await serveBank(bank);
    const page = await open();
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
  });

  test('the card beside a cell goes with the pointer, and what changes then is still told', async () => {
    const world = bank();
    const fixture = await serve(world);
    const page = await open();
    await page.goto(fixture.url);
    await page.locator('siaga-site-tile a.cell').first().hover();
    await page.locator('siaga-hover-card .card').waitFor();
    await page.mouse.move(5, 5);
    await page.locator('siaga-hover-card .card').waitFor({ state: 'detached' });
    const [device] = world.devices;
    if (!device) throw new Error('the world is empty');
    fixture.push({
      name: 'device',
      data: { ...liveDevice(device), health: 'degraded', name: 'Renamed ATM' },
    });
    await page.locator('siaga-site-tile a[aria-label="Renamed ATM: Degraded"]').waitFor();
  });

  test('the heat view goes by keys, says the cell aloud and opens it; its colours follow the theme', async () => {
    const { url } = await serveBank(largeBank(800, 50));
    const page = await open();
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
  });

  test('the map zooms by key and mark, keeps its place in the address, and names the sites it cannot place', async () => {
    const { url } = await serveBank(largeBank(600, 200));
    const page = await open();
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
  });

  test('a cut feed greys every view and says of when it is', async () => {
    const fixture = await serveBank(largeBank(200, 20));
    const page = await open();
    await page.clock.install();
    await page.goto(fixture.url);
    await page.locator(VIEWS[0][1]).first().waitFor();
    fixture.cutFeed();
    await page.clock.fastForward('00:21');
    for (const [view, landmark, name] of VIEWS) {
      await page.getByRole('radio', { name }).check({ force: true });
      await expect.poll(() => new URLSearchParams(searchOf(page)).get('view') ?? 'tiles').toBe(view);
      await page.locator(landmark).first().waitFor();
      await page.locator('.view.stale').waitFor();
      // A moment ago, by the hub's clock: not the epoch's first day, nor one of a clock that merely runs.
      await page.getByText(new RegExp(`^As of .*${new Date().getFullYear()}, `)).waitFor();
    }
  });

  test('an acknowledged outage is told from one that is not, by mark and by word', async () => {
    const bank = largeBank(300, 30);
    const { url } = await serveBank(bank);
    const page = await open();
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
  });

  test('a phone folds the filters, tells how many are set, and nothing is wider than it', async () => {
    const { url } = await serveBank(largeBank(300, 30));
    for (const width of [320, 390, 768]) {
      for (const language of ['en', 'id'] as const) {
        const page = await open({ width, height: 844, language });
        await page.goto(`${url}/?health=down`);
        const fold = page.getByRole('button', { name: 'Filter' });
        const kind = page.getByLabel(language === 'en' ? 'Kind' : 'Jenis', { exact: true });
        await page.locator('siaga-tiles').first().waitFor();
        expect(await isWiderThanScreen(page)).toBe(false);
        if (width <= 640) {
          expect(await kind.isVisible()).toBe(false);
          expect((await fold.textContent())?.trim()).toBe(language === 'en' ? 'Filters (1)' : 'Filter (1)');
          await fold.click();
        }
        await kind.waitFor();
        expect(await isWiderThanScreen(page)).toBe(false);
      }
    }
  });

  test('after a first start it greets with what is watched and the next step', async () => {
    const world = fresh();
    const fixture = await serve(world);
    const page = await open();
    await page.goto(fixture.url);
    await page.getByRole('heading', { name: 'Siaga is at work: it watches this machine' }).waitFor();
    await page.getByText('8.4 ms').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
