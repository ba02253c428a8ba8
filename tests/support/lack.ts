import type { TestContext } from 'vitest';

/** Skips the test for what the machine lacks, telling it; in CI a lack is a failure. Never returns. */
export const lacks = (context: TestContext, what: string): never => {
  if (process.env['CI'] === 'true') throw new Error(`CI lacks what this test needs: ${what}`);
  return context.skip(what);
};
