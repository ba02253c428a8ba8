import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OUTCOME } from '@siaga/shared';
import { carriedNumber } from './load/numbers.js';

/** A cycle that a scripted prober answered, and what became of it on the agent's side. */
export interface LedgerSample {
  number: number;
  life: number;
  agent: number;
  checkId: number;
  outcome: number;
  lost: number;
  /** Where its row may stand: a batch made before the first exchange is stamped anew, once. */
  places: { stream: number; stampMs: number }[];
  onDisk: boolean;
  /** The live batch that carried it. */
  live: { stream: number; seq: number } | undefined;
}

export interface Ledger {
  samples: Map<number, LedgerSample>;
  /** Processes that did not end in order. */
  killed: ReadonlySet<number>;
  /** What the witness of the agents' disks found wrong. */
  complaints: string[];
  /** What the agents were told, in its order; epoch ms by this machine's clock. */
  acks: { agent: number; stream: number; judged: number; atMs: number }[];
}

const LIVE_KEY = /^l\/(\d+)\/(\d+)$/;

/** False where a kill tore the last line. */
const endsWithLineFeed = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer.toString() === '\n';
  } finally {
    await file.close();
  }
};

const readLife = async (path: string, life: number, ledger: Ledger): Promise<boolean> => {
  const batches = new Map<number, LedgerSample[]>();
  let ended = false;
  let before: string | undefined;
  const take = (line: string): void => {
    const [kind, ...fields] = line.split(' ') as [string, ...string[]];
    if (kind === 'p') {
      const [number, agent, checkId, outcome, lost] = fields.map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      ledger.samples.set(number, {
        ...{ number, life, agent, checkId, outcome, lost },
        ...{ places: [], onDisk: false, live: undefined },
      });
    } else if (kind === 'w') {
      const [batch, , key, origin, ...samples] = fields as [string, string, string, string, ...string[]];
      const [, stream, seq] = LIVE_KEY.exec(key) ?? [];
      const members: LedgerSample[] = [];
      for (const text of samples) {
        const [number, stampMs] = text.split(':').map(Number) as [number, number];
        const sample = ledger.samples.get(number);
        if (!sample) {
          ledger.complaints.push(`batch ${batch} of life ${life} carries ${number}, which nobody answered`);
          continue;
        }
        sample.places.push({ stream: Number(origin), stampMs });
        if (seq !== undefined) sample.live = { stream: Number(stream), seq: Number(seq) };
        members.push(sample);
      }
      batches.set(Number(batch), members);
    } else if (kind === 'd') {
      for (const batch of fields) for (const sample of batches.get(Number(batch)) ?? []) sample.onDisk = true;
    } else if (kind === 'a') {
      const [agent, stream, judged, , atMs] = fields.map(Number) as [number, number, number, number, number];
      ledger.acks.push({ agent, stream, judged, atMs });
    } else if (kind === 'x') ledger.complaints.push(`life ${life}: ${fields.join(' ')}`);
    else if (kind === 'e') ended = true;
  };
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (before !== undefined) take(before);
    before = line;
  }
  if (before !== undefined && (await endsWithLineFeed(path))) take(before);
  return ended;
};

/** Reads what load processes wrote (`load/ledger-writer.ts` has the form). */
export const readLedger = async (directory: string): Promise<Ledger> => {
  const killed = new Set<number>();
  const ledger: Ledger = { samples: new Map(), killed, complaints: [], acks: [] };
  const files = (await readdir(directory)).filter((name) => name.startsWith('life-')).sort();
  for (const name of files) {
    const life = Number(name.slice(5, 9));
    if (!(await readLife(join(directory, name), life, ledger))) killed.add(life);
  }
  return ledger;
};

/** A row of the table `icmp`. */
export interface StoredRow {
  checkId: number;
  stream: number;
  stampMs: number;
  outcome: number;
  minUs: number;
  avgUs: number;
  maxUs: number;
  lost: number;
}

export interface LedgerVerdict {
  /** True where rows and ledger are equal as sets, both ways. */
  equal: boolean;
  samples: number;
  rows: number;
  /** On an agent's disk, and not stored: data lost. */
  missing: LedgerSample[];
  /** Stored more than once. */
  doubled: LedgerSample[];
  /** Stored, and nobody answered that. */
  alien: StoredRow[];
  /** Stored under another stamp, check or outcome than the agent wrote. */
  altered: { row: StoredRow; sample: LedgerSample }[];
  /** Answered, never on a disk, though its process ended in order. */
  unwritten: LedgerSample[];
  /** The only absence allowed: answered, and not on the disk yet when its process was killed. */
  lostWithProcess: number;
  complaints: string[];
}

