import { loadavg } from 'node:os';
import type { Browser, BrowserContext } from 'playwright-core';
import { percentileOf, printFigure } from '../figure.js';
import { openBoard, openContext, type BoardPage } from './page.js';

const VIEWS = ['tiles', 'list', 'heat', 'map'] as const;
const SCROLL_MS = 8_000;
const HEAP_EVERY_MS = 15_000;
const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Frames a second of a page of plain lines that is scrolled in the same way: what this machine gives at best. */
const measurePeer = async (browser: Browser, when: string): Promise<void> => {
  const context = await openContext(browser);
  const board = await openBoard(context, 'about:blank');
  await board.page.setContent(`<main>${'<p>line</p>'.repeat(2000)}</main>`);
  const { fps, gapMs } = await board.scroll(SCROLL_MS);
  printFigure({
    name: 'board.peer-empty-page.fps',
    value: round(fps),
    unit: 'frames/s',
    when,
    longestGapMs: Math.round(gapMs),
    load: round(loadavg()[0] ?? 0),
  });
  await context.close();
};

export interface Driven {
  /** Which way the changes come: through the real hub, or a scripted feed. */
  drive: string;
  /** Health changes sent so far. */
  changes(): number;
  /** Epoch ms at which this device's newest event left for the board. */
  sentAt(id: string): number | undefined;
  /** Epoch ms of the hub's own stamp of that change, where it has one. */
  stampedAt(id: string): number | undefined;
}

const viewFigures = async (board: BoardPage, url: string, view: string, driven: Driven): Promise<void> => {
  await board.page.goto(`${url}/?view=${view}`);
  await board.interactiveMs();
  await wait(3_000);
  await board.takeLongTasks();
  const [before, beganMs] = [driven.changes(), performance.now()];
  const { fps, gapMs, scrolls } = await board.scroll(SCROLL_MS);
  const long = (await board.takeLongTasks()).map(([, durationMs]) => durationMs);
  const perS = (driven.changes() - before) / ((performance.now() - beganMs) / 1000);
  const shown = { view, drive: driven.drive, changesPerS: Math.round(perS), load: round(loadavg()[0] ?? 0) };
  printFigure({
    name: 'board.scroll.fps',
    ...shown,
    value: round(fps),
    unit: 'frames/s',
    bar: '>= 55',
    longestGapMs: Math.round(gapMs),
    scrollPx: scrolls,
  });
  printFigure({
    name: 'board.long-task.max',
    ...shown,
    value: Math.round(Math.max(0, ...long)),
    unit: 'ms',
    bar: '<= 100',
    over50Ms: long.length,
  });
};

/** How long a change is on its way to the screen, on the tiles that are in sight. */
const paintFigures = (
  painted: readonly (readonly [id: string, delayMs: number])[],
  from: string,
  driven: Driven,
): void => {
  const delays = painted.map(([, delayMs]) => delayMs);
  if (delays.length === 0) return;
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const)
    printFigure({
      name: `board.${from}-to-paint.${name}`,
      drive: driven.drive,
      cells: delays.length,
      value: Math.round(percentileOf(delays, share)),
      unit: 'ms',
      ...(name === 'p95' && { bar: '<= 300' }),
    });
};

const heapFigures = (heap: readonly number[], minutes: number, drive: string): void => {
  // The first ones fill caches.
  const settled = heap.slice(Math.floor(heap.length / 4));
  const half = Math.floor(settled.length / 2);
  const least = (values: readonly number[]): number => Math.min(...values);
  const growth = least(settled.slice(half)) - least(settled.slice(0, half));
  printFigure({
    name: 'board.heap.growth',
    drive,
    value: round(growth, 2),
    unit: `MB over half of ${minutes} min`,
    bar: 'flat',
    firstMb: round(heap[0] ?? NaN),
    lastMb: round(heap.at(-1) ?? NaN),
    readings: heap.length,
  });
};

/** Everything that is measured while devices change. */
export const measureLive = async (about: {
  browser: Browser;
  context: BrowserContext;
  url: string;
  minutes: number;
  driven: Driven;
}): Promise<void> => {
  const { browser, context, url, minutes, driven } = about;
  await measurePeer(browser, 'before');
  const board = await openBoard(context, url);
  for (const view of VIEWS) await viewFigures(board, url, view, driven);
  await measurePeer(browser, 'between');

  await board.page.goto(url);
  await board.interactiveMs();
  await board.watchCells();
  await wait(3_000);
  await Promise.all([board.takePainted(), board.takeLongTasks()]);
  const heap: number[] = [];
  const [fromEvent, fromStamp]: [string, number][][] = [[], []];
  const long: number[] = [];
  const untilMs = performance.now() + minutes * 60_000;
  for (let nextHeapMs = 0; performance.now() < untilMs;) {
    await wait(250);
    for (const [id, atMs] of await board.takePainted()) {
      const [sentMs, stampedMs] = [driven.sentAt(id), driven.stampedAt(id)];
      // One that changed again meanwhile is no measure.
      if (sentMs !== undefined && sentMs <= atMs) fromEvent?.push([id, atMs - sentMs]);
      if (stampedMs !== undefined && stampedMs <= atMs) fromStamp?.push([id, atMs - stampedMs]);
    }
    // Before the collection is forced: its own pause is none of the page's.
    long.push(...(await board.takeLongTasks()).map(([, durationMs]) => durationMs));
    if (performance.now() < nextHeapMs) continue;
    nextHeapMs = performance.now() + HEAP_EVERY_MS;
    heap.push(await board.heapMb());
    await board.takeLongTasks();
  }
  paintFigures(fromEvent ?? [], 'event', driven);
  paintFigures(fromStamp ?? [], 'stamp', driven);
  printFigure({
    name: 'board.long-task.steady',
    drive: driven.drive,
    value: Math.round(Math.max(0, ...long)),
    unit: 'ms',
    bar: '<= 100',
    over50Ms: long.length,
    over100Ms: long.filter((ms) => ms > 100).length,
    minutes,
  });
  heapFigures(heap, minutes, driven.drive);
  await board.close();
};
