import type { Device } from '@siaga/shared';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Look } from '../support/browser.js';
import type { Script, WebFixture } from './web-fixture.js';
import { open, serve } from './web-page.js';
import { bank, type World } from './web-world.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The device that is a host too, everything about it well. */
export const hostOf = (world: World): Device => {
  const found = world.devices.find(({ checks }) => checks.length > 1);
  if (!found) throw new Error('the world has no host');
  return found;
};
export const downOf = (world: World): Device => {
  const found = world.devices.find(({ health }) => health === 'down');
  if (!found) throw new Error('nothing is down in the world');
  return found;
};

interface Shown {
  page: Page;
  world: World;
  fixture: WebFixture;
  device: Device;
  /** What zooms the charts of latency and loss. */
  brush: Locator;
}

/** The page of a device of the made-up bank. */
export const show = async (
  options: {
    query?: string;
    look?: Look;
    of?: (world: World) => Device;
    prepare?: (world: World, device: Device) => void;
    script?: (world: World, device: Device) => Script;
    /** Lets the test set the page's clock forward. */
    hasClock?: boolean;
  } = {},
): Promise<Shown> => {
  const world = bank();
  const device = (options.of ?? hostOf)(world);
  options.prepare?.(world, device);
  const fixture = await serve(world, options.script?.(world, device));
  const page = await open(options.look);
  if (options.hasClock) await page.clock.install();
  await page.goto(`${fixture.url}/devices/${device.id}${options.query ?? ''}`);
  return { page, world, fixture, device, brush: page.locator('siaga-latency .surface') };
};

export const spanIn = (page: Page): { fromMs: number; toMs: number } | undefined => {
  const { searchParams } = new URL(page.url());
  const [from, to] = [searchParams.get('from'), searchParams.get('to')];
  return from === null || to === null ? undefined : { fromMs: Number(from), toMs: Number(to) };
};
export const spanOnce = async (page: Page, is: (lengthMs: number) => boolean) => {
  await expect
    .poll(() => {
      const span = spanIn(page);
      return span !== undefined && is(span.toMs - span.fromMs);
    })
    .toBe(true);
  return spanIn(page) ?? { fromMs: 0, toMs: 0 };
};

/** What the charts asked for of one metric. */
export const seriesAsked = ({ asked }: WebFixture, metric = 'rtt'): URLSearchParams[] =>
  asked
    .filter((line) => line.includes('/series?'))
    .map((line) => new URLSearchParams(line.slice(line.indexOf('?'))))
    .filter((query) => query.get('metric') === metric);

export const drag = async (page: Page, brush: Locator, from: number, to: number): Promise<void> => {
  const box = await brush.boundingBox();
  if (!box) throw new Error('the brush is not on the page');
  await page.mouse.move(box.x + box.width * from, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 70, { steps: 5 });
  await page.mouse.up();
};

/** How many pixels of a chart are drawn on. */
export const inkOf = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let ink = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) ink += 1;
      return ink;
    });
export const pictureOf = (page: Page, selector: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
