import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { axeFindings } from '../support/browser.js';
import { focused } from '../support/focus-order.js';
import { failure } from './web-fixture.js';
import { describePages, isWiderThanScreen, open, serve } from './web-page.js';
import { bank, device, fresh, incident, incidentEvent, liveDevice, scriptOf } from './web-world.js';

describePages('the web app', () => {
  test('first load stays within 150 kB, styles included', async () => {
    const { url } = await serve(bank());
    const page = await open({ language: 'id' });
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) bodies.push(response.body());
    });
    await page.goto(url);
    await page.locator('siaga-site-tile').first().waitFor();
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150 * 1024);
  });

  describe('signing in', () => {
    test('says what was wrong, and leads to where one wanted to go', async () => {
      const world = { ...bank(), signedIn: false };
      const { url } = await serve(world);
      const page = await open({ language: 'id' });
      await page.goto(`${url}/devices?health=down`);
      await page.getByRole('button', { name: 'Masuk' }).click();
      await page.getByText('Isi kata sandi Anda.').waitFor();
      await page.getByLabel('Surel atau nama pengguna').fill('admin@siaga.local');
      await page.getByLabel('Kata sandi').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Akun dan kata sandi tidak cocok' }).waitFor();
      await page.getByLabel('Kata sandi').fill('right-password');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Perangkat' }).waitFor();
      expect(new URL(page.url()).search).toBe('?health=down');
    });

    test.each([
      [
        'locked',
        failure(401, 'ACCOUNT_LOCKED', 'locked', { retry_after: 1500 }),
        /account is locked\. Try again in 25 min/,
      ],
      [
        'too many tries',
        failure(429, 'RATE_LIMIT_EXCEEDED', 'slow', { retry_after: 40 }),
        /Try again in 40 sec/,
      ],
      ['the hub is away', failure(502, '', ''), /Siaga cannot be reached/],
    ])('%s', async (_name, answer, words) => {
      const world = { ...bank(), signedIn: false };
      const known = scriptOf(world);
      const bare = answer.status === 502 ? { status: 502 } : answer;
      const { url } = await serve(world, (request) =>
        request.method === 'POST' && request.path === '/auth/session' ? bare : known(request),
      );
      const page = await open();
      await page.goto(url);
      await page.getByLabel('E-mail or user name').fill('admin');
      await page.getByLabel('Password').fill('right-password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
    });

    test('a session that ends in mid-use is taken up again; what was typed is still there and is sent', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/devices?add=1`);
      await page.getByLabel('Address', { exact: true }).fill('10.99.0.1');
      await page
        .getByRole('combobox', { name: 'Site', exact: true })
        .last()
        .selectOption({ label: 'KC Bandung' });
      world.signedIn = false;
      await page.getByRole('button', { name: 'Add device', exact: true }).last().click();
      await page.getByText('Your session has ended, Dewi Lestari').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByLabel('Password').fill('right-password');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: '10.99.0.1' }).waitFor();
      expect(asked.filter((line) => line === 'POST /monitoring/devices')).toHaveLength(2);
    });

    test('signing out leads to the door', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(url);
      await page.getByRole('button', { name: /your menu/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    });
  });

  describe('the live feed', () => {
    test('a new incident comes by itself, is announced and counted, and leaves when it is resolved', async () => {
      const world = bank();
      const fixture = await serve(world);
      const page = await open();
      await page.clock.install();
      await page.goto(fixture.url);
      const pane = page.getByRole('complementary', { name: 'Open incidents' });
      await pane.getByRole('link').first().waitFor();
      expect(await pane.getByRole('link').count()).toBe(3);
      const about = world.devices.at(-1);
      const at = world.sites.find(({ id }) => id === about?.site_id);
      if (!about || !at) throw new Error('the world is too small');
      const ticket = incident(77, about, at, 14_000);
      fixture.push({ name: 'device', data: { ...liveDevice(about), health: 'down' } });
      fixture.push(incidentEvent(ticket));
      await pane.getByRole('link', { name: `${about.name} does not answer` }).waitFor();
      await page.getByText(`New incident: ${about.name} does not answer.`).waitFor({ state: 'attached' });
      expect(await page.title()).toBe('(4) Board · Siaga');
      expect(await page.getByRole('link', { name: `${about.name}: Down` }).count()).toBe(1);
      fixture.push(incidentEvent({ ...ticket, status: 'resolved' }));
      await expect.poll(() => pane.getByRole('link').count()).toBe(3);
      await page.clock.fastForward('00:05');
      await page.getByText(`Resolved: ${about.name} does not answer.`).waitFor({ state: 'attached' });
    });

    test('a cut feed is said and greyed, and mends by itself', async () => {
      const fixture = await serve(bank());
      const page = await open({ language: 'id' });
      await page.clock.install();
      await page.goto(fixture.url);
      await page.getByText('Langsung', { exact: true }).waitFor();
      fixture.cutFeed();
      await page.clock.fastForward('00:21');
      await page.getByText('Koneksi langsung terputus').waitFor();
      await page.locator('.stale').first().waitFor();
      await page.getByText(/Data \d+ detik lalu/).waitFor();
      fixture.mendFeed();
      await page.getByText('Langsung', { exact: true }).waitFor();
      expect(await page.locator('.stale').count()).toBe(0);
    });

    test('a storm over 5,000 devices stays a board that can be read', async () => {
      const world = bank();
      const [first, second] = world.sites;
      if (!first || !second) throw new Error('the world is too small');
      for (let n = 0; n < 2500; n += 1) {
        world.devices.push(device(10_000 + n, first, 'down'), device(20_000 + n, second, 'up'));
      }
      const { url } = await serve(world);
      const page = await open();
      await page.goto(url);
      await page.getByRole('link', { name: 'Down 2,503' }).waitFor();
      expect(await page.locator('siaga-site-tile a.cell').count()).toBeLessThan(400);
      await page.getByRole('link', { name: /\+2,453 more in trouble/ }).waitFor();
    });
  });

  describe('devices', () => {
    test('the hub names the field, and the fault stands at it', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await page.goto(`${url}/devices?add=1&site_id=${world.sites[0]?.id}`);
      const field = page.getByLabel('Address', { exact: true });
      await field.fill('router.example');
      await page.keyboard.press('Enter');
      await page.getByText('Enter an IPv4 or IPv6 address').waitFor();
      await field.fill(world.devices[0]?.address ?? '');
      await page.keyboard.press('Enter');
      await page.getByText('The agent already watches this address.', { exact: true }).waitFor();
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect(await axeFindings(page)).toEqual([]);
    });

    test('where a site has no agent of its own, the form asks for one', async () => {
      const world = bank();
      const lonely = world.sites.find(({ name }) => name === 'KC Medan Merdeka');
      const { url, asked } = await serve(world);
      const page = await open({ language: 'id' });
      await page.goto(`${url}/devices?add=1&site_id=${lonely?.id}`);
      await page.getByLabel('Alamat', { exact: true }).fill('10.99.0.2');
      await page.keyboard.press('Enter');
      await page.getByText('Wajib diisi.').waitFor();
      await page.getByLabel('Dipantau oleh').last().selectOption({ label: 'agent-bandung-1' });
      await page.getByRole('button', { name: 'Tambah perangkat' }).last().click();
      await page.getByRole('heading', { level: 1, name: '10.99.0.2' }).waitFor();
      expect(asked.filter((line) => line === 'POST /monitoring/devices')).toHaveLength(1);
    });

    test('deleting is done at once, names the thing and can be taken back', async () => {
      const world = bank();
      const doomed = world.devices[10];
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/devices/${doomed?.id}`);
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
      await page.getByText(`Deleted ${doomed?.name}.`).waitFor();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(asked).toContain(`DELETE /monitoring/devices/${doomed?.id}`);
    });

    test('names are text, whatever they are', async () => {
      const world = fresh();
      const [machine] = world.devices;
      if (!machine) throw new Error('the world is too small');
      machine.name = `<script>alert(1)</script> 🏧 ${'long '.repeat(60)} \u202Eمصرف`;
      const { url } = await serve(world);
      const page = await open({ width: 390, height: 844 });
      await page.goto(`${url}/devices/${machine.id}`);
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: '<script>alert(1)</script>' })
        .waitFor();
      const wider = await isWiderThanScreen(page);
      expect(wider).toBe(false);
    });
  });

  describe('getting about by keyboard', () => {
    test('the focus follows to the heading of the next page', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(url);
      await page.getByRole('link', { name: 'Devices', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
      await expect.poll(() => focused(page, 'active?.tagName'), { timeout: 20_000 }).toBe('H1');
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Board' }).waitFor();
    });

    test('the first stop skips to the content, and nothing covers it', async () => {
      const { url } = await serve(bank());
      const page = await open({ language: 'id' });
      await page.goto(url);
      await page.locator('siaga-site-tile').first().waitFor();
      await page.keyboard.press('Tab');
      const skip = page.getByRole('button', { name: 'Langsung ke isi' });
      await skip.and(page.locator(':focus')).waitFor();
      const [box, rail] = [await skip.boundingBox(), await page.locator('siaga-rail').boundingBox()];
      if (!box || !rail) throw new Error('the link or the rail is not drawn');
      const { x, y, width, height } = box;
      // A real press, near the edge that reaches over the bar.
      expect(x + width - 4).toBeGreaterThan(rail.x + rail.width);
      await page.mouse.click(x + width - 4, y + height / 2);
      await expect.poll(() => focused(page, 'active?.tagName'), { timeout: 20_000 }).toBe('H1');
    });
  });

  test('an error says its code and can be tried again', async () => {
    const world = bank();
    const known = scriptOf(world);
    let broken = true;
    const { url } = await serve(world, (request) =>
      broken && request.path === '/monitoring/devices'
        ? failure(503, 'SERVICE_UNAVAILABLE', 'away')
        : known(request),
    );
    const page = await open({ language: 'id' });
    await page.goto(`${url}/devices`);
    await page.getByText('SERVICE_UNAVAILABLE').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    broken = false;
    await page.getByRole('button', { name: 'Coba lagi' }).click();
    await page.locator('tbody tr').first().waitFor();
  });

  test('language and theme are remembered', async () => {
    const { url } = await serve(bank());
    const page = await open();
    await page.goto(url);
    await page.getByRole('button', { name: /Bahasa Indonesia/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Papan' }).waitFor();
    await page.getByRole('button', { name: 'Tema: mengikuti sistem' }).click();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Papan' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  test('a fresh start says what is watched already and what comes next', async () => {
    const { url } = await serve(fresh());
    const page = await open();
    await page.goto(url);
    await page.getByText('Siaga is at work: it watches this machine').waitFor();
    await page.getByRole('link', { name: 'Add a device' }).click();
    await page.getByLabel('Address', { exact: true }).waitFor();
  });
});
