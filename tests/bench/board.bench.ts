import { loadavg } from 'node:os';
import type { LiveDevice, TicketSummary } from '@siaga/shared';
import { chromiumPath, launch } from '../support/browser.js';
import { signIn } from '../support/hub-process.js';
import { startBank, startReports } from './board/hub.js';
import { measureLive, type Driven } from './board/live.js';
import { openBoard, openContext, signInOn } from './board/page.js';
import { startScripted } from './board/scripted.js';
import { measureSeries } from './board/series.js';
import { measureDrawing, measureSearch } from './board/work.js';
import { openFeed } from './feed.js';
import { printFigure, printPercentiles } from './figure.js';
import { optionsOf } from './options.js';

/**
 * The board in a real Chromium, on this same machine: first load, 500 devices of 10,000 changing each second, and the
 * chart over 90 days. `--part load,live,painted,series,work` chooses:
 * load: the page of a real hub with 10,000 devices; live: frames, long tasks and heap under changes that a scripted feed
 * sends, so that the browser alone is measured; painted: the same through the real hub, whose devices die and return
 * by real telemetry (`--faults` changes a second, each also an incident); series: QuestDB filled for 90 days;
 * work: how long drawing a chart and answering a keystroke of the search take.
 * Chromium draws without a graphics card here: `board.peer-empty-page.fps` says what that leaves of 60.
 */
const options = optionsOf({
  part: 'load,live,painted,series,work',
  devices: 10_000,
  sites: 200,
  rate: 500,
  faults: 20,
  minutes: 3,
  runs: 9,
  days: 90,
  chartdevices: 2_000,
  /** The chart of 90 days reads two hours of minutes; all 90 days take some 12 GB and minutes to fill. */
  minutedays: 2,
});
const parts = options.part.split(',');
/** Events of one verdict come within so long of each other. */
const TOGETHER_MS = 100;
const say = (words: string): void => void process.stderr.write(`${words}\n`);

if (chromiumPath === undefined) {
  say('this benchmark needs a Chromium (apt-get install chromium, or SIAGA_TEST_CHROMIUM)');
  process.exit(1);
}

const browser = await launch();

/** The page of a real hub, from nothing in the browser's cache. */
const measureLoad = async (url: string): Promise<void> => {
  const door = await openContext(browser);
  await signInOn(door, url);
  const cookies = await door.cookies();
  await door.close();
  const times: number[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    const context = await openContext(browser);
    await context.addCookies(cookies);
    const board = await openBoard(context, url);
    times.push(await board.interactiveMs());
    if (run === 0) {
      const { wireBytes, gzipBytes } = await board.loaded();
      printFigure({
        name: 'board.first-load',
        value: Number((gzipBytes / 1024).toFixed(1)),
        unit: 'kB gzip, styles included',
        bar: '<= 150',
        wireKb: Number((wireBytes / 1024).toFixed(1)),
      });
    }
    await context.close();
  }
  printPercentiles('board.interactive', times, {
    bar: '<= 1500',
    devices: options.devices,
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  });
};

/** What the hub's own feed says, read beside the browser's. */
const listenTo = async (url: string): Promise<Driven & { close(): void }> => {
  const sent = new Map<string, number>();
  const stamped = new Map<string, { stampMs: number; arrivedMs: number }>();
  let changes = 0;
  const feed = await openFeed(url, (await signIn(url)).token, (name, data, atMs) => {
    if (name === 'device') {
      changes += 1;
      sent.set((JSON.parse(data) as LiveDevice).id, performance.timeOrigin + atMs);
    }
    if (name !== 'incident') return;
    const { device_id, updated_at } = JSON.parse(data) as TicketSummary;
    if (device_id !== null)
      stamped.set(device_id, { stampMs: Date.parse(updated_at), arrivedMs: performance.timeOrigin + atMs });
  });
  return {
    drive: 'telemetry',
    changes: () => changes,
    sentAt: (id) => sent.get(id),
    stampedAt: (id) => {
      const [ticket, device] = [stamped.get(id), sent.get(id)];
      // Of the same verdict: both are told together. A recovery's incident is closed some cycles later.
      const isSame = ticket && device !== undefined && Math.abs(ticket.arrivedMs - device) < TOGETHER_MS;
      return isSame ? ticket.stampMs : undefined;
    },
    close: () => feed.close(),
  };
};

const measureReal = async (): Promise<void> => {
  const hub = await startBank({ ...options, say });
  // The load ends with the run, whatever else the machine has to do meanwhile.
  const forMs = (options.minutes * 60 + 1_800) * 1000;
  const load = await startReports(hub, {
    changesPerS: parts.includes('painted') ? options.faults : 0,
    forMs,
    say,
  });
  try {
    const { url } = hub.hub;
    if (parts.includes('load')) await measureLoad(url);
    if (!parts.includes('painted')) return;
    const driven = await listenTo(url);
    const context = await openContext(browser);
    await signInOn(context, url);
    await measureLive({ browser, context, url, minutes: options.minutes, driven });
    driven.close();
    await context.close();
  } finally {
    await load.stop();
    await hub.stop();
  }
};

const measureScripted = async (): Promise<void> => {
  const scripted = await startScripted(options);
  const context = await openContext(browser);
  try {
    scripted.begin();
    const driven: Driven = {
      drive: 'scripted feed',
      changes: () => scripted.sent,
      sentAt: (id) => scripted.sentAt.get(id),
      stampedAt: () => undefined,
    };
    await measureLive({ browser, context, url: scripted.url, minutes: options.minutes, driven });
  } finally {
    await context.close();
    await scripted.stop();
  }
};

try {
  if (parts.includes('load') || parts.includes('painted')) await measureReal();
  if (parts.includes('live')) await measureScripted();
  if (parts.includes('series'))
    await measureSeries({
      days: options.days,
      devices: options.chartdevices,
      minuteDays: options.minutedays,
      say,
    });
  if (parts.includes('work')) {
    await measureDrawing(browser);
    measureSearch();
  }
} finally {
  await browser.close();
}
