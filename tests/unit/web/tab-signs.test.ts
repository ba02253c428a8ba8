import { describe, expect, test } from 'vitest';
import { countForTab, iconAddress, PLAIN_ICON, tabTitle } from '../../../web/src/app/tab-signs.js';
import { taken, ticket } from './tickets.js';

describe("the tab's title and icon", () => {
  test('count what nobody acknowledged, by the worst of it', () => {
    const count = countForTab([
      taken('a', { priority: 'critical' }),
      ticket('b', { priority: 'low' }),
      ticket('c', { priority: 'medium' }),
    ]);
    expect(count).toEqual({ count: 2, worst: 'medium' });
    expect(tabTitle('Board', count)).toBe('(2) Board · Siaga');
    const calm = countForTab([taken('a')]);
    expect(tabTitle('Board', calm)).toBe('Board · Siaga');
    expect(tabTitle('', calm)).toBe('Siaga');
    expect(iconAddress(calm, false)).toBe(PLAIN_ICON);
  });

  test('the icon is an image of the number in the colour of the worst, and grey when the feed is cut', () => {
    const drawn = (count: number, worst: 'critical' | 'medium', isCut = false): string =>
      decodeURIComponent(iconAddress({ count, worst }, isCut).replace('data:image/svg+xml,', ''));
    expect(drawn(7, 'critical')).toMatch(/fill="#c5221b".*>7<\/text>/);
    expect(drawn(7, 'medium')).toMatch(/fill="#e39a12".*>7<\/text>/);
    expect(drawn(100, 'critical')).toMatch(/<circle.*>99<\/text>/);
    expect(drawn(7, 'critical', true)).not.toContain('#c5221b');
  });
});
