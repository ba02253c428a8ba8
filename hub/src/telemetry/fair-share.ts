/** A budget by the minute that many draw on, of which none may take so much that nothing is left for the others. */
export interface FairShare {
  /** Whether this one may draw now; a refusal costs nothing. Monotonic ms. */
  take(who: string, nowMs: number): boolean;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

const MINUTE_MS = 60_000;
/** Buckets that have filled up again are looked for when so many are kept. */
const TIDY_AT = 1_000;

/**
 * Each has a bucket of its own under the common one. The lower half of the common one is for those whose own bucket is
 * full: whoever has been quiet is heard, however many others are noisy at the time.
 * @param perMinute of all together; as many at once
 * @param ownPerMinute of each; as many at once
 */
export const createFairShare = (perMinute: number, ownPerMinute: number, startMs: number): FairShare => {
  const common: Bucket = { tokens: perMinute, filledMs: startMs };
  const own = new Map<string, Bucket>();

  const fill = (bucket: Bucket, most: number, nowMs: number): void => {
    bucket.tokens = Math.min(most, bucket.tokens + ((nowMs - bucket.filledMs) * most) / MINUTE_MS);
    bucket.filledMs = nowMs;
  };
  const tidy = (nowMs: number): void => {
    for (const [who, bucket] of own) {
      fill(bucket, ownPerMinute, nowMs);
      if (bucket.tokens === ownPerMinute) own.delete(who);
    }
  };

  return {
    take: (who, nowMs) => {
      fill(common, perMinute, nowMs);
      let bucket = own.get(who);
      if (bucket) fill(bucket, ownPerMinute, nowMs);
      else bucket = { tokens: ownPerMinute, filledMs: nowMs };
      const floor = bucket.tokens === ownPerMinute ? 0 : perMinute / 2;
      if (bucket.tokens < 1 || common.tokens < floor + 1) return false;
      bucket.tokens--;
      common.tokens--;
      own.set(who, bucket);
      if (own.size > TIDY_AT) tidy(nowMs);
      return true;
    },
  };
};
