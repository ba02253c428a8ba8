// What was installed or built from what, so that a second start does nothing twice. Builtins only.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './steps.mjs';

const NO_INPUT = new Set(['node_modules', 'dist', '.cache', '.data']);

/** @param {string} path */
export const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Written whole or not at all. */
export const writeJson = (path, value) => {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.fresh.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(value)}\n`);
  renameSync(fresh, path);
};

/** @param {string} path */
export const removeFile = (path) => rmSync(path, { force: true });

/** sha256 of one file. */
export const hashFile = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/**
 * sha256 over names and contents of all files of these folders and files (relative to the root), in a fixed order;
 * outputs and installed packages left out.
 * @param {string[]} paths
 */
export const hashInputs = (paths) => {
  const hash = createHash('sha256');
  const add = (path) => {
    const content = readFileSync(path);
    hash.update(`${relative(ROOT, path)}\0${content.length}\0`).update(content);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (NO_INPUT.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) add(path);
    }
  };
  for (const path of paths) {
    const full = join(ROOT, path);
    if (path.includes('.') && !path.endsWith('/')) add(full);
    else walk(full);
  }
  return hash.digest('hex');
};
