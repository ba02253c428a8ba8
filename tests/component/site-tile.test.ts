import type { Health, LiveDevice } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { CellHover } from '../../web/src/board/hover.js';
import { SiagaSiteTile } from '../../web/src/board/siaga-site-tile.js';
import { tileQueue } from '../../web/src/board/tile-queue.js';
import { createGroup, type SiteGroup } from '../../web/src/live/state.js';
import { bank, liveDevice } from '../e2e/world/index.js';
import { openStage, textOf } from './stage.js';

const groupOf = (healths: readonly Health[]): SiteGroup => {
  const world = bank();
  const [site] = world.sites;
  const [sample] = world.devices;
  if (!site || !sample) throw new Error('the world is too small');
  const devices = healths.map((health, n): LiveDevice => ({
    ...liveDevice(sample),
    id: `d-${n}`,
    name: `ATM ${n}`,
    health,
    since: '2026-03-01T01:58:00.000Z',
    open_incident_id: null,
  }));
  return createGroup(site.id, site, devices, new Set());
};
const show = async (healths: readonly Health[], language: 'en' | 'id' = 'en'): Promise<SiagaSiteTile> => {
  const element = new SiagaSiteTile();
  element.group = groupOf(healths);
  return openStage(language).put(element);
};
const cells = (element: SiagaSiteTile): HTMLAnchorElement[] => [
  ...(element.shadowRoot?.querySelectorAll<HTMLAnchorElement>('a.cell') ?? []),
];

