/** A form's content: text as typed, or a list of ids. */
export type DraftValue = string | readonly string[];
export type Draft = Readonly<Record<string, DraftValue>>;

/** Two contents of a field are the same: of texts without the blanks around them, which the hub cuts off; of lists in this order. */
export const sameValue = (a: DraftValue | undefined, b: DraftValue | undefined): boolean => {
  if (typeof a === 'string' && typeof b === 'string') return a.trim() === b.trim();
  if (typeof a === 'string' || typeof b === 'string' || a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((one, place) => one === b[place]);
};

export interface Merge<D extends Draft> {
  /** What I changed, over what is there now. */
  draft: D;
  /** Fields that were changed meanwhile to something else than I want. */
  theirs: string[];
  /** Of these, the ones that I changed as well. */
  clashes: string[];
}

/** Puts my changes over a thing that somebody else has changed since I began: what I left alone is as they left it. */
export const mergeDrafts = <D extends Draft>(base: D, mine: D, now: D): Merge<D> => {
  const names = Object.keys(now);
  const isChanged = (draft: D, name: string): boolean => !sameValue(draft[name], base[name]);
  const theirs = names.filter((name) => isChanged(now, name) && !sameValue(mine[name], now[name]));
  const entries = names.map((name) => [name, isChanged(mine, name) ? mine[name] : now[name]] as const);
  return {
    draft: Object.fromEntries(entries) as D,
    theirs,
    clashes: theirs.filter((name) => isChanged(mine, name)),
  };
};
