import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createEmbeddedQuestDb } from '../../../hub/src/platform/embedded/index.js';
import { questDbJar } from '../../support/questdb-jar.js';
import { recordOf } from './support.js';

it(
  'a QuestDB that is killed again and again leaves nothing behind on the disk',
  { timeout: 120_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'siaga-questdb-'));
    const server = createEmbeddedQuestDb({
      ...{ dataDir, jar: questDbJar(), user: 'siaga', password: 'test-only' },
      log: pino({ level: 'silent' }),
    });
    const scratch = (): Promise<string[]> => readdir(join(dataDir, 'questdb/scratch'));
    try {
      const { url } = await server.start();
      const unpacked = (await scratch()).length;
      expect(unpacked).toBeGreaterThan(0);
      for (let kills = 0; kills < 2; kills++) {
        const { pid } = await recordOf(dataDir, 'questdb');
        process.kill(pid, 'SIGKILL');
        await expect
          .poll(async () => (await recordOf(dataDir, 'questdb').catch(() => ({ pid }))).pid, {
            timeout: 60_000,
          })
          .not.toBe(pid);
        await expect
          .poll(
            () =>
              fetch(`${url}/ping`).then(
                ({ status }) => status < 500,
                () => false,
              ),
            { timeout: 60_000 },
          )
          .toBe(true);
      }
      expect((await scratch()).length).toBe(unpacked);
    } finally {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
