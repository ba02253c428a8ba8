import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { migratePostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { migrateQuestDb } from '../../../hub/src/platform/questdb/migrations.js';
import { createQuestDb } from '../../../hub/src/platform/questdb/questdb.js';

// Port 1: nothing listens there.
const startOn: [setting: string, start: () => Promise<unknown>][] = [
  ['SIAGA_POSTGRES_URL', () => migratePostgres('postgresql://siaga:hush@127.0.0.1:1/siaga')],
  [
    'SIAGA_QUESTDB_URL',
    async () => {
      const questdb = createQuestDb({ url: 'http://siaga:hush@127.0.0.1:1' });
      try {
        await migrateQuestDb(questdb, { rawDays: 7, minuteDays: 90, hourDays: 1825 });
      } finally {
        await questdb.stop();
      }
    },
  ],
];

test.each(startOn)('a server that cannot be reached is told with its setting, %s', async (setting, start) => {
  const error: unknown = await start().catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(StartError);
  expect((error as Error).message).toMatch(
    new RegExp(`^${setting}: the server cannot be reached .*ECONNREFUSED`),
  );
  expect((error as Error).message).not.toContain('hush');
});

describe('a PostgreSQL that takes connections and says nothing', () => {
  let server: net.Server | undefined;
  const sockets = new Set<net.Socket>();
  const silentUrl = async (): Promise<string> => {
    server = net.createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `postgresql://siaga:hush@127.0.0.1:${(server.address() as AddressInfo).port}/siaga`;
  };
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server?.close();
  });

  it('is given up as one that cannot be reached', async () => {
    const url = await silentUrl();
    const error: unknown = await migratePostgres(url, { connectWithinMs: 50 }).catch(
      (fault: unknown) => fault,
    );
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(/^SIAGA_POSTGRES_URL: the server cannot be reached/);
  });

  it('does not hold up a stop', async () => {
    const url = await silentUrl();
    const stopped = new AbortController();
    const migrated = migratePostgres(url, { aborted: stopped.signal });
    await once(server!, 'connection');
    stopped.abort();
    await expect(migrated).rejects.toThrow(StartError);
  });
});
