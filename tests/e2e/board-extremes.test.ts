import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.js';
import { serveBank, VIEWS } from './board-page.js';
import { largeBank } from './board-world.js';
import { describePages, isWiderThanScreen, open } from './web-page.js';

describePages('the board bears', () => {
  test.each(VIEWS)('hostile names in the %s are text and break nothing', async (view, landmark) => {
    const bank = largeBank(60, 6);
    const names = ['<script>alert(1)</script>', 'x'.repeat(300), '🏧🔥 ATM', '\u202Eمصرف الرياض'];
    for (const [n, name] of names.entries()) {
      const [site, device] = [bank.sites[n], bank.devices[n]];
      if (!site || !device) throw new Error('the world is too small');
      Object.assign(site, { name, region: name });
      Object.assign(device, { name, health: 'down' });
    }
    const { url } = await serveBank(bank);
    const page = await open({ width: 390, height: 844 });
    await page.goto(`${url}/?view=${view}`);
    await page.locator(landmark).first().waitFor();
    expect(await isWiderThanScreen(page)).toBe(false);
    expect(await axeFindings(page)).toEqual([]);
  });

  test.each(VIEWS)('100,000 devices open in the %s, and a filter is answered', async (view, landmark) => {
    const { url } = await serveBank(largeBank(100_000, 10_000));
    const page = await open();
    await page.goto(`${url}/?view=${view}`);
    await page.locator(landmark).first().waitFor({ timeout: 60_000 });
    expect(await page.locator('a[data-device-id], .mark').count()).toBeLessThan(1500);
    await page.getByRole('searchbox', { name: 'Site, device or address' }).fill('Jayapura 12 ');
    await page.getByText('1 filter').waitFor({ timeout: 30_000 });
    await page.locator(landmark).first().waitFor();
  });

  test.each(VIEWS)('nothing at all in the %s: the first device is the next step', async (view) => {
    const { url } = await serveBank({ sites: [], devices: [], incidents: [] });
    const page = await open();
    await page.goto(`${url}/?view=${view}`);
    await page.getByRole('heading', { name: 'Watch your first device' }).waitFor();
    await page
      .getByRole('button', { name: 'Add a device' })
      .or(page.locator('wa-button[href]'))
      .first()
      .waitFor();
  });
});
