import { expect, test } from 'vitest';
import { serveBank } from './board-page.js';
import { largeBank, signedIn } from './board-world.js';
import { describePages, open } from './web-page.js';

describePages('the wallboard', () => {
  // Its type is a share of the screen's height, whatever the reader's own size of type is.
  test.each([16, 32])(
    'has no frame, a dozen incidents of at least 32 px, counts, time, zone: %d',
    async (typePx) => {
      const { url } = await serveBank(largeBank(3000, 200));
      const page = await open({ width: 1920, height: 1080, typePx });
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
    },
  );

  test('dims when it is told to, shows the map, and leaves by Escape', async () => {
    const { url } = await serveBank(largeBank(300, 30));
    const page = await open();
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
  });

  test('says that the session has ended, and goes on where it was after signing in', async () => {
    const world = signedIn();
    const fixture = await serveBank(largeBank(300, 30), world);
    const page = await open();
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
  });

  test('a new version of the app is loaded when the feed is back; the same one is not', async () => {
    const fixture = await serveBank(largeBank(300, 30));
    const page = await open();
    await page.clock.install();
    await page.goto(`${fixture.url}/wall`);
    await page.locator('.feed.live').waitFor();
    await page.evaluate('window.stillHere = true');
    fixture.cutFeed();
    await page.clock.fastForward('00:21');
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
    await page.clock.fastForward('00:21');
    await page.locator('.feed.cut').waitFor();
    fixture.mendFeed();
    await expect.poll(() => page.evaluate('window.stillHere'), { timeout: 20_000 }).toBeUndefined();
    await page.locator('siaga-wall-incidents li').first().waitFor();
  });
});
