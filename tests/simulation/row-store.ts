import type { RowPostResult, RowStore } from '../../hub/src/telemetry/writer.js';
import { keyOf } from './ledger.js';
import { never, type Life } from './machine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface StoredRow {
  outcome: number;
  lost: number;
  /** Serial of the cycle, where the row carries one: a cycle that none came back from has no round trip. */
  serial: number | undefined;
}

/** Chances of one post. */
export interface RowTrouble {
  /** Nothing is stored, and the post fails. */
  fail: number;
  /** Everything is stored, and the post fails all the same. */
  ambiguous: number;
  /** The post fails; it is stored up to a minute later, when its client has given up. */
  lands: number;
  slowMs: number;
}

export const FAIR_ROWS: RowTrouble = { fail: 0, ambiguous: 0, lands: 0, slowMs: 0 };

/** QuestDB, as the hub knows it: line protocol in, duplicate keys out, and a day that may be bad. */
export interface SimulatedRowStore {
  readonly rows: ReadonlyMap<string, StoredRow>;
  /** Keys that it refuses for good. */
  readonly refused: ReadonlySet<string>;
  client(life: Life): RowStore;
  setTrouble(trouble: RowTrouble): void;
  /** Of this key's row it will say 400. */
  setPoison(isPoison: (key: string) => boolean): void;
  stop(): void;
  start(): void;
}

const NUMBER = /^-?\d+i$/;

const parseLine = (line: string): { key: string; row: StoredRow } => {
  const [measurement, columns, stamp, ...rest] = line.split(' ');
  if (measurement !== 'icmp' || !columns || !stamp || rest.length > 0 || !/^\d+$/.test(stamp))
    throw new Error(`not a row of ours: ${line}`);
  const values = new Map<string, number>();
  for (const column of columns.split(',')) {
    const at = column.indexOf('=');
    const value = column.slice(at + 1);
    if (at < 1 || !NUMBER.test(value)) throw new Error(`not a column: ${column} in ${line}`);
    values.set(column.slice(0, at), Number(value.slice(0, -1)));
  }
  return {
    key: keyOf(values.get('check_id')!, values.get('stream')!, Number(stamp)),
    row: { outcome: values.get('outcome') ?? 0, lost: values.get('lost') ?? 0, serial: values.get('avg_us') },
  };
};

export const createRowStore = ({
  scheduler,
  random,
  onViolation,
  forgets = 0,
}: {
  scheduler: Scheduler;
  random: Random;
  onViolation: (what: string) => void;
  /** A store that is broken on purpose: share of the rows it forgets although it confirmed them. */
  forgets?: number;
}): SimulatedRowStore => {
  const rows = new Map<string, StoredRow>();
  const refused = new Set<string>();
  let trouble = FAIR_ROWS;
  let isUp = true;
  /** Changes with every stop: what was under way then is gone. */
  let run = 0;
  let isPoison: (key: string) => boolean = () => false;

  const commit = (lines: readonly string[]): void => {
    for (const line of lines) {
      if (random.chance(forgets)) continue;
      const { key, row } = parseLine(line);
      const known = rows.get(key);
      if (known && (known.outcome !== row.outcome || known.lost !== row.lost || known.serial !== row.serial))
        onViolation(`two different rows of one key ${key}`);
      rows.set(key, row);
    }
  };

  const wait = (ms: number): Promise<void> => new Promise((resolve) => scheduler.after(ms, resolve));

  const post = async (life: Life, text: string): Promise<RowPostResult> => {
    if (!life.reach()) return never();
    const lines = text.split('\n');
    if (lines.pop() !== '') throw new Error('the last line has no end');
    const own = run;
    if (!isUp) {
      await wait(random.between(1, 20));
      throw new Error('connection refused');
    }
    await wait(random.between(3, 15) + (trouble.slowMs > 0 ? random.unit() * trouble.slowMs : 0));
    // A client that died may have sent all of it.
    if (run === own && (life.alive || random.chance(0.5))) {
      const bad = lines.findIndex((line) => isPoison(parseLine(line).key));
      if (bad >= 0) {
        refused.add(parseLine(lines[bad]!).key);
        if (life.alive) return { ok: false, line: bad + 1, message: 'simulated poison' };
        return never();
      }
      if (random.chance(trouble.fail)) throw new Error('simulated failure');
      if (random.chance(trouble.lands)) {
        scheduler.after(random.between(100, 60_000), () => {
          if (run === own) commit(lines);
        });
        throw new Error('simulated time-out');
      }
      commit(lines);
      if (random.chance(trouble.ambiguous)) throw new Error('simulated loss of the answer');
    } else if (run !== own) {
      // It died with the post in its hands, before or after the commit.
      if (random.chance(0.5)) commit(lines);
      throw new Error('connection reset');
    }
    return { ok: true };
  };

  return {
    rows,
    refused,
    client: (life) => ({
      post: async (lines) => {
        const answer = await post(life, lines.toString('latin1')).catch((error: unknown) => ({ error }));
        if (!life.alive) return never();
        if ('error' in answer) throw answer.error;
        return answer;
      },
    }),
    setTrouble: (next) => {
      trouble = next;
    },
    setPoison: (next) => {
      isPoison = next;
    },
    stop: () => {
      isUp = false;
      run++;
    },
    start: () => {
      isUp = true;
    },
  };
};
