/** Seeded 0 ≤ x < 1 (mulberry32): the same story for the same seed. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A number in a range, evenly. */
export const between = (random: () => number, from: number, to: number): number =>
  from + random() * (to - from);

/** The items in another order. */
export const shuffled = <T>(random: () => number, items: readonly T[]): T[] => {
  const result = [...items];
  for (let place = result.length - 1; place > 0; place--) {
    const other = Math.floor(random() * (place + 1));
    [result[place], result[other]] = [result[other] as T, result[place] as T];
  }
  return result;
};
