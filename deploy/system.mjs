// What the machine must bring: Java and Maven for the embedded QuestDB, a C toolchain as a rule. Builtins only.
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, StepError, run, say, step } from './steps.mjs';
import { readJson, writeJson } from './stamps.mjs';

const JAVA_NEEDED = 17;
const JAVA_STAMP = join(ROOT, '.cache/java.json');

const PACKAGES = {
  java: {
    what: `Java ${JAVA_NEEDED} or later (it runs QuestDB)`,
    apt: 'default-jre-headless',
    dnf: 'java-latest-openjdk-headless',
    brew: 'temurin',
  },
  maven: { what: 'Maven (it fetches QuestDB)', apt: 'maven', dnf: 'maven', brew: 'maven' },
  toolchain: {
    what: 'a C toolchain (it builds net-ping)',
    apt: 'python3 make g++',
    dnf: 'python3 make gcc-c++',
    brew: undefined,
  },
};

/** Path of a program on the PATH, or undefined. */
export const findProgram = (name) => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const suffix of process.platform === 'win32' ? ['.exe', '.cmd'] : ['']) {
      const path = join(folder, name + suffix);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // not in this folder
      }
    }
  }
  return undefined;
};

const hintFor = ({ what, apt, dnf, brew }) =>
  `missing: ${what} · Debian/Ubuntu: sudo apt-get install -y ${apt} · Fedora: sudo dnf install -y ${dnf} · ` +
  `macOS: ${brew ? `brew install ${brew}` : 'xcode-select --install'}`;

/** One line: that a C toolchain is missing, and how to install it. */
export const toolchainHint = () => hintFor(PACKAGES.toolchain);

/** Whether node-gyp finds what it needs. */
export const hasToolchain = () =>
  ['python3', 'make'].every(findProgram) && ['g++', 'c++', 'clang++'].some(findProgram);

/** Major version of the Java in JAVA_HOME (which is put first on the PATH), else on the PATH; undefined: none. */
const javaMajor = async () => {
  const home = process.env.JAVA_HOME;
  if (home && existsSync(join(home, 'bin/java')))
    process.env.PATH = `${join(home, 'bin')}${delimiter}${process.env.PATH ?? ''}`;
  const path = findProgram('java');
  if (!path) return undefined;
  const program = realpathSync(path);
  const { mtimeMs } = statSync(program);
  const last = readJson(JAVA_STAMP);
  if (last?.program === program && last.mtimeMs === mtimeMs) return last.major;
  const printed = await run(path, ['-version']).catch(() => '');
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(printed) ?? [];
  if (first === undefined) return undefined;
  const major = first === '1' ? Number(second) : Number(first); // "1.8" was 8
  writeJson(JAVA_STAMP, { program, mtimeMs, major });
  return major;
};

const lacking = async (needsMaven) => {
  const names = [];
  const major = await javaMajor();
  if (major === undefined || major < JAVA_NEEDED) names.push('java');
  if (needsMaven && !findProgram('mvn')) names.push('maven');
  return names;
};

/** The commands that install these here, or undefined where this may not or cannot be done. */
const installCommands = async (names) => {
  const isRoot = process.geteuid?.() === 0;
  const asked = process.env.SIAGA_SETUP === 'yes';
  const has = findProgram;
  const allowed = asked || (isRoot && has('apt-get') && process.env.SIAGA_SETUP !== 'no');
  if (!allowed) return undefined;
  const asRoot = (command) => (isRoot ? command : ['sudo', ...command]);
  if (!isRoot && !has('brew') && !has('sudo')) return undefined;
  if (has('apt-get')) {
    const env = ['env', 'DEBIAN_FRONTEND=noninteractive'];
    const packages = names.map((name) => PACKAGES[name].apt);
    return [
      asRoot([...env, 'apt-get', 'update', '-qq']),
      asRoot([...env, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages]),
    ];
  }
  if (has('dnf')) return [asRoot(['dnf', 'install', '-y', '-q', ...names.map((name) => PACKAGES[name].dnf)])];
  if (has('brew')) return [['brew', 'install', ...names.map((name) => PACKAGES[name].brew)]];
  return undefined;
};

/**
 * Sees to Java, and Maven where it is needed; installs them where that is allowed, saying so first.
 * Throws StepError with a line for each that is missing.
 * @param {{ needsMaven: boolean }} options
 */
export const ensureJava = async ({ needsMaven }) => {
  let names = await lacking(needsMaven);
  if (names.length === 0) return;
  const commands = await installCommands(names);
  if (commands) {
    for (const command of commands) say(`about to run: ${command.join(' ')}`);
    await step(`installing ${names.join(' and ')}`, async () => {
      for (const [program, ...args] of commands) await run(program, args);
    }).catch((error) => {
      if (!(error instanceof StepError)) throw error;
      say(error.message); // the check below tells what is still missing
    });
    names = await lacking(needsMaven);
    if (names.length === 0) return;
  }
  throw new StepError(
    [
      ...names.map((name) => hintFor(PACKAGES[name])),
      'SIAGA_SETUP=yes npm start installs them itself. Without Java, point SIAGA_QUESTDB_URL at a QuestDB server',
      '(http://host:9000); with Java but without Maven, name a questdb.jar with SIAGA_QUESTDB_JAR.',
    ].join('\n'),
  );
};