describe('siaga-site-tile', () => {
  test('a cell leads to its device and says its name and health', async () => {
    const element = await show(['up', 'down', 'unknown'], 'id');
    const [worst] = cells(element).filter(({ href }) => href.endsWith('/devices/d-1'));
    expect(worst?.getAttribute('aria-label')).toContain('ATM 1: Mati');
    expect(cells(element)).toHaveLength(3);
    expect(textOf(element)).toContain('Mati');
  });

  test('a change of one device changes its cell alone', async () => {
    const element = await show(['down', 'up', 'up', 'up']);
    const before = new Map(cells(element).map((cell) => [cell.pathname, cell]));
    element.group = groupOf(['down', 'down', 'up', 'up']);
    await element.updateComplete;
    for (const cell of cells(element)) expect(before.get(cell.pathname)).toBe(cell);
    expect(cells(element).filter((cell) => cell.getAttribute('aria-label')?.includes('Down'))).toHaveLength(
      2,
    );
  });

  test('another site takes the cells that are there: none is made anew', async () => {
    const element = await show(['down', 'up', 'up']);
    const before = cells(element);
    const { site, members } = groupOf(['down', 'down', 'unknown']);
    const others = members.map((device) => ({
      ...device,
      id: `other-${device.id}`,
      name: `Router ${device.id}`,
    }));
    element.group = createGroup('another', site, others, new Set());
    await element.updateComplete;
    expect(cells(element)).toEqual(before);
    expect(cells(element).map((cell) => cell.getAttribute('aria-label'))).toEqual([
      'Router d-0: Down',
      'Router d-1: Down',
      'Router d-2: Unknown',
    ]);
    expect(cells(element).every(({ pathname }) => pathname.startsWith('/devices/other-'))).toBe(true);
  });

  test('in sight another site is shown at once, what changed of the same one in a frame with time', async () => {
    const element = await show(['up', 'up']);
    const another = { ...groupOf(['down']), siteId: 'another' };
    element.group = another;
    await Promise.resolve();
    expect(textOf(element)).toContain('0 of 1 up');
    element.group = { ...groupOf(['up']), siteId: 'another' };
    await Promise.resolve();
    expect(textOf(element)).toContain('0 of 1 up');
    await element.updateComplete;
    expect(textOf(element)).not.toContain('0 of 1 up');
  });

  test('out of sight another site waits too, until it comes into sight or the focus is in it', async () => {
    const element = await show(['up', 'up']);
    element.inSight = false;
    element.group = { ...groupOf(['down']), siteId: 'another' };
    await Promise.resolve();
    tileQueue.renderUrgent();
    expect(textOf(element)).not.toContain('0 of 1 up');
    element.inSight = true;
    tileQueue.renderUrgent();
    expect(textOf(element)).toContain('0 of 1 up');
    await element.updateComplete;
    element.inSight = false;
    cells(element)[0]?.focus();
    element.group = { ...groupOf(['down', 'down']), siteId: 'a third' };
    await Promise.resolve();
    expect(textOf(element)).toContain('0 of 2 up');
  });

  test('what is in sight is rendered before what is not', async () => {
    const [hidden, seen] = [await show(['up']), await show(['up'])];
    hidden.inSight = false;
    const order: string[] = [];
    for (const [name, element] of [
      ['hidden', hidden],
      ['seen', seen],
    ] as const) {
      element.group = groupOf(['down']);
      void element.updateComplete.then(() => order.push(name));
    }
    await Promise.all([hidden.updateComplete, seen.updateComplete]);
    expect(order).toEqual(['seen', 'hidden']);
  });

  test('one that has left the page is no more urgent than those that are in it', async () => {
    const element = await show(['up']);
    element.group = groupOf(['down']);
    element.remove();
    const seen = await show(['up']);
    const order: string[] = [];
    void element.updateComplete.then(() => order.push('gone'));
    seen.group = groupOf(['down']);
    void seen.updateComplete.then(() => order.push('seen'));
    await Promise.all([element.updateComplete, seen.updateComplete]);
    expect(order).toEqual(['seen', 'gone']);
  });

  test('it tells which link has the focus, also when that moves within it', async () => {
    const element = await show(['down', 'up']);
    const told: string[] = [];
    element.addEventListener('siaga-tile-focus', ({ detail }) => told.push(new URL(detail).pathname));
    for (const cell of cells(element)) cell.focus();
    expect(told).toEqual(['/devices/d-0', '/devices/d-1']);
  });

  test('a focus that comes while it still shows another site begins at the name of the new one', async () => {
    const element = await show(['down', 'up']);
    element.inSight = false;
    const { site, members } = groupOf(['up']);
    const others = members.map((device) => ({ ...device, id: 'another device' }));
    element.group = createGroup('another', site, others, new Set());
    await Promise.resolve();
    cells(element)[0]?.focus();
    const focused = element.shadowRoot?.activeElement;
    expect(focused).toBe(element.shadowRoot?.querySelector('h3 a'));
    expect((focused as HTMLAnchorElement).search).toContain('another');
  });

  test('a site of 3,000 devices stays a tile: the rest is counted', async () => {
    const element = await show(Array.from({ length: 3000 }, () => 'down'));
    expect(cells(element).length).toBeLessThan(400);
    expect(textOf(element)).toMatch(/\+2,\d{3} more in trouble/);
  });

  test('a site that is down as a whole says so once, and how many failures are new', async () => {
    const element = await show(['down', 'down', 'down']);
    expect(textOf(element)).not.toContain('3 of 3 down');
    Object.assign(element, { dark: true, freshCount: 2 });
    await element.updateComplete;
    expect(textOf(element)).toContain('3 of 3 down');
    expect(textOf(element)).toContain('2 new');
    expect(element.matches('[dark][fresh]:not([calmed])')).toBe(true);
  });

  test('it tells which cell the focus is on', async () => {
    const element = await show(['down', 'up']);
    const told: string[] = [];
    element.addEventListener('siaga-cell', (event) => {
      const { detail } = event as CustomEvent<CellHover | null>;
      told.push(detail?.deviceId ?? 'left');
    });
    cells(element)[0]?.focus();
    expect(told.at(-1)).toBe('d-0');
    await userEvent.tab();
    expect(told).toContain('left');
  });
});
