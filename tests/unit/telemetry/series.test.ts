import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../hub/src/errors.js';
import { createSeriesReader, planSeries, readRange } from '../../../hub/src/telemetry/series.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const nowMs = Date.UTC(2026, 5, 1, 12, 34, 56);
const context = { intervalMs: 5_000, nowMs, rawDays: 7, minuteDays: 90 };

describe('planSeries', () => {
  it.each([
    // range, its end's age, points → table, bucket
    [HOUR_MS, 0, 300, 'raw', 13_000],
    [HOUR_MS, 0, 2000, 'raw', 10_000],
    [MINUTE_MS, 0, 300, 'raw', 10_000],
    [5 * HOUR_MS, 0, 300, 'minute', 2 * MINUTE_MS],
    [DAY_MS, 0, 300, 'minute', 5 * MINUTE_MS],
    [DAY_MS, 0, 2000, 'raw', 44_000],
    [7 * DAY_MS, 0, 2000, 'minute', 6 * MINUTE_MS],
    [30 * DAY_MS, 0, 300, 'hour', 3 * HOUR_MS],
    [90 * DAY_MS, 0, 2000, 'hour', 2 * HOUR_MS],
    [365 * DAY_MS, 0, 300, 'hour', 30 * HOUR_MS],
    // raw rows of that time are gone, then minutes are
    [HOUR_MS, 8 * DAY_MS, 300, 'minute', MINUTE_MS],
    [HOUR_MS, 100 * DAY_MS, 300, 'hour', HOUR_MS],
  ])('%d ms, %d ms ago, in %d points', (rangeMs, ageMs, points, level, widthMs) => {
    const toMs = nowMs - ageMs;
    expect(planSeries({ fromMs: toMs - rangeMs, toMs, points }, context)).toMatchObject({ level, widthMs });
  });

  it('keeps two intervals of a slow check in a bucket', () => {
    const range = { fromMs: nowMs - HOUR_MS, toMs: nowMs, points: 300 };
    expect(planSeries(range, { ...context, intervalMs: 300_000 })).toMatchObject({ widthMs: 600_000 });
  });

  it('covers the range with no more buckets than asked for, on a grid that stays', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 * 365 * DAY_MS }),
        fc.integer({ min: 0, max: 2 * 365 * DAY_MS }),
        fc.integer({ min: 2, max: 2000 }),
        fc.integer({ min: 1, max: 3600 }),
        (rangeMs, ageMs, points, intervalS) => {
          const toMs = nowMs - ageMs;
          const fromMs = toMs - rangeMs;
          const plan = planSeries({ fromMs, toMs, points }, { ...context, intervalMs: intervalS * 1000 });
          expect(plan.buckets).toBeLessThanOrEqual(points);
          expect(plan.startMs).toBeLessThanOrEqual(fromMs);
          expect(plan.startMs + plan.buckets * plan.widthMs).toBeGreaterThanOrEqual(toMs);
          expect(plan.startMs % plan.widthMs === 0).toBe(true);
          expect(plan.widthMs).toBeGreaterThanOrEqual(2 * intervalS * 1000);
          const stepMs = { raw: 1000, minute: MINUTE_MS, hour: HOUR_MS }[plan.level];
          expect(plan.widthMs % stepMs).toBe(0);
        },
      ),
    );
  });
});

describe('readRange', () => {
  it('takes the last hour in 300 points unless told', () => {
    expect(readRange({}, nowMs)).toEqual({ fromMs: nowMs - HOUR_MS, toMs: nowMs, points: 300 });
  });

  it.each([
    ['epoch ms', '1750000000000', 1_750_000_000_000],
    ['a date', '2026-01-02', Date.UTC(2026, 0, 2)],
    ['a time in UTC', '2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['a time with its offset', '2026-01-02T03:04+07:00', Date.UTC(2026, 0, 1, 20, 4)],
  ])('reads %s', (_what, from, fromMs) => {
    expect(readRange({ from, to: String(nowMs) }, nowMs).fromMs).toBe(fromMs);
  });

  it.each([
    ['from', { from: 'yesterday' }],
    ['from', { from: '2026-13-01' }],
    ['from', { from: '-5' }],
    ['from', { from: '1'.repeat(40) }],
    ['from', { from: String(nowMs + 1) }],
    ['from', { from: '2026-01-02', to: '2026-01-02' }],
    ['to', { to: '1.5' }],
    ['to', { to: '2026-01-02 03:04' }],
    ['points', { points: '1' }],
    ['points', { points: '2001' }],
    ['points', { points: 'many' }],
  ])('names the field %s of %o', (field, query) => {
    let fault: unknown;
    try {
      readRange(query, nowMs);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(DomainError);
    expect((fault as DomainError).details.fields).toMatchObject([{ field }]);
  });
});

describe('before the first reader', () => {
  /** The SQL that warming up asks for, with devices of these checks. */
  const warmedUp = async (devices: readonly (readonly ('icmp' | 'host')[])[]): Promise<string[]> => {
    const asked: string[] = [];
    const known = devices.map((types, n) => ({
      id: `d-${n}`,
      checks: types.map((type) => ({ id: 100 + n, type, intervalMs: 5_000 })),
    }));
    const reader = createSeriesReader({
      questdb: {
        tablePrefix: '',
        exec: (sql: string) => {
          asked.push(sql);
          return Promise.resolve({ rows: [] });
        },
      } as never,
      directory: {
        devices: () => known,
        device: (wanted: string) => known.find(({ id }) => id === wanted),
      } as never,
      clock: { nowMs: () => nowMs } as never,
      retention: context,
    });
    await reader.warmUp();
    return asked;
  };

  it('the longest chart of one device is asked for, of each table that it stands in', async () => {
    const asked = await warmedUp([['host'], ['icmp'], ['icmp']]);
    expect(asked.map((sql) => /from (\w+) where check_id in \((\d+)\)/.exec(sql)?.slice(1))).toEqual([
      ['icmp_1h', '101'],
      ['icmp_1m', '101'],
      ['icmp', '101'],
    ]);
    expect(asked[0]).toContain(`ts >= '2026-03-03T`);
  });

  it.each([[[]], [[['host'] as const]]])(
    'nothing is asked where no device is pinged: %o',
    async (devices) => {
      expect(await warmedUp(devices)).toEqual([]);
    },
  );
});
