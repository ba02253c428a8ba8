import type { TicketDetail, TicketSummary } from '@siaga/shared';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage } from '../../support/browser.js';
import { ADMIN, signIn, type ApiClient } from '../../support/hub-process.js';
import { startLoadedHub, type LoadedHub } from '../../support/load/loaded-hub.js';
import { startLoad, type Load } from '../../support/load/start-load.js';
import { canRun } from '../web-page.js';

const ATM = 'ATM Stasiun Tugu';
const SITE = 'KCP Malioboro';
const REASON = 'Teknisi Bayu sudah berangkat, tiba pukul 04.00';
const DEVICES = 4;
const MOST_TABS = 120;

/** Name or text of what has the focus, through all shadows. As text: the content security policy allows no helper. */
const FOCUSED = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return (active?.getAttribute('aria-label') ?? active?.innerText ?? '').trim();
})()`;

/** Goes on with Tab until the focus is where one wants it, as who has no mouse does. */
const tabTo = async (page: Page, wanted: RegExp): Promise<void> => {
  const passed: string[] = [];
  for (let presses = 0; presses < MOST_TABS; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate<string>(FOCUSED);
    if (wanted.test(name)) return;
    passed.push(name);
  }
  throw new Error(`Tab never came to ${String(wanted)}: ${passed.join(' | ')}`);
};

/** The time of day as an Indonesian reads it in Jakarta. */
const clockTime = (iso: string): string =>
  new Intl.DateTimeFormat('id-ID', {
    timeZone: 'Asia/Jakarta',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(iso));

/**
 * What the whole is for. A device dies on the real hub (its agent is the real one but for the network); somebody who is
 * woken by it has a keyboard, Indonesian and half an eye open.
 */
describe.skipIf(!canRun)('three in the morning', () => {
  let hub: LoadedHub;
  let load: Load;
  let api: ApiClient;
  let browser: Browser;

  beforeAll(async () => {
    hub = await startLoadedHub({ agents: 2, devicesPerAgent: DEVICES, intervalS: 1 });
    api = await signIn(hub.hub.url);
    const [own] = hub.fleet.agents;
    const doomed = own?.devices[2];
    if (!own || !doomed) throw new Error('the fleet is too small');
    await api.send('PATCH', `/monitoring/sites/${own.siteId}`, { name: SITE, region: 'DI Yogyakarta' });
    await api.send('PATCH', `/monitoring/devices/${doomed.deviceId}`, { name: ATM });
    const { fleet, mqttUrl, directory } = hub;
    load = await startLoad({ fleet, mqttUrl, directory, store: 'memory', tickMs: 20, startPerS: 50 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await load?.stop();
    await hub?.stop();
  });

  it('finds what is down, since when and why, and takes note of it, by keyboard, in Indonesian', async () => {
    const isUp = async () =>
      (await api.get<{ devices: { up: number } }>('/monitoring/overview')).devices.up === 2 * DEVICES;
    await expect.poll(isUp, { timeout: 60_000, interval: 500 }).toBe(true);

    const diedAtMs = Date.now();
    await load.command({ do: 'set', agent: 0, device: 2, down: true });
    const open = () => api.get<TicketSummary[]>('/tickets?status=open');
    await expect.poll(async () => (await open()).length, { timeout: 30_000, interval: 250 }).toBe(1);
    const [ticket] = await open();
    if (!ticket) throw new Error('the incident is gone');
    expect(Date.parse(ticket.first_failed_at ?? '')).toBeGreaterThan(diedAtMs - 1_000);

    const { page, complaints } = await openPage(browser, { language: 'id', theme: 'dark' });
    await page.goto(hub.hub.url);
    await page.getByRole('heading', { level: 1, name: 'Masuk' }).waitFor();
    await page.keyboard.type(ADMIN.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Papan' }).waitFor();

    // What is down: the tab says how many, the pane which, and where.
    const pane = page.getByRole('complementary', { name: 'Insiden terbuka' });
    await pane.getByRole('link', { name: new RegExp(ATM) }).waitFor();
    await pane.getByText(SITE).first().waitFor();
    await expect.poll(() => page.title(), { timeout: 10_000 }).toMatch(/^\(1\) /);
    await page.getByRole('link', { name: /^Mati\s+1/ }).waitFor();

    await tabTo(page, new RegExp(`^${ATM}.*tidak menjawab`));
    await page.keyboard.press('Enter');
    await page
      .getByRole('heading', { level: 1 })
      .filter({ hasText: new RegExp(`${ATM} tidak menjawab`) })
      .waitFor();

    // Since when, and why.
    await page.getByText('Pertama gagal').first().waitFor();
    await page
      .getByText(clockTime(ticket.first_failed_at ?? ''))
      .filter({ visible: true })
      .first()
      .waitFor();
    await page
      .getByText(/putaran ping berturut-turut gagal/)
      .first()
      .waitFor();

    // Takes note of it, and why it can wait.
    await page.keyboard.press('a');
    await page
      .getByRole('textbox', { name: /Alasan, atau siapa/ })
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.type(REASON);
    await page.keyboard.press('Enter');
    await page.getByText(REASON).first().waitFor();
    await expect.poll(() => page.title(), { timeout: 10_000 }).not.toMatch(/^\(1\) /);

    const noted = await api.get<TicketDetail>(`/tickets/${ticket.id}`);
    expect(noted.acknowledge_reason).toBe(REASON);
    expect(noted.acknowledged_by?.email).toBe(ADMIN.email);
    expect(noted.status).toBe('new');
    expect(noted.history.map(({ event }) => event)).toContain('acknowledged');

    // It returns by itself, and so does the quiet.
    await load.command({ do: 'set', agent: 0, device: 2, down: false });
    await expect.poll(async () => (await open()).length, { timeout: 60_000, interval: 500 }).toBe(0);
    await page.getByText('Selesai').first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
