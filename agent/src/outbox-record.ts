import type { BatchBody } from '@siaga/shared';
import type { MonotonicStamps } from './batcher.js';
import { decodeBody, encodeBody, splitLine, type EncodedBody } from './codec.js';

/** A batch as it lies in the outbox. */
export interface OutboxRecord {
  /** Stream in which it was made: part of the natural key of its rows. */
  origin: number;
  /** Configuration version its check ids are of. */
  config: number;
  samples: number;
  /** Time range of the samples, epoch ms. */
  fromMs: number;
  toMs: number;
  body: EncodedBody;
  /** There while the batch has no final stamps: it was never sent. */
  unstamped?: Unstamped;
}

/** A heartbeat's body has no samples and so no monotonic columns; `madeMonoMs` alone stamps it. */
export interface Unstamped {
  madeMonoMs: number;
  monotonic: MonotonicStamps | undefined;
}

/** `{json}\n{body}`, like a message: readable with any tool. */
export const encodeRecord = ({ body, ...meta }: OutboxRecord): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ ...meta, deflated: body.deflated })}\n`), body.bytes]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Undefined where the bytes are no record (a damaged disk). */
export const decodeRecord = (bytes: Uint8Array): OutboxRecord | undefined => {
  const split = splitLine(bytes);
  if (!split) return undefined;
  const { origin, config, samples, fromMs, toMs, deflated, unstamped } = split.head;
  if (![origin, config, samples, fromMs, toMs].every(isCount)) return undefined;
  return {
    origin: origin as number,
    config: config as number,
    samples: samples as number,
    fromMs: fromMs as number,
    toMs: toMs as number,
    body: { bytes: split.rest, deflated: deflated === true },
    ...(unstamped === undefined ? {} : { unstamped: unstamped as Unstamped }),
  };
};

const restamped = (
  body: BatchBody,
  monotonic: MonotonicStamps,
  at: (monoMs: number) => number,
): BatchBody => ({
  ...body,
  t0: Math.round(at(monotonic.t0MonoMs)),
  ...(body.icmp ? { icmp: { ...body.icmp, d: monotonic.icmp } } : {}),
  ...(body.host ? { host: { ...body.host, d: monotonic.host } } : {}),
});

/** Gives a never-sent batch its final stamps; `at` is hub time by the monotonic clock of the process that made it. */
export const stampRecord = (record: OutboxRecord, at: (monoMs: number) => number): OutboxRecord => {
  const { unstamped, ...rest } = record;
  const body = unstamped && decodeBody(record.body);
  if (!body) return rest;
  const stamped = unstamped.monotonic
    ? restamped(body, unstamped.monotonic, at)
    : { ...body, t0: Math.round(at(unstamped.madeMonoMs)) };
  const shiftMs = stamped.t0 - body.t0;
  return {
    ...rest,
    fromMs: rest.fromMs + shiftMs,
    toMs: rest.toMs + shiftMs,
    body: encodeBody(JSON.stringify(stamped)),
  };
};

/** Takes the provisional stamps as final: the process that made the batch is gone. */
export const settleRecord = (record: OutboxRecord): OutboxRecord => {
  const settled = { ...record };
  delete settled.unstamped;
  return settled;
};
