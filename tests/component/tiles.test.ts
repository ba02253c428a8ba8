import type { Health, LiveDevice } from '@siaga/shared';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SiagaSiteTile } from '../../web/src/board/siaga-site-tile.js';
import { SiagaTiles } from '../../web/src/board/siaga-tiles.js';
import { createGroup, type SiteGroup } from '../../web/src/live/state.js';
import { bank, liveDevice } from '../e2e/world/index.js';
import { nextFrame, openStage } from './stage.js';

const [sample] = bank().devices;
const groupOf = (siteId: string, healths: readonly Health[]): SiteGroup => {
  if (!sample) throw new Error('the world is empty');
  const devices = healths.map((health, n): LiveDevice => ({
    ...liveDevice(sample),
    id: `${siteId}-${n}`,
    site_id: siteId,
    name: `ATM ${siteId} ${n}`,
    health,
    since: '2026-03-01T01:58:00.000Z',
    open_incident_id: null,
  }));
  const site = { id: siteId, code: siteId, name: siteId, region: '', latitude: null, longitude: null };
  return createGroup(siteId, site as SiteGroup['site'], devices, new Set());
};
const [a, b, c] = ['a', 'b', 'c'].map((siteId) => groupOf(siteId, ['down', 'up', 'up'])) as [
  SiteGroup,
  SiteGroup,
  SiteGroup,
];

const show = async (groups: readonly SiteGroup[]): Promise<SiagaTiles> => {
  const element = new SiagaTiles();
  element.groups = groups;
  await openStage().put(element);
  await nextFrame();
  await element.updateComplete;
  return element;
};
const tiles = (element: SiagaTiles): SiagaSiteTile[] => [
  ...(element.shadowRoot?.querySelectorAll('siaga-site-tile') ?? []),
];
const order = (element: SiagaTiles): string[] => tiles(element).map(({ group }) => group.siteId);
const cellOf = (element: SiagaTiles, siteId: string, deviceId: string): HTMLAnchorElement => {
  const tile = tiles(element).find(({ group }) => group.siteId === siteId);
  const cell = tile?.shadowRoot?.querySelector<HTMLAnchorElement>(`a[data-device-id="${deviceId}"]`);
  if (!cell) throw new Error(`${deviceId} is not drawn`);
  return cell;
};
const focusedDevice = (element: SiagaTiles): string | undefined => {
  const tile = element.shadowRoot?.activeElement;
  const link = tile?.shadowRoot?.activeElement;
  return link instanceof HTMLElement ? link.dataset['deviceId'] : undefined;
};
const become = async (element: SiagaTiles, groups: readonly SiteGroup[]): Promise<void> => {
  element.groups = groups;
  await element.updateComplete;
  await Promise.all(tiles(element).map((tile) => tile.updateComplete));
};

afterEach(() => void vi.useRealTimers());

