import { createHash } from 'node:crypto';
import { failure, ok, page, type Answer, type ScriptRequest } from '../web-fixture.js';

type Row = object;
/** What a row is sorted by under a name. */
export type SortKeys<T> = Readonly<Record<string, (row: T) => string | number>>;

/** A row's place by one of the contract's words: `['down', 'degraded']` puts down first. */
export const placeIn =
  (words: readonly string[]) =>
  (word: string): number =>
    words.indexOf(word);

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Rows in the order of `sort=-a,b`. */
const sorted = <T>(rows: readonly T[], sort: string, keys: SortKeys<T>): T[] => {
  const fields = sort.split(',').map((word) => ({
    keyOf: keys[word.replace(/^-/, '')],
    way: word.startsWith('-') ? -1 : 1,
  }));
  return [...rows].sort((a, b) => {
    for (const { keyOf, way } of fields) {
      const order = keyOf ? compare(keyOf(a), keyOf(b)) * way : 0;
      if (order !== 0) return order;
    }
    return 0;
  });
};

/** Only the fields that were asked for (seed 004 §16.2). */
const only = (row: Row, fields: string | null): Row =>
  fields === null
    ? row
    : Object.fromEntries(Object.entries(row).filter(([name]) => fields.split(',').includes(name)));

export const tagOf = (value: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)}"`;

/** 304 where the caller holds this very answer; the tag goes with it either way. */
export const tagged = (request: ScriptRequest, data: unknown, answer: Answer): Answer => {
  const etag = tagOf(data);
  const headers = { ...answer.headers, etag };
  return request.headers['if-none-match'] === etag ? { status: 304, headers } : { ...answer, headers };
};

/** One object, as GET answers it. */
export const single = (request: ScriptRequest, row: Row): Answer =>
  tagged(request, row, ok(only(row, request.query.get('fields'))));

/** 412 where `If-Match` names another state of the object than the present one. */
export const staleOf = (request: ScriptRequest, row: Row): Answer | undefined => {
  const wanted = request.headers['if-match'];
  return wanted === undefined || wanted === '*' || wanted === tagOf(row)
    ? undefined
    : failure(412, 'PRECONDITION_FAILED', 'It has been changed since you read it');
};

/** A list's answer: sorted, cut to its page, its fields chosen. */
export const list = <T extends Row>(
  request: ScriptRequest,
  rows: readonly T[],
  keys: SortKeys<T>,
  usually: string,
): Answer => {
  const { query } = request;
  const at = Number(query.get('page') ?? '1');
  const perPage = Number(query.get('per_page') ?? '25');
  const cut = sorted(rows, query.get('sort') ?? usually, keys)
    .slice((at - 1) * perPage, at * perPage)
    .map((row) => only(row, query.get('fields')));
  return tagged(request, [cut, rows.length], page(cut, rows.length, at, perPage));
};

/** Whether one of the texts holds what was searched for; everything does where nothing was. */
export const holds = (search: string | null, ...texts: readonly (string | null)[]): boolean =>
  search === null || texts.some((text) => text?.toLowerCase().includes(search.toLowerCase()));
