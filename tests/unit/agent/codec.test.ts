import fc from 'fast-check';
import { BatchBody, MAX_BATCH_SAMPLES, MAX_MESSAGE_BYTES, type OutcomeCode } from '@siaga/shared';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../../agent/src/batcher.js';
import { decodeBody, encodeBody, encodeMessage, splitLine } from '../../../agent/src/codec.js';
import {
  decodeRecord,
  encodeRecord,
  stampRecord,
  type OutboxRecord,
} from '../../../agent/src/outbox-record.js';
import type { AgentTime } from '../../../agent/src/time.js';

const EPOCH = 1_700_000_000_000;

/** Hub time that runs with the monotonic clock. */
const steadyTime = (synced = true): AgentTime => ({
  synced,
  at: (monoMs) => EPOCH + monoMs,
  nowMs: () => EPOCH,
  exchange: () => 'ignored',
  tick: () => undefined,
  wallOffsetMs: () => 0,
});

const sample = fc.record({
  check: fc.integer({ min: 1, max: 2_147_483_647 }),
  monoMs: fc.double({ min: 0, max: 3_000_000, noNaN: true }),
  outcome: fc.constantFrom<OutcomeCode>(0, 1, 2),
  min: fc.integer({ min: 0, max: 60_000_000 }),
  avg: fc.integer({ min: 0, max: 60_000_000 }),
  max: fc.integer({ min: 0, max: 60_000_000 }),
  lost: fc.integer({ min: 0, max: 3 }),
});

const stampsOf = (t0: number, d: readonly number[]): number[] => {
  let ts = t0;
  return d.map((delta) => (ts += delta));
};

describe('a batch', () => {
  it('comes back as it was put in, in the order in which it was made (property)', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        const batcher = createBatcher(steadyTime());
        for (const one of samples)
          batcher.icmp(one.check, one.monoMs, one.outcome, one.min, one.avg, one.max, one.lost);
        const sealed = batcher.take(undefined);
        const body = decodeBody(sealed.body);
        if (!body) throw new Error('not decoded');
        expect(sealed.samples).toBe(samples.length);
        expect(body.icmp?.c ?? []).toEqual(samples.map(({ check }) => check));
        expect(stampsOf(body.t0, body.icmp?.d ?? [])).toEqual(
          samples.map(({ monoMs }) => Math.round(EPOCH + monoMs)),
        );
        expect(body.icmp?.o ?? []).toEqual(samples.map(({ outcome }) => outcome));
        expect(body.icmp?.a ?? []).toEqual(samples.map(({ min }) => min));
        expect(body.icmp?.b ?? []).toEqual(samples.map(({ avg }) => avg));
        expect(body.icmp?.m ?? []).toEqual(samples.map(({ max }) => max));
        expect(body.icmp?.l ?? []).toEqual(samples.map(({ lost }) => lost));
      }),
    );
  });

  it('carries the host beside the probes, and the status', () => {
    const batcher = createBatcher(steadyTime());
    batcher.host(7, 100, { cpuPercent: 12.5, memoryPercent: 50, diskPercent: 99.99, uptimeS: 4_294_967_295 });
    batcher.icmp(1, 150, 0, 1, 2, 3, 0);
    const status = { outboxRows: 3, lost: [{ fromMs: 1, toMs: 2, samples: 3 }], corrupt: 1 };
    const body = decodeBody(batcher.take(status).body);
    expect(body).toEqual({
      t0: EPOCH + 150,
      icmp: { c: [1], d: [0], o: [0], a: [1], b: [2], m: [3], l: [0] },
      host: { c: [7], d: [-50], cpu: [12.5], mem: [50], disk: [99.99], up: [4_294_967_295] },
      status,
    });
    expect(decodeBody(batcher.take(undefined).body)).toEqual({ t0: EPOCH });
  });

  it('stays within its bytes and places at the widest values, header included', () => {
    const batcher = createBatcher(steadyTime(), MAX_MESSAGE_BYTES);
    let monoMs = 0;
    while (!batcher.isFull(monoMs)) {
      batcher.icmp(2_147_483_647, monoMs, 2, 60_000_000, 60_000_000, 60_000_000, 3);
      monoMs = monoMs > 0 ? 0 : 3_599_999;
    }
    const lost = Array.from({ length: 20 }, () => ({ fromMs: 1.7e12, toMs: 1.7e12, samples: 9e15 }));
    const sealed = batcher.take({ outboxRows: 9e15, lost, corrupt: 9e15 });
    expect(sealed.samples).toBeGreaterThan(4_000);
    expect(sealed.samples).toBeLessThanOrEqual(MAX_BATCH_SAMPLES);
    const body = decodeBody(sealed.body);
    expect(Check(BatchBody, body)).toBe(true);
    expect(JSON.stringify(body).length + 500).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });

  it('asks to be taken before its deltas grow out of their range', () => {
    const batcher = createBatcher(steadyTime());
    batcher.icmp(1, 0, 0, 1, 1, 1, 0);
    expect(batcher.isFull(3_600_000)).toBe(false);
    expect(batcher.isFull(3_600_001)).toBe(true);
  });

  it('asks to be taken before a leap of the wall clock, whatever the monotonic clock says', () => {
    let leapMs = 0;
    const time = { ...steadyTime(), at: (monoMs: number) => EPOCH + monoMs + leapMs };
    const batcher = createBatcher(time);
    batcher.icmp(1, 0, 0, 1, 1, 1, 0);
    leapMs = 3_600_001;
    expect(batcher.isFull(0)).toBe(true);
    leapMs = -3_600_001;
    expect(batcher.isFull(0)).toBe(true);
  });

  it('is deflated only where that is shorter', () => {
    const short = encodeBody('{"t0":1}');
    expect(short.deflated).toBe(false);
    const long = encodeBody(`{"t0":1,"icmp":${'['.repeat(500)}`);
    expect(long.deflated).toBe(true);
    expect(long.bytes.length).toBeLessThan(500);
  });

  it.each([
    { name: 'no JSON', body: encodeBody('{') },
    { name: 'no batch', body: encodeBody('{"t0":"now"}') },
    { name: 'no deflate', body: { bytes: Buffer.from('xx'), deflated: true } },
    { name: 'inflating without end', body: encodeBody(' '.repeat(MAX_MESSAGE_BYTES + 1)) },
  ])('is refused when it is $name', ({ body }) => {
    expect(decodeBody(body)).toBeUndefined();
  });
});

