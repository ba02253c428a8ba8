import { sql, type RawBuilder } from 'kysely';

/** A sort key and its direction. */
export interface SortTerm<Field extends string> {
  field: Field;
  descending: boolean;
}

/** What every list takes: page from 1, items a page, the sort in order of weight (empty: the list's own). */
export interface ListQuery<Field extends string> {
  page: number;
  perPage: number;
  search?: string | undefined;
  sort: readonly SortTerm<Field>[];
}

export interface ListPage<Item> {
  items: Item[];
  page: number;
  perPage: number;
  total: number;
}

/** `%text%` for ILIKE with the caller's own wildcards taken literally. */
export const containing = (search: string): string => `%${search.replace(/[\\%_]/g, '\\$&')}%`;

/** ORDER BY over the keys asked for; `id` ends it, so that pages neither overlap nor leave a gap. */
export const orderBy = <Field extends string>(
  sort: readonly SortTerm<Field>[],
  standard: Field,
  keys: Readonly<Record<Field, RawBuilder<unknown>>>,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> => {
  const terms = sort.length > 0 ? sort : [{ field: standard, descending: false }];
  const parts = terms.map(
    ({ field, descending }) => sql`${keys[field]} ${sql.raw(descending ? 'desc' : 'asc')} nulls last`,
  );
  return sql.join([...parts, id], sql`, `);
};

/** A change's time: a caller tells two states of an object by it, though the clock was set back or is coarse. */
export const laterThan = (now: Date): RawBuilder<Date> =>
  sql<Date>`greatest(updated_at + interval '1 millisecond', ${now}::timestamptz)`;

/** Conditions joined by AND; true where there is none. */
export const allOf = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
