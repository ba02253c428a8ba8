import { OUTCOME, type BatchBody } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EXPIRED_MARGIN_MS,
  MAX_AHEAD_MS,
  MIN_STAMP_MS,
  siftBatch,
  type SiftContext,
  type Sifted,
} from '../../../hub/src/telemetry/rows.js';
import { icmpBody } from './support.js';

const nowMs = Date.UTC(2026, 0, 1);
/** Checks 1–9 are the agent's ICMP checks, 10–19 its host checks, 20–29 another agent's. */
const context = (fields: Partial<SiftContext> = {}): SiftContext => ({
  tablePrefix: '',
  originStream: 4,
  nowMs,
  keptMs: Infinity,
  faultOfCheck: (id, type) => {
    if (id >= 20 && id < 30) return 'foreign-check';
    return (type === 'icmp' ? id < 10 : id >= 10 && id < 20) ? undefined : 'unknown-check';
  },
  ...fields,
});

const icmp = (rows: [c: number, d: number, o: number, a: number, b: number, m: number, l: number][]) => ({
  c: rows.map((row) => row[0]),
  d: rows.map((row) => row[1]),
  o: rows.map((row) => row[2]),
  a: rows.map((row) => row[3]),
  b: rows.map((row) => row[4]),
  m: rows.map((row) => row[5]),
  l: rows.map((row) => row[6]),
});

const columnsOf = ({ body }: Sifted) =>
  body.icmp && {
    c: Array.from(body.icmp.c),
    d: Array.from(body.icmp.d),
    o: Array.from(body.icmp.o),
    l: Array.from(body.icmp.l),
  };

