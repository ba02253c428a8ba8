/** Seeded chance: the same seed tells the same story on every machine. */
export interface Random {
  /** 0 ≤ n < 1. */
  unit(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Spread evenly over the orders of magnitude between the two, whole. */
  spread(low: number, high: number): number;
  /** Another, independent one; the same name gives the same. */
  fork(name: string): Random;
}

const hashOf = (seed: number, name: string): number => {
  let hash = seed | 0;
  for (let place = 0; place < name.length; place++) {
    hash = Math.imul(hash ^ name.charCodeAt(place), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
};

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  // mulberry32
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  unit();
  return {
    unit,
    between: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    chance: (probability) => unit() < probability,
    pick: <T>(items: readonly T[]): T => items[Math.floor(unit() * items.length)]!,
    spread: (low, high) => Math.round(low * (high / low) ** unit()),
    fork: (name) => createRandom(hashOf(seed, name)),
  };
};
