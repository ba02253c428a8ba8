import type { Clock } from '../platform/clock.js';
import { createRowQueue, type Queued, type RowBatch, type RowQueue } from './row-queue.js';

export type { RowBatch } from './row-queue.js';

/** `refused`: the store is well; the line with this number (from 1) cannot be stored. */
export type RowPostResult = { ok: true } | { ok: false; line: number; message: string };

/**
 * Where rows go. `ok` promises that they are committed. Rejects where the store is away, and where it is not certain
 * whether they were stored (they are posted again: their natural key keeps them single). Must answer at last.
 */
export interface RowStore {
  /** `lines` are the store's own until it answers `ok`; they are written over afterwards. */
  post(lines: Buffer): Promise<RowPostResult>;
}

export interface WriterLimits {
  /** A post is sent once it has so many rows … */
  postRows: number;
  /** … or its oldest batch has waited so long. */
  lingerMs: number;
  postsInFlight: number;
  /** A live batch that waits longer is let go: its agent brings it again as history. */
  liveWaitMs: number;
  /** Lines of live and of history batches held at most, bytes each. */
  liveBytes: number;
  historyBytes: number;
  /** Pause after a failed post: doubled from the first to the second, half of it at random. */
  backoffMs: readonly [first: number, most: number];
  /** Refused rows in a row after which the store itself is taken to be at fault, and each further one waits. */
  refusalsInARow: number;
}

export const WRITER_LIMITS: WriterLimits = {
  postRows: 20_000,
  lingerMs: 100,
  postsInFlight: 2,
  liveWaitMs: 60_000,
  liveBytes: 64 * 1024 * 1024,
  historyBytes: 32 * 1024 * 1024,
  backoffMs: [100, 5_000],
  refusalsInARow: 32,
};

export interface WriterEvents<B extends RowBatch> {
  /** Every row of it is committed (or was refused and told as such). */
  committed(batch: B): void;
  /** A live batch will not be stored by this writer. */
  letGo(batch: B): void;
  /** One line (without line feed) that the store cannot take. */
  refused(batch: B, line: string, message: string): void;
  /** A post failed; the store is away, or nobody knows. */
  failed(error: unknown): void;
}

export interface Writer<B extends RowBatch> {
  /** False where there is no room: the batch is not taken. */
  append(batch: B): boolean;
  /** False where the next history batch would not be taken. */
  hasHistoryRoom(): boolean;
  waitingBytes(): { live: number; history: number };
  /** Sends what waits, once, and resolves when the answers are there or `withinMs` are over. Takes nothing more. */
  stop(withinMs: number): Promise<void>;
}

interface Post<B> {
  history: boolean;
  entries: Queued<B>[];
  rows: number;
  /** What the lines were joined in. */
  buffer?: Buffer;
}

interface Deps<B extends RowBatch> {
  store: RowStore;
  clock: Clock;
  /** 0 ≤ n < 1. */
  random(): number;
  events: WriterEvents<B>;
  limits?: Partial<WriterLimits>;
}

/**
 * Joins batches into posts and keeps each until its commit is known. A failed post's batches go back to the head of
 * their queue. History has a queue of its own and one post under way at most, so that live never waits for it; a post
 * never mixes the two, because the roll-ups rebuild all days between a post's oldest and newest row.
 */
