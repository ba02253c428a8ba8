import { PACKETS_PER_CYCLE } from '@siaga/shared';
import type { DetectionSettings } from './settings.js';
import { LOSS_WINDOW_CYCLES, OUTCOMES_KEPT, TEN_CYCLES, type DeviceState } from './state.js';
import { noteSeen, type Tracked } from './tracked.js';

/**
 * Nearly every sample is a good cycle of a device that is up and has been so for a while: it changes its place, its
 * stamp and some counts, and no rule has anything to say. These numbers stand in one cache line a device, so that a step
 * costs nearly the same with 100 devices as with 100,000. While a device is at rest here, its row counts, and the same
 * fields of its `Tracked` and state are out of date until `settle` or `wake`.
 */
export interface SteadyRows {
  begin(): void;
  /** The rows as they were at `begin`. */
  rollback(): void;
  end(): void;
  /** A row of its own for a device; 1 or more. */
  allot(): number;
  /** The device is gone for good: its row may be another's. */
  release(row: number): void;
  isAtRest(row: number): boolean;
  /** The engine's own clock at the newest judged sample of a device at rest, ms. */
  lookedAtMs(row: number): number;
  /** Puts a device to rest where it is steady; `agent` is its agent's number, 1 or more. */
  restIfSteady(tracked: Tracked, agent: number): void;
  /** A good cycle. False where the rules must see it; nothing is changed then. */
  pass(
    row: number,
    agent: number,
    stream: number,
    seq: number,
    place: number,
    stampMs: number,
    lost: number,
    clockMs: number,
  ): boolean;
  /** Brings the device's state up to date for reading; it stays at rest. */
  settle(tracked: Tracked): void;
  /** Brings its state up to date for changing; from then on the state counts. */
  wake(tracked: Tracked): void;
}

/**
 * True where one more good cycle can change nothing but places, stamps and counts. A rule that comes to look at more
 * must be heard here as well; the properties compare with the pure function, where no device ever rests.
 */
const isSteady = (state: DeviceState, settings: DetectionSettings): boolean =>
  state.health === 'up' &&
  !state.incidentOpen &&
  state.fails === 0 &&
  state.goods >= settings.resolveAfterGoods;

// A row is 16 words of 32 bits; the last three pairs are doubles.
const WORDS = 16;
const DOUBLES = WORDS / 2;
/** Agent's number while at rest, else 0. */
const AGENT = 0;
const STREAM = 1;
const SEQ = 2;
const PLACE = 3;
const GOODS = 4;
const LOSS_NEWER = 5;
const LOSS_OLDER = 6;
/** Three small counts in one word. */
const COUNTS = 7;
const OUTCOMES = 8;
const STAMP = 5;
const LOOKED_AT = 6;
const GAP = 7;
const COUNT_BITS = 8;
const COUNT_MASK = 0xff;
/** No word grows beyond: rows are copied as doubles, and none of those may look like a NaN. */
const LARGEST = 2 ** 30;
const FIRST_ROWS = 1_024;

