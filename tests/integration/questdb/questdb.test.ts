import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QuestDbError, createQuestDb, type QuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import { testQuestDb } from '../../support/questdb.js';
import { applied, createTestTables } from './support.js';

const AT_MS = Date.UTC(2026, 0, 5, 12);

describe('QuestDB over HTTP', () => {
  let questdb: QuestDb;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ questdb, drop } = await createTestTables());
  });
  afterAll(() => drop());

  const line = (checkId: number | string, atMs: number, fields = '') =>
    `${questdb.tablePrefix}icmp stream=1i,check_id=${checkId}i${fields} ${atMs}\n`;
  const countOf = async (checkId: number): Promise<number> => {
    await applied(questdb, 'icmp');
    const { rows } = await questdb.exec<[number]>(
      `select count() from ${questdb.tablePrefix}icmp where check_id = ${checkId}`,
    );
    return rows[0]![0];
  };

  it('answers columns with their types, and rows', async () => {
    const { columns, rows } = await questdb.exec<[number, string]>("select 7 a, 'xy' b");
    expect(columns).toEqual([
      { name: 'a', type: 'INT' },
      { name: 'b', type: 'STRING' },
    ]);
    expect(rows).toEqual([[7, 'xy']]);
  });

  it("throws the server's words and the place of a faulty statement", async () => {
    const error = await questdb.exec('select from nowhere at all').catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(QuestDbError);
    expect((error as QuestDbError).status).toBe(400);
    expect((error as QuestDbError).position).toBeGreaterThan(0);
  });

  it('throws where the password is wrong', async () => {
    const stranger = createQuestDb({ ...testQuestDb(), password: 'wrong' });
    await expect(stranger.exec('select 1')).rejects.toThrow(QuestDbError);
    await expect(stranger.post('x y=1i 1\n')).rejects.toMatchObject({ status: 401 });
    await stranger.stop();
  });

  it('takes user and password from the URL', async () => {
    const { url, user, password } = testQuestDb();
    const withLogin = new URL(url);
    withLogin.username = user;
    withLogin.password = password;
    const client = createQuestDb({ url: withLogin.href });
    expect((await client.exec('select 1')).rows).toEqual([[1]]);
    await client.stop();
  });

  it('throws while nothing listens', async () => {
    const away = createQuestDb({ url: 'http://127.0.0.1:1' });
    await expect(away.post('x y=1i 1\n')).rejects.toThrow();
    await away.stop();
  });

  it('stores what it calls ok, once, however often it is posted', async () => {
    const lines =
      line(1, AT_MS, ',min_us=1i,avg_us=2i,max_us=3i') + line(1, AT_MS + 1000, ',outcome=1i,lost=3i');
    for (let i = 0; i < 3; i++) expect(await questdb.post(lines)).toEqual({ ok: true });
    await applied(questdb, 'icmp');
    const { rows } = await questdb.exec(
      `select outcome, min_us, avg_us, max_us, lost from ${questdb.tablePrefix}icmp where check_id = 1`,
    );
    // What was left out: 0 in the byte columns, nothing in the others.
    expect(rows).toEqual([
      [0, 1, 2, 3, 0],
      [1, null, null, null, 3],
    ]);
  });

  it.each([
    ['a value out of its column', (): string => line(99_999_999_999, AT_MS)],
    ['a value of another type', (): string => line(2, AT_MS, ',lost="three"')],
    ['a stamp before 1970', (): string => line(2, -5)],
    ['no line protocol at all', (): string => 'nonsense\n'],
  ])('names the line of %s, in the middle of 20,000, and stores none of them', async (_what, bad) => {
    const good = (i: number) => line(2, AT_MS + i);
    const lines = Array.from({ length: 20_000 }, (_, i) => (i === 15_678 ? bad() : good(i)));
    const result = await questdb.post(lines.join(''));
    expect(result).toMatchObject({ ok: false, line: 15_679 });
    expect(result).toHaveProperty('message', expect.stringContaining('line 15679'));
    expect(await countOf(2)).toBe(0);
  });
});
