import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, Device, Series, TicketSummary } from '@siaga/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freePort,
  signIn,
  startHubProcess,
  type ApiClient,
  type HubProcess,
} from '../support/hub-process.js';
import { createLabNetwork, type LabNetwork } from '../support/lab-network.js';
import { listeningPorts } from '../support/listeners.js';

/** Done-when 3 of step 1, with `npm start` as a user types it; inside the lab's namespace every listener is ours. */
describe('kill -9 of the whole group, then npm start', () => {
  let network: LabNetwork;
  let dataDir: string;
  let hub: HubProcess | undefined;
  let ports: { httpPort: number; mqttPort: number };
  const start = async (): Promise<ApiClient> => {
    hub = await startHubProcess({ dataDir, ...ports, command: ['npm', 'start'] });
    return signIn(hub.url);
  };

  beforeAll(async () => {
    network = createLabNetwork();
    dataDir = await mkdtemp(join(tmpdir(), 'siaga-restart-'));
    ports = { httpPort: await freePort(), mqttPort: await freePort() };
  });
  afterAll(async () => {
    await hub?.end('SIGTERM');
    network?.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = (api: ApiClient) => api.get<TicketSummary[]>('/tickets?status=open');

  it('finds data and incidents, judges on, and leaves nothing behind', async () => {
    let api = await start();
    const [agent] = await api.get<Agent[]>('/monitoring/agents');
    if (!agent) throw new Error('no local agent');
    const [address] = network.addresses(1) as [string];
    network.drop(address);
    const device = await api.send<Device>('POST', '/monitoring/devices', {
      site_id: agent.site_id,
      agent_id: agent.id,
      address,
      name: 'Dark ATM',
      link: 'fibre',
    });
    await expect.poll(async () => (await open(api)).length, { timeout: 60_000, interval: 500 }).toBe(1);
    const [before] = (await open(api)) as [TicketSummary];
    const points = async () => {
      const series = await api.get<Series>(`/monitoring/devices/${device.id}/series?metric=loss&points=2000`);
      return series.avg.filter((value) => value !== null).length;
    };
    await expect.poll(points, { timeout: 30_000, interval: 500 }).toBeGreaterThan(2);
    const pointsBefore = await points();

    await hub?.end('SIGKILL');
    api = await start();
    expect(await points()).toBeGreaterThanOrEqual(pointsBefore);
    expect((await open(api)).map((ticket) => [ticket.id, ticket.occurrences])).toEqual([[before.id, 1]]);

    network.restore(address);
    await expect.poll(async () => (await open(api)).length, { timeout: 60_000, interval: 500 }).toBe(0);
    expect(await api.get<TicketSummary[]>('/tickets')).toHaveLength(1);

    expect(await hub?.end('SIGTERM')).toBe(0);
    hub = undefined;
    expect(listeningPorts()).toEqual([]);
  });

  it('ends in order, exit 0, when only npm is told', async () => {
    await start();
    const { child } = hub as HubProcess;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await exited).toBe(0);
    hub = undefined;
    await expect.poll(listeningPorts, { timeout: 10_000 }).toEqual([]);
  });
});
