/** Letters that are read from right to left, and characters that turn or hold the direction of what follows them. */
const TURNS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATES = /[\u2066-\u2069]/g;

/**
 * A name as it may stand within a sentence that is plain text: what turns its direction ends with it. Where text is
 * part of a template `<bdi>` does the same. A name that turns nothing stays as it is, so that it can be copied and
 * searched for.
 */
export const isolated = (name: string): string =>
  // An isolate of its own, ended once too often, would end ours.
  TURNS.test(name) ? `\u2068${name.replace(ISOLATES, '')}\u2069` : name;
