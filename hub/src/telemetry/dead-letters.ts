import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import { createFairShare } from './fair-share.js';

export interface DeadLetter {
  agentId?: string;
  topic?: string;
  reason: string;
  payload: Buffer | string;
}

/** Where goes what cannot be read or stored. Takes at once, never throws, may let letters go (counted). */
export interface DeadLetters {
  add(letter: DeadLetter): void;
}

const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Letters kept; older ones are deleted. */
const MAX_KEPT = 10_000;
const MAX_WAITING = 200;
/** Of one agent. */
const MAX_WAITING_OF_ONE = 20;
/** Letters a minute, of all and of one agent; a burst of as many at once. */
const PER_MINUTE = 60;
const PER_MINUTE_OF_ONE = 10;
const RETRY_MS = 5_000;

/** In PostgreSQL, at a bounded rate: a sender of nonsense must not fill a disk, nor keep the others from being heard. */
export const createDeadLetters = (deps: {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Counts the letters that were let go. */
  lost: Counter;
}): DeadLetters => {
  const { db, clock, log } = deps;
  const waiting: DeadLetter[] = [];
  let writing = false;
  const share = createFairShare(PER_MINUTE, PER_MINUTE_OF_ONE, clock.monotonicMs());

  const hasRoom = ({ agentId }: DeadLetter): boolean =>
    waiting.length < MAX_WAITING &&
    waiting.filter((letter) => letter.agentId === agentId).length < MAX_WAITING_OF_ONE &&
    share.take(agentId ?? '', clock.monotonicMs());

  const write = async (letters: readonly DeadLetter[]): Promise<void> => {
    const rows = letters.map(({ agentId, topic, reason, payload }) => ({
      agent_id: agentId ?? null,
      topic: topic ?? null,
      reason,
      payload: Buffer.from(payload as string).subarray(0, MAX_PAYLOAD_BYTES),
    }));
    await db.insertInto('dead_letters').values(rows).execute();
    await db
      .deleteFrom('dead_letters')
      .where('id', '<=', (query) =>
        query.selectFrom('dead_letters').select((of) => of(of.fn.max('id'), '-', MAX_KEPT).as('oldest')),
      )
      .execute();
  };

  const flush = (): void => {
    if (writing || waiting.length === 0) return;
    writing = true;
    const letters = waiting.slice();
    write(letters).then(
      () => {
        waiting.splice(0, letters.length);
        writing = false;
        flush();
      },
      (error: unknown) => {
        log.warn({ err: error, letters: letters.length }, 'dead letters could not be written');
        clock.after(RETRY_MS, () => {
          writing = false;
          flush();
        });
      },
    );
  };

  return {
    add: (letter) => {
      if (!hasRoom(letter)) return deps.lost.inc();
      // A copy: the payload is a view into a socket's buffer.
      waiting.push({ ...letter, payload: Buffer.from(letter.payload as string) });
      flush();
    },
  };
};
