/** One batch's rows on their way; the writer holds them until their commit is known. */
export interface RowBatch {
  history: boolean;
  /** `rows` lines, each with its line feed. Changes only where a row is refused. */
  lines: Buffer;
  rows: number;
}

export interface Queued<B> {
  batch: B;
  /** Clock.monotonicMs when it was taken. */
  sinceMs: number;
}

/** Batches in the order in which they came, with the sums over them. */
export interface RowQueue<B> {
  add(entry: Queued<B>): void;
  head(): Queued<B> | undefined;
  /** Those at the head that wait since before. */
  takeOlder(thanMs: number): Queued<B>[];
  /** At least one batch, at most so many rows where there are more. */
  take(maxRows: number): { entries: Queued<B>[]; rows: number };
  putBack(entries: readonly Queued<B>[]): void;
  rows(): number;
  bytes(): number;
}

export const createRowQueue = <B extends RowBatch>(): RowQueue<B> => {
  let entries: Queued<B>[] = [];
  let rows = 0;
  let bytes = 0;
  const count = (batch: B, sign: 1 | -1): void => {
    rows += sign * batch.rows;
    bytes += sign * batch.lines.length;
  };
  return {
    add: (entry) => {
      entries.push(entry);
      count(entry.batch, 1);
    },
    head: () => entries[0],
    takeOlder: (thanMs) => {
      const young = entries.findIndex((entry) => entry.sinceMs >= thanMs);
      const out = entries.splice(0, young < 0 ? entries.length : young);
      for (const { batch } of out) count(batch, -1);
      return out;
    },
    take: (maxRows) => {
      let taken = 0;
      let takenRows = 0;
      while (taken < entries.length && (taken === 0 || takenRows + entries[taken]!.batch.rows <= maxRows)) {
        takenRows += entries[taken]!.batch.rows;
        taken++;
      }
      const out = entries.splice(0, taken);
      for (const { batch } of out) count(batch, -1);
      return { entries: out, rows: takenRows };
    },
    putBack: (back) => {
      for (const { batch } of back) count(batch, 1);
      entries = [...back, ...entries];
    },
    rows: () => rows,
    bytes: () => bytes,
  };
};
