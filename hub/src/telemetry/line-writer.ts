/**
 * Line protocol as bytes, written into one buffer that is used again for every batch: text joined from strings cost
 * some fifteen short-lived objects a row, and a third of all processor time went into collecting them.
 */
export interface LineWriter {
  /** ASCII only. */
  text(bytes: Uint8Array): void;
  /** A whole number, |n| ≤ 2^53. */
  int(n: number): void;
  /** Any finite number, as JavaScript prints it. */
  decimal(n: number): void;
  /** A copy of what was written since the last call. */
  take(): Buffer;
}

/** @param text ASCII */
export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const FIRST_BYTES = 64 * 1024;
/** More than the longest single piece: a number, or the head of a row. */
const ROOM_BYTES = 256;
const ZERO = 0x30;
const MINUS = 0x2d;
/** Numbers below it are divided as small integers. */
const SMALL = 1_000_000_000;

export const createLineWriter = (): LineWriter => {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let at = 0;

  const makeRoom = (): void => {
    if (buffer.length - at >= ROOM_BYTES) return;
    const wider = Buffer.allocUnsafe(buffer.length * 2);
    buffer.copy(wider, 0, 0, at);
    buffer = wider;
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
      const taken = Buffer.from(buffer.subarray(0, at));
      at = 0;
      return taken;
    },
  };
};
