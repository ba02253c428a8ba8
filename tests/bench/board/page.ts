import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { ADMIN } from '../../support/hub-process.js';

/**
 * What runs inside the page, from before its first script on. It sees the first frame in which the board can be worked
 * with, long tasks, frames, and each cell of a tile that is painted anew.
 */
const WATCHER = `
  const bench = (window.siagaBench = { interactiveMs: undefined, longTasks: [], painted: [] });
  const deep = (root, found, wanted) => {
    for (const one of root.querySelectorAll('*')) {
      if (wanted(one)) found.push(one);
      if (one.shadowRoot) deep(one.shadowRoot, found, wanted);
    }
    return found;
  };
  const untilInteractive = () => {
    const [mark] = performance.getEntriesByName('siaga-interactive');
    if (mark) bench.interactiveMs = mark.startTime;
    else requestAnimationFrame(untilInteractive);
  };
  const untilTile = () => {
    if (bench.interactiveMs !== undefined) return;
    const [tile] = deep(document, [], (one) => one.localName === 'siaga-site-tile' && one.offsetHeight > 0);
    if (tile) bench.tileMs = performance.now();
    else setTimeout(untilTile, 10);
  };
  requestAnimationFrame(untilInteractive);
  untilTile();
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) bench.longTasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });

  // A cell whose own look changed, not one that was made or that stands for another device now.
  const observed = new WeakSet();
  const afterPaint = (tell) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = tell;
      port2.postMessage(0);
    });
  const onMutations = (mutations) => {
    const changed = new Set();
    for (const { type, target, attributeName } of mutations) {
      const cell = target.nodeType === 1 ? target.closest('a[href^="/devices/"]') : undefined;
      if (!cell || type !== 'attributes') continue;
      if (attributeName === 'href') cell.siagaBenchMoved = true;
      else changed.add(cell);
    }
    const ids = [...changed].filter((cell) => !cell.siagaBenchMoved).map((cell) => cell.getAttribute('href').slice(9));
    for (const cell of changed) cell.siagaBenchMoved = false;
    if (ids.length > 0)
      afterPaint(() => {
        const at = performance.timeOrigin + performance.now();
        for (const id of ids) bench.painted.push([id, at]);
      });
  };
  const watchTiles = () => {
    for (const tile of deep(document, [], (one) => one.localName === 'siaga-site-tile')) {
      if (!tile.shadowRoot || observed.has(tile)) continue;
      observed.add(tile);
      new MutationObserver(onMutations).observe(tile.shadowRoot, { attributes: true, subtree: true });
    }
  };
  bench.watchCells = () => setInterval(watchTiles, 1000);

  /** Scrolls whatever is longest up and down for a time; answers frames and the widest gap between two. */
  bench.scroll = (forMs) =>
    new Promise((resolve) => {
      const [longest] = deep(document, [document.scrollingElement], (one) => {
        if (one.scrollHeight <= one.clientHeight + 50) return false;
        return /auto|scroll/.test(getComputedStyle(one).overflowY);
      }).sort((a, b) => (b.scrollHeight - b.clientHeight) - (a.scrollHeight - a.clientHeight));
      const beganMs = performance.now();
      let way = 12, frames = 0, lastMs = beganMs, gapMs = 0;
      const step = () => {
        const nowMs = performance.now();
        frames += 1;
        gapMs = Math.max(gapMs, nowMs - lastMs);
        lastMs = nowMs;
        const before = longest.scrollTop;
        longest.scrollTop = before + way;
        if (longest.scrollTop === before) way = -way;
        if (nowMs - beganMs < forMs) requestAnimationFrame(step);
        else resolve({ fps: (frames * 1000) / (nowMs - beganMs), gapMs, scrolls: longest.scrollHeight - longest.clientHeight });
      };
      requestAnimationFrame(step);
    });
`;

export interface Scrolled {
  fps: number;
  gapMs: number;
  /** Pixels that there are to scroll. */
  scrolls: number;
}

/** An open page with the watcher in it. */
export interface BoardPage {
  page: Page;
  /** Navigation start → the board can be worked with. */
  interactiveMs(): Promise<number>;
  scroll(forMs: number): Promise<Scrolled>;
  /** [start, duration] of each long task since the last call, ms. */
  takeLongTasks(): Promise<[number, number][]>;
  watchCells(): Promise<void>;
  /** [device id, epoch ms at which it stood on the screen] since the last call. */
  takePainted(): Promise<[string, number][]>;
  /** MB in use after a forced collection. */
  heapMb(): Promise<number>;
  /** Bytes of page, scripts and styles so far: as they came, and as gzip makes them where they came plain. */
  loaded(): Promise<{ wireBytes: number; gzipBytes: number }>;
  close(): Promise<void>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const openContext = (browser: Browser, width = 1920, height = 1080): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width, height }, locale: 'id-ID', timezoneId: 'Asia/Jakarta' });

/** Signs in as a person does; the context's cookies hold the session. */
export const signInOn = async (context: BrowserContext, url: string): Promise<void> => {
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('input[autocomplete="username"], input[type="email"]').first().fill(ADMIN.email);
  await page.locator('input[type="password"]').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.locator('siaga-board-page').waitFor({ state: 'attached', timeout: 60_000 });
  await page.close();
};

export const openBoard = async (context: BrowserContext, address: string): Promise<BoardPage> => {
  const page = await context.newPage();
  await page.addInitScript(WATCHER);
  const cdp: CDPSession = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const bodies: Promise<Buffer>[] = [];
  const own = new Set<string>();
  let wireBytes = 0;
  cdp.on('Network.responseReceived', ({ requestId, response }) => {
    if (!new URL(response.url).pathname.startsWith('/api/')) own.add(requestId);
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (own.has(requestId)) wireBytes += encodedDataLength;
  });
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.startsWith('/api/'))
      bodies.push(response.body().catch(() => Buffer.alloc(0)));
  });
  await page.goto(address);
  const read = <T>(code: string): Promise<T> => page.evaluate<T>(code);
  const take = <T>(name: string): Promise<T[]> => read<T[]>(`siagaBench.${name}.splice(0)`);
  return {
    page,
    interactiveMs: async () => {
      for (let tries = 0; tries < 600; tries += 1) {
        const [mark, tile] = await read<[number?, number?]>('[siagaBench.interactiveMs, siagaBench.tileMs]');
        if (typeof mark === 'number') return mark;
        // The mark may still come in the frame after the tile; a page that sets none is judged by its tile.
        if (typeof tile === 'number' && tries > 10) return tile;
        await wait(50);
      }
      throw new Error('the board did not become interactive within 30 s');
    },
    scroll: (forMs) => read<Scrolled>(`siagaBench.scroll(${forMs})`),
    takeLongTasks: () => take<[number, number]>('longTasks'),
    watchCells: async () => void (await read('siagaBench.watchCells()')),
    takePainted: () => take<[string, number]>('painted'),
    heapMb: async () => {
      // Twice: what finalisers let go of in the first goes in the second.
      for (const _ of [1, 2]) await cdp.send('HeapProfiler.collectGarbage');
      const { usedSize } = await cdp.send('Runtime.getHeapUsage');
      return usedSize / 2 ** 20;
    },
    loaded: async () => ({
      wireBytes,
      gzipBytes: (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0),
    }),
    close: () => page.close(),
  };
};
