import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { axeFindings, type Look } from '../support/browser.js';
import { focusFindings } from '../support/focus-order.js';
import { spilledWords } from '../support/spilled-words.js';
import { failure, page as pageOf } from './web-fixture.js';
import { describePages, dialogOf, headingOf, isWiderThanScreen, open, serve } from './web-page.js';
import { bank, scriptOf, storm, summaryOf } from './web-world.js';

const search = (page: Page) => page.getByRole('combobox', { name: 'Search sites, devices and incidents' });
const live = (page: Page) => page.getByText('Live', { exact: true }).waitFor();

describePages('the frame', () => {
  describe('the search', () => {
    test('finds by keyboard alone, worst first, and leads there', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(`${url}/incidents`);
      await live(page);
      await page.keyboard.press('/');
      await page.keyboard.type('BÁNDUNG');
      const options = page.getByRole('option');
      await options.first().waitFor();
      expect(await page.getByRole('group', { name: 'Sites' }).getByRole('option').count()).toBe(1);
      expect(await search(page).getAttribute('aria-expanded')).toBe('true');
      const devices = page.getByRole('group', { name: 'Devices' }).getByRole('option');
      expect(await devices.first().textContent()).toContain('Down');
      expect(await devices.last().textContent()).toContain('Up');
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const name = await devices.first().locator('.main').textContent();
      expect(await devices.first().getAttribute('aria-selected')).toBe('true');
      await page.keyboard.press('Enter');
      await headingOf(page, name ?? '').waitFor();
      expect(await search(page).inputValue()).toBe('');
    });

    test('says that nothing fits; Escape closes, then clears', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(url);
      await live(page);
      await search(page).fill('no such thing <b>');
      await page.getByText('Nothing fits.').first().waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByText('Nothing fits.').first().waitFor({ state: 'detached' });
      expect(await search(page).inputValue()).toBe('no such thing <b>');
      await page.keyboard.press('Escape');
      expect(await search(page).inputValue()).toBe('');
    });

    test('asks the hub for incidents that are over, where nothing open fits', async () => {
      const world = bank();
      const over = world.tickets.find(({ status }) => status === 'resolved');
      if (!over) throw new Error('the world is too small');
      const known = scriptOf(world);
      const { url, asked } = await serve(world, (request) =>
        request.path === '/tickets' && request.query.get('search') === over.ticket_number
          ? pageOf([summaryOf(over)])
          : known(request),
      );
      const page = await open();
      await page.goto(url);
      await live(page);
      await search(page).fill('bandung');
      await search(page).fill(over.ticket_number);
      await page.getByRole('group', { name: 'Earlier incidents' }).getByRole('option').waitFor();
      expect(asked.filter((line) => line.includes('search=bandung'))).toEqual([]);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/incidents/${over.id}`);
    });
  });

  describe('keys', () => {
    test('lead about, are told by "?", and are text where one types', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(url);
      await live(page);
      await page.keyboard.press('g');
      await page.keyboard.press('f');
      await headingOf(page, 'Sites').waitFor();
      await page.locator('tbody tr').first().waitFor();
      await page.keyboard.press('?');
      const dialog = dialogOf(page, 'Keyboard shortcuts');
      await dialog.getByText('Edit the row with the focus').waitFor();
      await dialog.getByText('Go to the board').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('g');
      await page.keyboard.press('b');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await headingOf(page, 'Sites').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('gb?');
      expect(await search(page).inputValue()).toBe('gb?');
      expect(await dialog.count()).toBe(0);
    });
  });

  describe('my own menu', () => {
    test('says who I am; the zone of all times is chosen there and remembered', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await page.goto(`${url}/incidents`);
      await live(page);
      const clock = page.locator('siaga-top-bar time');
      expect(await clock.textContent()).toContain('WIB');
      await page.getByRole('button', { name: /your menu/ }).click();
      await page.getByText('admin@siaga.local').waitFor();
      await page.getByText('Administrator').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByLabel('Show times in').selectOption('Asia/Jayapura');
      await expect.poll(() => clock.textContent()).toContain('WIT');
      const exact = page.locator('main siaga-time time').first();
      expect(await exact.getAttribute('title')).toMatch(/WIT$/);
      await page.keyboard.press('Escape');
      await page.getByText('admin@siaga.local').waitFor({ state: 'detached' });
      await page.reload();
      await expect.poll(() => clock.textContent()).toContain('WIT');
      await page.getByRole('button', { name: /your menu/ }).click();
      await page.getByLabel('Show times in').selectOption('browser');
      await expect.poll(() => clock.textContent()).toContain('WIB');
    });
  });

  describe('the live feed', () => {
    test('that drops every few seconds disturbs nobody', async () => {
      const fixture = await serve(bank());
      const page = await open();
      await page.clock.install();
      await page.goto(fixture.url);
      await live(page);
      await search(page).fill('dago');
      for (let n = 0; n < 4; n += 1) {
        fixture.cutFeed();
        await page.locator('.feed.late').waitFor();
        await page.clock.fastForward(1500);
        expect(await page.locator('.stale, .cut-banner').count()).toBe(0);
        fixture.mendFeed();
        await page.clock.fastForward(1500);
        await live(page);
      }
      expect(await page.getByRole('option', { name: 'KCP Dago KCP-DGO' }).count()).toBe(1);
      expect(await search(page).inputValue()).toBe('dago');
    });

    test('that stays away is said after 20 s with the growing age, and its return is announced', async () => {
      const fixture = await serve(bank());
      const page = await open();
      await page.clock.install();
      await page.goto(fixture.url);
      await live(page);
      fixture.cutFeed();
      await page.clock.fastForward('00:21');
      const pill = page.locator('siaga-top-bar .feed');
      await expect.poll(() => pill.textContent(), { timeout: 10_000 }).toMatch(/\d+ sec old/);
      await page.getByText('The live connection is cut').waitFor();
      const age = async (): Promise<number> => Number.parseInt((await pill.textContent()) ?? '', 10);
      const before = await age();
      expect(before).toBeGreaterThanOrEqual(20);
      await expect.poll(age, { timeout: 10_000 }).toBeGreaterThan(before);
      await page.locator('main .stale').first().waitFor();
      expect(await axeFindings(page)).toEqual([]);
      fixture.mendFeed();
      await page.getByText('Live again: what you see is up to date.').waitFor();
      expect(await page.locator('.stale, .cut-banner').count()).toBe(0);
    });
  });

  describe('a session that ends in mid-use', () => {
    test('loses nothing that was typed, and repeats what failed', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/fleet/sites?add=1`);
      await page.getByLabel('Name', { exact: true }).fill('KC Bogor');
      await page.getByLabel('Code', { exact: true }).fill('KC-BGR');
      world.signedIn = false;
      await page.keyboard.press('Enter');
      await page.getByText('Your session has ended, Dewi Lestari').waitFor();
      // Escape does not lead around it.
      await page.keyboard.press('Escape');
      await page.getByLabel('Password').fill('right-password');
      await page.keyboard.press('Enter');
      await page.getByText('Site KC Bogor created.').waitFor();
      expect(asked.filter((line) => line === 'POST /monitoring/sites')).toHaveLength(2);
      expect(world.sites.some(({ code }) => code === 'KC-BGR')).toBe(true);
    });

    test('by the feed alone is noticed too', async () => {
      const world = bank();
      const fixture = await serve(world);
      const page = await open();
      await page.goto(`${fixture.url}/devices`);
      await live(page);
      world.signedIn = false;
      fixture.cutFeed();
      fixture.mendFeed();
      await page.getByText('Your session has ended, Dewi Lestari').waitFor();
    });

    test('does not hand the page of one person to the next', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/fleet/sites?add=1`);
      await page.getByLabel('Name', { exact: true }).fill('a secret of the first');
      await page.getByLabel('Code', { exact: true }).fill('SECRET');
      world.signedIn = false;
      await page.keyboard.press('Enter');
      await page.getByText('Your session has ended').waitFor();
      world.user = { ...world.user, id: '00000009-0000-4000-8000-000000000077', name: 'Bayu Pratama' };
      await page.getByLabel('E-mail or user name').fill('bayu');
      await page.getByLabel('Password').fill('right-password');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Bayu Pratama: your menu' }).waitFor();
      await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
      expect(asked.filter((line) => line === 'POST /monitoring/sites')).toHaveLength(1);
    });

    test('in one tab ends in the others too, and whoever signs in there is who they show', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await page.goto(`${url}/devices`);
      await live(page);
      const other = await page.context().newPage();
      await other.goto(`${url}/devices`);
      await other.getByRole('button', { name: 'Dewi Lestari: your menu' }).click();
      await other.getByText('Sign out', { exact: true }).click();
      await headingOf(other, 'Sign in').waitFor();
      await page.getByText('Your session has ended, Dewi Lestari').waitFor();
      world.user = { ...world.user, id: '00000009-0000-4000-8000-000000000077', name: 'Bayu Pratama' };
      await other.getByLabel('E-mail or user name').fill('bayu');
      await other.getByLabel('Password').fill('right-password');
      await other.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Bayu Pratama: your menu' }).waitFor();
    });

    test('can be left for the door', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await page.goto(`${url}/devices`);
      await page.locator('tbody tr').first().waitFor();
      world.signedIn = false;
      await page.getByLabel('Name, code or address').fill('x');
      await page.getByRole('button', { name: 'Leave it and sign out' }).click();
      await headingOf(page, 'Sign in').waitFor();
    });
  });

  describe('a right that is lacking', () => {
    test('is named', async () => {
      const world = bank();
      world.user = { ...world.user, permissions: ['monitoring:read'] };
      const known = scriptOf(world);
      const { url } = await serve(world, (request) =>
        request.path === '/tickets'
          ? failure(403, 'INSUFFICIENT_PERMISSIONS', 'You lack the permission tickets:read')
          : known(request),
      );
      const page = await open({ language: 'id' });
      await page.goto(`${url}/incidents?show=all`);
      await page.getByText('Anda tidak memiliki hak “tickets:read” untuk ini.').first().waitFor();
      await page.goto(`${url}/fleet/sites?add=1`);
      await page.getByText('“monitoring:write”').waitFor();
      await page.locator('tbody tr').first().waitFor();
      expect(await page.locator('tbody button').count()).toBe(0);
      expect(await axeFindings(page)).toEqual([]);
    });
  });

  test("a browser's clock that is hours wrong falsifies no time", async () => {
    const world = bank();
    const { url } = await serve(world);
    const page = await open();
    await page.addInitScript(
      `{ const right = Date.now.bind(Date); Date.now = () => right() + 5 * 3600 * 1000; }`,
    );
    await page.goto(`${url}/fleet/agents`);
    await live(page);
    await expect
      .poll(() => page.locator('tbody siaga-time time').first().textContent())
      .toMatch(/^\s*(now|\d+ seconds? ago)/);
    const shown = await page.locator('siaga-top-bar time').getAttribute('datetime');
    expect(Math.abs(Date.parse(shown ?? '') - Date.now())).toBeLessThan(60_000);
    await page.waitForTimeout(3000);
    await live(page);
  });

  test('signing out leads to the door and leaves nothing behind', async () => {
    const { url } = await serve(bank());
    const page = await open();
    await page.goto(url);
    await live(page);
    await page.getByRole('button', { name: /your menu/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await headingOf(page, 'Sign in').waitFor();
    expect(await page.getByText('Dewi Lestari').count()).toBe(0);
    expect(await page.title()).toBe('Sign in · Siaga');
  });

  const looks: Look[] = [
    { language: 'en', theme: 'light' },
    { language: 'id', theme: 'dark' },
    { language: 'id', theme: 'light', width: 390, height: 844 },
    { language: 'en', theme: 'dark', width: 390, height: 844 },
  ];
  test.each(looks)(
    'is accessible and gone through in reading order: $language, $theme, $width',
    async (look) => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open(look);
      const found: string[] = [];
      for (const path of [
        '/devices',
        '/fleet/sites',
        '/fleet/agents',
        '/fleet/sites?add=1',
        '/devices?add=1',
        '/nowhere',
      ]) {
        await page.goto(url + path);
        await page.locator('h1').first().waitFor();
        await expect.poll(() => page.locator('siaga-skeleton').count(), { timeout: 15_000 }).toBe(0);
        if (path.endsWith('add=1')) await page.locator('form wa-button').last().waitFor();
        for (const finding of await axeFindings(page)) found.push(`${path}: ${finding}`);
        for (const finding of await focusFindings(page, 60)) found.push(`${path}: ${finding}`);
      }
      expect(found).toEqual([]);
    },
  );

  test.each<Look>([
    { language: 'id', width: 1280, height: 720, typePx: 16 },
    { language: 'en', width: 1366, height: 768, typePx: 32 },
    { language: 'id', width: 390, height: 844, typePx: 24 },
  ])('words stay in their boxes with type of $typePx px, $width wide', async (look) => {
    const world = storm();
    const { url } = await serve(world);
    const page = await open(look);
    const found: string[] = [];
    for (const [path, shown] of [
      ['/', 'siaga-site-tile .bar'],
      ['/?view=list', '.body .row .name'],
      ['/?view=map', '.mark a, .mark button'],
      ['/incidents?show=all', 'tbody tr'],
      [`/incidents/${world.tickets[0]?.id}`, 'siaga-story li'],
      [`/devices/${world.tickets[0]?.device_id}`, 'siaga-timeline li'],
      ['/devices', 'tbody tr'],
      ['/fleet/sites', 'tbody tr'],
      ['/fleet/agents', 'tbody tr'],
      ['/devices?add=1', 'form wa-button'],
    ] as const) {
      await page.goto(url + path);
      await page.locator(shown).first().waitFor();
      await expect.poll(() => page.locator('siaga-skeleton').count(), { timeout: 15_000 }).toBe(0);
      for (const words of await spilledWords(page)) found.push(`${path}: ${words}`);
      if (await isWiderThanScreen(page)) found.push(`${path}: wider than the screen`);
    }
    expect(found).toEqual([]);
  });

  test('words that spill are found: of a button too narrow, of a row too low, of what cuts off', async () => {
    const page = await open();
    await page.setContent(`<style>button { width: 20px; white-space: nowrap; border: 0; padding: 0 }
        li { height: 10px; font-size: 30px } label { display: block; width: 300px } b { display: block; overflow: hidden; width: 20px }
        a { display: block; width: 20px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }</style>
      <button>Acknowledge</button><button style="width: auto">Comment</button>
      <ul><li>Too low</li><li style="height: auto">High enough</li></ul>
      <label><b>Acknowledgement</b></label><a>Shortened with an ellipsis</a>`);
    expect(await spilledWords(page)).toEqual([
      'Acknowledge in button of the page',
      'Too low in li of the page',
      'Acknowledgement in label of the page',
    ]);
  });
});
