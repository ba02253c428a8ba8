// Running other programs step by step, with progress. Builtins only: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const STILL_AT_IT_MS = 15_000;
const SHOWN_LINES = 20;
const running = new Set();

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** One line of progress, with the time since the process began in front. */
export const say = (line) => console.log(`${seconds(performance.now()).padStart(8)}  ${line}`);

/** A failure that its message tells in full: printed without a stack. */
export class StepError extends Error {}

/**
 * Runs a step, telling its start, that it still runs, and its end with the time it took.
 * @template T
 * @param {string} what as in "installing packages"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const step = async (what, work) => {
  const beganAtMs = performance.now();
  say(`${what} …`);
  const timer = setInterval(
    () => say(`still ${what} (${seconds(performance.now() - beganAtMs)})`),
    STILL_AT_IT_MS,
  );
  try {
    const answer = await work();
    say(`done: ${what} (${seconds(performance.now() - beganAtMs)})`);
    return answer;
  } finally {
    clearInterval(timer);
  }
};

/** The first and the last lines: npm tells its reason first, compilers and Maven last. */
const shorten = (printed) => {
  const lines = printed.trimEnd().split('\n');
  return lines.length <= 2 * SHOWN_LINES
    ? lines.join('\n')
    : [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)].join('\n');
};

/**
 * Runs a program quietly. Throws StepError with the first and last lines it printed when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} all that it printed
 */
export const run = async (program, args, options = {}) => {
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let printed = '';
  const hear = (chunk) => (printed += chunk);
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  try {
    const { code, signal } = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (code === 0) return printed;
    throw new StepError(
      `"${[program, ...args].join(' ')}" failed (${signal ?? `exit ${code}`}):\n${shorten(printed)}`,
    );
  } catch (error) {
    if (error.code === 'ENOENT') throw new StepError(`${program} is not installed`);
    throw error;
  } finally {
    running.delete(child);
  }
};

/**
 * Runs a program that talks to the terminal itself.
 * @param {string[]} command
 * @returns {Promise<boolean>} whether it succeeded
 */
export const runShown = ([program, ...args]) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' });
    running.add(child);
    child.once('error', (error) => {
      console.error(error.message);
      running.delete(child);
      resolve(false);
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve(code === 0);
    });
  });

/** npm as the one that runs this script, else the one on the PATH. */
export const npm = (args, options) => {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') || script?.endsWith('.cjs')
    ? run(process.execPath, [script, ...args], options)
    : run('npm', args, options);
};

/**
 * Runs a command line's main function: tells a StepError in words, and ends what a step started when a signal or
 * another step's failure ends this process. The answer takes these signal handlers off again.
 * @param {(release: () => void) => Promise<void>} main
 */
export const runMain = async (main) => {
  const endAll = (signal) => {
    for (const child of running) child.kill(signal);
  };
  const stop = (signal) => {
    say(`${signal}: stopping`);
    endAll(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    process.exit(128 + constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  const release = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  try {
    await main(release);
  } catch (error) {
    endAll('SIGTERM');
    console.error(error instanceof StepError ? `\n${error.message}` : error);
    process.exit(1);
  }
};
