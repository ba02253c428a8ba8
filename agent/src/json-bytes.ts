const ZERO = 48;
const COMMA = 44;
const MINUS = 45;
/** Comma, sign and ten digits: the longest place of a column of 32-bit integers. */
const PLACE_BYTES = 12;
const FIRST_BYTES = 4_096;

/**
 * JSON written straight as bytes. A busy agent's columns are hundreds of thousands of numbers a second: as strings they
 * would cost several times as much, most of it garbage.
 */
export interface JsonBytes {
  begin(): void;
  /** ASCII only. */
  text(ascii: string): void;
  /** A column of 32-bit integers, without its brackets. */
  integers(values: ArrayLike<number>, length: number): void;
  /** What was written since `begin`; valid until the next one. */
  bytes(): Uint8Array;
}

export const createJsonBytes = (): JsonBytes => {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let end = 0;

  const makeRoom = (bytes: number): void => {
    if (end + bytes <= buffer.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, end + bytes));
    buffer.copy(wider, 0, 0, end);
    buffer = wider;
  };

  const integer = (value: number): void => {
    let rest = value;
    if (rest < 0) {
      buffer[end++] = MINUS;
      rest = -rest;
    }
    let digits = 1;
    for (let power = 10; digits < 10 && rest >= power; power *= 10) digits++;
    end += digits;
    let place = end;
    do {
      const tenth = Math.floor(rest / 10);
      buffer[--place] = ZERO + rest - tenth * 10;
      rest = tenth;
    } while (rest > 0);
  };

  return {
    begin: () => {
      end = 0;
    },
    text: (ascii) => {
      makeRoom(ascii.length);
      end += buffer.write(ascii, end, 'latin1');
    },
    integers: (values, length) => {
      makeRoom(length * PLACE_BYTES);
      for (let place = 0; place < length; place++) {
        if (place > 0) buffer[end++] = COMMA;
        integer(values[place] as number);
      }
    },
    bytes: () => buffer.subarray(0, end),
  };
};