export const createWriter = <B extends RowBatch>(deps: Deps<B>): Writer<B> => {
  const { store, clock, events } = deps;
  const limits = { ...WRITER_LIMITS, ...deps.limits };
  const live = createRowQueue<B>();
  const history = createRowQueue<B>();
  const inFlight = new Set<Post<B>>();
  let failures = 0;
  let refusals = 0;
  /** Nothing is sent before it. */
  let pausedUntilMs = -Infinity;
  let cancelTimer: (() => void) | undefined;
  let timerAtMs = Infinity;
  let stopping: (() => void) | undefined;
  let stopped = false;

  const dropStale = (): void => {
    const oldestAllowed = clock.monotonicMs() - limits.liveWaitMs;
    const head = live.head();
    if (!head || head.sinceMs >= oldestAllowed) return;
    for (const { batch } of live.takeOlder(oldestAllowed)) events.letGo(batch);
  };

  const isReady = (queue: RowQueue<B>, nowMs: number): boolean => {
    const head = queue.head();
    if (!head) return false;
    return (
      stopping !== undefined || queue.rows() >= limits.postRows || nowMs - head.sinceMs >= limits.lingerMs
    );
  };

  const nextPost = (): Post<B> | undefined => {
    const nowMs = clock.monotonicMs();
    if (isReady(live, nowMs)) return { history: false, ...live.take(limits.postRows) };
    const historyUnderWay = [...inFlight].some((post) => post.history);
    if (!historyUnderWay && isReady(history, nowMs))
      return { history: true, ...history.take(limits.postRows) };
    return undefined;
  };

  /** While the store fails, one post is its probe. */
  const slots = (): number => (failures > 0 ? 1 : limits.postsInFlight);

  const pump = (): void => {
    dropStale();
    while (!stopped && inFlight.size < slots() && clock.monotonicMs() >= pausedUntilMs) {
      const post = nextPost();
      if (!post) break;
      send(post);
    }
    if (stopping && inFlight.size === 0 && (failures > 0 || (!live.head() && !history.head()))) stopping();
    arm();
  };

  /**
   * One timer: for the end of the pause, or of the first wait. What an answer sets going needs none. What has come due
   * since `pump` looked does: the clock goes on in between, and a timer may fire a moment early.
   */
  const arm = (): void => {
    if (stopped || inFlight.size >= slots()) return;
    const nowMs = clock.monotonicMs();
    const historyUnderWay = [...inFlight].some((post) => post.history);
    let atMs = Infinity;
    for (const queue of [live, history]) {
      const head = queue.head();
      if (!head || (queue === history && historyUnderWay)) continue;
      atMs = Math.min(atMs, Math.max(head.sinceMs + limits.lingerMs, pausedUntilMs, nowMs));
    }
    if (atMs >= timerAtMs) return;
    cancelTimer?.();
    timerAtMs = atMs;
    cancelTimer = clock.after(atMs - nowMs, () => {
      timerAtMs = Infinity;
      pump();
    });
  };

  const pause = (): void => {
    const [first, most] = limits.backoffMs;
    const fullMs = Math.min(most, first * 2 ** Math.min(failures, 16));
    failures++;
    pausedUntilMs = clock.monotonicMs() + fullMs * (0.5 + deps.random() / 2);
  };

  /**
   * Buffers of answered posts, to be filled again: a fresh megabyte for each post was garbage as fast as rows came. A post
   * that failed keeps its own for good: nobody knows whether it is still being sent.
   */
  const spare: Buffer[] = [];

  const linesOf = (post: Post<B>): Buffer => {
    const bytes = post.entries.reduce((sum, { batch }) => sum + batch.lines.length, 0);
    const old = spare.pop();
    const usual = limits.postRows * USUAL_ROW_BYTES;
    const buffer = old && old.length >= bytes ? old : Buffer.allocUnsafeSlow(Math.max(bytes, usual));
    post.buffer = buffer;
    let at = 0;
    for (const { batch } of post.entries) at += batch.lines.copy(buffer, at);
    return buffer.subarray(0, at);
  };

  const send = (post: Post<B>): void => {
    inFlight.add(post);
    store.post(linesOf(post)).then(
      (result) => answered(post, result),
      (error: unknown) => failed(post, error),
    );
  };

  const putBack = (post: Post<B>): void => (post.history ? history : live).putBack(post.entries);

  const failed = (post: Post<B>, error: unknown): void => {
    inFlight.delete(post);
    if (stopped) return;
    putBack(post);
    pause();
    events.failed(error);
    pump();
  };

  const answered = (post: Post<B>, result: RowPostResult): void => {
    if (!result.ok) return refused(post, result.line, result.message);
    inFlight.delete(post);
    if (stopped) return;
    failures = refusals = 0;
    pausedUntilMs = -Infinity;
    if (post.buffer && spare.length <= limits.postsInFlight) spare.push(post.buffer);
    for (const { batch } of post.entries) events.committed(batch);
    pump();
  };

  /** The one row goes, the rest is posted again. */
  const refused = (post: Post<B>, line: number, message: string): void => {
    const entry = entryOfLine(post, line);
    if (!entry) return failed(post, new Error(`line ${line} of a post of ${post.rows} rows: ${message}`));
    inFlight.delete(post);
    if (stopped) return;
    const { batch } = entry.queued;
    const rows = batch.lines.toString('latin1').split('\n');
    const [bad] = rows.splice(entry.index, 1);
    batch.lines = Buffer.from(rows.join('\n'), 'latin1');
    batch.rows--;
    events.refused(batch, bad!, message);
    if (batch.rows === 0) {
      post.entries = post.entries.filter((queued) => queued !== entry.queued);
      events.committed(batch);
    }
    putBack(post);
    if (++refusals > limits.refusalsInARow) pause();
    pump();
  };

  return {
    append: (batch) => {
      if (stopped || stopping) return false;
      dropStale();
      const queue = batch.history ? history : live;
      const room = batch.history ? limits.historyBytes : limits.liveBytes;
      if (queue.bytes() + batch.lines.length > room) return false;
      queue.add({ batch, sinceMs: clock.monotonicMs() });
      if (queue.rows() >= limits.postRows) pump();
      else arm();
      return true;
    },
    // By the largest batch there can be, so that what was asked first is taken for certain.
    hasHistoryRoom: () =>
      !stopped && !stopping && history.bytes() + LARGEST_BATCH_BYTES <= limits.historyBytes,
    waitingBytes: () => ({ live: live.bytes(), history: history.bytes() }),
    stop: async (withinMs) => {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(withinMs, resolve);
        stopping = () => {
          cancel();
          resolve();
        };
        pump();
      });
      stopped = true;
      cancelTimer?.();
    },
  };
};

/** Nearly every row is shorter: a post's buffer then fits the next one too. */
const USUAL_ROW_BYTES = 110;
/** Line protocol of a batch: MAX_BATCH_SAMPLES rows of both kinds, no longer than this. */
const LARGEST_BATCH_BYTES = 2 * 1024 * 1024;

const entryOfLine = <B extends RowBatch>(
  post: Post<B>,
  line: number,
): { queued: Queued<B>; index: number } | undefined => {
  let index = line - 1;
  if (!Number.isInteger(index) || index < 0) return undefined;
  for (const queued of post.entries) {
    if (index < queued.batch.rows) return { queued, index };
    index -= queued.batch.rows;
  }
  return undefined;
};
