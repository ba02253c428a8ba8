import { MAX_BATCH_SAMPLES, MAX_MESSAGE_BYTES, type AgentStatus, type OutcomeCode } from '@siaga/shared';
import type { HostFigures } from './host.js';
import { encodeBody, type EncodedBody } from './codec.js';
import { createJsonBytes } from './json-bytes.js';
import type { AgentTime } from './time.js';

/** Longest JSON of one place over all its columns, commas included: the widest value each column's schema allows. */
const ICMP_PLACE_BYTES = 11 + 10 + 2 + 9 + 9 + 9 + 2;
const HOST_PLACE_BYTES = 11 + 10 + 8 + 8 + 8 + 11;
/** Header line, column names, `t0` and the status with its 20 ranges. */
const FIXED_BYTES = 4_096;
/** No batch spans more, on either clock: a delta of the columns must fit its schema, whatever a clock did. */
const MAX_SPAN_MS = 3_600_000;

/** What `stampedBody` needs to give a batch that was never sent its true time. */
export interface MonotonicStamps {
  /** Monotonic ms of the first place. */
  t0MonoMs: number;
  /** Deltas in ms on the monotonic clock, as the columns' `d`. */
  icmp: number[];
  host: number[];
}

export interface SealedBatch {
  body: EncodedBody;
  samples: number;
  /** Time range of the samples, epoch ms. */
  fromMs: number;
  toMs: number;
  /** There where the stamps are provisional: made before this process's first exchanges. */
  monotonic: MonotonicStamps | undefined;
}

/** Collects samples in typed columns; one batch is open at a time. */
export interface Batcher {
  readonly samples: number;
  /** Another sample would pass the cap or the span: take the batch first. */
  isFull(monoMs: number): boolean;
  icmp(
    checkId: number,
    sentMonoMs: number,
    outcome: OutcomeCode,
    minUs: number,
    avgUs: number,
    maxUs: number,
    lost: number,
  ): void;
  host(checkId: number, monoMs: number, figures: HostFigures): void;
  /** Closes the open batch (it may be empty) and begins the next. */
  take(status: AgentStatus | undefined): SealedBatch;
}

interface Columns {
  length: number;
  check: Int32Array;
  stampMs: Float64Array;
  monoMs: Float64Array;
}

/** Deltas of rounded values, so that no rounding adds up; the first counts from `t0`. */
const deltas = (values: Float64Array, length: number, t0: number): number[] => {
  const result = new Array<number>(length);
  let before = Math.round(t0);
  for (let place = 0; place < length; place++) {
    const value = Math.round(values[place] as number);
    result[place] = value - before;
    before = value;
  }
  return result;
};

