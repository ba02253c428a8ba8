import type { Health } from '@siaga/shared';
import type { DetectionSettings } from './settings.js';

/**
 * Rule 12: late data replaces what was `unknown`, or what late data before it had put there; nothing else. Pure; the
 * runner brings the rows.
 */

export interface HealthInterval {
  health: Health;
  startedAtMs: number;
  /** null: it goes on. */
  endedAtMs: number | null;
  /** True where late data put it in place of `unknown`. */
  late: boolean;
}

/** Late cycles of equal outcome in a row without a gap; stamps of the first and the last. */
export interface LateRun {
  failed: boolean;
  fromMs: number;
  toMs: number;
  cycles: number;
}

export interface LateNumbers extends Pick<DetectionSettings, 'downAfterFails' | 'upAfterGoods'> {
  /** Longest distance of two stamps that still belong together, ms. */
  gapMs: number;
  /** A cycle speaks for this long, ms. */
  intervalMs: number;
}

export type LateHealth = 'up' | 'down' | null;

interface Span {
  health: 'up' | 'down';
  fromMs: number;
  toMs: number;
}

/**
 * What the runs show, by rule 2's counts, and the health after the last decided one. `before` is the one before them. A
 * cycle speaks until the next one, and no longer than an interval; the last one speaks for itself alone, because what
 * follows it is not known yet and what is healed stays as it is.
 */
export const judgeRuns = (
  runs: readonly LateRun[],
  before: LateHealth,
  numbers: LateNumbers,
): { spans: Span[]; after: LateHealth } => {
  const spans: Span[] = [];
  let health = before;
  /** The span that reaches to the run before. */
  let current: Span | undefined;
  let previous: LateRun | undefined;
  for (const run of runs) {
    const joined = previous !== undefined && run.fromMs - previous.toMs <= numbers.gapMs;
    if (previous !== undefined && !joined) {
      health = null;
      current = undefined;
    }
    if (current) current.toMs = run.fromMs;
    const enough = run.cycles >= (run.failed ? numbers.downAfterFails : numbers.upAfterGoods);
    // A run that is too short changes nothing, but as the last one it may still grow: then it is not judged yet.
    if (enough) health = run.failed ? 'down' : 'up';
    const isLast = run === runs.at(-1);
    if (health !== null && (enough || !isLast)) {
      const toMs = isLast ? run.toMs : run.toMs + numbers.intervalMs;
      if (current?.health === health) current.toMs = toMs;
      else spans.push((current = { health, fromMs: run.fromMs, toMs }));
    }
    previous = run;
  }
  return { spans, after: health };
};

export interface Healing<Interval extends HealthInterval> {
  replaced: Interval;
  /** In its place, in order and without holes. */
  pieces: HealthInterval[];
  /** Those of them that say what was not known before; one at least. */
  news: HealthInterval[];
}

/**
 * The given intervals, as far as they are `unknown` or late (others are left alone), as the late runs heal them. A rest at
 * an interval's edge that is no longer than a gap is healed with what lies beside it: samples are points, intervals have
 * none missing. Where late samples come for such a rest afterwards they have the last word, so late intervals are looked
 * at again.
 */
export const healIntervals = <Interval extends HealthInterval>(
  intervals: readonly Interval[],
  runs: readonly LateRun[],
  before: LateHealth,
  numbers: LateNumbers,
  nowMs: number,
): Healing<Interval>[] => {
  const { spans } = judgeRuns(runs, before, numbers);
  const healings: Healing<Interval>[] = [];
  for (const interval of intervals) {
    if (interval.health !== 'unknown' && !interval.late) continue;
    const pieces = piecesOf(interval, spans, numbers, nowMs);
    const news = pieces.filter(({ health }) => health !== interval.health);
    if (news.length > 0) healings.push({ replaced: interval, pieces, news });
  }
  return healings;
};

const piecesOf = (
  interval: HealthInterval,
  spans: readonly Span[],
  { gapMs }: LateNumbers,
  nowMs: number,
): HealthInterval[] => {
  const endMs = interval.endedAtMs ?? nowMs;
  const pieces: HealthInterval[] = [];
  const rest = (startedAtMs: number, endedAtMs: number | null): HealthInterval => ({
    health: interval.health,
    startedAtMs,
    endedAtMs,
    late: interval.late,
  });
  let reachedMs = interval.startedAtMs;
  for (const span of spans) {
    const toMs = Math.min(span.toMs, endMs);
    if (toMs <= reachedMs || span.fromMs >= endMs) continue;
    if (span.health === interval.health && pieces.length === 0) continue;
    const isFirst = pieces.length === 0 && interval.health === 'unknown';
    const fromMs = isFirst && span.fromMs - reachedMs <= gapMs ? reachedMs : Math.max(span.fromMs, reachedMs);
    if (fromMs > reachedMs) pieces.push(rest(reachedMs, fromMs));
    pieces.push({ health: span.health, startedAtMs: fromMs, endedAtMs: toMs, late: true });
    reachedMs = toMs;
  }
  const last = pieces.at(-1);
  if (!last) return pieces;
  if (interval.endedAtMs === null) pieces.push(rest(reachedMs, null));
  else if (interval.endedAtMs - reachedMs <= gapMs) last.endedAtMs = interval.endedAtMs;
  else pieces.push(rest(reachedMs, interval.endedAtMs));
  return pieces;
};
