/** One field's old and new value, as the audit log keeps them. */
export type FieldChanges = Record<string, { from: unknown; to: unknown }>;

/** The fields of `values` that differ from `old`; empty where writing them would change nothing. */
export const differences = <Values extends object>(old: Values, values: Values): FieldChanges => {
  const changes: FieldChanges = {};
  for (const field of Object.keys(values) as (keyof Values & string)[])
    if (!same(old[field], values[field])) changes[field] = { from: old[field], to: values[field] };
  return changes;
};

const same = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((item) => b.includes(item))
    : a === b;
