import type { FastifyRequest } from 'fastify';
import type { Actor, SortTerm } from '../../fleet/index.js';
import { pageOf } from '../../platform/http/envelope.js';

/** Who makes the request, for the audit log. */
export const actorOf = (request: FastifyRequest): Actor => ({
  userId: request.principal.userId,
  ip: request.ip,
  userAgent: request.headers['user-agent'],
});

/** `name,-since` as terms; the schema's pattern has made sure that each field is one of the list's. */
const sortOf = <Field extends string>(sort: string | undefined): SortTerm<Field>[] =>
  sort === undefined
    ? []
    : sort.split(',').map((term) => ({
        field: (term.startsWith('-') ? term.slice(1) : term) as Field,
        descending: term.startsWith('-'),
      }));

/** A validated list query with its numbers and sort terms read. */
export const listOf = <
  Field extends string,
  Query extends {
    page?: string | undefined;
    per_page?: string | undefined;
    sort?: string | undefined;
    fields?: string | undefined;
  },
>(
  query: Query,
) => {
  const { page: _page, per_page: _perPage, fields: _fields, sort, ...filters } = query;
  return { ...filters, ...pageOf(query), sort: sortOf<Field>(sort) };
};
