import { describe, expect, test, vi } from 'vitest';
import { renderInTurn, renderUrgent, type Rendering } from '../../web/src/board/render-queue.js';

/** Longer than a frame has for what can wait while the page is scrolled. */
const LONG_MS = 4;

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
const work = (): void => {
  const untilMs = performance.now() + LONG_MS;
  while (performance.now() < untilMs);
};

/** What was rendered, by name, in the order in which it was. */
const recorder = (): {
  rendered: string[];
  put: (name: string, about?: Partial<Rendering>) => Promise<void>;
} => {
  const rendered: string[] = [];
  return {
    rendered,
    put: (name, about) =>
      renderInTurn({
        render: () => {
          work();
          rendered.push(name);
        },
        isUrgent: () => false,
        isInSight: () => true,
        ...about,
      }),
  };
};

describe('renderings that can wait', () => {
  test('come in one of the next frames, what is in sight first', async () => {
    const { rendered, put } = recorder();
    const all = [put('behind', { isInSight: () => false }), put('first'), put('second')];
    expect(rendered).toEqual([]);
    await Promise.all(all);
    expect(rendered).toEqual(['first', 'second', 'behind']);
  });

  test('take no more of a frame than it has, the less while the page is scrolled', async () => {
    const { rendered, put } = recorder();
    const all = ['a', 'b', 'c', 'd'].map((name) => put(name));
    dispatchEvent(new Event('scroll'));
    await nextFrame();
    expect(rendered).toEqual(['a']);
    await nextFrame();
    expect(rendered).toEqual(['a', 'b']);
    await Promise.all(all);
    expect(rendered).toEqual(['a', 'b', 'c', 'd']);
  });

  test('take more of a frame while the page is still, yet not all of it', async () => {
    const { rendered, put } = recorder();
    const inOneFrame = async (): Promise<number> => {
      rendered.length = 0;
      const all = ['a', 'b', 'c', 'd'].map((name) => put(name));
      await nextFrame();
      const { length } = rendered;
      await Promise.all(all);
      return length;
    };
    await expect.poll(inOneFrame, { timeout: 10_000, interval: 200 }).toBe(2);
  });

  test('come one a frame at least, however much the urgent ones take', async () => {
    const { rendered, put } = recorder();
    const all = [put('calm'), ...['x', 'y', 'z'].map((name) => put(name, { isUrgent: () => true }))];
    dispatchEvent(new Event('scroll'));
    await nextFrame();
    expect(rendered).toEqual(['x', 'y', 'z', 'calm']);
    await Promise.all(all);
  });

  test('come also where there are no frames', async () => {
    const frames = vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0);
    try {
      const { rendered, put } = recorder();
      await Promise.all([put('a'), put('b'), put('c')]);
      expect(rendered).toEqual(['a', 'b', 'c']);
      expect(frames).toHaveBeenCalled();
    } finally {
      frames.mockRestore();
    }
  });

  test('that have become urgent come when that is told, whatever they cost', async () => {
    const { rendered, put } = recorder();
    let isScrolledInto = false;
    const soon = ['a', 'b'].map((name) => put(name));
    const late = ['x', 'y', 'z'].map((name) =>
      put(name, { isUrgent: () => isScrolledInto, isInSight: () => isScrolledInto }),
    );
    dispatchEvent(new Event('scroll'));
    isScrolledInto = true;
    renderUrgent();
    expect(rendered).toEqual(['x', 'y', 'z']);
    await Promise.all([...soon, ...late]);
  });

  test('that fail tell it, and hold up nobody', async () => {
    const { rendered, put } = recorder();
    const failing = put('broken', {
      render: () => {
        throw new Error('no such site');
      },
    });
    const next = put('next');
    await expect(failing).rejects.toThrow('no such site');
    await next;
    expect(rendered).toEqual(['next']);
  });
});
