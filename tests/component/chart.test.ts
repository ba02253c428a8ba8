import { describe, expect, test } from 'vitest';
import { SiagaChart } from '../../web/src/charts/siaga-chart.js';
import { inside, nextFrame, openStage } from './stage.js';

const MINUTE = 60_000;
const at = (n: number): number => (1_767_225_600_000 + n * MINUTE) / 1000;
const show = async (values: (number | null)[]): Promise<SiagaChart> => {
  const element = new SiagaChart();
  element.label = 'Round trips of the last hour';
  element.span = { fromMs: at(0) * 1000, toMs: at(60) * 1000 };
  element.top = 20;
  element.columns = [values.map((_, n) => at(n)), values];
  await openStage().put(element);
  await nextFrame();
  return element;
};
const canvasOf = (element: SiagaChart): HTMLCanvasElement => inside(element, 'canvas');

/** Pixels with anything drawn on them within the plot, left of its axis none. */
const inked = (canvas: HTMLCanvasElement, fromShare: number, toShare: number): number => {
  const { width, height } = canvas;
  const left = Math.floor(width * fromShare);
  const pixels = canvas
    .getContext('2d')
    ?.getImageData(left, 0, Math.floor(width * toShare) - left, height).data;
  let count = 0;
  for (let n = 3; pixels && n < pixels.length; n += 4) if ((pixels[n] ?? 0) > 0) count += 1;
  return count;
};

describe('siaga-chart', () => {
  test('is one picture with its words for a screen reader', async () => {
    const element = await show([9, 10, 11]);
    const image = inside(element, '[role=img]');
    expect(image.getAttribute('aria-label')).toBe('Round trips of the last hour');
  });

  test('new data are drawn on the same canvas', async () => {
    const element = await show(Array.from({ length: 60 }, () => null));
    const canvas = canvasOf(element);
    const empty = inked(canvas, 0.5, 1);
    element.columns = [
      Array.from({ length: 60 }, (_, n) => at(n)),
      Array.from({ length: 60 }, (_, n) => 5 + (n % 9)),
    ];
    await element.updateComplete;
    await nextFrame();
    expect(canvasOf(element)).toBe(canvas);
    expect(inked(canvas, 0.5, 1)).toBeGreaterThan(empty);
  });

  test('it follows the width of its box', async () => {
    const element = await show([9, 10, 11]);
    const before = canvasOf(element).clientWidth;
    if (element.parentElement) element.parentElement.style.width = '320px';
    await expect.poll(() => canvasOf(element).clientWidth).toBeLessThan(before - 200);
    expect(element.scrollWidth).toBeLessThanOrEqual(320);
  });

  test('it goes with its element, and comes back with it', async () => {
    const element = await show([9, 10, 11]);
    const { parentElement } = element;
    element.remove();
    expect(element.shadowRoot?.querySelector('canvas')).toBeNull();
    parentElement?.append(element);
    await element.updateComplete;
    await nextFrame();
    expect(element.shadowRoot?.querySelectorAll('canvas')).toHaveLength(1);
  });

  test('a series of gaps alone is an empty chart, not an error', async () => {
    const element = await show([null, null, null]);
    expect(canvasOf(element).clientHeight).toBeGreaterThan(50);
  });
});
