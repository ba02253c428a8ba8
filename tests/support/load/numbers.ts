/**
 * Every cycle that a scripted prober answers has a running number, and a good one carries it in its three round trips,
 * so that a row in the row store tells which line of the ledger it is, whatever its stamp. Fourteen bits a column;
 * the low bits are stirred into the others, so that the columns compress no better than a real line's.
 */
const BITS = 14;
const SIZE = 2 ** BITS;
const MASK = SIZE - 1;
/** Odd, so that it has an inverse. */
const STIR = 9_301;
const UNSTIR = (() => {
  let inverse = 1;
  for (let round = 0; round < 5; round++) inverse = Math.imul(inverse, 2 - Math.imul(STIR, inverse)) & MASK;
  return inverse;
})();
const first = (low: number): number => (Math.imul(low, 0x9e3779b1) >>> 7) & MASK;
const second = (low: number): number => (Math.imul(low, 0x85ebca6b) >>> 9) & MASK;

/** Numbers of one process: `life` (1 … 4,095) counts the processes on one ledger. */
export const CYCLES_A_LIFE = 2 ** 30;
export const numberOf = (life: number, cycle: number): number => life * CYCLES_A_LIFE + cycle;

/** Round trips in µs, min ≤ avg ≤ max < 50 ms: a fibre line that nobody calls slow. */
export const minUsOf = (number: number): number => 1 + (Math.imul(number & MASK, STIR) & MASK);
export const avgUsOf = (number: number): number =>
  1 + SIZE + ((Math.floor(number / SIZE) & MASK) ^ first(number & MASK));
export const maxUsOf = (number: number): number =>
  1 + 2 * SIZE + ((Math.floor(number / SIZE / SIZE) & MASK) ^ second(number & MASK));

/** The number that three round trips carry; undefined where they carry none. */
export const carriedNumber = (minUs: number, avgUs: number, maxUs: number): number | undefined => {
  const low = Math.imul(minUs - 1, UNSTIR) & MASK;
  const number =
    low +
    (((avgUs - 1 - SIZE) & MASK) ^ first(low)) * SIZE +
    (((maxUs - 1 - 2 * SIZE) & MASK) ^ second(low)) * SIZE * SIZE;
  const isOurs = minUsOf(number) === minUs && avgUsOf(number) === avgUs && maxUsOf(number) === maxUs;
  return isOurs ? number : undefined;
};
