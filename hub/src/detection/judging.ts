import type { OutcomeCode } from '@siaga/shared';
import type { FleetDirectory } from '../fleet/ports.js';
import type { LiveBatch } from '../telemetry/ports.js';
import { collectChanges } from './changes.js';
import type { Engine } from './engine/index.js';
import type { OutcomeCounts } from './metrics.js';
import type { Waiting } from './queue.js';
import type { GroupChange } from './store.js';

/** A step threw: a fault of ours. The group goes back, and the item is not tried again. */
export class BadStepError extends Error {
  constructor(
    readonly item: Waiting,
    cause: unknown,
  ) {
    super('a step of the engine failed', { cause });
    this.name = 'BadStepError';
  }
}

export interface Judged {
  /** What must be written, or undefined where nothing changed. */
  change: GroupChange | undefined;
  counts: OutcomeCounts;
}

/**
 * Steps the engine through a group. The engine's group stays open, whatever comes of it: the caller commits it or rolls
 * it back. Throws BadStepError.
 */
export const judgeGroup = (
  items: readonly Waiting[],
  engine: Engine,
  directory: FleetDirectory,
  nowMs: number,
): Judged => {
  const counts: OutcomeCounts = { judged: 0, replay: 0, skipped: 0, unwatched: 0 };
  engine.begin();
  for (const item of items) {
    try {
      if (item.kind === 'event') engine.apply(item.event, nowMs);
      else if (item.kind === 'batch') judgeBatch(item.batch, engine, nowMs, counts);
    } catch (error) {
      throw new BadStepError(item, error);
    }
  }
  const { effects, reasons } = engine.output();
  if (effects.length === 0 && reasons.length === 0) return { change: undefined, counts };
  return { change: collectChanges(effects, reasons, engine, directory, nowMs), counts };
};

/** The hot path: columns in, no object and no promise a sample. */
const judgeBatch = (batch: LiveBatch, engine: Engine, nowMs: number, counts: OutcomeCounts): void => {
  const { agentId, stream, seq } = batch;
  // Whoever sends batches is not blind, whatever was said of it before.
  if (engine.isBlind(agentId)) engine.apply({ kind: 'agent-heard', agentId }, nowMs);
  const { t0, icmp } = batch.body;
  if (!icmp) return;
  const { c, d, o, l } = icmp;
  let stampMs = t0;
  for (let place = 0; place < c.length; place += 1) {
    stampMs += d[place]!;
    const answer = engine.outcome(
      agentId,
      c[place]!,
      stream,
      seq,
      place,
      stampMs,
      o[place] as OutcomeCode,
      l[place]!,
      nowMs,
    );
    counts[answer] += 1;
  }
};
