import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';

const CANDIDATES = [
  process.env['SIAGA_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of an installed Chromium, or undefined. */
export const chromiumPath = (): string | undefined =>
  CANDIDATES.find((path) => path !== undefined && existsSync(path));

export const launchBrowser = async (): Promise<Browser> => {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium found: apt-get install chromium');
  return chromium.launch({
    executablePath,
    args: [
      // Root has no user namespace sandbox in a container; the tests open only pages of their own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
};

const AXE_PATH = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeFinding {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Fails the test with every finding of axe-core on the page as it stands. */
export const expectAccessible = async (page: Page): Promise<void> => {
  // Evaluated over the debugging protocol, so that the page's own content policy stays as it is.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(AXE_PATH, 'utf8'));
  const findings = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeFinding[] }> } };
    return (await axe.run()).violations;
  });
  const told = findings.map(
    (f) =>
      `${f.id}: ${f.help}\n${f.nodes.map((n) => `  ${n.target.join(' ')} ${n.failureSummary ?? ''}`).join('\n')}`,
  );
  expect(told.join('\n'), `axe-core on ${page.url()}`).toBe('');
};
