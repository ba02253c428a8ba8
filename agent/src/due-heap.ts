/** Something that falls due at a moment of the monotonic clock. */
export interface Due {
  dueMs: number;
  /** Place in the heap; −1 while it is in none. The heap's own. */
  heapIndex: number;
}

/** A binary heap by due time: 20,000 checks cost a handful of comparisons a cycle. */
export interface DueHeap<T extends Due> {
  first(): T | undefined;
  /** Adds it, or moves it to its new `dueMs`. */
  set(item: T): void;
  remove(item: T): void;
}

export const createDueHeap = <T extends Due>(): DueHeap<T> => {
  const items: T[] = [];

  const place = (item: T, index: number): void => {
    items[index] = item;
    item.heapIndex = index;
  };

  const rise = (item: T): void => {
    let index = item.heapIndex;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above] as T;
      if (parent.dueMs <= item.dueMs) break;
      place(parent, index);
      index = above;
    }
    place(item, index);
  };

  const sink = (item: T): void => {
    let index = item.heapIndex;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= items.length) break;
      const right = items[below + 1];
      if (right && right.dueMs < (items[below] as T).dueMs) below++;
      const child = items[below] as T;
      if (child.dueMs >= item.dueMs) break;
      place(child, index);
      index = below;
    }
    place(item, index);
  };

  return {
    first: () => items[0],
    set: (item) => {
      if (item.heapIndex < 0) {
        items.push(item);
        item.heapIndex = items.length - 1;
      }
      rise(item);
      sink(item);
    },
    remove: (item) => {
      const index = item.heapIndex;
      if (index < 0) return;
      item.heapIndex = -1;
      const last = items.pop() as T;
      if (last === item) return;
      place(last, index);
      rise(last);
      sink(last);
    },
  };
};
