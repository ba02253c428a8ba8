import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTCOME } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBody } from '../../../agent/src/codec.js';
import { encodeRecord } from '../../../agent/src/outbox-record.js';
import { historyKey, liveKey, unstampedKey } from '../../../agent/src/outbox-writer.js';
import type { OutboxStore } from '../../../agent/src/store.js';
import { compareLedger, explainVerdict, readLedger, type StoredRow } from '../../support/ledger.js';
import { createLedgerWriter, type LedgerWriter } from '../../support/load/ledger-writer.js';
import { createMemoryStore } from '../../support/load/memory-store.js';
import { avgUsOf, carriedNumber, maxUsOf, minUsOf, numberOf } from '../../support/load/numbers.js';

const CHECK = 7;
const STREAM = 1;
const T0 = 1_700_000_000_000;

describe('numbers in round trips', () => {
  it('come back from any life and cycle, in ordered, believable round trips', () => {
    for (const life of [1, 2, 4_095])
      for (const cycle of [1, 16_383, 16_384, 1_000_003, 2 ** 28, 2 ** 30 - 1]) {
        const number = numberOf(life, cycle);
        const [min, avg, max] = [minUsOf(number), avgUsOf(number), maxUsOf(number)];
        expect([min >= 1, min < avg, avg < max, max <= 50_000]).toEqual([true, true, true, true]);
        expect(carriedNumber(min, avg, max)).toBe(number);
      }
  });
  it('are not seen in round trips that nobody made', () => {
    expect(carriedNumber(0, 0, 0)).toBeUndefined();
    expect(carriedNumber(500, 40_000, 50_000)).toBeUndefined();
  });
});

