import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { axeFindings } from '../support/browser.js';
import { focusedText } from '../support/focus-order.js';
import { failure } from './web-fixture.js';
import { describePages, dialogOf, isWiderThanScreen, open, serve } from './web-page.js';
import { agent, bank, scriptOf, type World } from './web-world.js';

const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader').filter({ hasText: name }) });

describePages('the fleet', () => {
  describe('what is deleted can be brought back', () => {
    test('a site without devices, by keyboard alone', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const [first] = world.sites;
      if (!first) throw new Error('the world is too small');
      const empty = { ...first, id: '00000001-0000-4000-8000-000000000099', code: 'AAA', name: 'AAA Empty' };
      world.sites.push(empty);
      const page = await open();
      await page.goto(`${url}/fleet/sites`);
      await rowOf(page, 'AAA Empty').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Delete');
      await page.getByText('Deleted AAA Empty.').waitFor();
      await rowOf(page, 'AAA Empty').waitFor({ state: 'detached' });
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('z');
      await page.getByText('AAA Empty is back.').waitFor();
      await rowOf(page, 'AAA Empty').waitFor();
      expect(asked).toContain(`POST /monitoring/sites/${empty.id}/restore`);
    });

    test('a site and an agent at their addresses, when the offer is long gone', async () => {
      const world = bank();
      const { url } = await serve(world);
      const [first] = world.sites;
      if (!first) throw new Error('the world is too small');
      const gone = { ...first, id: '00000001-0000-4000-8000-000000000099', code: 'AAA', name: 'AAA Empty' };
      const goneAgent = agent(9, 'agent-gone', gone);
      world.deleted.sites.push(gone);
      world.deleted.agents.push(goneAgent);
      const page = await open();
      await page.goto(`${url}/devices?agent_id=${goneAgent.id}`);
      await page.getByText('This agent is not here.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Restore it' }).click();
      // The refusal leads to what has to come first.
      await page.getByRole('link', { name: 'Its site was deleted: restore that first.' }).click();
      await page.getByText('This site is not here.').waitFor();
      await page.getByRole('button', { name: 'Restore it' }).click();
      await page.getByText('AAA Empty is back.').waitFor();
      await page.getByText('No device matches these filters.').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: 'Restore it' }).click();
      await page.getByText('agent-gone is back.').waitFor();
      await page.goto(`${url}/devices?site_id=99999999-0000-4000-8000-000000000000`);
      await page.getByRole('button', { name: 'Restore it' }).click();
      await page.getByText('no site of this address was deleted').waitFor();
    });

    test('a device, by its button; the offer stays while the pointer is on it', async () => {
      const world = bank();
      const [doomed] = world.devices;
      if (!doomed) throw new Error('the world is too small');
      const { url } = await serve(world);
      const page = await open();
      await page.clock.install();
      await page.goto(`${url}/devices`);
      await page.getByRole('button', { name: `Delete device ${doomed.name}`, exact: true }).click();
      const undo = page.getByRole('button', { name: 'Undo' });
      await undo.hover();
      await page.clock.fastForward('00:11');
      await undo.click();
      // The notice that had the focus is gone: it is on the page again.
      expect(await focusedText(page)).toBe('Devices');
      await page.getByText(`${doomed.name} is back.`).waitFor();
      await rowOf(page, doomed.name).first().waitFor();
      expect(world.devices.some(({ id }) => id === doomed.id)).toBe(true);
    });

    test('an agent: asked once, because its credentials are not', async () => {
      const world = bank();
      const [, second] = world.sites;
      if (!second) throw new Error('the world is too small');
      world.agents.push(agent(7, 'aaa-spare', second, { device_count: 0 }));
      const { url } = await serve(world);
      const page = await open();
      await page.goto(`${url}/fleet/agents`);
      await page.getByRole('button', { name: 'Delete agent aaa-spare' }).click();
      const dialog = dialogOf(page, 'Delete aaa-spare?');
      await dialog.getByText('Its credentials are destroyed.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Delete agent' }).click();
      await page.getByText('Deleted aaa-spare.').waitFor();
      await rowOf(page, 'aaa-spare').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('aaa-spare is back.').waitFor();
      await rowOf(page, 'aaa-spare').waitFor();
    });

    test('says why where it cannot', async () => {
      const world = bank();
      const known = scriptOf(world);
      const { url } = await serve(world, (request) =>
        request.path.endsWith('/restore')
          ? failure(409, 'RESOURCE_CONFLICT', 'The code "X" is in use')
          : known(request),
      );
      const page = await open();
      await page.goto(`${url}/devices`);
      await page.locator('tbody button').nth(1).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText(/could not be brought back\. .*The code "X" is in use/).waitFor();
    });

    test('a site that has devices is not deleted, and it is said why', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(`${url}/fleet/sites`);
      await page.getByRole('button', { name: 'Delete site KC Bandung' }).click();
      await page.getByText(/KC Bandung was not deleted\./).waitFor();
      await rowOf(page, 'KC Bandung').waitFor();
    });
  });

  describe('sites', () => {
    test('are edited; only what changed is sent, with the version it was made from', async () => {
      const world = bank();
      const known = scriptOf(world);
      const sent: { body: unknown; ifMatch: unknown }[] = [];
      const { url } = await serve(world, (request) => {
        if (request.method === 'PATCH')
          sent.push({ body: request.body, ifMatch: request.headers['if-match'] });
        return known(request);
      });
      const page = await open();
      await page.goto(`${url}/fleet/sites?sort=-name`);
      await rowOf(page, 'KC Surabaya Tunjungan').waitFor();
      await page.getByRole('button', { name: 'Edit site KC Surabaya Tunjungan' }).click();
      const dialog = dialogOf(page, 'Edit site');
      await expect.poll(() => dialog.getByLabel('Code').inputValue()).toBe('KC-SBY');
      await dialog.getByLabel('Latitude').fill('-7,26');
      await dialog.getByRole('combobox', { name: 'Time zone' }).fill('makas');
      await page.getByRole('option', { name: /Asia\/Makassar/ }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Site KC Surabaya Tunjungan saved.').waitFor();
      expect(sent).toEqual([
        {
          body: { latitude: -7.26, timezone: 'Asia/Makassar' },
          ifMatch: expect.stringMatching(/^"/) as string,
        },
      ]);
    });

    test('a code that is taken is told once, at its field, and the focus goes there', async () => {
      const known = scriptOf(bank());
      const { url } = await serve(bank(), (request) =>
        request.method === 'POST' && request.path === '/monitoring/sites'
          ? failure(409, 'RESOURCE_CONFLICT', 'The code "X" is in use', {
              details: [{ field: 'code', message: 'The code "X" is in use', code: 'in_use' }],
            })
          : known(request),
      );
      const page = await open();
      await page.goto(`${url}/fleet/sites?add=1`);
      const dialog = dialogOf(page, 'New site');
      await dialog.getByLabel('Name').fill('KC Baru');
      await dialog.getByLabel('Code').fill('X');
      await dialog.getByRole('button', { name: 'Create site' }).click();
      const code = dialog.getByLabel('Code');
      await expect.poll(() => code.getAttribute('aria-invalid')).toBe('true');
      await expect.poll(() => code.evaluate((field) => field.matches(':focus'))).toBe(true);
      expect(await dialog.getByRole('alert').count()).toBe(0);
    });

    test('wrong input is named at its field with the range, in the language of the page', async () => {
      const world = bank();
      const known = scriptOf(world);
      const { url } = await serve(world, (request) =>
        request.method === 'POST' && request.path === '/monitoring/sites'
          ? failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
              details: [
                { field: 'code', message: 'is in use', code: 'in_use' },
                { field: 'timezone', message: 'unknown', code: 'not_found' },
                { field: 'name', message: 'too long', code: 'too_long', limits: { max: 200 } },
              ],
            })
          : known(request),
      );
      const page = await open({ language: 'id' });
      await page.goto(`${url}/fleet/sites?add=1`);
      await page.getByLabel('Nama', { exact: true }).fill('X');
      await page.getByLabel('Kode', { exact: true }).fill('X');
      await page.getByLabel('Lintang').fill('91');
      await page.keyboard.press('Enter');
      await page.getByText('Hanya dari -90 sampai 90.').waitFor();
      expect(await page.getByLabel('Lintang').getAttribute('aria-invalid')).toBe('true');
      await page.getByLabel('Lintang').fill('-6.9');
      await page.keyboard.press('Enter');
      await page.getByText('Ini sudah dipakai.').waitFor();
      await page.getByText('Terlalu panjang: paling banyak 200 karakter.').waitFor();
      await page.getByText('Tidak ada yang seperti itu, atau sudah tidak ada.').waitFor();
      await page.getByLabel('Nama', { exact: true }).and(page.locator(':focus')).waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });

    test('typed text is asked for before Escape throws it away', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(`${url}/fleet/sites`);
      await page.locator('tbody tr').first().waitFor();
      await page.keyboard.press('n');
      const dialog = dialogOf(page, 'New site');
      await dialog.getByLabel('Name').fill('Half a name');
      await page.keyboard.press('Escape');
      await page.getByText('What you typed is not saved.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.getByText('What you typed is not saved.').waitFor({ state: 'detached' });
      expect(await dialog.getByLabel('Name').inputValue()).toBe('Half a name');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Throw it away' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(new URL(page.url()).search).toBe('');
      await page.keyboard.press('n');
      await dialog.waitFor({ state: 'attached' });
      expect(await dialog.getByLabel('Name').inputValue()).toBe('');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    });

    test('filters, order and numbers are in the address', async () => {
      const { url } = await serve(bank());
      const page = await open();
      await page.goto(`${url}/fleet/sites?region=Jawa+Barat&sort=-name`);
      await rowOf(page, 'KCP Dago').waitFor();
      const names = await page.locator('tbody th a').allTextContents();
      expect(names).toEqual(['KCP Dago', 'KC Bandung', 'ATM Cihampelas']);
      await page.locator('a.sort').first().click();
      await expect.poll(() => page.locator('tbody th a').first().textContent()).toBe('ATM Cihampelas');
      expect(new URL(page.url()).searchParams.get('sort')).toBe('name');
      await rowOf(page, 'KC Bandung').getByRole('link', { name: 'Down', exact: false }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
      expect(new URL(page.url()).searchParams.get('health')).toBe('down');
      await expect.poll(() => page.locator('tbody tr').count()).toBe(3);
      await page.goto(`${url}/fleet?add=site`);
      await dialogOf(page, 'New site').waitFor({ state: 'attached' });
      await page.goto(`${url}/fleet/sites?q=nowhere`);
      await page.getByRole('link', { name: 'Show all sites' }).click();
      await rowOf(page, 'KC Bandung').waitFor();
    });
  });

  describe('two who edit the same thing', () => {
    const begin = async (page: Page, url: string): Promise<void> => {
      await page.goto(`${url}/fleet/sites`);
      await page.getByRole('button', { name: 'Edit site KC Bandung' }).click();
      const dialog = dialogOf(page, 'Edit site');
      await expect.poll(() => dialog.getByLabel('Code').inputValue()).toBe('KC-BDG');
      await dialog.getByLabel('Name').fill('KC Bandung Asia Afrika');
    };
    const meanwhile = (world: World, change: Partial<World['sites'][number]>): void => {
      const at = world.sites.find(({ code }) => code === 'KC-BDG');
      Object.assign(at ?? {}, change, { updated_at: new Date().toISOString() });
    };

    test('the later one sees what changed, and can save over it without undoing it', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await begin(page, url);
      meanwhile(world, { region: 'Priangan', name: 'KC Bandung Braga' });
      await page.keyboard.press('Enter');
      await page.getByText('Somebody else has changed this meanwhile:').waitFor();
      await page.getByText('Priangan').waitFor();
      await page.getByText('(you changed this too)').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Save my changes over it' }).click();
      await page.getByText('Site KC Bandung Asia Afrika saved.').waitFor();
      expect(world.sites.find(({ code }) => code === 'KC-BDG')).toMatchObject({
        name: 'KC Bandung Asia Afrika',
        region: 'Priangan',
      });
    });

    test('or load what is there', async () => {
      const world = bank();
      const { url } = await serve(world);
      const page = await open();
      await begin(page, url);
      meanwhile(world, { name: 'KC Bandung Braga' });
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Load what is there now' }).click();
      const dialog = dialogOf(page, 'Edit site');
      expect(await dialog.getByLabel('Name').inputValue()).toBe('KC Bandung Braga');
    });

    test('is not asked where the change is none of the form', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const page = await open();
      await begin(page, url);
      meanwhile(world, {});
      await page.keyboard.press('Enter');
      await page.getByText('Site KC Bandung Asia Afrika saved.').waitFor();
      expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(2);
    });
  });

  describe('agents', () => {
    test('are created and enrolled with a command that is shown once; edited; revoked after one question', async () => {
      const world = bank();
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/fleet/agents`);
      await page.getByRole('link', { name: 'New agent' }).click();
      const dialog = dialogOf(page, 'New agent');
      await dialog.getByLabel('Name').fill('agent-dago-1');
      await dialog.getByLabel('Site').selectOption({ label: 'KCP Dago' });
      await dialog.getByRole('button', { name: 'Create agent' }).click();
      await page.getByText(/npx siaga agent enroll --hub .* --token sgt_/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Done', exact: true }).click();
      await page.getByRole('button', { name: 'Edit agent agent-dago-1' }).click();
      const edit = dialogOf(page, 'Edit agent');
      await expect.poll(() => edit.getByLabel('Name').inputValue()).toBe('agent-dago-1');
      await edit.getByLabel('Name').fill('agent-dago-2');
      await page.keyboard.press('Enter');
      await page.getByText('Agent agent-dago-2 saved.').waitFor();
      await rowOf(page, 'agent-bandung-1').getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('Its credentials end at once').waitFor();
      await page.getByRole('button', { name: 'Revoke agent' }).click();
      await page.getByText('Agent agent-bandung-1 is revoked.').waitFor();
      expect(asked.some((line) => /^POST \/monitoring\/agents\/.*\/revoke$/.test(line))).toBe(true);
      await rowOf(page, 'agent-bandung-1').getByText('Revoked').last().waitFor();
    });
  });

  describe('devices', () => {
    test('take what they are reached through; a circle is refused at the field', async () => {
      const world = bank();
      const [about, parent] = world.devices;
      if (!about || !parent) throw new Error('the world is too small');
      const known = scriptOf(world);
      const bodies: unknown[] = [];
      const { url } = await serve(world, (request) => {
        if (request.method !== 'PATCH') return known(request);
        bodies.push(request.body);
        return bodies.length === 1
          ? failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
              details: [{ field: 'parent_ids', message: 'would make a circle', code: 'other' }],
            })
          : known(request);
      });
      const page = await open();
      await page.goto(`${url}/devices?q=${encodeURIComponent(about.name)}`);
      await page.getByRole('button', { name: `Edit device ${about.name}`, exact: true }).click();
      const box = page.getByRole('combobox', { name: 'Reached through' });
      await box.fill(parent.name);
      await page.getByRole('option', { name: parent.name }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: `Take ${parent.name} out` }).waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('would make a circle').waitFor();
      expect(await box.getAttribute('aria-invalid')).toBe('true');
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: `Take ${parent.name} out` }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(`${about.name} saved.`).waitFor();
      expect(bodies[0]).toEqual({ parent_ids: [...about.parent_ids, parent.id] });
    });
  });

  test('names of any kind are text, and make no page wider than a phone', async () => {
    const world = bank();
    const [at, other] = world.sites;
    if (!at || !other) throw new Error('the world is too small');
    at.name = `<script>alert(1)</script> 🏧 ${'panjang'.repeat(40)} \u202Eمصرف`;
    world.agents[0] = agent(1, at.name, at);
    const { url } = await serve(world);
    const page = await open({ width: 390, height: 844 });
    for (const path of ['/fleet/sites', '/fleet/agents', '/devices']) {
      await page.goto(url + path);
      await page.locator('tbody tr').first().waitFor();
      expect(await isWiderThanScreen(page)).toBe(false);
    }
    await page.goto(`${url}/fleet/sites`);
    await page.getByText('<script>alert(1)</script>').first().waitFor();
  });

  test('nothing there yet says what to do next', async () => {
    const world = bank();
    Object.assign(world, { sites: [], agents: [], devices: [], tickets: [] });
    const { url } = await serve(world);
    const page = await open();
    await page.goto(`${url}/fleet/agents`);
    await page.getByRole('link', { name: 'Create the first agent' }).waitFor();
    await page.goto(`${url}/devices`);
    await page.getByRole('link', { name: 'Add the first device' }).waitFor();
    await page.goto(`${url}/fleet/sites`);
    await page.getByRole('link', { name: 'Create the first site' }).click();
    await dialogOf(page, 'New site').waitFor({ state: 'attached' });
  });
});
