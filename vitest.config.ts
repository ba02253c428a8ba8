import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

// How long what is waited for may take: vitest's own second is too short beside other work. A test that passes is no slower.
const expecting = { poll: { timeout: 20_000 } };
const sourceOfShared = fileURLToPath(new URL('./shared/src/index.ts', import.meta.url));
const project = (name: string, extra: Record<string, unknown> = {}) => ({
  resolve: { alias: { '@siaga/shared': sourceOfShared } },
  test: { name, include: [`tests/${name}/**/*.test.ts`], environment: 'node', expect: expecting, ...extra },
});
/** The same browser as of the e2e tests (tests/support/browser.ts). */
const chromium = [
  process.env['SIAGA_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
const inBrowser = {
  testTimeout: 30_000,
  browser: {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    viewport: { width: 1024, height: 768 },
    provider: playwright({
      launchOptions: {
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
        ...(chromium && { executablePath: chromium }),
      },
    }),
    instances: [{ browser: 'chromium' as const }],
  },
};
const HUB_TESTS = 'tests/e2e/hub/**/*.test.ts';
const ofPages = { testTimeout: 120_000, hookTimeout: 180_000 };
const stores = { globalSetup: ['tests/support/stores.ts'], testTimeout: 60_000, hookTimeout: 120_000 };

// Every project runs on the sources. The simulation has a clock of its own (tests/simulation). Components are
// drawn by a real browser. Integration shares one PostgreSQL and one QuestDB a run; e2e shows the built app in front of
// a scripted hub, file beside file; e2e-hub and lab start the built hub as users do, one after another.
export default defineConfig({
  test: {
    // Two cores are used by two: the tests of stores wait for them half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    onConsoleLog: (log) => !log.startsWith('Lit is in dev mode'),
    projects: [
      // Nothing waits for real time here: a limit only ends what hangs, also on a machine that is busy otherwise.
      project('unit', { testTimeout: 60_000 }),
      project('component', inBrowser),
      project('simulation', { globalSetup: ['tests/simulation/seeds.setup.ts'] }),
      project('integration', stores),
      project('e2e', { ...ofPages, exclude: [HUB_TESTS], maxWorkers: 2, sequence: { groupOrder: 1 } }),
      project('e2e-hub', { ...ofPages, include: [HUB_TESTS], fileParallelism: false }),
      project('lab', { testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false }),
    ],
  },
});
