import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything secret of this installation, derived from one master key in `{dataDir}/secrets.json` (0600). */
export interface Secrets {
  /** Keyed hash of a token, for storing and finding it; `purpose` keeps the kinds apart. 32 bytes. */
  hmac(purpose: 'refresh' | 'session' | 'enrolment' | 'agent', value: string): Buffer;
  /** Key for signing access tokens, base64url. */
  jwtKey: string;
  postgresPassword: string;
  questdbPassword: string;
}

const MASTER_BYTES = 32;

/** Reads the master key, making it on first use. Throws where the file cannot be read, written or understood. */
export const loadSecrets = async (dataDir: string): Promise<Secrets> => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'secrets.json');
  const master = Buffer.from((await readOrMake(path)).master, 'base64url');
  if (master.length !== MASTER_BYTES)
    throw new Error(`${path}: "master" must be ${MASTER_BYTES} bytes of base64url`);
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', `siaga:${purpose}`, 32));
  const hmacKeys = new Map<string, Buffer>();
  return {
    hmac: (purpose, value) => {
      let key = hmacKeys.get(purpose);
      if (!key) hmacKeys.set(purpose, (key = derive(`hmac:${purpose}`)));
      return createHmac('sha256', key).update(value).digest();
    },
    jwtKey: derive('jwt').toString('base64url'),
    postgresPassword: derive('postgres').toString('base64url'),
    questdbPassword: derive('questdb').toString('base64url'),
  };
};

const read = (path: string): { master: string } =>
  JSON.parse(readFileSync(path, 'utf8')) as { master: string };

const readOrMake = async (path: string): Promise<{ master: string }> => {
  try {
    return read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Written whole under another name and linked: a kill in between leaves no half key, two starters agree on one.
  const fresh = `${path}.${process.pid}`;
  const file = await open(fresh, 'w', 0o600);
  await file.writeFile(`${JSON.stringify({ master: randomBytes(MASTER_BYTES).toString('base64url') })}\n`);
  await file.sync();
  await file.close();
  try {
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(fresh);
  }
  return read(path);
};
