// Builds what is stale: the hub, the agent's bundle, the web app. `npm run build`, and part of every start.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { ROOT, npm, run, runMain, step } from './steps.mjs';
import { hashInputs, readJson, removeFile, writeJson } from './stamps.mjs';

const COMMON = ['shared/', 'tsconfig.base.json', 'package-lock.json'];

/** What can be built: from which inputs, to which files, how. */
export const BUILDS = {
  hub: {
    what: 'building the hub',
    inputs: ['hub/', ...COMMON],
    outputs: ['shared/dist/index.js', 'hub/dist/main.js'],
    build: () =>
      run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'shared', 'hub']),
  },
  agent: {
    what: 'building the agent',
    inputs: ['agent/', ...COMMON],
    outputs: ['agent/dist/agent.mjs'],
    build: () => npm(['run', 'build', '-w', 'agent']),
  },
  web: {
    what: 'building the web app',
    inputs: ['web/', ...COMMON],
    outputs: ['web/dist/app/index.html'],
    build: () => npm(['run', 'build', '-w', 'web']),
  },
};

/**
 * Builds those of `names` whose inputs or outputs are not those of their last good build.
 * @param {(keyof typeof BUILDS)[]} names
 */
export const ensureBuilt = async (names = ['hub', 'agent', 'web']) => {
  const stale = names.flatMap((name) => {
    const { inputs, outputs } = BUILDS[name];
    const stamp = join(ROOT, `.cache/build/${name}.json`);
    const hash = hashInputs(inputs);
    const isThere = outputs.every((output) => existsSync(join(ROOT, output)));
    return isThere && readJson(stamp)?.inputs === hash ? [] : [{ name, stamp, hash }];
  });
  const build = async ({ name, stamp, hash }) => {
    removeFile(stamp);
    await step(BUILDS[name].what, BUILDS[name].build);
    writeJson(stamp, { inputs: hash });
  };
  // The hub's build makes what all share; the others may then go side by side.
  for (const one of stale.filter(({ name }) => name === 'hub')) await build(one);
  await Promise.all(stale.filter(({ name }) => name !== 'hub').map(build));
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await runMain(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
