import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { chromiumPath, launch, openPage, type Look } from '../support/browser.js';
import { startWebFixture, type Script, type WebFixture } from './web-fixture.js';
import { scriptOf, snapshotOf, type World } from './web-world.js';

/** False where there is no browser: what needs one is skipped, except in CI, where the lack of one is a failure. */
export const canRun = chromiumPath !== undefined || process.env['CI'] === 'true';

let browser: Browser;
/** What the present test has opened. */
const fixtures: WebFixture[] = [];
const pages: { page: Page; complaints: string[]; toleratesOnly: RegExp | undefined }[] = [];

/**
 * Tests of pages in a browser of their own. After each its pages and fixtures are closed, and it fails if the console
 * or the network of one of its pages complained.
 */
export const describePages = (name: string, tests: () => void): void => {
  describe.skipIf(!canRun)(name, () => {
    beforeAll(async () => {
      browser = await launch();
    });
    afterEach(async () => {
      const opened = pages.splice(0);
      for (const { page } of opened) await page.context().close();
      for (const fixture of fixtures.splice(0)) await fixture.stop();
      const complaints = opened.flatMap(({ complaints: all, toleratesOnly }) =>
        all.filter((complaint) => !toleratesOnly?.test(complaint)),
      );
      expect(complaints).toEqual([]);
    });
    afterAll(async () => {
      await browser?.close();
    });
    tests();
  });
};

/** The built app in front of this world until the test ends; `snapshot` is what the live feed begins with. */
export const serve = async (
  world: World,
  script: Script = scriptOf(world),
  snapshot = () => snapshotOf(world),
): Promise<WebFixture> => {
  const fixture = await startWebFixture(script, snapshot);
  fixtures.push(fixture);
  return fixture;
};

/** A page of its own until the test ends, in English unless told; what it complains of is tolerated only where that fits. */
export const open = async (look: Look = {}, toleratesOnly?: RegExp): Promise<Page> => {
  const opened = await openPage(browser, look);
  pages.push({ ...opened, toleratesOnly });
  return opened.page;
};

export const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');

/** What is slotted into a dialog lies within our element, not within the native dialog. */
export const dialogOf = (page: Page, label: string) => page.locator(`siaga-form-dialog[label="${label}"]`);
export const headingOf = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true });
