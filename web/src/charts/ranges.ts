const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The spans a device's charts offer, with how often they are asked for again. */
export const RANGES = {
  '1h': { spanMs: HOUR, refreshMs: 10_000 },
  '6h': { spanMs: 6 * HOUR, refreshMs: 30_000 },
  '24h': { spanMs: DAY, refreshMs: 60_000 },
  '7d': { spanMs: 7 * DAY, refreshMs: 300_000 },
  '30d': { spanMs: 30 * DAY, refreshMs: 600_000 },
  '90d': { spanMs: 90 * DAY, refreshMs: 600_000 },
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as RangeName[];

/** The range of an address' query; the last hour where it names none. */
export const rangeNamed = (name: string | null): RangeName =>
  RANGE_NAMES.find((known) => known === name) ?? '1h';

export interface Span {
  fromMs: number;
  toMs: number;
}

/** The span that ends now. */
export const spanOf = (range: RangeName, nowMs: number): Span => ({
  fromMs: nowMs - RANGES[range].spanMs,
  toMs: nowMs,
});

const BEFORE_MS = 10 * 60_000;
const AFTER_MS = 10 * 60_000;
const LONGEST_MS = DAY;

/** The span around a failure: 10 minutes before it to 10 after its end (or now), a day at most. */
export const spanAroundFailure = (failedAtMs: number, endedAtMs: number | undefined, nowMs: number): Span => {
  const fromMs = failedAtMs - BEFORE_MS;
  const wantedMs = Math.min(nowMs, (endedAtMs ?? nowMs) + AFTER_MS);
  return { fromMs, toMs: Math.min(Math.max(wantedMs, failedAtMs + 60_000), fromMs + LONGEST_MS) };
};

export const lengthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs;

export const isWithin = (inner: Span, outer: Span): boolean =>
  inner.fromMs >= outer.fromMs && inner.toMs <= outer.toMs;
