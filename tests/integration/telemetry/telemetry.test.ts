import { pino } from 'pino';
import { Registry } from 'prom-client';
import { agentTopic, hubTopic, type Ack, type BatchBody } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventBus } from '../../../hub/src/events.js';
import type { BrokerMessage, PublishOptions } from '../../../hub/src/platform/broker/broker.js';
import { systemClock } from '../../../hub/src/platform/clock.js';
import { createQuestDb, type QuestDb } from '../../../hub/src/platform/questdb/questdb.js';
import {
  createTelemetry,
  type Judge,
  type JudgedListener,
  type Telemetry,
} from '../../../hub/src/telemetry/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { testQuestDb } from '../../support/questdb.js';
import { headerOf, packMessage } from '../../unit/telemetry/support.js';
import { applied, createTestTables, refreshed, until } from '../questdb/support.js';
import { addAgent, createCuttableLine, directoryOf } from './support.js';

const DEVICES = 50;
const log = pino({ level: 'silent' });

describe('telemetry on real stores', () => {
  let database: TestDatabase;
  let tables: Awaited<ReturnType<typeof createTestTables>>;
  let line: Awaited<ReturnType<typeof createCuttableLine>>;
  let writing: QuestDb;
  let agentId: string;
  let telemetry: Telemetry;
  let published: { topic: string; payload: string; options: PublishOptions | undefined }[];

  const judge = (): Judge => {
    let listener: JudgedListener = () => undefined;
    return {
      submit: ({ agentId: id, stream, seq }) => listener(id, stream, seq, false),
      late: (_agentId, _body, healed) => healed(),
      onJudged: (heard) => (listener = heard),
      heard: () => undefined,
    };
  };
  const start = async (run: string): Promise<void> => {
    telemetry = createTelemetry({
      broker: {
        publish: (topic, payload, options) => {
          published.push({ topic, payload: Buffer.from(payload as string).toString(), options });
          return Promise.resolve();
        },
      },
      questdb: writing,
      db: database.postgres.db,
      judge: judge(),
      directory: directoryOf(agentId, DEVICES),
      events: createEventBus(),
      clock: systemClock,
      run,
      log,
      metrics: new Registry(),
    });
    await telemetry.start();
  };

  beforeEach(async () => {
    published = [];
    database = await createTestDatabase();
    tables = await createTestTables();
    line = await createCuttableLine(testQuestDb().url);
    const { user, password } = testQuestDb();
    writing = createQuestDb({ url: line.url, user, password, tablePrefix: tables.questdb.tablePrefix });
    agentId = await addAgent(database.postgres.db);
    await start('run-1');
  });
  afterEach(async () => {
    await telemetry.stop();
    await writing.stop();
    line.stop();
    await tables.drop();
    await database.drop();
  });

  const send = (seq: number, body: BatchBody, fields = {}): void => {
    const message: BrokerMessage = {
      topic: agentTopic('0a', agentId, 'telemetry'),
      payload: packMessage(headerOf({ seq, from: 1, enc: 'deflate', ...fields }), body),
      retain: false,
    };
    telemetry.handle(message);
  };
  const acks = (): Ack[] =>
    published
      .filter(({ topic }) => topic === agentTopic('0a', agentId, 'ack'))
      .map(({ payload }) => JSON.parse(payload) as Ack);
  const storedUpTo = (seq: number) =>
    until(`stored ${seq}`, () => acks().some((ack) => ack.live.stored >= seq));

  /** Batches of every device, with random outcomes; the rows that must come of them. */
  const randomBatches = (count: number) => {
    const rows: string[] = [];
    const startMs = Date.now() - 3_600_000;
    const batches = Array.from({ length: count }, (_, batch): BatchBody => {
      const column = (make: (i: number) => number) =>
        Array.from({ length: DEVICES }, (_unused, i) => make(i));
      const lost = column(() => Math.floor(Math.random() * 4));
      const us = column(() => 100 + Math.floor(Math.random() * 5000));
      const t0 = startMs + batch * 5000;
      for (let i = 0; i < DEVICES; i++) {
        const at = new Date(t0 + i).toISOString().replace('Z', '000Z');
        const ok = lost[i]! < 3;
        rows.push(
          JSON.stringify([
            at,
            i + 1,
            1,
            ok ? 0 : 1,
            ok ? us[i]! - 50 : null,
            ok ? us[i]! : null,
            ok ? us[i]! + 50 : null,
            lost[i]!,
          ]),
        );
      }
      return {
        t0,
        icmp: {
          c: column((i) => i + 1),
          d: column((i) => (i === 0 ? 0 : 1)),
          o: lost.map((n) => (n === 3 ? 1 : 0)),
          a: us.map((n) => n - 50),
          b: us,
          m: us.map((n) => n + 50),
          l: lost,
        },
      };
    });
    return { batches, rows };
  };
  const storedRows = async (): Promise<string[]> => {
    await applied(tables.questdb, 'icmp');
    const { rows } = await tables.questdb.exec(
      `select ts, check_id, stream, outcome, min_us, avg_us, max_us, lost from ${tables.questdb.tablePrefix}icmp`,
    );
    return rows.map((row) => JSON.stringify(row));
  };

  it('announces its run to the shards of its agents, retained', async () => {
    await until('it is announced', () => published.length > 0);
    expect(published[0]).toMatchObject({ topic: hubTopic('0a'), options: { retain: true } });
    expect(JSON.parse(published[0]!.payload)).toMatchObject({ run: 'run-1' });
  });

  it('stores random batches as the set of rows they are, also when the hub is restarted and all is sent again', async () => {
    const { batches, rows } = randomBatches(40);
    batches.slice(0, 25).forEach((body, i) => send(i + 1, body));
    await storedUpTo(25);
    await telemetry.stop();
    await start('run-2');
    published.length = 0;
    for (let again = 0; again < 2; again++) batches.forEach((body, i) => send(i + 1, body));
    await storedUpTo(40);
    expect((await storedRows()).sort()).toEqual(rows.sort());
  });

  it.each([
    ['in the middle of a post', { afterBytes: 40_000 }],
    ['at its first bytes', { afterBytes: 10 }],
    ['before its answer', 'answer' as const],
  ])('stores everything once where the line is cut %s', async (_what, where) => {
    const { batches, rows } = randomBatches(20);
    line.cutNext(where);
    batches.forEach((body, i) => send(i + 1, body));
    await storedUpTo(20);
    expect(line.cuts()).toBe(1);
    expect((await storedRows()).sort()).toEqual(rows.sort());
  });

  it('keeps its head over a poison row: the rest of the post is stored, the row lies among the dead letters', async () => {
    // A column that cannot hold what used to be good: as close to a poison row as validated samples come.
    const { questdb } = tables;
    const host = { c: [1000], d: [0], cpu: [1], mem: [2], disk: [3], up: [5] };
    await questdb.exec(`drop materialized view ${questdb.tablePrefix}host_1h`);
    await questdb.exec(`drop materialized view ${questdb.tablePrefix}host_1m`);
    await questdb.exec(`alter table ${questdb.tablePrefix}host alter column uptime_s type boolean`);
    const { batches, rows } = randomBatches(3);
    batches.forEach((body, i) => send(i + 1, i === 1 ? { ...body, host } : body));
    await storedUpTo(3);
    expect((await storedRows()).sort()).toEqual(rows.sort());
    const letters = () => database.postgres.db.selectFrom('dead_letters').selectAll().execute();
    await until('the dead letter', async () => (await letters()).length === 1);
    expect((await letters())[0]).toMatchObject({ agent_id: agentId });
    expect((await letters())[0]!.payload.toString()).toContain('uptime_s=5i');
  });

  describe('series', () => {
    const HOUR_MS = 3_600_000;
    // On the grid of every bucket below, whatever the time of day.
    const hour = Math.floor(Date.now() / (2 * HOUR_MS)) * 2 * HOUR_MS;

    /** A cycle of device 1 every minute of so many hours, the last ending now; µs and lost tell the hour. */
    const fill = async (hours: number): Promise<void> => {
      const lines: string[] = [];
      for (let atMs = hour - hours * HOUR_MS; atMs < hour; atMs += 60_000) {
        const age = (hour - atMs) / HOUR_MS;
        const whole = Math.ceil(age);
        lines.push(
          `${tables.questdb.tablePrefix}icmp stream=1i,check_id=1i,min_us=${whole * 1000}i,avg_us=${whole * 2000}i,max_us=${whole * 3000}i,lost=1i ${atMs}`,
        );
      }
      expect(await tables.questdb.post(`${lines.join('\n')}\n`)).toEqual({ ok: true });
      await refreshed(tables.questdb, 'icmp', 'icmp_1m');
      await refreshed(tables.questdb, 'icmp_1m', 'icmp_1h');
    };
    const query = (metric: 'rtt' | 'loss' | 'cpu', hours: number, points: number, deviceId = 'device-1') =>
      telemetry.series({
        deviceId,
        metric,
        from: String(hour - hours * HOUR_MS),
        to: new Date(hour).toISOString(),
        // One more than wanted: see planSeries.
        points: String(points + 1),
      });

    it.each([
      ['samples', 1, 30],
      ['minutes', 12, 144],
      ['hours', 48, 24],
    ])('come from %s alike', async (_what, hours, points) => {
      await fill(hours);
      const rtt = await query('rtt', hours, points);
      expect(rtt).toMatchObject({ metric: 'rtt', unit: 'ms' });
      const bucketMs = (hours * HOUR_MS) / points;
      expect(rtt.t).toEqual(
        Array.from({ length: points }, (_unused, i) => hour - hours * HOUR_MS + i * bucketMs),
      );
      rtt.t.forEach((atMs, i) => {
        // Hours within this bucket, the older first.
        const oldest = Math.ceil((hour - atMs) / HOUR_MS);
        const newest = Math.ceil((hour - atMs - bucketMs + 60_000) / HOUR_MS);
        expect(rtt.min[i]).toBeCloseTo(newest);
        expect(rtt.avg[i]).toBeCloseTo(oldest + newest);
        expect(rtt.max[i]).toBeCloseTo(oldest * 3);
      });
      const loss = await query('loss', hours, points);
      expect(loss.unit).toBe('percent');
      for (const column of [loss.min, loss.avg, loss.max])
        for (const value of column) expect(value).toBeCloseTo(100 / 3);
    });

    it('tell nothing where nobody looked, and no round trip where nothing came back', async () => {
      const prefix = tables.questdb.tablePrefix;
      const at = (minute: number) => hour - HOUR_MS + minute * 60_000;
      await tables.questdb.post(
        `${prefix}icmp stream=1i,check_id=1i,min_us=1i,avg_us=2000i,max_us=3i ${at(0)}\n` +
          `${prefix}icmp stream=1i,check_id=1i,outcome=1i,lost=3i ${at(2)}\n` +
          `${prefix}icmp stream=1i,check_id=1i,outcome=2i ${at(4)}\n` +
          `${prefix}icmp stream=1i,check_id=2i,min_us=1i,avg_us=9000i,max_us=3i ${at(6)}\n`,
      );
      await refreshed(tables.questdb, 'icmp', 'icmp_1m');
      const [rtt, loss] = [await query('rtt', 1, 30), await query('loss', 1, 30)];
      expect(rtt.avg.slice(0, 4)).toEqual([2, null, null, null]);
      expect(loss.avg.slice(0, 4)).toEqual([0, 100, null, null]);
    });

    it("tell the host's figures, and are empty where there is no such check", async () => {
      const up = { c: [1000, 1000], d: [0, 5000], cpu: [10, 30], mem: [50, 50], disk: [70, 70], up: [1, 2] };
      send(1, { t0: hour - HOUR_MS + 1000, host: up });
      await storedUpTo(1);
      await refreshed(tables.questdb, 'host', 'host_1m');
      const cpu = await query('cpu', 1, 30);
      expect([cpu.min[0], cpu.avg[0], cpu.max[0]]).toEqual([10, 20, 30]);
      const none = await query('cpu', 1, 30, 'device-2');
      expect(none.avg).toEqual(new Array(30).fill(null));
    });

    it('refuse a device nobody knows, a bad range, and say so where QuestDB is away', async () => {
      await expect(query('rtt', 1, 30, 'nobody')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
      await expect(query('rtt', -1, 30)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
      line.stop();
      await expect(query('rtt', 1, 30)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    });
  });

  it('knows the newest figures of a device', () => {
    expect(telemetry.latest('device-3')).toBeUndefined();
    expect(telemetry.latest('nobody')).toBeUndefined();
  });
});
