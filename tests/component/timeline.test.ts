import type { TimelineEntry } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { SiagaTimeline } from '../../web/src/devices/siaga-timeline.js';
import type { Page, Query } from '../../web/src/http/api-client.js';
import { bank, liveDevice, snapshotOf } from '../e2e/world/index.js';
import { inside, nextFrame, openStage } from './stage.js';

const entry = (id: string, minute: number): TimelineEntry => ({
  id,
  at: new Date(Date.UTC(2026, 2, 1, 1, minute)).toISOString(),
  kind: 'note',
  code: 'note',
  text: `entry ${id}`,
  data: {},
  ticket_id: null,
  ticket_number: null,
});

const show = async () => {
  const world = bank();
  const [device] = world.devices;
  if (!device) throw new Error('the world has no device');
  const asked: Query[] = [];
  const hub = { pages: [[]] as TimelineEntry[][], isHeld: false };
  let letGo = (): void => undefined;
  const stage = openStage();
  Object.assign(stage.services, {
    api: {
      list: async (_path: string, query: Query): Promise<Page<TimelineEntry>> => {
        asked.push(query);
        if (hub.isHeld) await new Promise<void>((resolve) => (letGo = resolve));
        const page = Number(query['page']);
        const pagination = {
          page,
          per_page: 25,
          total: 75,
          total_pages: 3,
          has_next: page < hub.pages.length,
          has_prev: page > 1,
        };
        return { items: hub.pages[page - 1] ?? [], pagination };
      },
    },
  });
  stage.services.store.push(snapshotOf(world));
  await nextFrame();
  const element = new SiagaTimeline();
  element.deviceId = device.id;
  const happen = async (): Promise<void> => {
    stage.services.store.push({ name: 'device', data: liveDevice(device) });
    await nextFrame();
  };
  const shown = (): (string | undefined)[] =>
    [...(element.shadowRoot?.querySelectorAll('li .what') ?? [])].map((one) => one.textContent.trim());
  return { stage, element, hub, asked, happen, shown, letGo: () => letGo() };
};

describe('siaga-timeline', () => {
  test('where more has happened than one page holds, it begins anew and hides no hole', async () => {
    const { stage, element, hub, happen, shown } = await show();
    hub.pages = [[entry('b', 2), entry('a', 1)], [entry('0', 0)]];
    await stage.put(element);
    await expect.poll(shown).toEqual(['entry b', 'entry a']);
    hub.pages = [
      [entry('y', 9), entry('x', 8)],
      [entry('d', 4), entry('c', 3)],
      [entry('b', 2), entry('a', 1)],
    ];
    await happen();
    await expect.poll(shown).toEqual(['entry y', 'entry x']);
    inside<HTMLElement>(element, '.older').click();
    await expect.poll(shown).toEqual(['entry y', 'entry x', 'entry d', 'entry c']);
  });

  test('what happens while it is asking is asked for afterwards, and disturbs nobody else', async () => {
    const { stage, element, hub, asked, happen, shown, letGo } = await show();
    hub.pages = [[entry('b', 2)], [entry('a', 1)]];
    await stage.put(element);
    await expect.poll(shown).toEqual(['entry b']);
    hub.isHeld = true;
    inside<HTMLElement>(element, '.older').click();
    await expect.poll(() => asked.length).toBe(2);
    let told = 0;
    stage.services.store.subscribe(() => (told += 1));
    await happen();
    expect(told).toBe(1);
    hub.isHeld = false;
    hub.pages = [[entry('c', 3), entry('b', 2)], [entry('a', 1)]];
    letGo();
    await expect.poll(shown).toEqual(['entry c', 'entry b', 'entry a']);
  });
});
