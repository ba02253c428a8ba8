import { fieldError } from '../errors.js';
import { readTime } from '../telemetry/index.js';

/** `from` and `to` as a client sends them. */
export interface SpanQuery {
  from?: string | undefined;
  to?: string | undefined;
}

export interface OpenSpan {
  fromMs: number | undefined;
  toMs: number | undefined;
}

/** The bounds that were given. Throws VALIDATION_ERROR naming the field. */
export const readBounds = ({ from, to }: SpanQuery): OpenSpan => {
  const toMs = to === undefined ? undefined : readTime('to', to);
  const fromMs = from === undefined ? undefined : readTime('from', from);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw fieldError('from', 'must be before "to"', 'out_of_range');
  return { fromMs, toMs };
};

const DAY_MS = 86_400_000;
/** Longest span that is answered, days. */
export const MAX_SPAN_DAYS = 400;

/** A span of at most 400 days; the last day up to `to`, and up to now, unless told. Throws as `readBounds` does. */
export const readSpan = (query: SpanQuery, nowMs: number): { fromMs: number; toMs: number } => {
  const bounds = readBounds(query);
  const toMs = bounds.toMs ?? nowMs;
  const fromMs = bounds.fromMs ?? Math.max(0, toMs - DAY_MS);
  if (fromMs >= toMs)
    throw fieldError('from', 'must be before "to", which is now unless told', 'out_of_range');
  if (toMs - fromMs > MAX_SPAN_DAYS * DAY_MS)
    throw fieldError(
      'from',
      `must lie at most ${MAX_SPAN_DAYS} days before "to"; this span has ${Math.ceil((toMs - fromMs) / DAY_MS)} days`,
      'out_of_range',
    );
  return { fromMs, toMs };
};
