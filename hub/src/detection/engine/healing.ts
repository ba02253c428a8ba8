import type { Health } from '@siaga/shared';
import type { DetectionSettings } from './settings.js';

/** Rule 12: late data replaces what was `unknown`, and nothing else. Pure; the runner brings the rows. */

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

/** What the runs show, by rule 2's counts, and the health after the last decided one. `before` is the one before them. */
export const judgeRuns = (
  runs: readonly LateRun[],
  before: LateHealth,
  numbers: LateNumbers,
): { spans: Span[]; after: LateHealth } => {
  const spans: Span[] = [];
  let health = before;
  let previous: LateRun | undefined;
  for (const run of runs) {
    const joined = previous !== undefined && run.fromMs - previous.toMs <= numbers.gapMs;
    if (previous !== undefined && !joined) health = null;
    const enough = run.cycles >= (run.failed ? numbers.downAfterFails : numbers.upAfterGoods);
    // A run that is too short changes nothing, but as the last one it may still grow: then it is not judged yet.
    if (enough) health = run.failed ? 'down' : 'up';
    const isLast = run === runs.at(-1);
    if (health !== null && (enough || !isLast)) {
      const last = spans.at(-1);
      if (joined && last) last.toMs = run.fromMs;
      if (joined && last?.health === health) last.toMs = run.toMs + numbers.intervalMs;
      else spans.push({ health, fromMs: run.fromMs, toMs: run.toMs + numbers.intervalMs });
    }
    previous = run;
  }
  return { spans, after: health };
};

export interface Healing<Interval extends HealthInterval> {
  replaced: Interval;
  /** In its place, in order and without holes; at least one of them is not `unknown`. */
  pieces: HealthInterval[];
}

/**
 * The given `unknown` intervals (others are left alone) as the late runs heal them. A rest at an interval's edge that is
 * no longer than a gap is healed with what lies beside it: samples are points, intervals have none missing.
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
    if (interval.health !== 'unknown') continue;
    const pieces = piecesOf(interval, spans, numbers, nowMs);
    if (pieces.some((piece) => piece.late)) healings.push({ replaced: interval, pieces });
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
  const unknown = (startedAtMs: number, endedAtMs: number | null): HealthInterval => ({
    health: 'unknown',
    startedAtMs,
    endedAtMs,
    late: false,
  });
  let reachedMs = interval.startedAtMs;
  for (const span of spans) {
    const toMs = Math.min(span.toMs, endMs);
    if (toMs <= reachedMs || span.fromMs >= endMs) continue;
    const isFirst = pieces.length === 0;
    const fromMs = isFirst && span.fromMs - reachedMs <= gapMs ? reachedMs : Math.max(span.fromMs, reachedMs);
    if (fromMs > reachedMs) pieces.push(unknown(reachedMs, fromMs));
    pieces.push({ health: span.health, startedAtMs: fromMs, endedAtMs: toMs, late: true });
    reachedMs = toMs;
  }
  const last = pieces.at(-1);
  if (!last) return pieces;
  if (interval.endedAtMs === null) pieces.push(unknown(reachedMs, null));
  else if (interval.endedAtMs - reachedMs <= gapMs) last.endedAtMs = interval.endedAtMs;
  else pieces.push(unknown(reachedMs, interval.endedAtMs));
  return pieces;
};
