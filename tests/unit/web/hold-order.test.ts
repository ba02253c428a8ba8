import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HoldOrder } from '../../../web/src/board/hold-order.js';

const order = (): {
  apply: (text: string, key?: string) => string;
  asked: () => number;
  hand: (event: string) => void;
  holdsGone: (ids: string) => boolean;
} => {
  let asked = 0;
  const host = Object.assign(new EventTarget(), {
    addController: () => undefined,
    requestUpdate: () => (asked += 1),
  });
  const hold = new HoldOrder<string>(
    host as never,
    (id) => id,
    (id) => id,
  );
  hold.hostConnected();
  return {
    apply: (text, key = '') => hold.apply([...text], key).join(''),
    asked: () => asked,
    holdsGone: (ids) => hold.holdsGone(new Set(ids)),
    hand: (event) => void host.dispatchEvent(new Event(event)),
  };
};

describe('the order under a storm', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('a change that comes alone moves at once', () => {
    const { apply } = order();
    expect(apply('abc')).toBe('abc');
    expect(apply('bac')).toBe('bac');
    vi.advanceTimersByTime(2_000);
    expect(apply('cba')).toBe('cba');
  });

  test('after a change of order things stay for two seconds, then go to their places', () => {
    const { apply, asked } = order();
    apply('abc');
    apply('bac');
    vi.advanceTimersByTime(500);
    expect(apply('cba')).toBe('bac');
    expect(asked()).toBe(0);
    vi.advanceTimersByTime(1_500);
    expect(asked()).toBe(1);
    expect(apply('cba')).toBe('cba');
  });

  test('what is new comes behind meanwhile, and what stands where it belongs asks for nothing', () => {
    const { apply, asked } = order();
    apply('ab');
    apply('ba');
    expect(apply('bac')).toBe('bac');
    vi.advanceTimersByTime(5_000);
    expect(asked()).toBe(0);
  });

  test.each([
    ['the first', 'a'],
    ['the last', 'b'],
  ])('%s is gone: it stays for the two seconds, and goes then', (_, left) => {
    const { apply, asked } = order();
    apply('ab');
    apply('ba');
    expect(apply(left)).toBe('ba');
    expect(asked()).toBe(0);
    vi.advanceTimersByTime(2_000);
    expect(asked()).toBe(1);
    expect(apply(left)).toBe(left);
  });

  test('a hand holds what is gone in its place, knows that nobody else brings it up to date, and lets it go when it leaves', () => {
    const { apply, asked, hand, holdsGone } = order();
    apply('ab');
    hand('pointermove');
    expect(apply('a')).toBe('ab');
    expect(asked()).toBe(0);
    expect(holdsGone('a')).toBe(false);
    expect(holdsGone('ab')).toBe(true);
    hand('pointerleave');
    expect(holdsGone('ab')).toBe(false);
    expect(asked()).toBe(1);
    expect(apply('a')).toBe('a');
  });

  test('another filter or sort is drawn at once', () => {
    const { apply } = order();
    apply('abc');
    apply('bac');
    expect(apply('cba', 'by name')).toBe('cba');
  });
});
