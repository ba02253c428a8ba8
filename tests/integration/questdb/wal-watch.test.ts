import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWalWatch } from '../../../hub/src/platform/questdb/wal-watch.js';
import { createManualClock } from '../../support/manual-clock.js';
import { applied, createTestTables, until } from './support.js';

const ROW = 'icmp stream=1i,check_id=1i,min_us=1i,avg_us=2i,max_us=3i 1764096000000\n';

describe('a table that QuestDB suspended', () => {
  let tables: Awaited<ReturnType<typeof createTestTables>>;
  beforeEach(async () => {
    tables = await createTestTables();
  });
  afterEach(() => tables.drop());

  it('is resumed at the next look, and shows what was committed meanwhile', async () => {
    const { questdb } = tables;
    const clock = createManualClock();
    const watch = createWalWatch({ questdb, clock, log: pino({ level: 'silent' }) });
    watch.start();
    const icmp = `${questdb.tablePrefix}icmp`;
    await questdb.exec(`alter table ${icmp} suspend wal`);
    expect(await questdb.post(questdb.tablePrefix + ROW)).toEqual({ ok: true });
    const rows = async () => (await questdb.exec<[number]>(`select count() from ${icmp}`)).rows[0]![0];
    expect(await rows()).toBe(0);
    clock.advance(30_000);
    await applied(questdb, 'icmp');
    await until('the row is seen', async () => (await rows()) === 1);
    watch.stop();
  });
});
