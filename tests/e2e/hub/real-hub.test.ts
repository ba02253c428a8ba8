import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, launch, openPage, type Look } from '../../support/browser.js';
import { ADMIN, signIn, startHubProcess, type HubProcess } from '../../support/hub-process.js';
import { canRun } from '../web-page.js';

/** What a new user does in the first minutes, on the real hub with its real stores and its own agent. */
describe.skipIf(!canRun)('a fresh start', () => {
  let dataDir: string;
  let hub: HubProcess;
  let browser: Browser;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'siaga-e2e-'));
    hub = await startHubProcess({ dataDir });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  });

  const words = {
    en: {
      account: /e-mail/i,
      password: /password/i,
      board: 'Board',
      add: /add a device/i,
      save: /add device/i,
    },
    id: { account: /surel|e-?mail/i, password: /sandi/i, board: 'Papan' },
  } as const;
  const looks: (Look & { language: 'en' | 'id'; address: string })[] = [
    { language: 'en', theme: 'light', address: '127.0.0.2' },
    { language: 'id', theme: 'dark', address: '127.0.0.3' },
  ];

  it.each(looks)(
    '$language: sign in by keyboard, add a device, see it come up; every page is accessible',
    async (look) => {
      const { page, complaints } = await openPage(browser, look);
      const say = words[look.language];
      await page.goto(hub.url);
      await page.getByLabel(say.account).waitFor();
      const found = (await axeFindings(page)).map((finding) => `sign-in: ${finding}`);
      await page.keyboard.type(ADMIN.email);
      await page.keyboard.press('Tab');
      await page.keyboard.type(ADMIN.password);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: say.board }).waitFor();

      await page.goto(`${hub.url}/devices?add=1`);
      await page.locator('#address').fill(look.address);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/devices\/[0-9a-f-]{36}/);
      // Two good cycles: up, with a first figure on the chart.
      await page.getByText(/ ms/).first().waitFor({ timeout: 40_000 });
      const devicePath = new URL(page.url()).pathname;

      for (const path of ['/', '/incidents', '/devices', '/fleet', devicePath, '/nowhere']) {
        await page.goto(hub.url + path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await expect.poll(() => page.locator('siaga-skeleton').count(), { timeout: 15_000 }).toBe(0);
        found.push(...(await axeFindings(page)).map((finding) => `${path}: ${finding}`));
      }
      await page.goto(hub.url + devicePath);
      await page.locator('siaga-chart').first().waitFor();
      await page.screenshot({ path: `.cache/tests/real-${look.language}.png` });
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('opens no incident by itself', async () => {
    const api = await signIn(hub.url);
    expect(await api.get<unknown[]>('/tickets')).toEqual([]);
  });
});
