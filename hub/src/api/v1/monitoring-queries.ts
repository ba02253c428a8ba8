import type { SortTerm } from '../../fleet/index.js';
import type { Actor } from '../../fleet/index.js';
import type { FastifyRequest } from 'fastify';
import { fieldError } from '../../errors.js';
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
  },
>(
  query: Query,
) => {
  const { page: _page, per_page: _perPage, sort, ...filters } = query;
  return { ...filters, ...pageOf(query), sort: sortOf<Field>(sort) };
};

const EPOCH_MS = /^\d{1,15}$/;
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
/** ISO 8601 without a zone is UTC, as all answers are. */
const HAS_ZONE = /(Z|[+-]\d{2}:\d{2})$/;

/** Epoch ms or ISO 8601 as epoch ms. Throws VALIDATION_ERROR naming `field`. */
export const instantOf = (field: string, text: string): number => {
  if (EPOCH_MS.test(text)) return Number(text);
  const parsedMs = ISO.test(text)
    ? Date.parse(!text.includes('T') || HAS_ZONE.test(text) ? text : `${text}Z`)
    : Number.NaN;
  if (Number.isNaN(parsedMs))
    throw fieldError(field, 'must be a time: epoch milliseconds or ISO 8601, e.g. 2026-01-15T10:30:00Z');
  return parsedMs;
};
