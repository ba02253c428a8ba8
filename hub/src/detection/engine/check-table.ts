/** Which row holds the device of a check. A number in, a number out: it is asked for every sample. */
export interface CheckTable {
  /** The check's row, or 0 where there is none; any number may be asked for. */
  get(checkId: number): number;
  /** `row` is 1 or more. */
  set(checkId: number, row: number): void;
  delete(checkId: number): void;
}

const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/** Pages over the ids, which PostgreSQL counts up from 1: neighbours lie together, and what is unused costs nothing. */
export const createCheckTable = (): CheckTable => {
  const pages: (Int32Array | undefined)[] = [];
  // Ids that are no 31-bit numbers; not one is expected, but an id from outside may be anything.
  const odd = new Map<number, number>();
  const isPaged = (checkId: number): boolean => (checkId | 0) === checkId && checkId >= 0;

  const write = (checkId: number, row: number): void => {
    const place = checkId >> PAGE_BITS;
    let page = pages[place];
    if (page === undefined) pages[place] = page = new Int32Array(PAGE);
    page[checkId & (PAGE - 1)] = row;
  };
  return {
    get: (checkId) => {
      if (!isPaged(checkId)) return odd.get(checkId) ?? 0;
      const page = pages[checkId >> PAGE_BITS];
      return page === undefined ? 0 : page[checkId & (PAGE - 1)]!;
    },
    set: (checkId, row) => {
      if (isPaged(checkId)) write(checkId, row);
      else odd.set(checkId, row);
    },
    delete: (checkId) => {
      if (isPaged(checkId)) write(checkId, 0);
      else odd.delete(checkId);
    },
  };
};
