import { OUTCOME, type BatchBody, type CheckType, type HostColumns, type IcmpColumns } from '@siaga/shared';
import { ascii, createLineWriter } from './line-writer.js';

/** 2020-01-01: no sample of ours is older; a clock that says so was never set. */
export const MIN_STAMP_MS = 1_577_836_800_000;
/**
 * How far ahead of the hub's clock a stamp may be. Wide, because a hub set back by hours must not throw away what its
 * agents stamped by the time it told them before; it only keeps nonsense out of the partitions.
 */
export const MAX_AHEAD_MS = 86_400_000;

/** Why a single row is left out of its batch; the rest of the batch stays. */
export type RowFault = 'unknown-check' | 'foreign-check' | 'stamp';

export interface SiftContext {
  /** Names the tables (QuestDb.tablePrefix). */
  tablePrefix: string;
  /** Stream in which the samples were made: part of their natural key. */
  originStream: number;
  nowMs: number;
  /** Undefined where the check is this agent's and of that type. */
  faultOfCheck(id: number, type: CheckType): 'unknown-check' | 'foreign-check' | undefined;
  /** Hears each good ICMP row of the batch, in order. */
  onIcmp?(checkId: number, atMs: number, outcome: number, avgUs: number, lost: number): void;
}

export interface Sifted {
  /** Line protocol, stamps in ms; one line a row, each with its line feed. */
  lines: Buffer;
  rows: number;
  /** The batch without the rows left out; the very same object where there were none. */
  body: BatchBody;
  dropped: Record<RowFault, number>;
  /** Newest stamp among the good rows. */
  newestMs: number | undefined;
}

const NOTHING = Buffer.alloc(0);
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
    body,
    dropped: { 'unknown-check': 0, 'foreign-check': 0, stamp: 0 },
    newestMs: undefined,
  };
  const { icmp, host } = body;
  const icmpKept = icmp && siftIcmp(icmp, body.t0, context, sifted);
  const hostKept = host && siftHost(host, body.t0, context, sifted);
  if (sifted.rows > 0) sifted.lines = writer.take();
  if (icmpKept !== icmp || hostKept !== host)
    sifted.body = {
      ...body,
      ...(icmpKept && { icmp: icmpKept }),
      ...(hostKept && { host: hostKept }),
    };
  return sifted;
};

const faultOfRow = (
  context: SiftContext,
  type: CheckType,
  checkId: number,
  atMs: number,
): RowFault | undefined =>
  atMs < MIN_STAMP_MS || atMs > context.nowMs + MAX_AHEAD_MS ? 'stamp' : context.faultOfCheck(checkId, type);

const siftIcmp = (columns: IcmpColumns, t0: number, context: SiftContext, sifted: Sifted): IcmpColumns => {
  const { c, d, o, a, b, m, l } = columns;
  const head = ascii(`${context.tablePrefix}icmp stream=${context.originStream}i,check_id=`);
  let atMs = t0;
  let newestMs = sifted.newestMs ?? -Infinity;
  let bad: number[] | undefined;
  for (let i = 0; i < c.length; i++) {
    atMs += d[i]!;
    const checkId = c[i]!;
    const fault = faultOfRow(context, 'icmp', checkId, atMs);
    if (fault) {
      sifted.dropped[fault]++;
      (bad ??= []).push(i);
      continue;
    }
    if (atMs > newestMs) newestMs = atMs;
    const outcome = o[i]!;
    const lost = l[i]!;
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
  const good = c.length - (bad?.length ?? 0);
  sifted.rows += good;
  if (good > 0) sifted.newestMs = newestMs;
  if (!bad) return columns;
  const keep = keeper(bad);
  return { c: keep(c), d: keepDeltas(d, bad), o: keep(o), a: keep(a), b: keep(b), m: keep(m), l: keep(l) };
};

const twoDecimals = (percent: number): number => Math.round(percent * 100) / 100;

const siftHost = (columns: HostColumns, t0: number, context: SiftContext, sifted: Sifted): HostColumns => {
  const { c, d, cpu, mem, disk, up } = columns;
  const head = ascii(`${context.tablePrefix}host stream=${context.originStream}i,check_id=`);
  let atMs = t0;
  const bad: number[] = [];
  for (let i = 0; i < c.length; i++) {
    atMs += d[i]!;
    const fault = faultOfRow(context, 'host', c[i]!, atMs);
    if (fault) {
      sifted.dropped[fault]++;
      bad.push(i);
      continue;
    }
    if (sifted.newestMs === undefined || atMs > sifted.newestMs) sifted.newestMs = atMs;
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
  if (bad.length === 0) return columns;
  const keep = keeper(bad);
  return {
    c: keep(c),
    d: keepDeltas(d, bad),
    cpu: keep(cpu),
    mem: keep(mem),
    disk: keep(disk),
    up: keep(up),
  };
};

const keeper = (bad: readonly number[]) => {
  const out = new Set(bad);
  return (column: readonly number[]): number[] => column.filter((_, i) => !out.has(i));
};

/** Deltas of the rows that stay: one that goes leaves its step to the next. */
const keepDeltas = (deltas: readonly number[], bad: readonly number[]): number[] => {
  const out = new Set(bad);
  const kept: number[] = [];
  let carried = 0;
  deltas.forEach((delta, i) => {
    carried += delta;
    if (out.has(i)) return;
    kept.push(carried);
    carried = 0;
  });
  return kept;
};
