import {
  PACKETS_PER_CYCLE,
  type CheckType,
  type Series,
  type SeriesMetric,
  type SeriesQuery,
} from '@siaga/shared';
import type { Static } from 'typebox';
import { DomainError, fieldError } from '../errors.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import { isoTimeMs } from './iso-time.js';
import type { QuestDb } from '../platform/questdb/questdb.js';

type RangeQuery = Static<typeof SeriesQuery>;
/** A device's series as api.md asks for it. */
export type SeriesRequest = { deviceId: string } & RangeQuery;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_POINTS = 300;
const MAX_POINTS = 2_000;
/** The longest range that the web app offers (web/src/charts/ranges.ts). */
const LONGEST_CHART_DAYS = 90;
/** The views are refreshed every 1 and 10 minutes; what may be newer than they are is asked of the table below. */
const MINUTES_COMPLETE_AFTER_MS = 5 * MINUTE_MS;
const HOURS_COMPLETE_AFTER_MS = 2 * HOUR_MS;

type Level = 'raw' | 'minute' | 'hour';
const RESOLUTION_MS: Readonly<Record<Level, number>> = { raw: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS };
const SUFFIX: Readonly<Record<Level, string>> = { raw: '', minute: '_1m', hour: '_1h' };

/** SQL of a bucket's sum, count, min and max, and what turns them into the metric's unit. */
interface MetricSql {
  check: CheckType;
  unit: Series['unit'];
  raw: string;
  rolled: string;
  /** Multiplies sum / count, and min and max, in this order. */
  scale: readonly [mean: number, extremes: number];
}

const hostMetric = (column: string): MetricSql => ({
  check: 'host',
  unit: 'percent',
  raw: `sum(cast(${column} as double)), count(), min(${column}), max(${column})`,
  rolled: `sum(${column}_sum), sum(samples), min(${column}_min), max(${column}_max)`,
  scale: [1, 1],
});

// The mean round trip is over packets: a cycle that lost two of three counts for the one that came back.
const METRICS: Readonly<Record<SeriesMetric, MetricSql>> = {
  rtt: {
    check: 'icmp',
    unit: 'ms',
    raw:
      `sum(cast(avg_us as long) * (${PACKETS_PER_CYCLE} - lost)), ` +
      `sum(case when avg_us is not null then ${PACKETS_PER_CYCLE} - lost else 0 end), min(min_us), max(max_us)`,
    rolled: `sum(rtt_sum_us), sum(cycles * ${PACKETS_PER_CYCLE} - lost), min(min_us), max(max_us)`,
    scale: [1 / 1000, 1 / 1000],
  },
  loss: {
    check: 'icmp',
    unit: 'percent',
    raw: `sum(lost), count() * ${PACKETS_PER_CYCLE}, min(lost), max(lost)`,
    rolled: `sum(lost), sum(cycles) * ${PACKETS_PER_CYCLE}, min(lost_min), max(lost_max)`,
    scale: [100, 100 / PACKETS_PER_CYCLE],
  },
  cpu: hostMetric('cpu'),
  memory: hostMetric('memory'),
  disk: hostMetric('disk'),
};

interface Range {
  fromMs: number;
  toMs: number;
  points: number;
}

/** Which table answers a range, and how wide its buckets are. */
export interface SeriesPlan {
  level: Level;
  /** Start of the first bucket, a multiple of the width. */
  startMs: number;
  widthMs: number;
  buckets: number;
}

/**
 * The coarsest table whose steps are no wider than a bucket, of those that reach back far enough. Buckets are at least
 * twice the probe interval wide: each then holds a sample, and an empty one means that nobody looked.
 */
