import { OUTCOME, type BatchBody, type CheckType, type HostColumns, type IcmpColumns } from '@siaga/shared';
import { ascii, createLineWriter, type Lines } from './line-writer.js';
import type { CycleColumns, Cycles } from './ports.js';

/** 2020-01-01: no sample of ours is older; a clock that says so was never set. */
export const MIN_STAMP_MS = 1_577_836_800_000;
/**
 * How far ahead of the hub's clock a stamp may be. Wide, because a hub set back by hours must not throw away what its
 * agents stamped by the time it told them before; it only keeps nonsense out of the partitions.
 */
export const MAX_AHEAD_MS = 86_400_000;

/**
 * Rows so much older than the row store keeps them are not written: it would make a partition for each of their days,
 * and drop it again, while everybody's newer rows wait. The margin is for clocks that are wrong by days.
 */
export const EXPIRED_MARGIN_MS = 31 * 86_400_000;

/**
 * Why a single row is left out of its batch; the rest of the batch stays. What is `expired` is no fault of its cycle:
 * detection hears of it all the same.
 */
export type RowFault = 'unknown-check' | 'foreign-check' | 'stamp' | 'expired';

export interface SiftContext {
  /** Names the tables (QuestDb.tablePrefix). */
  tablePrefix: string;
  /** Stream in which the samples were made: part of their natural key. */
  originStream: number;
  nowMs: number;
  /** How long the row store keeps rows. */
  keptMs: number;
  /** Undefined where the check is this agent's and of that type. */
  faultOfCheck(id: number, type: CheckType): 'unknown-check' | 'foreign-check' | undefined;
  /** Hears each good ICMP row of the batch, in order. */
  onIcmp?(checkId: number, atMs: number, outcome: number, avgUs: number, lost: number): void;
}

export interface Sifted {
  /** Line protocol, stamps in ms; one line a row, each with its line feed. */
  lines: Lines;
  rows: number;
  /** What detection needs of it, in little room: it may wait there for a minute. */
  body: Cycles;
  dropped: Record<RowFault, number>;
  /** Newest stamp among the good rows. */
  newestMs: number | undefined;
}

const NOTHING: Lines = { bytes: Buffer.alloc(0), release: () => undefined };
/** One for all: a batch is sifted in one go. */
const writer = createLineWriter();
/** The pieces of a row between its numbers. */
const PIECE = {
  outcome: ascii('i,outcome='),
  minUs: ascii('i,min_us='),
  avgUs: ascii('i,avg_us='),
  maxUs: ascii('i,max_us='),
  lost: ascii('i,lost='),
  cpu: ascii('i,cpu='),
  memory: ascii(',memory='),
  disk: ascii(',disk='),
  uptimeS: ascii(',uptime_s='),
  stamp: ascii('i '),
  end: ascii('\n'),
};

/** Checks a batch's rows one by one and joins the good ones as line protocol. Runs for every sample: no object a row. */
export const siftBatch = (body: BatchBody, context: SiftContext): Sifted => {
  const sifted: Sifted = {
    lines: NOTHING,
    rows: 0,
    body: { t0: body.t0 },
    dropped: { 'unknown-check': 0, 'foreign-check': 0, stamp: 0, expired: 0 },
    newestMs: undefined,
  };
  const { icmp, host } = body;
  if (icmp) sifted.body.icmp = siftIcmp(icmp, body.t0, context, sifted);
  if (host) siftHost(host, body.t0, context, sifted);
  if (sifted.rows > 0) sifted.lines = writer.take();
  return sifted;
};

/** Ten bytes a cycle where the message's columns take 56, and one allocation. */
const packedColumns = (length: number): Record<keyof CycleColumns, Int32Array | Uint8Array> => {
  const bytes = new ArrayBuffer(length * 10);
  return {
    c: new Int32Array(bytes, 0, length),
    d: new Int32Array(bytes, length * 4, length),
    o: new Uint8Array(bytes, length * 8, length),
    l: new Uint8Array(bytes, length * 9, length),
  };
};

