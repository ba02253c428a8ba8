import { describe, expect, test } from 'vitest';
import { createRenderQueue, type Rendering } from '../../../web/src/board/render-queue.js';
import { nearOf } from '../../../web/src/board/view-window.js';

/** A queue whose time passes only while it renders, and when a test says so. */
const stage = () => {
  let nowMs = 1_000;
  const frames: (() => void)[] = [];
  const rendered: string[] = [];
  const queue = createRenderQueue({ onNextFrame: (drain) => frames.push(drain), nowMs: () => nowMs });
  return {
    queue,
    rendered,
    frames,
    put: (name: string, costMs = 1, about: Partial<Rendering> = {}) =>
      queue.inTurn({
        render: () => {
          nowMs += costMs;
          rendered.push(name);
        },
        isUrgent: () => false,
        isInSight: () => true,
        ...about,
      }),
    pass: (ms: number) => void (nowMs += ms),
    /** What the next frame renders. */
    frame: (): string => {
      rendered.length = 0;
      frames.shift()?.();
      return rendered.join('');
    },
  };
};
const hidden = { isInSight: () => false };

describe('renderings that can wait', () => {
  test.each([
    // cost of each, ms; scrolled so long ago; what the first frames render
    [3, Infinity, ['abc', 'd']],
    [4, Infinity, ['ab', 'cd']],
    [1, Infinity, ['abcd', '']],
    [1, 0, ['ab', 'cd']],
    [1, 149, ['ab', 'cd']],
    [1, 150, ['abcd', '']],
    [20, 0, ['a', 'b', 'c', 'd']],
  ])('that cost %d ms each, %d ms after a scroll, come in frames as %j', (costMs, agoMs, expected) => {
    const { queue, put, frame, pass } = stage();
    queue.noteScroll();
    pass(agoMs === Infinity ? 1e6 : agoMs);
    for (const name of 'abcd') void put(name, costMs);
    expect(expected.map(() => frame())).toEqual(expected);
  });

  test('come in the order: urgent, in sight, the rest', () => {
    const { put, frame } = stage();
    void put('r', 1, hidden);
    void put('s');
    void put('u', 1, { ...hidden, isUrgent: () => true });
    expect(frame()).toBe('usr');
  });

  test('come one a frame at least, whatever the urgent ones cost', () => {
    const { put, frame } = stage();
    for (const name of 'xyz') void put(name, 50, { isUrgent: () => true });
    for (const name of 'ab') void put(name, 50);
    expect([frame(), frame(), frame()]).toEqual(['xyza', 'b', '']);
  });

  test('that have become urgent come as soon as that is told, and only once', () => {
    const { queue, put, frame, rendered } = stage();
    let isNear = false;
    void put('a', 1, { ...hidden, isUrgent: () => isNear });
    void put('b', 1, hidden);
    queue.renderUrgent();
    expect(rendered).toEqual([]);
    isNear = true;
    queue.renderUrgent();
    expect(rendered).toEqual(['a']);
    expect(frame()).toBe('b');
  });

  test('ask for one frame at a time, and for none when nothing waits', () => {
    const { put, frame, frames } = stage();
    void put('a', 8);
    void put('b', 8);
    expect(frames).toHaveLength(1);
    frame();
    expect(frames).toHaveLength(1);
    frame();
    expect(frames).toHaveLength(0);
  });

  test('that fail tell it, and hold up nobody', async () => {
    const { put, frame } = stage();
    const failing = put('broken', 1, {
      render: () => {
        throw new Error('no such site');
      },
    });
    const next = put('next');
    expect(frame()).toBe('next');
    await expect(failing).rejects.toThrow('no such site');
    await next;
  });
});

test.each([
  [
    { from: 0, to: 0 },
    { from: 0, to: 0 },
  ],
  [
    { from: 0, to: 1_600 },
    { from: 0, to: 1_360 },
  ],
  [
    { from: 160, to: 2_240 },
    { from: 400, to: 2_000 },
  ],
])('of what is drawn, %o, near the view is %o', (extent, near) => {
  expect(nearOf(extent)).toEqual(near);
});
