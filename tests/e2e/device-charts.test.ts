import type { Series } from '@siaga/shared';
import { expect, test } from 'vitest';
import { downOf, HOUR, MINUTE, pictureOf, show, spanIn, spanOnce } from './device-page.js';
import { ok } from './web-fixture.js';
import { describePages } from './web-page.js';
import { incident, scriptOf } from './web-world.js';

describePages('what is drawn of a device', () => {
  test('a series of gaps only says that nobody looked', async () => {
    const { page } = await show({
      script: (world) => {
        const known = scriptOf(world);
        return async (request) => {
          const answer = await known(request);
          if (!request.path.endsWith('/series') || !answer) return answer;
          const { data } = answer.body as { data: Series };
          const gaps = data.t.map(() => null);
          return ok({ ...data, min: gaps, avg: gaps, max: gaps });
        };
      },
    });
    await page.locator('siaga-latency').getByText('Nothing was measured in this span.').waitFor();
    await page.locator('siaga-host-charts').getByText('Nothing was measured in this span.').waitFor();
    expect(await page.locator('siaga-latency canvas').count()).toBe(0);
    await page.getByText(/^up \d/).waitFor();
  });

  test('the keyboard that zoomed to where nothing was measured leads back', async () => {
    let isEmpty = false;
    const { page, brush } = await show({
      script: (world) => {
        const known = scriptOf(world);
        return async (request) => {
          const answer = await known(request);
          if (!isEmpty || !request.path.endsWith('/series') || !answer) return answer;
          const { data } = answer.body as { data: Series };
          const gaps = data.t.map(() => null);
          return ok({ ...data, min: gaps, avg: gaps, max: gaps });
        };
      },
    });
    await page.locator('siaga-latency canvas').first().waitFor();
    await brush.focus();
    isEmpty = true;
    await page.keyboard.press('+');
    await page.locator('siaga-latency').getByText('Nothing was measured in this span.').waitFor();
    const { fromMs, toMs } = await spanOnce(page, () => true);
    await page.keyboard.press('+');
    await spanOnce(page, (lengthMs) => lengthMs < (toMs - fromMs) * 0.75);
    isEmpty = false;
    await page.keyboard.press('Escape');
    await spanOnce(page, (lengthMs) => lengthMs === toMs - fromMs);
    await page.keyboard.press('Escape');
    await expect.poll(() => spanIn(page)).toBeUndefined();
    await page.locator('siaga-latency canvas').first().waitFor();
  });

  test('a device just added counts down to its first figures and draws them by itself', async () => {
    let measured = false;
    const { page } = await show({
      prepare: (_world, device) => {
        device.created_at = new Date(Date.now() - 1000).toISOString();
        device.checks = device.checks.slice(0, 1);
      },
      script: (world) => {
        const known = scriptOf(world);
        return async (request) => {
          const answer = await known(request);
          if (!request.path.endsWith('/series') || !answer || measured) return answer;
          const { data } = answer.body as { data: Series };
          const gaps = data.t.map(() => null);
          return ok({ ...data, min: gaps, avg: gaps, max: gaps });
        };
      },
    });
    await page.getByText(/First figures in about \d+ s\./).waitFor();
    measured = true;
    await page.locator('siaga-latency canvas').first().waitFor();
  });

  test('incidents are shaded, named and linked; what stands too close is told together and zoomed into', async () => {
    const { page, device } = await show({
      query: '?range=24h',
      prepare: (world, about) => {
        const at = world.sites[0];
        if (!at) throw new Error('the world is too small');
        world.tickets = world.tickets.filter(({ device_id }) => device_id !== about.id);
        world.tickets.push(
          incident(50, about, at, 15 * HOUR, false),
          incident(51, about, at, 5 * HOUR, false),
          incident(52, about, at, 5 * HOUR + 10 * MINUTE, false),
          incident(53, about, at, 60 * HOUR, false),
        );
      },
    });
    const lane = page.locator('siaga-incident-lane');
    await lane.locator('a').waitFor();
    expect(await lane.locator('a').count()).toBe(1);
    expect(await lane.locator('a').getAttribute('aria-label')).toMatch(/^INC-\d+-000050: .*7 min$/);
    const shaded = await pictureOf(page, 'siaga-latency siaga-chart');
    await lane.getByRole('button', { name: '2 incidents: zoom in' }).click();
    await expect.poll(() => lane.locator('a').count()).toBe(2);
    expect(await pictureOf(page, 'siaga-latency siaga-chart')).not.toBe(shaded);
    await lane.locator('a').first().click();
    await page.getByRole('heading', { level: 1, name: `${device.name} does not answer` }).waitFor();
    await page.goBack();
    await lane.locator('a').first().waitFor();
  });

  test('the strip tells outages by keyboard and pointer, and adds them up', async () => {
    const { page } = await show({ query: '?range=7d', of: downOf });
    const strip = page.getByRole('slider', { name: 'Health over time' });
    await strip.waitFor();
    await page.getByText(/^up 9\d(\.\d)?%, .*down \d+ min/).waitFor();
    await strip.focus();
    await page.keyboard.press('End');
    expect(await strip.getAttribute('aria-valuetext')).toMatch(/^Down \d+ min, /);
    await page.keyboard.press('ArrowLeft');
    expect(await strip.getAttribute('aria-valuetext')).toMatch(/^Up /);
    await page.keyboard.press('ArrowLeft');
    expect(await strip.getAttribute('aria-valuetext')).toMatch(
      /^Down 6 min, .*\(from samples that came late\)$/,
    );
    await page.getByText('healed by late samples').waitFor();
  });

  test('a theme, a zone and a width: the same chart is drawn again, none is left behind', async () => {
    const { page, brush } = await show({ query: '?range=24h' });
    await brush.waitFor();
    const chart = 'siaga-latency siaga-chart.loss';
    const light = await pictureOf(page, chart);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => pictureOf(page, chart)).not.toBe(light);
    const jakarta = await pictureOf(page, chart);
    await page.evaluate(`document.querySelector('siaga-app').services.preferences.setZone('UTC')`);
    await expect.poll(() => pictureOf(page, chart)).not.toBe(jakarta);
    await page.mouse.move(0, 0);
    await brush.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await brush.getAttribute('aria-valuetext')).toContain('UTC');
    for (const width of [900, 1200, 500, 1366]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(60);
    }
    const differencePx = async () => {
      const box = await page.locator(`${chart} canvas`).boundingBox();
      const host = await page.locator(chart).boundingBox();
      return Math.abs((box?.width ?? 0) - (host?.width ?? Infinity));
    };
    await expect.poll(differencePx).toBeLessThan(2);
    expect(await page.locator('siaga-latency canvas').count()).toBe(2);
  });
});
