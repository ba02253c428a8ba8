import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { StartError } from '../../errors.js';
import type { PostgresBinaries } from './postgres-binaries.js';

/** Where PostgreSQL's files are and how its programs are run there. */
export interface PostgresPlace {
  /** Folder with `bin`, `lib` and `share`. */
  binaries: string;
  /** Folder that holds the cluster; PostgreSQL's user may write here. */
  home: string;
  /** Program and arguments to put in front of each of PostgreSQL's programs. */
  wrapper: string[];
  /** Account to run as. */
  account?: { uid: number; gid: number };
}

/** The ways out when this runs as root; tests name their own. */
export interface RootWays {
  /** The program that makes a user namespace. */
  unshareProgram: string;
  /** Where binaries and data go when no namespace is to be had. */
  systemHome: string;
}

/** The ways of a real system. */
export const ROOT_WAYS: RootWays = { unshareProgram: 'unshare', systemHome: '/var/lib/siaga' };

interface Account {
  name: string;
  uid: number;
  gid: number;
}

const run = promisify(execFile);
const PREFERRED_ACCOUNTS = ['postgres', 'nobody'];

/** Folder of the cluster inside a place's home. */
export const clusterDir = (home: string): string => join(home, 'postgres');

/**
 * PostgreSQL refuses to run as root. As an ordinary user it runs as that user. As root: under a user namespace where
 * root looks like an ordinary account, so that it may enter folders that only root may enter; where the kernel
 * refuses that, as an unprivileged account with its files under `systemHome`. A cluster that an ordinary user made
 * is run as that user. Throws StartError where no way is left.
 */
export const placePostgres = async (deps: {
  dataDir: string;
  binaries: PostgresBinaries;
  log: Logger;
  rootWays: RootWays;
}): Promise<PostgresPlace> => {
  const { dataDir, binaries, log } = deps;
  const { unshareProgram, systemHome } = deps.rootWays;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const here: PostgresPlace = { binaries: binaries.root, home: dataDir, wrapper: [] };
  if (process.geteuid?.() !== 0) return here;

  if (existsSync(clusterDir(dataDir))) {
    const { uid, gid } = await stat(clusterDir(dataDir));
    if (uid !== 0) return { ...here, account: { uid, gid } };
  }
  const accounts = await readAccounts();
  const account = accounts[0];
  if (!account)
    throw new StartError('PostgreSQL does not run as root and /etc/passwd names no other account');

  const system = join(systemHome, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  if (!existsSync(clusterDir(system))) {
    const wrapper = [
      unshareProgram,
      '--user',
      `--map-user=${account.uid}`,
      `--map-group=${account.gid}`,
      '--',
    ];
    const refusal = await refusalOf(wrapper, here);
    if (refusal === undefined) return { ...here, wrapper };
    if (existsSync(clusterDir(dataDir)))
      throw new StartError(
        `PostgreSQL's data in ${clusterDir(dataDir)} belongs to root, and this system refuses user namespaces (${refusal}): ` +
          `start as an ordinary user who owns ${dataDir}, or set SIAGA_POSTGRES_URL`,
      );
    log.warn(
      { refusal, account: account.name, home: system },
      'no user namespace to be had: PostgreSQL runs as an unprivileged account with its data in its own folder',
    );
  }
  const { uid, gid } = existsSync(clusterDir(system)) ? await stat(clusterDir(system)) : account;
  await mkdir(system, { recursive: true, mode: 0o700 });
  await chmod(systemHome, 0o711);
  await chown(system, uid, gid);
  return {
    binaries: await copyBinaries(binaries, systemHome),
    home: system,
    wrapper: [],
    account: { uid, gid },
  };
};

/** undefined where the wrapped program runs and may write into its home; else the reason. */
const refusalOf = async (wrapper: string[], place: PostgresPlace): Promise<string | undefined> => {
  const [program, ...args] = wrapper;
  try {
    await run(program as string, [...args, join(place.binaries, 'bin', 'postgres'), '--version']);
    await run(program as string, [...args, 'test', '-w', place.home, '-a', '-x', place.home]);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim();
    return said === '' ? message : said;
  }
};

const readAccounts = async (): Promise<Account[]> => {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const accounts = passwd.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':');
    const account = { name, uid: Number(uid), gid: Number(gid) };
    return account.uid > 0 && Number.isInteger(account.gid) ? [account] : [];
  });
  const rank = ({ name }: Account) => {
    const place = PREFERRED_ACCOUNTS.indexOf(name);
    return place < 0 ? PREFERRED_ACCOUNTS.length : place;
  };
  return accounts.sort((a, b) => rank(a) - rank(b));
};

const copyBinaries = async ({ root, version }: PostgresBinaries, systemHome: string): Promise<string> => {
  const target = join(systemHome, `postgresql-${version}`);
  if (existsSync(target)) return target;
  const fresh = `${target}.fresh.${process.pid}`;
  await cp(root, fresh, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'go+rX', fresh]);
  try {
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
};
