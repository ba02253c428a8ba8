import type { Browser } from 'playwright-core';
import { applyEvent, createLiveChange, createLiveState, rebuildGroups } from '../../../web/src/live/state.js';
import { createSearch } from '../../../web/src/search/search.js';
import { startWebFixture } from '../../e2e/web-fixture.js';
import { bank, big, scriptOf, snapshotOf } from '../../e2e/web-world.js';
import { printPercentiles } from '../figure.js';
import { openContext } from './page.js';

/** What a page does at one go, so that nothing else happens meanwhile: drawing a chart, answering a keystroke. */

const ROUNDS = 40;
const POINTS = 2_000;
const QUERIES = ['a', 'at', 'atm', 'atm 99', 'bandung 12', '10.20.7.', 'nothing like it'];

/** A latency chart over 90 days is drawn again and again with other values, as in a page that stays open. */
export const measureDrawing = async (browser: Browser): Promise<void> => {
  const world = bank();
  const host = world.devices.find(({ checks }) => checks.length > 1);
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
  const context = await openContext(browser);
  try {
    const page = await context.newPage();
    await page.goto(`${fixture.url}/devices/${host?.id}?range=90d`);
    const chart = page.locator('siaga-latency siaga-chart.band');
    await chart.locator('canvas').waitFor();
    const times = await chart.evaluate(
      async (element, { rounds, points }) => {
        const drawn = element as HTMLElement & {
          columns: number[][];
          span: { fromMs: number; toMs: number };
          updateComplete: Promise<boolean>;
        };
        const { fromMs, toMs } = drawn.span;
        const places = Array.from({ length: points }, (_, n) => n);
        const x = places.map((n) => (fromMs + ((toMs - fromMs) * n) / points) / 1000);
        const noise = (n: number, least: number): number => least + ((n * 7919) % 13) / 3;
        const took: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          await new Promise((resolve) => requestAnimationFrame(resolve));
          const began = performance.now();
          drawn.columns = [x, ...[4, 9, 14].map((least) => places.map((n) => noise(n + round, least)))];
          await drawn.updateComplete;
          // uPlot draws in a microtask of its own.
          await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
          took.push(performance.now() - began);
        }
        return took;
      },
      { rounds: ROUNDS, points: POINTS },
    );
    printPercentiles('board.chart-drawn', times, { digits: 1, points: POINTS });
  } finally {
    await context.close();
    await fixture.stop();
  }
};

/** Each query once a round, over as many devices as the board is to carry and ten times as many. */
export const measureSearch = (): void => {
  for (const [devices, sites] of [
    [10_000, 200],
    [100_000, 1_000],
  ] as const) {
    const state = createLiveState();
    const change = createLiveChange();
    applyEvent(state, change, snapshotOf(big(devices, sites)));
    rebuildGroups(state, change);
    const search = createSearch();
    const times = Array.from({ length: ROUNDS }, () =>
      QUERIES.map((query) => {
        const began = performance.now();
        search.find(state, query);
        return performance.now() - began;
      }),
    ).flat();
    printPercentiles('board.keystroke', times, { digits: 1, devices });
  }
};