describe('a message', () => {
  it('is a line of JSON, a line feed and the body', () => {
    const header = {
      v: 1,
      lane: 'live',
      stream: 1,
      process: '0'.repeat(16),
      ageMs: 0,
      sentAt: 1.5,
      config: 0,
    } as const;
    const split = splitLine(encodeMessage(header, Buffer.from('{"t0":1}\n{')));
    expect(split?.head).toEqual(header);
    expect(Buffer.from(split?.rest ?? []).toString()).toBe('{"t0":1}\n{');
    expect(encodeMessage(header).at(-1)).toBe(10);
  });

  it.each(['', '{"v":1}', 'null\n', 'x\n{}'])('%j is none', (text) => {
    expect(splitLine(Buffer.from(text))).toBeUndefined();
  });
});

describe('a record on the disk', () => {
  const record: OutboxRecord = {
    origin: 3,
    config: 2,
    samples: 1,
    fromMs: EPOCH,
    toMs: EPOCH,
    body: encodeBody(
      JSON.stringify({ t0: EPOCH, icmp: { c: [1], d: [0], o: [0], a: [1], b: [1], m: [1], l: [0] } }),
    ),
  };

  it('comes back whole', () => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  it.each(['', 'xx', '{"origin":1}\n{}'])('%j is none', (text) => {
    expect(decodeRecord(Buffer.from(text))).toBeUndefined();
  });

  it('made before the first exchange gets the hub’s time, whatever the wall clock did within it', () => {
    // The provisional time jumps by an hour between the two samples; the monotonic clock counted 1.4 s.
    let jumpMs = 0;
    const batcher = createBatcher({ ...steadyTime(false), at: (monoMs) => 5_000 + monoMs + jumpMs });
    batcher.icmp(1, 1_000.4, 0, 1, 1, 1, 0);
    jumpMs = 3_600_000;
    batcher.icmp(2, 2_400.4, 1, 0, 0, 0, 3);
    batcher.host(3, 2_500, { cpuPercent: 0, memoryPercent: 0, diskPercent: 0, uptimeS: 1 });
    const { monotonic, ...sealed } = batcher.take(undefined);
    expect(monotonic).toBeDefined();
    const unstamped = { origin: 1, config: 1, ...sealed, unstamped: { madeMonoMs: 2_600, monotonic } };
    const stamped = stampRecord(
      decodeRecord(encodeRecord(unstamped)) as OutboxRecord,
      (monoMs) => EPOCH + monoMs,
    );
    expect(stamped.unstamped).toBeUndefined();
    const body = decodeBody(stamped.body);
    expect(stampsOf(body?.t0 ?? 0, body?.icmp?.d ?? [])).toEqual([EPOCH + 1_000, EPOCH + 2_400]);
    expect(stampsOf(body?.t0 ?? 0, body?.host?.d ?? [])).toEqual([EPOCH + 2_500]);
    expect(body?.icmp?.o).toEqual([0, 1]);
  });
});
