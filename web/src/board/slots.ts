/**
 * Which element shows which thing, so that elements are used again instead of made anew: a tile with its forty cells
 * takes five times as long to make as to fill with another site.
 */
export class Slots {
  private byId = new Map<string, number>();
  private made = 0;

  /**
   * A key for each id, in this order, for `repeat`. What is there already keeps its key, what is new takes one that has
   * become free. With `inPlace` nothing that stays changes places with another: where ids have, the elements are filled
   * anew from the first to the last.
   */
  assign(ids: readonly string[], inPlace = false): Map<string, number> {
    const before = this.byId;
    const isRefill = inPlace && this.wouldMove(ids);
    const wanted = new Set(ids);
    const free = [...before].flatMap(([id, key]) => (isRefill || !wanted.has(id) ? [key] : []));
    let taken = 0;
    const newKey = (): number => free[taken++] ?? this.made++;
    this.byId = new Map();
    for (const id of ids) this.byId.set(id, (isRefill ? undefined : before.get(id)) ?? newKey());
    return this.byId;
  }

  private wouldMove(ids: readonly string[]): boolean {
    const places = new Map([...this.byId.keys()].map((id, at) => [id, at]));
    let last = -1;
    for (const id of ids) {
      const place = places.get(id);
      if (place === undefined) continue;
      if (place < last) return true;
      last = place;
    }
    return false;
  }
}
