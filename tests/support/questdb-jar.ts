import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `npm start` and `npm test` keep the pinned jar, or the one at hand. Throws where there is none. */
export const questDbJar = (): string => {
  const path =
    process.env['SIAGA_QUESTDB_JAR'] ??
    fileURLToPath(new URL('../../.cache/questdb/questdb-9.3.4.jar', import.meta.url));
  if (!existsSync(path)) throw new Error(`no QuestDB at ${path}: run npm test, or set SIAGA_QUESTDB_JAR`);
  return path;
};
