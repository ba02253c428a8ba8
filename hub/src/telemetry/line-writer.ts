/** What was written for one batch. */
export interface Lines {
  bytes: Buffer;
  /** Nobody reads `bytes` any more: their room is written over. At most once; left out, it costs a collection. */
  release(): void;
}

/**
 * Line protocol as bytes, written into slabs that are used again: text joined from strings cost some fifteen short-lived
 * objects a row, a third of all processor time; a fresh buffer a batch outlives the young generation while it waits for
 * its commit, and hundreds of megabytes of such buffers lay about until the collector came to them.
 */
export interface LineWriter {
  /** ASCII only. */
  text(bytes: Uint8Array): void;
  /** A whole number, |n| ≤ 2^53. */
  int(n: number): void;
  /** Any finite number, as JavaScript prints it. */
  decimal(n: number): void;
  /** What was written since the last call. */
  take(): Lines;
}

/** @param text ASCII */
export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const SLAB_BYTES = 512 * 1024;
/** Slabs kept for later: as much as waits in calm times. */
const MAX_SPARE = 32;
/** More than the longest single piece: a number, or the head of a row. */
const ROOM_BYTES = 256;
const ZERO = 0x30;
const MINUS = 0x2d;
/** Numbers below it are divided as small integers. */
const SMALL = 1_000_000_000;

interface Slab {
  buffer: Buffer;
  /** Batches in it that are not released; the one being written counts. */
  users: number;
}

export const createLineWriter = (slabBytes = SLAB_BYTES): LineWriter => {
  const spare: Buffer[] = [];
  const newSlab = (): Slab => ({ buffer: spare.pop() ?? Buffer.allocUnsafeSlow(slabBytes), users: 1 });
  let slab = newSlab();
  let { buffer } = slab;
  let start = 0;
  let at = 0;

  const leave = (left: Slab): void => {
    if (--left.users === 0 && left.buffer.length === slabBytes && spare.length < MAX_SPARE)
      spare.push(left.buffer);
  };

  /** What was begun moves on to the next slab; a batch longer than a slab gets one of its own. */
  const makeRoom = (): void => {
    if (buffer.length - at >= ROOM_BYTES) return;
    const [before, length] = [slab, at - start];
    slab =
      length + ROOM_BYTES > slabBytes / 2
        ? { buffer: Buffer.allocUnsafeSlow(length * 4), users: 1 }
        : newSlab();
    before.buffer.copy(slab.buffer, 0, start, at);
    ({ buffer } = slab);
    start = 0;
    at = length;
    leave(before);
  };

  /** 0 ≤ n < SMALL, at least so many digits. */
  const small = (n: number, digits: number): void => {
    let count = digits;
    for (let above = 10 ** digits; n >= above; above *= 10) count++;
    let rest = n;
    for (let place = at + count - 1; place >= at; place--) {
      const next = (rest / 10) | 0;
      buffer[place] = ZERO + rest - next * 10;
      rest = next;
    }
    at += count;
  };

  const int = (n: number): void => {
    makeRoom();
    if (n < 0) {
      buffer[at++] = MINUS;
      int(-n);
    } else if (n < SMALL) small(n, 1);
    else {
      const high = Math.floor(n / SMALL);
      int(high);
      small(n - high * SMALL, 9);
    }
  };

  return {
    text: (bytes) => {
      makeRoom();
      // Heads are some twenty bytes: a loop is faster than a call into the engine.
      for (let place = 0; place < bytes.length; place++) buffer[at + place] = bytes[place]!;
      at += bytes.length;
    },
    int,
    decimal: (n) => {
      makeRoom();
      at += buffer.write(String(n), at, 'latin1');
    },
    take: () => {
      const from = slab;
      from.users++;
      const bytes = buffer.subarray(start, at);
      start = at;
      return { bytes, release: () => leave(from) };
    },
  };
};
