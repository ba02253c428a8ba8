// QuestDB's jar: one pinned version, fetched with Maven, checked, kept outside node_modules. Builtins only.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ROOT, StepError, run, step } from './steps.mjs';
import { ensureJava } from './system.mjs';

const VERSION = '9.3.4';
const SHA256 = '939bc53ab22f93dbaa6545143a6e7c536d4904c07b7f2d381e8eef10436be062';
const POM = join(ROOT, 'deploy/questdb/pom.xml');
const DIR = join(ROOT, '.cache/questdb');

/** Where the hub looks for it. */
export const QUESTDB_JAR = join(DIR, `questdb-${VERSION}.jar`);

const sha256 = async (path) => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** Sees to Java and the jar, unless a server (SIAGA_QUESTDB_URL) or a jar (SIAGA_QUESTDB_JAR) is at hand. */
export const ensureQuestDb = async () => {
  if (process.env.SIAGA_QUESTDB_URL) return;
  const isThere = existsSync(process.env.SIAGA_QUESTDB_JAR || QUESTDB_JAR);
  await ensureJava({ needsMaven: !isThere && !process.env.SIAGA_QUESTDB_JAR });
  if (isThere || process.env.SIAGA_QUESTDB_JAR) return; // a named jar that is missing is the hub's to tell
  await step(`fetching QuestDB ${VERSION} (30 MB)`, fetchJar);
};

const fetchJar = async () => {
  const fresh = join(DIR, `fresh.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    await run('mvn', [
      '--batch-mode',
      '--quiet',
      '--file',
      POM,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${fresh}`,
    ]);
    const jar = join(fresh, `questdb-${VERSION}.jar`);
    const found = await sha256(jar);
    if (found !== SHA256)
      throw new StepError(`QuestDB ${VERSION} from Maven has sha256 ${found}, expected ${SHA256}: not used`);
    renameSync(jar, QUESTDB_JAR);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
};
