import { describe, expect, test } from 'vitest';
import { axeFindings, type Look } from '../support/browser.js';
import { downOf, hostOf, MINUTE, seriesAsked, show } from './device-page.js';
import { failure } from './web-fixture.js';
import { describePages, isWiderThanScreen, open, serve } from './web-page.js';
import { bank, incidentEvent, scriptOf, summaryOf } from './web-world.js';

describePages('the page of a device', () => {
  test('a browser whose clock is five hours behind shows the hub’s time', async () => {
    const world = bank();
    const device = hostOf(world);
    const fixture = await serve(world);
    const page = await open();
    await page.addInitScript(`{
      const ahead = -5 * 3600000, RealDate = Date;
      globalThis.Date = class extends RealDate {
        constructor(...given) { given.length === 0 ? super(RealDate.now() + ahead) : super(...given); }
        static now() { return RealDate.now() + ahead; }
      };
    }`);
    await page.goto(`${fixture.url}/devices/${device.id}`);
    await page.locator('siaga-latency canvas').first().waitFor();
    await expect
      .poll(() => Math.abs(Number(seriesAsked(fixture).at(-1)?.get('to')) - Date.now()) < MINUTE, {
        timeout: 15_000,
      })
      .toBe(true);
    expect(await page.locator('siaga-device-now').getByText('3 days').count()).toBe(1);
  });

  test('names are text, whatever they are, and break nothing on a phone', async () => {
    const name = `<script>alert(1)</script> 🏧 ${'long '.repeat(60)} \u202Eمصرف`;
    const { page, brush } = await show({
      look: { width: 390, height: 844 },
      prepare: (world, device) => {
        device.name = name;
        device.model = name;
        for (const agent of world.agents) agent.name = name;
        for (const site of world.sites) site.name = name;
      },
    });
    await page.getByRole('heading', { level: 1 }).filter({ hasText: '<script>alert(1)</script>' }).waitFor();
    await brush.waitFor();
    await page.getByText('Timeline', { exact: true }).waitFor();
    expect(await isWiderThanScreen(page)).toBe(false);
  });

  test('deleted meanwhile, it says so and can be restored; one that never was cannot', async () => {
    const { page, world, fixture, device, brush } = await show({});
    await brush.waitFor();
    world.devices = world.devices.filter((one) => one !== device);
    world.deleted.devices.push(device);
    fixture.push({ name: 'removed', data: { kind: 'device', id: device.id } });
    await page.getByText('This device was deleted.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Restore it' }).click();
    await brush.waitFor();
    await page.goto(`${fixture.url}/devices/99999999-0000-4000-8000-000000000000`);
    await page.getByText('This device is not here.').waitFor();
    await page.getByRole('button', { name: 'Restore it' }).click();
    await page.getByText('There is nothing to restore').waitFor();
  });

  test('a deletion can be undone from its notice', async () => {
    const { page, device, brush } = await show({});
    await brush.waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: device.name }).waitFor();
    await brush.waitFor();
  });

  test('one panel that fails leaves the others standing, and each can be tried again', async () => {
    const broken = new Set(['explain', 'timeline', 'health-history', 'series']);
    const { page, brush } = await show({
      script: (world) => {
        const known = scriptOf(world);
        return (request) =>
          broken.has(request.path.split('/').at(-1) ?? '')
            ? failure(503, 'SERVICE_UNAVAILABLE', 'away')
            : known(request);
      },
    });
    await expect.poll(() => page.getByText('SERVICE_UNAVAILABLE').count()).toBe(5);
    await page.getByText('Local time').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    broken.clear();
    for (const panel of [
      'siaga-why',
      'siaga-timeline',
      'siaga-state-strip',
      'siaga-latency',
      'siaga-host-charts',
    ])
      await page.locator(panel).getByRole('button', { name: 'Try again' }).click();
    await brush.waitFor();
    await expect.poll(() => page.getByText('SERVICE_UNAVAILABLE').count()).toBe(0);
  });

  test('who acknowledged the incident is said, and follows live', async () => {
    const { page, world, fixture, device } = await show({ of: downOf });
    await page.getByRole('link', { name: 'Open incident' }).waitFor();
    const ticket = world.tickets.find(({ id }) => id === device.open_incident_id);
    if (!ticket) throw new Error('the incident is gone');
    Object.assign(ticket, {
      acknowledged_at: new Date().toISOString(),
      acknowledged_by: { id: world.user.id, name: 'Budi Santoso', email: 'budi@siaga.local' },
      acknowledge_reason: 'On my way',
    });
    expect(summaryOf(ticket).acknowledged_at).not.toBeNull();
    fixture.push(incidentEvent(ticket));
    await page.getByText('Acknowledged by Budi Santoso').waitFor();
  });

  describe('is accessible', () => {
    const looks: Look[] = [
      { language: 'en', theme: 'light' },
      { language: 'id', theme: 'dark' },
      { language: 'id', theme: 'light', width: 390, height: 844 },
      { language: 'en', theme: 'dark', width: 390, height: 844 },
    ];
    test.each(looks)('$language, $theme, $width', async (look) => {
      for (const of of [hostOf, downOf]) {
        const { page, brush } = await show({ look, of, query: '?range=7d' });
        await brush.waitFor();
        await page.locator('siaga-timeline li').first().waitFor();
        await page.locator('siaga-why li').first().waitFor();
        await page.getByRole('slider').last().waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await brush.focus();
        await page.keyboard.press('Shift+ArrowLeft');
        expect(await axeFindings(page)).toEqual([]);
      }
    });
  });
});
