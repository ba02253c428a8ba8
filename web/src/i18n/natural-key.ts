const DIGITS = 12;
const PLAIN = /^[ -~]*$/;

const withoutAccents = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize('NFD').replace(/\p{Diacritic}+/gu, '');

/**
 * A text made so that comparing code units puts "ATM 2" before "atm 10". Intl.Collator does it better for rare letters,
 * at many times the price, and a list of 100,000 compares two million times.
 */
export const naturalKey = (text: string): string =>
  withoutAccents(text)
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(DIGITS, '0'));

/** The plain order of two texts. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
