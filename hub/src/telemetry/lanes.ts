/** The places of one lane, as far as they are settled without a gap: what an ack tells. */
export interface Prefix {
  /** Highest seq up to which every place is settled. */
  value(): number;
  /** This place is settled; the prefix moves once the ones before it are. */
  mark(seq: number): void;
  /** Everything up to here is settled, or is not this lane's business any more. */
  passTo(seq: number): void;
}

export const createPrefix = (value: number): Prefix => {
  let settled = value;
  /** Settled places above a gap: few, because gaps last no longer than a post or an agent's ring. */
  const ahead = new Set<number>();
  const follow = (): void => {
    while (ahead.size > 0 && ahead.delete(settled + 1)) settled++;
  };
  return {
    value: () => settled,
    mark: (seq) => {
      if (seq === settled + 1) {
        settled = seq;
        follow();
      } else if (seq > settled) ahead.add(seq);
    },
    passTo: (seq) => {
      if (seq <= settled) return;
      settled = seq;
      for (const place of ahead) if (place <= seq) ahead.delete(place);
      follow();
    },
  };
};

/** What the hub remembers of one lane of one agent: nothing of it outlives the process (telemetry.md). */
export interface Lane {
  readonly stream: number;
  /** Next place to be taken up. */
  next: number;
  readonly stored: Prefix;
  /** Stays where it began in the history lane, which is never judged. */
  readonly judged: Prefix;
}

/** A place as a batch's header tells it. */
export interface Place {
  stream: number;
  seq: number;
  /** Lowest seq the agent still holds, ≤ seq. */
  from: number;
}

export type Admission =
  /** It is the next one. The caller takes it up by `taken`, or leaves it where there is no room. */
  | { take: true; lane: Lane }
  /** `duplicate` it was taken before; `gap` one before it is missing; `unknown` its stream begins elsewhere. */
  | { take: false; lane: Lane | undefined; reason: 'duplicate' | 'gap' | 'unknown' };

/**
 * Where a batch stands to its lane (telemetry.md, "Hub"). A stream that the lane does not know is taken up at a batch
 * whose seq equals its `from`; `from` also tells which places the agent has given up waiting for.
 */
export const admit = (known: Lane | undefined, place: Place): Admission => {
  let lane = known;
  if (lane?.stream !== place.stream) {
    if (place.seq !== place.from) return { take: false, lane: known, reason: 'unknown' };
    lane = {
      stream: place.stream,
      next: place.seq,
      stored: createPrefix(place.from - 1),
      judged: createPrefix(place.from - 1),
    };
  } else {
    if (place.from > lane.next) lane.next = place.from;
    lane.stored.passTo(place.from - 1);
    lane.judged.passTo(place.from - 1);
  }
  if (place.seq === lane.next) return { take: true, lane };
  return { take: false, lane, reason: place.seq < lane.next ? 'duplicate' : 'gap' };
};

/** What of an agent's process the hub knows to be the newest; stream 0 where none was ever heard. */
export interface Newest {
  stream: number;
  process: string;
}

/**
 * A stream may be so far above the newest known: a process start each second for eleven days. Without a bound, one
 * message with a stream near 2^53 would leave no number for any process of that agent ever after.
 */
export const MAX_STREAM_JUMP = 1_000_000;

/**
 * `older` also tells the same stream under another process (a restored disk, or a second copy), and a stream farther
 * ahead than any restarts explain: both are refused, and told the next free one.
 */
export const orderOf = (newest: Newest, told: Newest): 'current' | 'newer' | 'older' => {
  if (told.stream > newest.stream) return told.stream - newest.stream > MAX_STREAM_JUMP ? 'older' : 'newer';
  return told.stream === newest.stream && told.process === newest.process ? 'current' : 'older';
};