/** `maxBytes` bounds a batch's JSON, header included; at most MAX_MESSAGE_BYTES. */
export const createBatcher = (time: AgentTime, maxBytes = MAX_MESSAGE_BYTES / 2): Batcher => {
  const bodyBytes = Math.min(maxBytes, MAX_MESSAGE_BYTES) - FIXED_BYTES;
  const maxIcmp = Math.min(MAX_BATCH_SAMPLES, Math.max(1, Math.floor(bodyBytes / ICMP_PLACE_BYTES)));
  const newColumns = (size: number): Columns => ({
    length: 0,
    check: new Int32Array(size),
    stampMs: new Float64Array(size),
    monoMs: new Float64Array(size),
  });
  let icmp = newColumns(64);
  let outcome = new Uint8Array(64);
  let lostColumn = new Uint8Array(64);
  let min = new Int32Array(64);
  let avg = new Int32Array(64);
  let max = new Int32Array(64);
  const host = newColumns(64);
  const hostFigures: HostFigures[] = [];
  const json = createJsonBytes();
  let firstMonoMs = 0;
  let firstStampMs = 0;
  let provisional = false;

  const grow = (): void => {
    const size = Math.min(maxIcmp, icmp.check.length * 2);
    const wider = newColumns(size);
    wider.length = icmp.length;
    wider.check.set(icmp.check);
    wider.stampMs.set(icmp.stampMs);
    wider.monoMs.set(icmp.monoMs);
    icmp = wider;
    const bytes = (from: Uint8Array): Uint8Array<ArrayBuffer> => {
      const to = new Uint8Array(size);
      to.set(from);
      return to;
    };
    const words = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    outcome = bytes(outcome);
    lostColumn = bytes(lostColumn);
    min = words(min);
    avg = words(avg);
    max = words(max);
  };

  const begin = (columns: Columns, checkId: number, monoMs: number): number => {
    const stampMs = time.at(monoMs);
    if (icmp.length + host.length === 0) {
      firstMonoMs = monoMs;
      firstStampMs = stampMs;
    }
    if (!time.synced) provisional = true;
    const place = columns.length++;
    columns.check[place] = checkId;
    columns.monoMs[place] = monoMs;
    columns.stampMs[place] = stampMs;
    return place;
  };

  /** Time range of the stamps, rounded as they travel. */
  const extent = (): { fromMs: number; toMs: number } => {
    let fromMs = Infinity;
    let toMs = -Infinity;
    for (const { stampMs, length } of [icmp, host])
      for (let place = 0; place < length; place++) {
        const stamp = stampMs[place] as number;
        if (stamp < fromMs) fromMs = stamp;
        if (stamp > toMs) toMs = stamp;
      }
    if (fromMs > toMs) fromMs = toMs = time.nowMs();
    return { fromMs: Math.round(fromMs), toMs: Math.round(toMs) };
  };

  const writeIcmp = (deltasMs: readonly number[]): void => {
    const { length } = icmp;
    const write = (name: string, values: ArrayLike<number>): void => {
      json.text(name);
      json.integers(values, length);
    };
    write(',"icmp":{"c":[', icmp.check);
    write('],"d":[', deltasMs);
    write('],"o":[', outcome);
    write('],"a":[', min);
    write('],"b":[', avg);
    write('],"m":[', max);
    write('],"l":[', lostColumn);
    json.text(']}');
  };

  const writeHost = (deltasMs: readonly number[]): void => {
    const column = (of: (figures: HostFigures) => number): string => hostFigures.map(of).join(',');
    json.text(',"host":{"c":[');
    json.integers(host.check, host.length);
    json.text('],"d":[');
    json.integers(deltasMs, host.length);
    json.text(
      `],"cpu":[${column((f) => f.cpuPercent)}],"mem":[${column((f) => f.memoryPercent)}],` +
        `"disk":[${column((f) => f.diskPercent)}],"up":[${column((f) => f.uptimeS)}]}`,
    );
  };

  return {
    get samples() {
      return icmp.length + host.length;
    },
    isFull: (monoMs) =>
      icmp.length >= maxIcmp ||
      host.length >= host.check.length ||
      icmp.length * ICMP_PLACE_BYTES + host.length * HOST_PLACE_BYTES > bodyBytes - HOST_PLACE_BYTES ||
      (icmp.length + host.length > 0 &&
        (Math.abs(monoMs - firstMonoMs) > MAX_SPAN_MS ||
          Math.abs(time.at(monoMs) - firstStampMs) > MAX_SPAN_MS)),
    icmp: (checkId, sentMonoMs, result, minUs, avgUs, maxUs, lost) => {
      if (icmp.length >= icmp.check.length) grow();
      const place = begin(icmp, checkId, sentMonoMs);
      outcome[place] = result;
      min[place] = minUs;
      avg[place] = avgUs;
      max[place] = maxUs;
      lostColumn[place] = lost;
    },
    host: (checkId, monoMs, figures) => {
      begin(host, checkId, monoMs);
      hostFigures.push(figures);
    },
    take: (status) => {
      const samples = icmp.length + host.length;
      const firstStamp = icmp.length > 0 ? icmp.stampMs[0] : host.length > 0 ? host.stampMs[0] : time.nowMs();
      const t0 = Math.round(firstStamp as number);
      json.begin();
      json.text(`{"t0":${t0}`);
      if (icmp.length > 0) writeIcmp(deltas(icmp.stampMs, icmp.length, t0));
      if (host.length > 0) writeHost(deltas(host.stampMs, host.length, t0));
      if (status) json.text(`,"status":${JSON.stringify(status)}`);
      json.text('}');
      const sealed: SealedBatch = {
        body: encodeBody(json.bytes()),
        samples,
        ...extent(),
        monotonic: undefined,
      };
      if (provisional) {
        const t0MonoMs = (icmp.length > 0 ? icmp.monoMs[0] : host.monoMs[0]) as number;
        sealed.monotonic = {
          t0MonoMs,
          icmp: deltas(icmp.monoMs, icmp.length, t0MonoMs),
          host: deltas(host.monoMs, host.length, t0MonoMs),
        };
      }
      icmp.length = 0;
      host.length = 0;
      hostFigures.length = 0;
      provisional = false;
      return sealed;
    },
  };
};
