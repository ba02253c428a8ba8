// Makes ready what the hub needs, then is the hub: one process, so that signals and process group stay simple.
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, requireNode } from './install.mjs';
import { ensureQuestDb } from './questdb.mjs';
import { runMain } from './steps.mjs';

/** Installs, fetches and builds what is missing or stale, and runs the hub in this process. */
export const startHub = () =>
  runMain(async (release) => {
    requireNode();
    await Promise.all([ensureInstalled(), ensureQuestDb()]);
    await ensureBuilt();
    release();
    await import('../hub/dist/main.js');
  });