describe('siftBatch', () => {
  it('writes a line a row, leaving out what the table reads as 0 or nothing', () => {
    const body: BatchBody = {
      t0: nowMs,
      icmp: icmp([
        [1, 0, 0, 100, 200, 300, 0],
        [2, 5, 0, 100, 200, 300, 1],
        [1, 1000, 1, 0, 0, 0, 3],
        [3, -500, 2, 0, 0, 0, 0],
      ]),
      host: { c: [10], d: [7], cpu: [12.3456], mem: [50], disk: [0], up: [4_294_967_295] },
    };
    const sifted = siftBatch(body, context({ tablePrefix: 'p_' }));
    expect(sifted.lines.bytes.toString().split('\n')).toEqual([
      `p_icmp stream=4i,check_id=1i,min_us=100i,avg_us=200i,max_us=300i ${nowMs}`,
      `p_icmp stream=4i,check_id=2i,min_us=100i,avg_us=200i,max_us=300i,lost=1i ${nowMs + 5}`,
      `p_icmp stream=4i,check_id=1i,outcome=1i,lost=3i ${nowMs + 1005}`,
      `p_icmp stream=4i,check_id=3i,outcome=2i ${nowMs + 505}`,
      `p_host stream=4i,check_id=10i,cpu=12.35,memory=50,disk=0,uptime_s=4294967295i ${nowMs + 7}`,
      '',
    ]);
    expect(sifted.rows).toBe(5);
    expect(sifted.newestMs).toBe(nowMs + 1005);
    expect(columnsOf(sifted)).toEqual({
      c: [1, 2, 1, 3],
      d: [0, 5, 1000, -500],
      o: [0, 0, 1, 2],
      l: [0, 1, 3, 0],
    });
  });

  it('has nothing to say of an empty batch', () => {
    const sifted = siftBatch({ t0: nowMs }, context());
    expect(sifted).toMatchObject({ rows: 0, newestMs: undefined });
    expect(sifted.lines.bytes).toHaveLength(0);
  });

  it.each([
    ['a check nobody knows', 99, 'unknown-check'],
    ["another agent's check", 20, 'foreign-check'],
    ['a check of another type', 10, 'unknown-check'],
  ])('leaves out the rows of %s and keeps the rest', (_what, id, fault) => {
    const body = {
      t0: nowMs,
      icmp: icmp([
        [1, 1, 0, 1, 2, 3, 0],
        [id, 10, 0, 1, 2, 3, 0],
        [2, 100, 1, 0, 0, 0, 3],
      ]),
    };
    const sifted = siftBatch(body, context());
    expect(sifted.rows).toBe(2);
    expect(sifted.dropped).toMatchObject({ [fault]: 1 });
    // It keeps its place: the rows behind it are the same ones whenever the batch comes again.
    expect(columnsOf(sifted)).toEqual({ c: [1, id, 2], d: [1, 10, 100], o: [0, 2, 1], l: [0, 0, 3] });
    expect(sifted.lines.bytes.toString()).not.toContain(`check_id=${id}i`);
  });

  it.each([
    ['the last moment before 2020', MIN_STAMP_MS - 1, 0],
    ['2020 itself', MIN_STAMP_MS, 1],
    ['as far ahead as may be', nowMs + MAX_AHEAD_MS, 1],
    ['further ahead', nowMs + MAX_AHEAD_MS + 1, 0],
  ])('judges the stamp of %s', (_what, atMs, rows) => {
    const sifted = siftBatch({ t0: atMs - 1000, icmp: icmpBody(0, 1).icmp! }, context());
    expect(sifted.rows).toBe(rows);
    expect(sifted.dropped.stamp).toBe(1 - rows);
  });

  it('writes no row that the store would drop at once, and keeps its cycle', () => {
    const keptMs = 7 * 86_400_000;
    const t0 = nowMs - keptMs - EXPIRED_MARGIN_MS;
    const body: BatchBody = {
      t0,
      icmp: icmp([
        [1, -1, 1, 0, 0, 0, 3],
        [1, 1, 0, 100, 200, 300, 0],
      ]),
      host: { c: [10, 10], d: [-1, 1], cpu: [1, 1], mem: [1, 1], disk: [1, 1], up: [1, 1] },
    };
    const sifted = siftBatch(body, context({ keptMs }));
    expect(sifted.lines.bytes.toString().split('\n')).toEqual([
      `icmp stream=4i,check_id=1i,min_us=100i,avg_us=200i,max_us=300i ${t0}`,
      `host stream=4i,check_id=10i,cpu=1,memory=1,disk=1,uptime_s=1i ${t0}`,
      '',
    ]);
    expect(sifted).toMatchObject({ rows: 2, dropped: { expired: 2, stamp: 0 }, newestMs: t0 });
    expect(columnsOf(sifted)).toMatchObject({ o: [1, 0], l: [3, 0] });
  });

  it('keeps every good row with its own stamp, whatever lies between', () => {
    const row = fc.record({
      id: fc.integer({ min: 1, max: 25 }),
      delta: fc.integer({ min: -1000, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const body = { t0: nowMs, icmp: icmp(rows.map(({ id, delta }) => [id, delta, 0, 1, 2, 3, 0])) };
        const heard: string[] = [];
        const sifted = siftBatch(body, context({ onIcmp: (id, atMs) => heard.push(`${id} ${atMs}`) }));
        let atMs = nowMs;
        const stamped = rows.map(({ id, delta }) => ({ id, atMs: (atMs += delta) }));
        const good = stamped.filter(({ id }) => id < 10).map((each) => `${each.id} ${each.atMs}`);
        const line = /check_id=(\d+)i.* (\d+)$/;
        const written = sifted.lines.bytes
          .toString()
          .split('\n')
          .filter((text) => text !== '')
          .map((text) => line.exec(text)!.slice(1).join(' '));
        expect(written).toEqual(good);
        expect(heard).toEqual(good);
        // The batch that goes on to detection tells the same story as the lines.
        let bodyMs = sifted.body.t0;
        const { c, d, o } = columnsOf(sifted)!;
        const told = c.map((id, i) => ({
          judged: o[i] !== OUTCOME.skipped,
          text: `${id} ${(bodyMs += d[i]!)}`,
        }));
        expect(told.filter(({ judged }) => judged).map(({ text }) => text)).toEqual(good);
      }),
    );
  });
});
