import type { FastifyReply } from 'fastify';
import type { Clock } from '../clock.js';

/** A comment this often keeps proxies from closing a quiet stream (interfaces.md, "Live feed"). */
const HEARTBEAT_MS = 15_000;
/** What the browser waits before it comes back. */
const RETRY_MS = 2_000;
/**
 * What may wait for a slow reader. Beyond it the stream is cut, so that one reader cannot fill the hub's memory; it comes
 * back and resumes by its last event's id. What is large is written piece by piece with `pace`, and meets this never.
 */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export interface EventStream {
  /** Text may be written in pieces: as long as an event is not whole no heartbeat is put in. */
  write(chunk: string | Buffer): void;
  /** Calls `next` in a later turn of the event loop, once there is room for more; never where the stream has ended. */
  pace(next: () => void): void;
  /** Ends the stream in order; what was written is still sent. */
  end(): void;
}

/**
 * Takes over the reply as a stream of server-sent events. `onClose` is called once, whoever ended it.
 */
export const openEventStream = (reply: FastifyReply, clock: Clock, onClose: () => void): EventStream => {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string | string[]>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  raw.socket?.setNoDelay(true);
  raw.write(`retry: ${RETRY_MS}\n\n`);

  let sentAtBeat = -1;
  let isWhole = true;
  const stopBeating = clock.every(HEARTBEAT_MS, () => {
    const sent = raw.socket?.bytesWritten ?? 0;
    // Not a byte has left since the last beat though some wait: nobody reads.
    if (raw.writableLength > 0 && sent === sentAtBeat) raw.destroy();
    else if (isWhole) raw.write(':\n\n');
    sentAtBeat = sent;
  });
  const close = (): void => {
    stopBeating();
    onClose();
  };
  // The caller may have gone while he was being looked up.
  if (raw.destroyed) queueMicrotask(close);
  else raw.once('close', close);
  raw.on('error', () => raw.destroy());

  return {
    write: (chunk) => {
      if (raw.writableEnded || raw.destroyed) return;
      if (raw.writableLength > 0 && raw.writableLength + chunk.length > MAX_PENDING_BYTES) raw.destroy();
      else {
        raw.write(chunk);
        isWhole = endsEvent(chunk);
      }
    },
    pace: (next) => {
      const isOver = (): boolean => raw.writableEnded || raw.destroyed;
      if (isOver()) return;
      if (raw.writableNeedDrain) raw.once('drain', next);
      else setImmediate(() => void (isOver() || next()));
    },
    end: () => void raw.end(),
  };
};

const LINE_FEED = 10;
const endsEvent = (chunk: string | Buffer): boolean =>
  typeof chunk === 'string'
    ? chunk.endsWith('\n\n')
    : chunk.at(-1) === LINE_FEED && chunk.at(-2) === LINE_FEED;