export const planSeries = (
  { fromMs, toMs, points }: Range,
  context: { intervalMs: number; nowMs: number; rawDays: number; minuteDays: number },
): SeriesPlan => {
  const reach: Record<Level, number> = {
    raw: context.nowMs - context.rawDays * DAY_MS,
    minute: context.nowMs - context.minuteDays * DAY_MS,
    hour: -Infinity,
  };
  // The grid may cut one more bucket out of the range than its width tells; counted in beforehand, so that the width
  // does not depend on the time of day.
  const least = Math.max((toMs - fromMs) / (points - 1), 2 * context.intervalMs);
  const reaching = (['raw', 'minute', 'hour'] as const).filter((level) => fromMs >= reach[level]);
  const fine = reaching.filter((level) => RESOLUTION_MS[level] <= least);
  const level = fine.at(-1) ?? reaching[0]!;
  const stepMs = RESOLUTION_MS[level];
  const widthMs = Math.max(stepMs, Math.ceil(least / stepMs) * stepMs);
  const startMs = Math.floor(fromMs / widthMs) * widthMs;
  return { level, startMs, widthMs, buckets: Math.ceil((toMs - startMs) / widthMs) };
};

interface Segment {
  level: Level;
  fromMs: number;
  toMs: number;
}

/** The plan's range, its newest part taken from the tables that are up to date. */
const segmentsOf = (plan: SeriesPlan, toMs: number, nowMs: number): Segment[] => {
  const floorTo = (ms: number, step: number): number => Math.floor(ms / step) * step;
  const minutesEndMs = floorTo(nowMs - MINUTES_COMPLETE_AFTER_MS, MINUTE_MS);
  const hoursEndMs = floorTo(nowMs - HOURS_COMPLETE_AFTER_MS, HOUR_MS);
  const ends: [Level, number][] =
    plan.level === 'raw'
      ? [['raw', toMs]]
      : plan.level === 'minute'
        ? [
            ['minute', minutesEndMs],
            ['raw', toMs],
          ]
        : [
            ['hour', hoursEndMs],
            ['minute', minutesEndMs],
            ['raw', toMs],
          ];
  const segments: Segment[] = [];
  let fromMs = plan.startMs;
  for (const [level, endMs] of ends) {
    const end = Math.min(endMs, toMs);
    if (end > fromMs) {
      segments.push({ level, fromMs, toMs: end });
      fromMs = end;
    }
  }
  return segments;
};

type BucketRow = readonly [
  bucket: number,
  sum: number | null,
  count: number,
  min: number | null,
  max: number | null,
];

const segmentSql = (
  questdb: QuestDb,
  metric: MetricSql,
  checkIds: readonly number[],
  plan: SeriesPlan,
  { level, fromMs, toMs }: Segment,
): string => {
  const figures = level === 'raw' ? metric.raw : metric.rolled;
  const looked = level === 'raw' && metric.check === 'icmp' ? ' and outcome < 2' : '';
  return (
    `select (cast(ts as long) - ${plan.startMs * 1000}) / ${plan.widthMs * 1000} bucket, ${figures} ` +
    `from ${questdb.tablePrefix}${metric.check}${SUFFIX[level]} ` +
    `where check_id in (${checkIds.join(',')}) and ts >= '${new Date(fromMs).toISOString()}' ` +
    `and ts < '${new Date(toMs).toISOString()}'${looked}`
  );
};

/** Epoch ms of a query's `from` or `to`. Throws VALIDATION_ERROR naming the field. */
export const readTime = (field: 'from' | 'to', text: string): number => {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : isoTimeMs(text);
  if (!(ms >= 0 && ms <= 8.64e15))
    throw fieldError(field, 'must be epoch ms, or an ISO 8601 date (midnight UTC) or date-time with a zone');
  return ms;
};

/** Reads the query's range; throws VALIDATION_ERROR naming the field. */
export const readRange = (query: Pick<RangeQuery, 'from' | 'to' | 'points'>, nowMs: number): Range => {
  const toMs = query.to === undefined ? nowMs : readTime('to', query.to);
  const fromMs = query.from === undefined ? toMs - HOUR_MS : readTime('from', query.from);
  if (fromMs >= toMs) throw fieldError('from', 'must be before "to"', 'out_of_range');
  const points = query.points === undefined ? DEFAULT_POINTS : Number(query.points);
  if (!Number.isInteger(points) || points < 2 || points > MAX_POINTS)
    throw fieldError('points', `must be a whole number from 2 to ${MAX_POINTS}`, 'out_of_range', {
      min: 2,
      max: MAX_POINTS,
    });
  return { fromMs, toMs, points };
};

