import { constants, createGzip } from 'node:zlib';
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
/**
 * A snapshot of 10,000 devices has 3.5 MB, and 0.3 MB so: 14 s or 1.2 s on a branch's line of 2 Mbit/s, and some 30 ms of
 * another thread on the hub. A higher level saves a seventh more. Each write is flushed, so no event waits for the next;
 * the small window keeps a stream below 100 KiB of memory.
 */
const GZIP = { level: 1, windowBits: 13, memLevel: 6, flush: constants.Z_SYNC_FLUSH } as const;

export interface EventStream {
  /** Text may be written in pieces: as long as an event is not whole no heartbeat is put in. */
  write(chunk: string | Buffer): void;
  /** Calls `next` in a later turn of the event loop, once there is room for more; never where the stream has ended. */
  pace(next: () => void): void;
  /** Ends the stream in order; what was written is still sent. */
  end(): void;
}

/** Whether a request takes gzip, by its `accept-encoding`. */
export const takesGzip = (acceptEncoding: string | undefined): boolean =>
  (acceptEncoding ?? '')
    .split(',')
    .some((each) => /^\s*(gzip|\*)\s*(;\s*q\s*=\s*(1(\.0*)?|0?\.\d*[1-9]\d*)\s*)?$/i.test(each));

/**
 * Takes over the reply as a stream of server-sent events. `onClose` is called once, whoever ended it. `gzip`: whether the
 * reader takes it compressed.
 */
export const openEventStream = (
  reply: FastifyReply,
  clock: Clock,
  onClose: () => void,
  { gzip: isZipped = false }: { gzip?: boolean } = {},
): EventStream => {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string | string[]>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    ...(isZipped && { 'content-encoding': 'gzip' }),
  });
  raw.socket?.setNoDelay(true);
  const gzip = isZipped ? createGzip(GZIP) : undefined;
  gzip?.on('error', () => raw.destroy());
  gzip?.pipe(raw);
  const out = gzip ?? raw;
  const pendingBytes = (): number =>
    raw.writableLength + (gzip ? gzip.writableLength + gzip.readableLength : 0);
  const isOver = (): boolean => out.writableEnded || raw.destroyed;
  out.write(`retry: ${RETRY_MS}\n\n`);

  let sentAtBeat = -1;
  let isWhole = true;
  const stopBeating = clock.every(HEARTBEAT_MS, () => {
    const sent = raw.socket?.bytesWritten ?? 0;
    // Not a byte has left since the last beat though some wait: nobody reads.
    if (pendingBytes() > 0 && sent === sentAtBeat) raw.destroy();
    else if (isWhole && !isOver()) out.write(':\n\n');
    sentAtBeat = sent;
  });
  const close = (): void => {
    stopBeating();
    gzip?.destroy();
    onClose();
  };
  // The caller may have gone while he was being looked up.
  if (raw.destroyed) queueMicrotask(close);
  else raw.once('close', close);
  raw.on('error', () => raw.destroy());

  return {
    write: (chunk) => {
      if (isOver()) return;
      const waiting = pendingBytes();
      if (waiting > 0 && waiting + chunk.length > MAX_PENDING_BYTES) raw.destroy();
      else {
        out.write(chunk);
        isWhole = endsEvent(chunk);
      }
    },
    pace: (next) => {
      if (isOver()) return;
      if (out.writableNeedDrain) out.once('drain', next);
      else setImmediate(() => void (isOver() || next()));
    },
    end: () => {
      if (!isOver()) out.end();
    },
  };
};

const LINE_FEED = 10;
const endsEvent = (chunk: string | Buffer): boolean =>
  typeof chunk === 'string'
    ? chunk.endsWith('\n\n')
    : chunk.at(-1) === LINE_FEED && chunk.at(-2) === LINE_FEED;