describe('the ledger', () => {
  let directory: string;
  let writer: LedgerWriter;
  let store: OutboxStore;
  let cycle: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'siaga-ledger-'));
    writer = createLedgerWriter(directory);
    store = writer.watch(0, createMemoryStore());
    cycle = 0;
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Cycles of one check as the prober answers them, 1,000 ms apart; `x` failed. Answers their rows. */
  const produce = (outcomes: string, from = T0): StoredRow[] =>
    [...outcomes].map((letter, place) => {
      const number = numberOf(writer.life, ++cycle);
      const failed = letter === 'x';
      const outcome = failed ? OUTCOME.failed : OUTCOME.ok;
      writer.produced(number, 0, CHECK, outcome, failed ? 3 : 0);
      return {
        ...{ checkId: CHECK, stream: STREAM, stampMs: from + place * 1_000, outcome, lost: failed ? 3 : 0 },
        ...(failed
          ? { minUs: 0, avgUs: 0, maxUs: 0 }
          : { minUs: minUsOf(number), avgUs: avgUsOf(number), maxUs: maxUsOf(number) }),
      };
    });
  const record = (rows: readonly StoredRow[], shiftMs = 0): Uint8Array =>
    encodeRecord({
      ...{ origin: STREAM, config: 1, samples: rows.length, fromMs: T0, toMs: T0 },
      body: encodeBody(
        JSON.stringify({
          t0: T0 + shiftMs,
          icmp: {
            c: rows.map(({ checkId }) => checkId),
            d: rows.map(({ stampMs }, place) => stampMs - (rows[place - 1]?.stampMs ?? T0)),
            o: rows.map(({ outcome }) => outcome),
            a: rows.map(({ minUs }) => minUs),
            b: rows.map(({ avgUs }) => avgUs),
            m: rows.map(({ maxUs }) => maxUs),
            l: rows.map(({ lost }) => lost),
          },
        }),
      ),
    });
  const put = (rows: readonly StoredRow[], seq = 1): Promise<void> =>
    store.write([{ key: liveKey(STREAM, seq), value: record(rows) }], true);
  const compare = async (rows: readonly StoredRow[]) => compareLedger(await readLedger(directory), rows);

  it('is equal to what was stored whole', async () => {
    const rows = produce('..xxx..');
    await put(rows);
    writer.end();
    const verdict = await compare(rows);
    expect(verdict).toMatchObject({ equal: true, samples: 7, rows: 7 });
    expect(explainVerdict(verdict)).toEqual([]);
  });

  it.each([
    ['a good cycle', '..x.', 1],
    ['a failed cycle', '..x.', 2],
  ])('finds the planted loss of %s', async (_what, outcomes, gone) => {
    const rows = produce(outcomes);
    await put(rows);
    writer.end();
    const verdict = await compare(rows.filter((_, place) => place !== gone));
    expect(verdict.equal).toBe(false);
    expect(verdict.missing.map(({ number }) => number)).toEqual([numberOf(1, gone + 1)]);
    expect(explainVerdict(verdict)[0]).toBe('missing: 1');
  });

  it('finds a planted doubling, under the same stamp and under another', async () => {
    const rows = produce('..x.');
    await put(rows);
    writer.end();
    const [first, , third] = rows as [StoredRow, StoredRow, StoredRow, StoredRow];
    const same = await compare([...rows, third]);
    expect(same.doubled.map(({ number }) => number)).toEqual([numberOf(1, 3)]);
    const other = await compare([...rows, { ...first, stream: 2 }]);
    expect([other.equal, other.doubled.length, other.altered.length]).toEqual([false, 1, 1]);
  });

  it('finds alien rows: good ones without a number, failed ones that nobody saw fail', async () => {
    const rows = produce('.x');
    await put(rows);
    writer.end();
    const [good, failed] = rows as [StoredRow, StoredRow];
    const strange = [
      { ...good, minUs: 300, avgUs: 400, maxUs: 500 },
      { ...failed, stampMs: failed.stampMs + 1 },
    ];
    expect((await compare([...rows, ...strange])).alien).toEqual(strange);
  });

  it('finds a row whose stamp, check or loss is not what the agent wrote', async () => {
    const rows = produce('...');
    await put(rows);
    writer.end();
    const [first, second, third] = rows as [StoredRow, StoredRow, StoredRow];
    const verdict = await compare([
      { ...first, stampMs: first.stampMs + 1 },
      { ...second, checkId: 8 },
      { ...third, lost: 1 },
    ]);
    expect([verdict.equal, verdict.altered.length]).toEqual([false, 3]);
  });

  it('allows one absence: what was not on the disk when the process was killed', async () => {
    const rows = produce('..');
    await put(rows);
    produce('.x', T0 + 10_000);
    await put([], 2); // nothing of it, but the ledger is on its way before any write
    // no end: a kill -9
    expect(await compare(rows)).toMatchObject({ equal: true, lostWithProcess: 2 });
    expect(await compare([])).toMatchObject({ equal: false, lostWithProcess: 2, missing: [{}, {}] });
  });

  it('complains of what never reached a disk though its process ended in order', async () => {
    produce('.');
    writer.end();
    expect(await compare([])).toMatchObject({ equal: false, unwritten: [{}] });
  });

  it('counts nothing of a last line that a kill tore', async () => {
    const rows = produce('.');
    await put(rows);
    await appendFile(join(directory, 'life-0001.log'), `p ${numberOf(1, 99)} 0 7 0`);
    expect(await compare(rows)).toMatchObject({ equal: true, samples: 1 });
  });

  it('goes on where another process begins, under numbers of its own', async () => {
    const before = produce('.');
    await put(before);
    writer = createLedgerWriter(directory);
    store = writer.watch(0, createMemoryStore());
    const after = produce('.', T0 + 60_000);
    await put(after, 2);
    writer.end();
    expect(writer.life).toBe(2);
    expect(await compare([...before, ...after])).toMatchObject({ equal: true, samples: 2 });
  });

  it('knows a batch again that is stamped when the hub’s time is known, failed cycles included', async () => {
    const rows = produce('xx.x');
    await store.write([{ key: unstampedKey(1), value: record(rows) }], true);
    await store.write(
      [{ key: unstampedKey(1) }, { key: liveKey(STREAM, 1), value: record(rows, 250) }],
      true,
    );
    writer.end();
    const shifted = rows.map((row) => ({ ...row, stampMs: row.stampMs + 250 }));
    expect(await compare(shifted)).toMatchObject({ equal: true, samples: 4 });
    expect(await compare([...shifted, ...rows])).toMatchObject({ equal: false, doubled: [{}, {}, {}, {}] });
  });

  /** A batch of one cycle, whose first stamp is its own. */
  const single = (row: StoredRow, shiftMs = 0): Uint8Array => {
    const stampMs = row.stampMs + shiftMs;
    return encodeRecord({
      ...{ origin: STREAM, config: 1, samples: 1, fromMs: stampMs, toMs: stampMs },
      body: encodeBody(
        JSON.stringify({
          t0: stampMs,
          icmp: { c: [row.checkId], d: [0], o: [row.outcome], a: [0], b: [0], m: [0], l: [row.lost] },
        }),
      ),
    });
  };

  it('tells batches of a failed cycle each apart, though all of them say the same', async () => {
    const rows = produce('xxx') as [StoredRow, StoredRow, StoredRow];
    for (const [place, row] of rows.entries())
      await store.write([{ key: unstampedKey(place + 1), value: single(row) }], true);
    // The oldest is history by now; the live ones are written first.
    await store.write(
      [
        ...rows.map((_, place) => ({ key: unstampedKey(place + 1) })),
        { key: liveKey(STREAM, 1), value: single(rows[1], -1) },
        { key: liveKey(STREAM, 2), value: single(rows[2], -1) },
        { key: historyKey(1), value: single(rows[0], -1) },
      ],
      true,
    );
    // Another one is made in the moment in which the first live one moves.
    const [made] = produce('x', T0 + 3_000) as [StoredRow];
    await store.write(
      [
        { key: liveKey(STREAM, 1) },
        { key: liveKey(STREAM, 3), value: single(made) },
        { key: historyKey(2), value: single(rows[1], -1) },
      ],
      true,
    );
    writer.end();
    const shifted = rows.map((row) => ({ ...row, stampMs: row.stampMs - 1 }));
    expect(await compare([...shifted, made])).toMatchObject({ equal: true, samples: 4 });
    const missing = await compare([shifted[0]!, shifted[2]!, made]);
    expect(missing.missing.map(({ number }) => number)).toEqual([numberOf(1, 2)]);
    const { samples } = await readLedger(directory);
    expect([...samples.values()].map(({ live }) => live?.seq)).toEqual([undefined, 1, 2, 3]);
  });

  it('complains where the disk holds what the prober did not answer, or in another order', async () => {
    const rows = produce('..');
    await put([rows[1] as StoredRow, rows[0] as StoredRow]);
    writer.end();
    const verdict = await compare([]);
    expect(verdict.equal).toBe(false);
    expect(verdict.complaints).toHaveLength(2);
  });
});
