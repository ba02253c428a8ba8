import { describe, expect, test } from 'vitest';
import { DAY, drag, HOUR, inkOf, MINUTE, seriesAsked, show, spanIn, spanOnce } from './device-page.js';
import { failure } from './web-fixture.js';
import { describePages } from './web-page.js';
import { scriptOf } from './web-world.js';

describePages('the charts of a device', () => {
  describe('the brush', () => {
    test('dragging zooms, browser back undoes each zoom, a zoomed span is asked for as it is', async () => {
      const { page, brush, fixture } = await show({ query: '?range=24h' });
      await brush.waitFor();
      await drag(page, brush, 0.25, 0.5);
      const first = await spanOnce(page, (lengthMs) => Math.abs(lengthMs - 6 * HOUR) < 10 * MINUTE);
      await page.getByRole('link', { name: 'Back to 24 hours' }).waitFor();
      await expect.poll(() => seriesAsked(fixture).at(-1)?.get('from')).toBe(String(first.fromMs));
      expect(seriesAsked(fixture, 'cpu').at(-1)?.get('to')).toBe(String(first.toMs));
      await drag(page, brush, 0.9, 0.4);
      const second = await spanOnce(page, (lengthMs) => lengthMs < 4 * HOUR);
      expect(second.fromMs).toBeGreaterThanOrEqual(first.fromMs);
      expect(second.toMs).toBeLessThanOrEqual(first.toMs);
      await page.goBack();
      await expect.poll(() => spanIn(page)).toEqual(first);
      await page.goBack();
      await expect.poll(() => new URL(page.url()).search).toBe('?range=24h');
      await page
        .getByRole('link', { name: '24 hours', exact: true })
        .and(page.locator('[aria-current]'))
        .waitFor();
      await page.goForward();
      await expect.poll(() => spanIn(page)).toEqual(first);
    });

    test('by keyboard: arrows read aloud, Shift chooses, Enter zooms, Escape undoes', async () => {
      const { page, brush } = await show({ query: '?range=6h' });
      await brush.focus();
      await page.keyboard.press('ArrowLeft');
      const reading = () => brush.getAttribute('aria-valuetext');
      expect(await reading()).toMatch(/Nov|202\d/);
      expect(await reading()).toMatch(/ms/);
      const before = Number(await brush.getAttribute('aria-valuenow'));
      await page.keyboard.press('ArrowRight');
      expect(Number(await brush.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
      await page.keyboard.press('Home');
      expect(await brush.getAttribute('aria-valuenow')).toBe(await brush.getAttribute('aria-valuemin'));
      for (let n = 0; n < 5; n += 1) await page.keyboard.press('Shift+PageUp');
      expect(await reading()).toMatch(/^Chosen: .*3 hr\. Enter zooms in\.$/);
      await page.keyboard.press('Escape');
      expect(await reading()).not.toMatch(/^Chosen/);
      expect(spanIn(page)).toBeUndefined();
      for (let n = 0; n < 2; n += 1) await page.keyboard.press('Shift+PageDown');
      await page.keyboard.press('Enter');
      await spanOnce(page, (lengthMs) => Math.abs(lengthMs - 72 * MINUTE) < MINUTE);
      await page.keyboard.press('+');
      await spanOnce(page, (lengthMs) => Math.abs(lengthMs - 36 * MINUTE) < MINUTE);
      await page.keyboard.press('-');
      await spanOnce(page, (lengthMs) => Math.abs(lengthMs - 72 * MINUTE) < MINUTE);
      for (let n = 0; n < 3; n += 1) await page.keyboard.press('Escape');
      await expect.poll(() => new URL(page.url()).search).toBe('?range=6h');
    });

    test('by finger: sideways zooms', async () => {
      const { page, brush } = await show({
        query: '?range=24h',
        look: { width: 390, height: 844 },
      });
      await brush.waitFor();
      await brush.scrollIntoViewIfNeeded();
      const box = await brush.boundingBox();
      if (!box) throw new Error('the brush is not on the page');
      const cdp = await page.context().newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
        cdp.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: x === undefined ? [] : [{ x, y: box.y + 40 }],
        });
      await cdp.send('Emulation.setTouchEmulationEnabled', { enabled: true });
      await touch('touchStart', box.x + box.width * 0.2);
      for (const at of [0.25, 0.3, 0.4, 0.5, 0.6, 0.7]) await touch('touchMove', box.x + box.width * at);
      await touch('touchEnd');
      await spanOnce(page, (lengthMs) => Math.abs(lengthMs - 12 * HOUR) < HOUR);
    });

    test('a live range moves on with the time, a zoomed span stays', async () => {
      const { page, brush, fixture, device } = await show({ hasClock: true });
      await brush.waitFor();
      const asked = () => seriesAsked(fixture).map((query) => Number(query.get('to')));
      await expect.poll(() => asked().length).toBeGreaterThan(0);
      const first = asked().at(-1) ?? Infinity;
      await page.clock.fastForward('00:11');
      await expect.poll(() => asked().at(-1)).toBeGreaterThan(first);
      await drag(page, brush, 0.2, 0.6);
      await spanOnce(page, () => true);
      await expect.poll(() => asked().at(-1)).toBe(spanIn(page)?.toMs);
      const count = asked().length;
      const readings = () =>
        fixture.asked.filter((line) => line === `GET /monitoring/devices/${device.id}`).length;
      for (let round = 0; round < 2; round += 1) {
        const before = readings();
        await page.clock.fastForward('00:11');
        await expect.poll(readings).toBeGreaterThan(before);
      }
      expect(asked()).toHaveLength(count);
    });
  });

  describe('ranges', () => {
    test('up to 90 days, each within 2,000 points and kept in the address', async () => {
      const { page, brush, fixture } = await show({ look: { width: 3400, height: 1000 } });
      await brush.waitFor();
      for (const [name, days] of [
        ['7 days', 7],
        ['30 days', 30],
        ['90 days', 90],
      ] as const) {
        await page.getByRole('link', { name, exact: true }).click();
        await expect
          .poll(() => {
            const query = seriesAsked(fixture).at(-1);
            return Number(query?.get('to')) - Number(query?.get('from'));
          })
          .toBe(days * DAY);
        expect(new URL(page.url()).search).toBe(`?range=${days}d`);
      }
      for (const metric of ['rtt', 'loss', 'cpu']) {
        for (const query of seriesAsked(fixture, metric)) {
          expect(Number(query.get('points'))).toBeLessThanOrEqual(2000);
          expect(Number(query.get('points'))).toBeGreaterThan(100);
        }
      }
    });

    test('while the next range is on its way the old chart stays, and a failure does not take it away', async () => {
      let hold: Promise<void> | undefined = undefined;
      let broken = false;
      const { page, brush } = await show({
        script: (world) => {
          const known = scriptOf(world);
          return async (request) => {
            if (request.path.endsWith('/series')) {
              if (broken) return failure(503, 'SERVICE_UNAVAILABLE', 'away');
              await hold;
            }
            return known(request);
          };
        },
      });
      await brush.waitFor();
      let release: () => void = () => undefined;
      hold = new Promise((resolve) => (release = resolve));
      await page.getByRole('link', { name: '6 hours' }).click();
      await page.locator('siaga-brush.late').first().waitFor();
      expect(await inkOf(page, 'siaga-latency siaga-chart')).toBeGreaterThan(1000);
      release();
      await page.locator('siaga-latency siaga-brush:not(.late)').waitFor();
      broken = true;
      await page.getByRole('link', { name: '24 hours' }).click();
      await page.locator('siaga-latency').getByText('SERVICE_UNAVAILABLE').waitFor();
      expect(await brush.isVisible()).toBe(true);
      await page.getByText('It has no').or(page.getByText('All is well')).first().waitFor();
      broken = false;
      await page.locator('siaga-latency').getByRole('button', { name: 'Try again' }).click();
      await expect.poll(() => page.locator('siaga-latency siaga-failure').count()).toBe(0);
    });
  });
});
