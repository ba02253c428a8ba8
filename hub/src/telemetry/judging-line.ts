import { LIVE_WINDOW_MS } from '@siaga/shared';
import type { Clock } from '../platform/clock.js';

/**
 * Samples of one agent that may wait for their verdicts: 60 s of the most checks a configuration holds, at the shortest
 * interval. Past it its batches are ignored; the ring brings them again.
 */
const MAX_SAMPLES = 1_200_000;
/** The same for batches, whatever is in them. */
const MAX_BATCHES = 20_000;
/** The same for all agents together: some 60 MB. */
const MAX_SAMPLES_OF_ALL = 6_000_000;
const MAX_BATCHES_OF_ALL = 100_000;
/** After so long the judge has passed a batch over and holds nothing of it, though it may not have said so yet. */
const ENDS_MS = LIVE_WINDOW_MS + 10_000;

/** A live batch that waits for its verdicts. */
export interface JudgingBatch {
  stream: number;
  seq: number;
  samples: number;
  arrivedMs: number;
  /** Its verdicts are committed. */
  settle(): void;
}

/** What of one agent waits for its verdicts, oldest first, and the samples in it. */
export interface JudgingLine {
  readonly batches: JudgingBatch[];
  samples: number;
}

export const newJudgingLine = (): JudgingLine => ({ batches: [], samples: 0 });

/** The lines of all agents, which share one bound. */
export interface JudgingLines {
  /** True where a batch more would be too much; forgets what the judge has passed over by now. */
  isFull(line: JudgingLine): boolean;
  push(line: JudgingLine, batch: JudgingBatch): void;
  /** Takes off what waits up to and with this batch; batches of older streams come before. */
  takeTo(line: JudgingLine, stream: number, seq: number): JudgingBatch[];
  forget(line: JudgingLine): void;
}

export const createJudgingLines = (clock: Clock): JudgingLines => {
  const all = { batches: 0, samples: 0 };

  /** What comes before the first that stays. */
  const takeBefore = (line: JudgingLine, stays: (batch: JudgingBatch) => boolean): JudgingBatch[] => {
    const end = line.batches.findIndex(stays);
    const taken = line.batches.splice(0, end < 0 ? line.batches.length : end);
    for (const { samples } of taken) {
      line.samples -= samples;
      all.samples -= samples;
    }
    all.batches -= taken.length;
    return taken;
  };

  return {
    isFull: (line) => {
      const endedMs = clock.monotonicMs() - ENDS_MS;
      takeBefore(line, ({ arrivedMs }) => arrivedMs >= endedMs);
      return (
        line.samples >= MAX_SAMPLES ||
        line.batches.length >= MAX_BATCHES ||
        all.samples >= MAX_SAMPLES_OF_ALL ||
        all.batches >= MAX_BATCHES_OF_ALL
      );
    },
    push: (line, batch) => {
      line.batches.push(batch);
      line.samples += batch.samples;
      all.samples += batch.samples;
      all.batches++;
    },
    takeTo: (line, stream, seq) =>
      takeBefore(line, (batch) => batch.stream > stream || (batch.stream === stream && batch.seq > seq)),
    forget: (line) => void takeBefore(line, () => false),
  };
};
