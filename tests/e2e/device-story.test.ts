import type { TimelineEntry } from '@siaga/shared';
import { expect, test } from 'vitest';
import { downOf, MINUTE, seriesAsked, show } from './device-page.js';
import { ok, page as pageOf } from './web-fixture.js';
import { describePages } from './web-page.js';
import { liveDevice, scriptOf } from './web-world.js';

describePages('the way, the why and the timeline of a device', () => {
  test('why, in Indonesian, from codes; asked again when the device changes', async () => {
    const { page, fixture, device } = await show({
      of: downOf,
      look: { language: 'id' },
      script: (world) => {
        const known = scriptOf(world);
        return (request) => {
          if (!request.path.endsWith('/explain')) return known(request);
          const about = world.devices.find(({ id }) => request.path.includes(id));
          return ok({
            health: about?.health,
            verdict: about?.health === 'down' ? 'incident-open' : 'recovering',
            text: 'English of the hub',
            reasons: [
              {
                code: 'three-cycles-failed',
                text: 'English of the hub',
                at: new Date().toISOString(),
                ref: { kind: 'device', id: world.devices[5]?.id, name: 'KC Bandung router' },
                data: { from: 'up', to: 'down', cycles: 3 },
              },
              {
                code: 'solar-flare',
                text: 'The sun did it.',
                at: new Date().toISOString(),
                ref: null,
                data: {},
              },
            ],
          });
        };
      },
    });
    const why = page.locator('siaga-why');
    await why.getByText('Perangkat tidak menjawab, maka insiden dibuka.').waitFor();
    await why.getByText('Mati: 3 putaran ping berturut-turut gagal: semua paketnya hilang.').waitFor();
    await why.getByText('The sun did it.').waitFor();
    expect(await why.getByText('English of the hub').count()).toBe(0);
    await why.getByRole('link', { name: 'KC Bandung router' }).waitFor();
    device.health = 'up';
    device.since = new Date().toISOString();
    fixture.push({ name: 'device', data: liveDevice(device) });
    await why.getByText('Perangkat menjawab lagi').waitFor();
  });

  test('the way shows each health, follows it live, and leads to each device', async () => {
    const { page, fixture, world, device } = await show({
      prepare: (world, about) => {
        const [one, two, three] = world.devices.filter(({ id }) => id !== about.id);
        if (!one || !two || !three) throw new Error('the world is too small');
        about.parent_ids = [one.id, two.id, '99999999-0000-4000-8000-000000000000'];
        // A circle, as a slip of somebody's hand makes it.
        one.parent_ids = [about.id];
        two.parent_ids = [three.id];
        three.parent_ids = [two.id];
      },
    });
    const way = page.getByRole('region', { name: 'The way to this device' });
    await way.getByText('Agent: Online').waitFor();
    await way.getByText('Deleted or out of sight').waitFor();
    expect(await way.locator('svg.lines path').count()).toBe(7);
    const parent = world.devices.find(({ id }) => id === device.parent_ids[1]);
    if (!parent) throw new Error('the parent is gone');
    fixture.push({ name: 'device', data: { ...liveDevice(parent), health: 'degraded' } });
    await way.getByRole('link', { name: `${parent.name} Degraded` }).click();
    await page.getByRole('heading', { level: 1, name: parent.name, exact: true }).waitFor();
    await expect.poll(() => seriesAsked(fixture).length).toBeGreaterThan(1);
    expect(fixture.asked.some((line) => line.includes(`${parent.id}/series`))).toBe(true);
  });

  test('the timeline pages to older entries, takes new ones live, filters by kind', async () => {
    const entries: TimelineEntry[] = Array.from({ length: 60 }, (_, n) => ({
      id: `e${n}`,
      at: new Date(Date.now() - n * 20 * MINUTE).toISOString(),
      kind: n % 10 === 3 ? 'agent' : 'health',
      code: n % 10 === 3 ? 'agent-silent' : n % 2 === 0 ? 'two-cycles-good' : 'three-cycles-failed',
      text: 'English of the hub',
      data: n % 10 === 3 ? { agent_name: 'agent-bandung-1' } : { to: n % 2 === 0 ? 'up' : 'down', cycles: 3 },
      ticket_id: null,
      ticket_number: null,
    }));
    const { page, fixture, device } = await show({
      script: (world) => {
        const known = scriptOf(world);
        return (request) => {
          if (!request.path.endsWith('/timeline')) return known(request);
          const { query } = request;
          const to = Number(query.get('to') ?? Infinity);
          const rows = entries.filter(
            ({ at, kind }) =>
              Date.parse(at) < to && (query.get('kind') === null || query.get('kind') === kind),
          );
          const at = Number(query.get('page') ?? 1);
          return pageOf(rows.slice((at - 1) * 25, at * 25), rows.length, at, 25);
        };
      },
    });
    const lines = page.locator('siaga-timeline li');
    await expect.poll(() => lines.count()).toBe(25);
    entries.unshift({
      id: 'new',
      at: new Date().toISOString(),
      kind: 'incident',
      code: 'opened',
      text: 'English of the hub',
      data: { reason: 'three-cycles-failed' },
      ticket_id: '00000004-0000-4000-8000-000000000040',
      ticket_number: 'INC-20261129-000040',
    });
    fixture.push({ name: 'device', data: liveDevice(device) });
    await lines.getByText('The incident was opened: 3 probe cycles').waitFor();
    await lines.getByRole('link', { name: 'INC-20261129-000040' }).waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => lines.count()).toBe(51);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => lines.count()).toBe(61);
    expect(await page.getByRole('button', { name: 'Older' }).count()).toBe(0);
    await page.locator('siaga-timeline').getByRole('link', { name: 'Agent', exact: true }).click();
    await expect.poll(() => lines.count()).toBe(6);
    expect(new URL(page.url()).search).toBe('?events=agent');
    await lines.getByText('Agent agent-bandung-1 fell silent.').first().waitFor();
  });
});
