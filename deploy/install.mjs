// npm packages: installed when the lockfile is not what the last good install was made from. Builtins only.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepError, npm, say, step } from './steps.mjs';
import { hashFile, readJson, removeFile, writeJson } from './stamps.mjs';
import { hasToolchain, toolchainHint } from './system.mjs';

const NODE_NEEDED = [20, 19];
const STAMP = join(ROOT, 'node_modules/.siaga-install.json');
const LOCKFILE = join(ROOT, 'package-lock.json');
// npm writes it as the last act of an install, so it tells a whole install from a half one.
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');
// Outlives a kill -9 in the middle of npm's work, which leaves packages half removed.
const UNDER_WAY = join(ROOT, '.cache/install-under-way.json');
const RAW_SOCKET = join(ROOT, 'node_modules/raw-socket');

/** Throws StepError where this Node is too old. */
export const requireNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = NODE_NEEDED;
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new StepError(
    `Siaga needs Node ${NODE_NEEDED.join('.')} or later, this is ${process.versions.node}. ` +
      'Get 22 or 24 from https://nodejs.org, or with a version manager: nvm install 24',
  );
};

/** Installs the packages unless the last good install was made from this very lockfile, by this kind of Node. */
export const ensureInstalled = async () => {
  requireNode();
  const wanted = {
    lockfile: hashFile(LOCKFILE),
    abi: process.versions.modules,
    platform: `${process.platform}-${process.arch}`,
  };
  const last = readJson(STAMP);
  const sameNode = !last || (last.abi === wanted.abi && last.platform === wanted.platform);
  if (!existsSync(UNDER_WAY) && sameNode) {
    if (last?.lockfile === wanted.lockfile && existsSync(INSTALLED)) return;
    if (isInstalledFrom(readJson(LOCKFILE))) {
      writeJson(STAMP, wanted); // somebody ran npm by hand
      return;
    }
  }
  if (!hasToolchain()) say(`${toolchainHint()} · without it the agent uses the system’s ping`);
  writeJson(UNDER_WAY, { pid: process.pid });
  await step('installing packages (npm ci)', () =>
    npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']),
  );
  writeJson(STAMP, wanted);
  removeFile(UNDER_WAY);
  if (!existsSync(RAW_SOCKET)) tellWithoutRawSocket();
};

const isInstalledFrom = (lockfile) => {
  const installed = readJson(INSTALLED);
  if (!lockfile?.packages || !installed?.packages) return false;
  return Object.entries(lockfile.packages).every(([path, wanted]) => {
    if (!path.includes('node_modules/') && !wanted.link) return true; // the workspaces themselves
    const there = installed.packages[path];
    if (!there) return Boolean(wanted.optional || wanted.devOptional);
    return Boolean(wanted.link) || (there.version === wanted.version && existsSync(join(ROOT, path)));
  });
};

const tellWithoutRawSocket = () => {
  say('net-ping could not be built: the agent will use the system’s ping, which starts a process per probe');
  say('(fine for some tens of devices; beyond that cycles take longer and times are coarser)');
  say('(once a C toolchain is there: npm ci)');
};