export interface SeriesReader {
  /** Throws VALIDATION_ERROR, RESOURCE_NOT_FOUND (no such device), SERVICE_UNAVAILABLE (QuestDB away). */
  read(request: SeriesRequest): Promise<Series>;
  /**
   * Asks for the longest chart of one device, which stands in all three tables of pings: QuestDB opens files and compiles
   * only when it is asked, and the first reader after a start would wait for that (570 ms in place of 60 to 110, with 90
   * days of 2,000 devices). Throws as `read` does.
   */
  warmUp(): Promise<void>;
}

export const createSeriesReader = (deps: {
  questdb: QuestDb;
  directory: FleetDirectory;
  clock: Clock;
  retention: { rawDays: number; minuteDays: number };
}): SeriesReader => {
  const read: SeriesReader['read'] = async (request) => {
    const nowMs = deps.clock.nowMs();
    const range = readRange(request, nowMs);
    const device = deps.directory.device(request.deviceId);
    if (!device) throw new DomainError('RESOURCE_NOT_FOUND', { message: 'No such device' });
    const metric = METRICS[request.metric];
    const checks = device.checks.filter((check) => check.type === metric.check);
    const intervalMs = Math.max(0, ...checks.map((check) => check.intervalMs));
    const plan = planSeries(range, { ...deps.retention, intervalMs, nowMs });
    const ids = checks.map((check) => check.id);
    const segments = ids.length > 0 ? segmentsOf(plan, range.toMs, nowMs) : [];
    const answers = await Promise.all(
      segments.map((segment) =>
        deps.questdb.exec<BucketRow>(segmentSql(deps.questdb, metric, ids, plan, segment)),
      ),
    ).catch((error: unknown) => {
      throw new DomainError('SERVICE_UNAVAILABLE', {
        message: `The row store does not answer: ${String(error)}`,
      });
    });
    return columnsOf(
      request.metric,
      metric,
      plan,
      answers.flatMap((answer) => answer.rows),
    );
  };
  return {
    read,
    warmUp: async () => {
      for (const { id, checks } of deps.directory.devices()) {
        if (!checks.some(({ type }) => type === 'icmp')) continue;
        const from = String(deps.clock.nowMs() - LONGEST_CHART_DAYS * DAY_MS);
        await read({ deviceId: id, metric: 'rtt', from });
        return;
      }
    },
  };
};

/** Puts the buckets' figures together; two tables may each hold a part of one bucket. */
const columnsOf = (
  name: SeriesMetric,
  { unit, scale }: MetricSql,
  { startMs, widthMs, buckets }: SeriesPlan,
  rows: readonly BucketRow[],
): Series => {
  const empty = (): (number | null)[] => new Array<number | null>(buckets).fill(null);
  const [sums, counts] = [new Float64Array(buckets), new Float64Array(buckets)];
  const [min, avg, max] = [empty(), empty(), empty()];
  for (const [bucket, sum, count, low, high] of rows) {
    if (sum === null || count === 0 || low === null || high === null) continue;
    sums[bucket]! += sum;
    counts[bucket]! += count;
    const [lowest, highest] = [low * scale[1], high * scale[1]];
    min[bucket] = Math.min(min[bucket] ?? Infinity, lowest);
    max[bucket] = Math.max(max[bucket] ?? -Infinity, highest);
  }
  for (let i = 0; i < buckets; i++) if (counts[i]! > 0) avg[i] = (sums[i]! / counts[i]!) * scale[0];
  return {
    metric: name,
    unit,
    t: Array.from({ length: buckets }, (_, i) => startMs + i * widthMs),
    min,
    avg,
    max,
  };
};
