/**
 * What detection needs of a batch: columns of equal length, a place a probe cycle, as IcmpColumns. A row that is not to
 * be judged stays in its place as OUTCOME.skipped, so that places mean the same whenever the batch comes again.
 */
export interface CycleColumns {
  c: ArrayLike<number>;
  d: ArrayLike<number>;
  o: ArrayLike<number>;
  l: ArrayLike<number>;
}

export interface Cycles {
  /** Epoch ms that the first delta counts from. */
  t0: number;
  icmp?: CycleColumns;
}

/** A live batch in (stream, seq) order, as ingest hands it to detection. */
export interface LiveBatch {
  agentId: string;
  stream: number;
  seq: number;
  /** The agent's own figure on arrival, ms. */
  ageMs: number;
  /** Hub's monotonic clock on arrival, ms. */
  arrivedMs: number;
  body: Cycles;
}

/**
 * Detection as telemetry sees it. Batches of one agent arrive in (stream, seq) order without gaps but for those that
 * `from` has passed. `submit` never throws; it reports each batch through the listener, in order, once its verdicts are
 * committed (or there was nothing to commit) – or, with `passedOver`, once it was too old to be judged. A batch that was
 * passed over must come again as history: its time is `unknown` on record, and late samples heal that.
 */
export interface Judge {
  submit(batch: LiveBatch): void;
  /**
   * Rows of a history batch, after they were stored: heal availability, put it on the timeline, never judge. `healed` is
   * called once that is committed; never where this hub does not judge (any more).
   */
  late(agentId: string, body: Cycles, healed: () => void): void;
  onJudged(listener: JudgedListener): void;
  /** Any sign of life of an agent (message, hello), so that silence can be told. */
  heard(agentId: string): void;
}

export type JudgedListener = (agentId: string, stream: number, seq: number, passedOver: boolean) => void;

/** Last known figures of a device, from samples as they pass; nothing here outlives the process. */
export interface LatestFigures {
  /** Mean round trip in ms of the newest cycle, null where none came back. */
  rttMs: number | null;
  /** Packets lost of the last 20, percent. */
  lossPercent: number | null;
  /** Epoch ms of the newest sample. */
  atMs: number;
}
