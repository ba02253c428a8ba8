import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

const PATHS = [
  process.env['SIAGA_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser that SIAGA_TEST_CHROMIUM names, else the system's, or undefined where there is none. */
export const chromiumPath: string | undefined = PATHS.find((path) => path !== undefined && existsSync(path));

export const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Look {
  language?: 'en' | 'id';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** The reader's default size of type, in px; the browser's own unless told. */
  typePx?: number;
}

/** A page of its own, and everything the console or the network complained about. */
export const openPage = async (
  browser: Browser,
  look: Look = {},
): Promise<{ page: Page; complaints: string[] }> => {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1366, height: look.height ?? 768 },
    locale: look.language === 'id' ? 'id-ID' : 'en-US',
    colorScheme: look.theme ?? 'light',
    timezoneId: 'Asia/Jakarta',
  });
  const page = await context.newPage();
  if (look.typePx !== undefined) {
    const debug = await context.newCDPSession(page);
    await debug.send('Page.setFontSizes', { fontSizes: { standard: look.typePx } });
  }
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // The browser reports every 4xx and cut connection by itself; the app's own answers to them are tested.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1')
      complaints.push(`asked elsewhere: ${request.url()}`);
  });
  return { page, complaints };
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What axe-core finds, a line each. */
export const axeFindings = async (page: Page): Promise<string[]> => {
  // Through the debugger, so the app's content security policy stays in force.
  const result = await page.evaluate<AxeResult>(
    `(async () => { ${axeSource}; return await axe.run(document, { resultTypes: ['violations'] }); })()`,
  );
  return result.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary ?? ''}`),
  );
};
