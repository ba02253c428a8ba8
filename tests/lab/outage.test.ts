import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, Device, TicketDetail, TicketSummary } from '@siaga/shared';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage } from '../support/browser.js';
import { ADMIN, signIn, startHubProcess, type ApiClient, type HubProcess } from '../support/hub-process.js';
import { createLabNetwork, type LabNetwork } from '../support/lab-network.js';

/** Done-when 2 of step 1: real ICMP, a real hub and agent, a real page that is not reloaded. */
describe('a device stops answering', () => {
  let network: LabNetwork;
  let dataDir: string;
  let hub: HubProcess;
  let api: ApiClient;
  let browser: Browser;
  let page: Page;
  let devices: Device[];

  beforeAll(async () => {
    network = createLabNetwork();
    dataDir = await mkdtemp(join(tmpdir(), 'siaga-lab-'));
    hub = await startHubProcess({ dataDir });
    api = await signIn(hub.url);
    const [agent] = await api.get<Agent[]>('/monitoring/agents');
    if (!agent) throw new Error('no local agent');
    devices = [];
    for (const [place, address] of network.addresses(3).entries()) {
      devices.push(
        await api.send<Device>('POST', '/monitoring/devices', {
          site_id: agent.site_id,
          agent_id: agent.id,
          address,
          name: `Lab ATM ${place + 1}`,
          kind: 'atm',
          link: 'fibre',
        }),
      );
    }
    browser = await launch();
    ({ page } = await openPage(browser));
    await page.goto(hub.url);
    await page.getByLabel(/e-mail/i).fill(ADMIN.email);
    await page.getByLabel(/password/i).fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /board/i }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await hub?.end('SIGTERM');
    network?.remove();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  const health = async () =>
    Object.fromEntries(
      (await api.get<Device[]>('/monitoring/devices?per_page=200')).map((d) => [d.name, d.health]),
    );
  const openIncidents = async () => api.get<TicketSummary[]>('/tickets?status=open');

  it('is up with its neighbours before', async () => {
    await expect
      .poll(health, { timeout: 40_000, interval: 500 })
      .toMatchObject({ 'Lab ATM 1': 'up', 'Lab ATM 2': 'up', 'Lab ATM 3': 'up' });
    expect(await openIncidents()).toEqual([]);
  });

  it('has exactly one incident, pushed to the open page, and it alone; it resolves when traffic returns', async ({
    onTestFailed,
  }) => {
    onTestFailed(async () => {
      await page.screenshot({ path: '.cache/tests/outage.png' });
    });
    const [, dark] = devices as [Device, Device, Device];
    // Whoever reloads the page loses this mark.
    await page.evaluate(() => void Object.assign(globalThis, { notReloaded: true }));
    const pane = page.getByRole('complementary', { name: /incidents/i });

    const droppedAt = performance.now();
    network.drop(dark.address);
    await pane.getByText(dark.name).first().waitFor({ timeout: 60_000 });
    const seenAfterMs = performance.now() - droppedAt;
    console.log(JSON.stringify({ figure: 'lab.fault-to-page', ms: Math.round(seenAfterMs) }));

    const open = await openIncidents();
    expect(open.map((ticket) => ticket.device_id)).toEqual([dark.id]);
    expect(await health()).toMatchObject({ 'Lab ATM 1': 'up', 'Lab ATM 2': 'down', 'Lab ATM 3': 'up' });
    const [summary] = open as [TicketSummary];
    const ticket = await api.get<TicketDetail>(`/tickets/${summary.id}`);
    expect(ticket).toMatchObject({
      ticket_type: 'incident',
      source: 'monitoring',
      condition: 'unreachable',
      occurrences: 1,
    });
    expect(ticket.evidence?.cycles.length).toBeGreaterThanOrEqual(3);
    expect(ticket.evidence?.cycles.every((cycle) => cycle.packets_lost === 3)).toBe(true);

    network.restore(dark.address);
    await expect.poll(async () => (await openIncidents()).length, { timeout: 60_000, interval: 500 }).toBe(0);
    await pane.getByText(dark.name).waitFor({ state: 'detached', timeout: 15_000 });
    expect(await api.get<TicketDetail>(`/tickets/${summary.id}`)).toMatchObject({
      status: 'resolved',
      occurrences: 1,
    });
    expect(await health()).toMatchObject({ 'Lab ATM 2': 'up' });
    expect(await page.evaluate(() => 'notReloaded' in globalThis)).toBe(true);
    expect((await api.get<TicketSummary[]>('/tickets')).length).toBe(1);
    // The bar of the issue: ten seconds from the first lost packet to the operator's eye.
    expect(seenAfterMs).toBeLessThan(10_000);
  });
});
