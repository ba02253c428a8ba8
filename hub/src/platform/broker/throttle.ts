import type net from 'node:net';
import type { FrameGuard } from './frame-guard.js';
import type { RateLimit } from './rate.js';

/**
 * Puts itself before a socket's `read`, by which aedes pulls: a frame too long ends the connection; nothing is read
 * from a client that has sent more than it may for now, nor from one that does not take what it is answered (aedes
 * would keep its messages until it does). What is not read stays in the sender, by TCP's own means; nothing is lost.
 */
export const throttleReads = (
  socket: net.Socket,
  deps: {
    guard: FrameGuard;
    /** Of the client, once it is signed in. */
    limitOf: () => RateLimit | undefined;
    nowMs: () => number;
    /** Calls once; the answer cancels. */
    after: (delayMs: number, action: () => void) => () => void;
    onOversized: () => void;
    onHeldBack: () => void;
  },
): void => {
  const { guard } = deps;
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let cancelWake: (() => void) | undefined;
  let awaitsDrain = false;
  const wake = (): void => {
    cancelWake = undefined;
    awaitsDrain = false;
    if (!socket.destroyed) socket.emit('readable');
  };
  socket.once('close', () => cancelWake?.());

  socket.read = (size?: number): Buffer | null => {
    if (cancelWake) return null;
    if (socket.writableNeedDrain) {
      if (!awaitsDrain) socket.once('drain', wake);
      awaitsDrain = true;
      return null;
    }
    const limit = deps.limitOf();
    // Before the reading, so that a new connection pays the debt of the one before it.
    const waitMs = limit?.waitMs(deps.nowMs()) ?? 0;
    if (waitMs > 0) {
      deps.onHeldBack();
      cancelWake = deps.after(waitMs, wake);
      return null;
    }
    const chunk = read(size);
    if (chunk === null) return null;
    if (!guard.accept(chunk)) {
      deps.onOversized();
      socket.destroy();
      return null;
    }
    limit?.charge(chunk.length, guard.begun(), deps.nowMs());
    return chunk;
  };
};