const isExpired = ({ nowMs, keptMs }: SiftContext, atMs: number): boolean =>
  atMs < nowMs - keptMs - EXPIRED_MARGIN_MS;

const faultOfRow = (
  context: SiftContext,
  type: CheckType,
  checkId: number,
  atMs: number,
): RowFault | undefined =>
  atMs < MIN_STAMP_MS || atMs > context.nowMs + MAX_AHEAD_MS ? 'stamp' : context.faultOfCheck(checkId, type);

const siftIcmp = (columns: IcmpColumns, t0: number, context: SiftContext, sifted: Sifted): CycleColumns => {
  const { c, d, o, a, b, m, l } = columns;
  const head = ascii(`${context.tablePrefix}icmp stream=${context.originStream}i,check_id=`);
  let atMs = t0;
  let newestMs = -Infinity;
  const kept = packedColumns(c.length);
  for (let i = 0; i < c.length; i++) {
    atMs += d[i]!;
    const checkId = c[i]!;
    kept.c[i] = checkId;
    kept.d[i] = d[i]!;
    const fault = faultOfRow(context, 'icmp', checkId, atMs);
    if (fault) {
      sifted.dropped[fault]++;
      kept.o[i] = OUTCOME.skipped;
      continue;
    }
    if (atMs > newestMs) newestMs = atMs;
    const outcome = o[i]!;
    const lost = l[i]!;
    kept.o[i] = outcome;
    kept.l[i] = lost;
    if (isExpired(context, atMs)) {
      sifted.dropped.expired++;
      continue;
    }
    sifted.rows++;
    // What is 0 in the table's byte columns, and the round trips of a cycle that none came back from, stay away.
    writer.text(head);
    writer.int(checkId);
    if (outcome !== OUTCOME.ok) {
      writer.text(PIECE.outcome);
      writer.int(outcome);
    } else {
      writer.text(PIECE.minUs);
      writer.int(a[i]!);
      writer.text(PIECE.avgUs);
      writer.int(b[i]!);
      writer.text(PIECE.maxUs);
      writer.int(m[i]!);
    }
    if (lost !== 0) {
      writer.text(PIECE.lost);
      writer.int(lost);
    }
    writer.text(PIECE.stamp);
    writer.int(atMs);
    writer.text(PIECE.end);
    context.onIcmp?.(checkId, atMs, outcome, b[i]!, lost);
  }
  if (newestMs !== -Infinity) sifted.newestMs = newestMs;
  return kept;
};

const twoDecimals = (percent: number): number => Math.round(percent * 100) / 100;

const siftHost = (columns: HostColumns, t0: number, context: SiftContext, sifted: Sifted): void => {
  const { c, d, cpu, mem, disk, up } = columns;
  const head = ascii(`${context.tablePrefix}host stream=${context.originStream}i,check_id=`);
  let atMs = t0;
  for (let i = 0; i < c.length; i++) {
    atMs += d[i]!;
    const fault = faultOfRow(context, 'host', c[i]!, atMs);
    if (fault) {
      sifted.dropped[fault]++;
      continue;
    }
    if (sifted.newestMs === undefined || atMs > sifted.newestMs) sifted.newestMs = atMs;
    if (isExpired(context, atMs)) {
      sifted.dropped.expired++;
      continue;
    }
    sifted.rows++;
    writer.text(head);
    writer.int(c[i]!);
    writer.text(PIECE.cpu);
    writer.decimal(twoDecimals(cpu[i]!));
    writer.text(PIECE.memory);
    writer.decimal(twoDecimals(mem[i]!));
    writer.text(PIECE.disk);
    writer.decimal(twoDecimals(disk[i]!));
    writer.text(PIECE.uptimeS);
    writer.int(up[i]!);
    writer.text(PIECE.stamp);
    writer.int(atMs);
    writer.text(PIECE.end);
  }
};
