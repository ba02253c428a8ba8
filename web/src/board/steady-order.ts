/**
 * The order in which rows stood, kept for the rows that are there now: nothing moves under the pointer. What is new
 * comes behind; what is gone leaves its place, except what is `kept`. `moved`: how many rows would stand elsewhere, or
 * nowhere, if the order were let go.
 */
export const steadyOrder = <T>(
  before: readonly string[],
  now: readonly T[],
  idOf: (item: T) => string,
  kept: readonly T[] = [],
): { items: T[]; moved: number } => {
  const byId = new Map([...now, ...kept].map((item) => [idOf(item), item]));
  const items: T[] = [];
  for (const id of before) {
    const item = byId.get(id);
    if (item === undefined) continue;
    items.push(item);
    byId.delete(id);
  }
  items.push(...byId.values());
  let moved = 0;
  for (const [place, item] of items.entries()) {
    const there = now[place];
    if (there === undefined || idOf(there) !== idOf(item)) moved += 1;
  }
  return { items, moved };
};