const placeKey = (checkId: number, stream: number, stampMs: number): string =>
  `${checkId}/${stream}/${stampMs}`;

/** Compares a ledger with the rows of the store, both ways. Quiet the load and let the agents' disks run empty first. */
export const compareLedger = (ledger: Ledger, rows: Iterable<StoredRow>): LedgerVerdict => {
  const verdict: LedgerVerdict = {
    ...{ equal: false, samples: ledger.samples.size, rows: 0, lostWithProcess: 0 },
    ...{ missing: [], doubled: [], alien: [], altered: [], unwritten: [] },
    complaints: ledger.complaints,
  };
  const counts = new Map<LedgerSample, number>();
  const count = (sample: LedgerSample): void => void counts.set(sample, (counts.get(sample) ?? 0) + 1);
  // A failed cycle has no round trip to carry its number: it is known by check, stream and stamp.
  const failed = new Map<string, LedgerSample>();
  for (const sample of ledger.samples.values())
    if (sample.outcome !== OUTCOME.ok)
      for (const { stream, stampMs } of sample.places)
        failed.set(placeKey(sample.checkId, stream, stampMs), sample);

  for (const row of rows) {
    verdict.rows++;
    const number = row.outcome === OUTCOME.ok ? carriedNumber(row.minUs, row.avgUs, row.maxUs) : undefined;
    const sample =
      row.outcome === OUTCOME.ok
        ? ledger.samples.get(number ?? -1)
        : failed.get(placeKey(row.checkId, row.stream, row.stampMs));
    if (!sample) {
      verdict.alien.push(row);
      continue;
    }
    count(sample);
    const isPlaced = sample.places.some((at) => at.stream === row.stream && at.stampMs === row.stampMs);
    const isSame =
      sample.checkId === row.checkId && sample.outcome === row.outcome && sample.lost === row.lost;
    if (!isPlaced || !isSame) verdict.altered.push({ row, sample });
  }

  for (const sample of ledger.samples.values()) {
    const stored = counts.get(sample) ?? 0;
    if (stored > 1) verdict.doubled.push(sample);
    if (stored > 0) continue;
    if (sample.onDisk) verdict.missing.push(sample);
    else if (ledger.killed.has(sample.life)) verdict.lostWithProcess++;
    else verdict.unwritten.push(sample);
  }
  const { missing, doubled, alien, altered, unwritten, complaints } = verdict;
  verdict.equal = [missing, doubled, alien, altered, unwritten, complaints].every(
    (list) => list.length === 0,
  );
  return verdict;
};

const SHOWN = 20;

/** The verdict in lines for people: what is wrong, the first of each kind in full. */
export const explainVerdict = (verdict: LedgerVerdict): string[] =>
  (['missing', 'doubled', 'alien', 'altered', 'unwritten', 'complaints'] as const).flatMap((kind) => {
    const list: readonly unknown[] = verdict[kind];
    if (list.length === 0) return [];
    return [
      `${kind}: ${list.length}`,
      ...list.slice(0, SHOWN).map((one) => `  ${JSON.stringify(one)}`),
      ...(list.length > SHOWN ? [`  … and ${list.length - SHOWN} more`] : []),
    ];
  });

export interface RowSource {
  url: string;
  user: string;
  password: string;
  /** Of the table's name; default none. */
  tablePrefix?: string;
}

const ask = async ({ url, user, password }: RowSource, path: string, query: string): Promise<string> => {
  const answer = await fetch(`${url}/${path}?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`QuestDB: ${answer.status} ${text}`);
  return text;
};

/** Waits until QuestDB has applied what it committed, and reads every ICMP row. */
export const readStoredRows = async (source: RowSource, deadlineMs = 60_000): Promise<StoredRow[]> => {
  const table = `${source.tablePrefix ?? ''}icmp`;
  const end = performance.now() + deadlineMs;
  for (;;) {
    const lag = JSON.parse(
      await ask(source, 'exec', `select sequencerTxn - writerTxn from wal_tables() where name = '${table}'`),
    ) as { dataset: [[number]] };
    if (lag.dataset[0][0] === 0) break;
    if (performance.now() > end) throw new Error('QuestDB does not apply what it committed');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const csv = await ask(
    source,
    'exp',
    `select check_id, stream, cast(ts as long), outcome, min_us, avg_us, max_us, lost from ${table}`,
  );
  return csv
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [checkId, stream, ts, outcome, minUs, avgUs, maxUs, lost] = line.split(',');
      return {
        ...{ checkId: Number(checkId), stream: Number(stream), stampMs: Number(ts) / 1000 },
        ...{ outcome: Number(outcome), lost: Number(lost) },
        ...{ minUs: Number(minUs), avgUs: Number(avgUs), maxUs: Number(maxUs) },
      };
    });
};
