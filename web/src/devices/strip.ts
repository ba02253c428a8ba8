import type { Health, HealthCounts, HealthHistory } from '@siaga/shared';
import { lengthOf, type Span } from '../charts/ranges.js';
import { SEVERITY } from '../live/state.js';

/** A stretch of one health. */
export interface Stretch extends Span {
  health: Health;
  /** Put there by samples that came late. */
  late: boolean;
}

export const stretchesOf = ({ intervals }: Pick<HealthHistory, 'intervals'>): Stretch[] =>
  intervals.map(({ health, late, started_at, ended_at }) => ({
    health,
    late,
    fromMs: Date.parse(started_at),
    toMs: Date.parse(ended_at),
  }));

/** Pixels of the strip that show one health. */
export interface Piece {
  health: Health;
  late: boolean;
  fromPx: number;
  toPx: number;
}

/**
 * The strip pixel by pixel, neighbours that say the same put together. Each pixel shows the worst health of its time:
 * a short outage in a long span is still to be seen. Time that nothing is known of (before the device's creation)
 * is left out.
 */
export const piecesOf = (stretches: readonly Stretch[], span: Span, widthPx: number): Piece[] => {
  const width = Math.max(0, Math.floor(widthPx));
  const worst = new Array<Stretch | undefined>(width).fill(undefined);
  const late = new Uint8Array(width);
  const pxOf = (atMs: number): number => ((atMs - span.fromMs) / lengthOf(span)) * width;
  for (const stretch of stretches) {
    const from = Math.max(0, Math.floor(pxOf(stretch.fromMs)));
    const to = Math.min(width, Math.ceil(pxOf(stretch.toMs)));
    for (let px = from; px < to; px += 1) {
      const known = worst[px];
      if (!known || SEVERITY[stretch.health] < SEVERITY[known.health]) worst[px] = stretch;
      if (stretch.late) late[px] = 1;
    }
  }
  const pieces: Piece[] = [];
  for (let px = 0; px < width; px += 1) {
    const stretch = worst[px];
    if (!stretch) continue;
    const isLate = late[px] === 1;
    const last = pieces.at(-1);
    if (last && last.toPx === px && last.health === stretch.health && last.late === isLate)
      last.toPx = px + 1;
    else pieces.push({ health: stretch.health, late: isLate, fromPx: px, toPx: px + 1 });
  }
  return pieces;
};

/**
 * The stretch to tell of at a moment: the one that holds it, unless a worse one lies within `withinMs` of it, as it
 * does where a pixel shows more than one.
 */
export const stretchAt = (
  stretches: readonly Stretch[],
  atMs: number,
  withinMs: number,
): Stretch | undefined => {
  let best: Stretch | undefined;
  for (const stretch of stretches) {
    if (stretch.toMs < atMs - withinMs || stretch.fromMs > atMs + withinMs) continue;
    const holds = stretch.fromMs <= atMs && atMs < stretch.toMs;
    const worse = !best || SEVERITY[stretch.health] < SEVERITY[best.health];
    if (worse || (holds && best && SEVERITY[stretch.health] === SEVERITY[best.health])) best = stretch;
  }
  return best;
};

/** Shares of the time that is known, 0 to 100; undefined where none is. */
export const sharesOf = (totals: HealthCounts): HealthCounts | undefined => {
  const sum = totals.up + totals.degraded + totals.down + totals.unknown;
  if (sum <= 0) return undefined;
  const share = (ms: number): number => (ms / sum) * 100;
  return {
    up: share(totals.up),
    degraded: share(totals.degraded),
    down: share(totals.down),
    unknown: share(totals.unknown),
  };
};

/** Milliseconds by health within a span. */
export const totalsIn = (stretches: readonly Stretch[], span: Span): HealthCounts => {
  const totals: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const { health, fromMs, toMs } of stretches) {
    totals[health] += Math.max(0, Math.min(toMs, span.toMs) - Math.max(fromMs, span.fromMs));
  }
  return totals;
};