describe('siaga-tiles', () => {
  test('in another order no tile is made anew and none moves: each is filled with the site that stands there', async () => {
    const element = await show([a, b, c]);
    const before = tiles(element);
    expect(order(element)).toEqual(['a', 'b', 'c']);
    await become(element, [c, a, b]);
    expect(order(element)).toEqual(['c', 'a', 'b']);
    expect(tiles(element)).toEqual(before);
  });

  test('while the keyboard is in them nothing moves; left alone, the focus goes where its site goes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const element = await show([a, b, c]);
    cellOf(element, 'b', 'b-1').focus();
    await become(element, [c, b, a]);
    expect(order(element)).toEqual(['a', 'b', 'c']);
    vi.advanceTimersByTime(30_000);
    await become(element, [b, c, a]);
    expect(order(element)).toEqual(['b', 'c', 'a']);
    expect(focusedDevice(element)).toBe('b-1');
  });

  test('a cell that changes its place in the tile keeps the focus', async () => {
    const healths = ['down', 'up', 'up', 'up', 'up'] as const;
    const element = await show([a, groupOf('b', healths), c]);
    cellOf(element, 'b', 'b-4').focus();
    await become(element, [a, groupOf('b', healths.with(4, 'down')), c]);
    expect(focusedDevice(element)).toBe('b-4');
    await become(element, [a, groupOf('b', healths), c]);
    expect(focusedDevice(element)).toBe('b-4');
  });

  test('the focus that went on within a tile is not put back by the next change', async () => {
    const healths = ['down', 'up', 'up'] as const;
    const element = await show([a, groupOf('b', healths), c]);
    cellOf(element, 'b', 'b-0').focus();
    cellOf(element, 'b', 'b-1').focus();
    await become(element, [a, groupOf('b', healths.with(2, 'down')), c]);
    expect(focusedDevice(element)).toBe('b-1');
  });

  test('nor the one that went on while the tile waited for its turn', async () => {
    const healths = ['down', 'up', 'up'] as const;
    const element = await show([a, groupOf('b', healths), c]);
    cellOf(element, 'b', 'b-0').focus();
    element.groups = [a, groupOf('b', healths.with(2, 'down')), c];
    await element.updateComplete;
    cellOf(element, 'c', 'c-1').focus();
    await Promise.all(tiles(element).map((tile) => tile.updateComplete));
    expect(focusedDevice(element)).toBe('c-1');
  });

  test('nor does it go to the site that has taken the place of its tile meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const healths = ['down', 'up', 'up'] as const;
    const element = await show([a, groupOf('b', healths), c]);
    cellOf(element, 'b', 'b-1').focus();
    const changed = groupOf('b', healths.with(2, 'down'));
    element.groups = [a, changed, c];
    await element.updateComplete;
    vi.advanceTimersByTime(30_000);
    await become(element, [changed, a, c]);
    await nextFrame();
    expect(order(element)).toEqual(['b', 'a', 'c']);
    expect(focusedDevice(element)).toBe('b-1');
  });

  test('tiles in view and the one with the focus are in sight, those drawn around the view are not', async () => {
    const many = Array.from({ length: 120 }, (_, n) => groupOf(`s-${n}`, ['down', 'up', 'up']));
    const element = await show(many);
    const tileOf = (siteId: string) => tiles(element).find(({ dataset }) => dataset['siteId'] === siteId);
    expect(tileOf('s-0')?.inSight).toBe(true);
    expect(tiles(element).at(-1)?.inSight).toBe(false);
    cellOf(element, 's-0', 's-0-1').focus({ preventScroll: true });
    document.scrollingElement?.scrollTo(0, 3_000);
    await nextFrame();
    await nextFrame();
    await become(element, [...many]);
    expect(tileOf('s-0')?.inSight).toBe(true);
    const told = { seen: [] as boolean[], above: [] as boolean[], below: [] as boolean[] };
    for (const tile of tiles(element)) {
      const { top, bottom } = tile.getBoundingClientRect();
      if (tile === tileOf('s-0')) continue;
      if (bottom > 0 && top < innerHeight) told.seen.push(tile.inSight);
      // Half of what is drawn around the view is near it, and the view is known to a step of 160 px.
      else if (bottom < -400) told.above.push(tile.inSight);
      else if (top > innerHeight + 400) told.below.push(tile.inSight);
    }
    expect(told.seen.length).toBeGreaterThan(6);
    expect(new Set(told.seen)).toEqual(new Set([true]));
    expect(new Set(told.above)).toEqual(new Set([false]));
    expect(new Set(told.below)).toEqual(new Set([false]));
  });

  test('a site that has gone and comes back takes no focus from where the reader is by then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const element = await show([a, b, c]);
    cellOf(element, 'b', 'b-1').focus();
    vi.advanceTimersByTime(30_000);
    await become(element, [a, c]);
    expect(order(element)).toEqual(['a', 'c']);
    expect(focusedDevice(element)).toBeUndefined();
    const input = document.createElement('input');
    element.before(input);
    input.focus();
    await become(element, [a, b, c]);
    expect(document.activeElement).toBe(input);
  });
});
