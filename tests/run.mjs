// npm test: every part, each to its end; all are reported, and one failure fails the whole. Builtins only up to the
// moment when everything is installed. `node tests/run.mjs unit lint` runs the named parts.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../deploy/build.mjs';
import { ensureInstalled } from '../deploy/install.mjs';
import { ensureQuestDb } from '../deploy/questdb.mjs';
import { ROOT, StepError, run, runMain, runShown } from '../deploy/steps.mjs';
import { readJson } from '../deploy/stamps.mjs';
import { findProgram } from '../deploy/system.mjs';

const REPORTS = join(ROOT, '.cache/tests');
const IS_CI = process.env.CI === 'true';
const tool = (path) => [process.execPath, join(ROOT, 'node_modules', path)];
const reportOf = (part) => join(REPORTS, `${part}.json`);
/** A part of one vitest project, of its own name unless told, or of several. */
const vitest = (part, projects = [part]) => [
  ...tool('vitest/vitest.mjs'),
  'run',
  ...projects.map((project) => `--project=${project}`),
  ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(part)}`],
];

// The lab has a network namespace of its own, and mounts of its own so that its named namespaces go with it.
const IN_NAMESPACE = [
  ...['unshare', '--net', '--mount', 'sh', '-ec'],
  'mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns; ip link set lo up; exec "$@"',
  'lab',
];

const browserLack = () => {
  const named = process.env.SIAGA_TEST_CHROMIUM;
  if (named && existsSync(named)) return [];
  return ['chromium', 'chromium-browser', 'google-chrome'].some((name) => existsSync(`/usr/bin/${name}`))
    ? []
    : ['a Chromium (apt-get install chromium)'];
};

const labLack = async () => {
  const lacks = browserLack();
  if (process.platform !== 'linux') return ['Linux with network namespaces'];
  if (process.geteuid() !== 0) return ['root, for network namespaces and raw ICMP sockets'];
  for (const [program, pack] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['unshare', 'util-linux'],
  ])
    if (!findProgram(program)) lacks.push(`${program} (apt-get install ${pack})`);
  if (lacks.length > 0) return lacks;
  // One trial of what the lab does: a namespace, a packet filter in it, an ICMP socket.
  const trial = 'ip netns add siaga-trial; ip netns exec siaga-trial nft add table inet trial';
  await run(IN_NAMESPACE[0], [...IN_NAMESPACE.slice(1), 'sh', '-ec', trial]).catch((error) =>
    lacks.push(`network namespaces and packet filters: ${error.message.split('\n').at(-1)}`),
  );
  return lacks;
};

const none = async () => [];
/** In the order in which they run: what is quick to tell comes first. */
const PARTS = [
  { name: 'types', needs: [], lack: none, command: [...tool('typescript/bin/tsc'), '-b'] },
  {
    name: 'lint',
    needs: [],
    lack: none,
    command: [...tool('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  },
  { name: 'format', needs: [], lack: none, command: [...tool('prettier/bin/prettier.cjs'), '--check', '.'] },
  { name: 'unit', needs: [], lack: none, project: true, command: vitest('unit') },
  {
    name: 'component',
    needs: [],
    lack: async () => browserLack(),
    project: true,
    command: vitest('component'),
  },
  { name: 'simulation', needs: [], lack: none, project: true, command: vitest('simulation') },
  {
    name: 'integration',
    needs: ['questdb', 'build'],
    lack: none,
    project: true,
    command: vitest('integration'),
  },
  {
    name: 'e2e',
    needs: ['questdb', 'build'],
    lack: async () => browserLack(),
    project: true,
    command: vitest('e2e', ['e2e', 'e2e-hub']),
  },
  {
    name: 'lab',
    needs: ['questdb', 'build'],
    lack: labLack,
    project: true,
    command: [...IN_NAMESPACE, ...vitest('lab')],
  },
];

/** Passed and failed tests of a part; a part that fails without a failed test counts as one. */
const countsOf = ({ name, project }, succeeded) => {
  const report = project ? readJson(reportOf(name)) : undefined;
  const failed = report?.numFailedTests ?? 0;
  return { passed: report?.numPassedTests ?? 0, failed: succeeded ? failed : Math.max(1, failed) };
};

/** What could not be made ready, by need: the parts that need it fail, the others run. */
const prepare = async (parts) => {
  const failures = new Map();
  const attempt = (need, work) =>
    work().catch((error) => {
      if (!(error instanceof StepError)) throw error;
      console.error(`\n${error.message}`);
      failures.set(need, error.message.split('\n')[0]);
    });
  const needs = new Set(parts.flatMap((part) => part.needs));
  await Promise.all([
    attempt('install', ensureInstalled),
    needs.has('questdb') ? attempt('questdb', ensureQuestDb) : undefined,
  ]);
  if (needs.has('build') && !failures.has('install')) await attempt('build', ensureBuilt);
  return failures;
};

const runPart = async (part, failures) => {
  const { name } = part;
  const hindrance = ['install', ...part.needs].map((need) => failures.get(need)).find(Boolean);
  if (hindrance) return { name, outcome: `FAILED: ${hindrance}`, passed: 0, failed: 1 };
  const lacks = await part.lack();
  if (lacks.length > 0) {
    const lack = `it lacks ${lacks.join('; ')}`;
    console.log(`\n=== ${name}: ${IS_CI ? 'cannot run' : 'SKIPPED'}, ${lack}`);
    return { name, outcome: `${IS_CI ? 'FAILED' : 'skipped'}: ${lack}`, passed: 0, failed: IS_CI ? 1 : 0 };
  }
  console.log(`\n=== ${name}`);
  const beganAtMs = performance.now();
  const succeeded = await runShown(part.command);
  const tookS = ((performance.now() - beganAtMs) / 1000).toFixed(1);
  const counts = countsOf(part, succeeded);
  const told = part.project ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
  return { name, outcome: `${succeeded ? 'ok' : 'FAILED'} in ${tookS} s${told}`, ...counts };
};

const main = async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such part: ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}`,
    );
    process.exit(1);
  }
  const parts = PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const failures = await prepare(parts);
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const results = [];
  for (const part of parts) results.push(await runPart(part, failures));

  console.log('\n=== summary');
  for (const { name, outcome } of results) console.log(`${name.padEnd(12)} ${outcome}`);
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exit(sum('failed') > 0 ? 1 : 0);
};

await runMain(main);