const fits = (value: number, largest: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= largest;

const fitsRow = (state: DeviceState): boolean =>
  fits(state.stream, LARGEST) &&
  fits(state.seq, LARGEST) &&
  fits(state.place, LARGEST) &&
  fits(state.goods, LARGEST) &&
  fits(state.lossNewer, TEN_CYCLES) &&
  fits(state.lossOlder, TEN_CYCLES) &&
  fits(state.lossCycles, LOSS_WINDOW_CYCLES) &&
  fits(state.packetsLost, LOSS_WINDOW_CYCLES * PACKETS_PER_CYCLE) &&
  fits(state.outcomes, 2 ** OUTCOMES_KEPT - 1) &&
  fits(state.outcomeCount, OUTCOMES_KEPT);

/** The same numbers seen both ways. */
const memoryOf = (size: number) => {
  const doubles = new Float64Array(size * DOUBLES);
  return { size, doubles, words: new Int32Array(doubles.buffer) };
};
type Memory = ReturnType<typeof memoryOf>;

const doubled = (from: Memory): Memory => {
  const to = memoryOf(2 * from.size);
  to.doubles.set(from.doubles);
  return to;
};

export const createSteadyRows = (): SteadyRows => {
  let rows = memoryOf(FIRST_ROWS);
  let { words, doubles } = rows;
  // Row 0 is nobody's.
  let used = 1;
  const free: number[] = [];
  // Rows as they were before each change of this group, to be put back in the other direction.
  let saved = memoryOf(FIRST_ROWS);
  let savedDoubles = saved.doubles;
  const savedRows: number[] = [];
  let count = 0;

  const save = (row: number): void => {
    if (count === saved.size) savedDoubles = (saved = doubled(saved)).doubles;
    const from = row * DOUBLES;
    const to = count * DOUBLES;
    for (let place = 0; place < DOUBLES; place += 1) savedDoubles[to + place] = doubles[from + place]!;
    savedRows[count] = row;
    count += 1;
  };

  const settle = (tracked: Tracked): void => {
    const at = tracked.row * WORDS;
    if (words[at + AGENT] === 0) return;
    const { state } = tracked;
    const counts = words[at + COUNTS]!;
    state.stream = words[at + STREAM]!;
    state.seq = words[at + SEQ]!;
    state.place = words[at + PLACE]!;
    state.goods = words[at + GOODS]!;
    state.lossNewer = words[at + LOSS_NEWER]!;
    state.lossOlder = words[at + LOSS_OLDER]!;
    state.packetsLost = counts & COUNT_MASK;
    state.lossCycles = (counts >> COUNT_BITS) & COUNT_MASK;
    state.outcomeCount = counts >> (2 * COUNT_BITS);
    state.outcomes = words[at + OUTCOMES]!;
    state.stampMs = doubles[tracked.row * DOUBLES + STAMP]!;
    noteSeen(tracked, state.stampMs);
    tracked.lookedAtMs = doubles[tracked.row * DOUBLES + LOOKED_AT]!;
  };

  return {
    begin: () => {
      count = 0;
    },
    rollback: () => {
      for (let index = count - 1; index >= 0; index -= 1) {
        const row = savedDoubles.subarray(index * DOUBLES, (index + 1) * DOUBLES);
        doubles.set(row, savedRows[index]! * DOUBLES);
      }
      count = 0;
    },
    end: () => {
      count = 0;
    },
    allot: () => {
      const row = free.pop() ?? used++;
      if (row === rows.size) ({ words, doubles } = rows = doubled(rows));
      return row;
    },
    release: (row) => {
      free.push(row);
    },
    isAtRest: (row) => words[row * WORDS + AGENT] !== 0,
    lookedAtMs: (row) => doubles[row * DOUBLES + LOOKED_AT]!,
    restIfSteady: ({ row, state, settings, lookedAtMs, gapMs }, agent) => {
      if (!isSteady(state, settings) || !fitsRow(state)) return;
      save(row);
      const at = row * WORDS;
      words[at + AGENT] = agent;
      words[at + STREAM] = state.stream;
      words[at + SEQ] = state.seq;
      words[at + PLACE] = state.place;
      words[at + GOODS] = state.goods;
      words[at + LOSS_NEWER] = state.lossNewer;
      words[at + LOSS_OLDER] = state.lossOlder;
      words[at + COUNTS] =
        state.packetsLost | (state.lossCycles << COUNT_BITS) | (state.outcomeCount << (2 * COUNT_BITS));
      words[at + OUTCOMES] = state.outcomes;
      doubles[row * DOUBLES + STAMP] = state.stampMs;
      doubles[row * DOUBLES + LOOKED_AT] = lookedAtMs;
      doubles[row * DOUBLES + GAP] = gapMs;
    },
    pass: (row, agent, stream, seq, place, stampMs, lost, clockMs) => {
      const at = row * WORDS;
      if (words[at + AGENT] !== agent || stream !== words[at + STREAM]) return false;
      const isNext = seq !== words[at + SEQ] ? seq > words[at + SEQ]! : place > words[at + PLACE]!;
      const real = row * DOUBLES;
      const sinceMs = stampMs - doubles[real + STAMP]!;
      if (!isNext || sinceMs < 0 || sinceMs > doubles[real + GAP]!) return false;
      const goods = words[at + GOODS]!;
      if (seq > LARGEST || place > LARGEST || goods === LARGEST || (lost & 3) !== lost) return false;
      save(row);
      words[at + SEQ] = seq;
      words[at + PLACE] = place;
      words[at + GOODS] = goods + 1;
      doubles[real + STAMP] = stampMs;
      doubles[real + LOOKED_AT] = clockMs;
      // What `rememberLoss` and `rememberOutcome` do to a state.
      const newer = words[at + LOSS_NEWER]!;
      const older = words[at + LOSS_OLDER]!;
      const counts = words[at + COUNTS]!;
      words[at + LOSS_OLDER] = ((older << 2) & TEN_CYCLES) | (newer >>> 18);
      words[at + LOSS_NEWER] = ((newer << 2) & TEN_CYCLES) | lost;
      const packetsLost = (counts & COUNT_MASK) + lost - (older >>> 18);
      let lossCycles = (counts >> COUNT_BITS) & COUNT_MASK;
      if (lossCycles < LOSS_WINDOW_CYCLES) lossCycles += 1;
      let outcomeCount = counts >> (2 * COUNT_BITS);
      if (outcomeCount < OUTCOMES_KEPT) outcomeCount += 1;
      words[at + COUNTS] = packetsLost | (lossCycles << COUNT_BITS) | (outcomeCount << (2 * COUNT_BITS));
      words[at + OUTCOMES] = (words[at + OUTCOMES]! << 1) & 0xfffff;
      return true;
    },
    settle,
    wake: (tracked) => {
      if (words[tracked.row * WORDS + AGENT] === 0) return;
      save(tracked.row);
      settle(tracked);
      words[tracked.row * WORDS + AGENT] = 0;
    },
  };
};
