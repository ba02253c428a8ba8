import type { ErrorBody, FieldFault, Pagination } from '@siaga/shared';
import type { FastifyRequest } from 'fastify';

/** v1's envelope (seed 004 §1.3–1.6). */

interface Meta {
  timestamp: string;
  request_id: string;
}

const meta = (request: FastifyRequest): Meta => ({
  timestamp: new Date(request.server.clock.nowMs()).toISOString(),
  request_id: request.id,
});

/** `{success, data, message?, meta}` around an answer; the route's schema is `Ok(…)`. */
export const ok = <T>(request: FastifyRequest, data: T, message?: string) => ({
  success: true as const,
  data,
  ...(message === undefined ? {} : { message }),
  meta: meta(request),
});

/** One page of a list with its pagination; the route's schema is `OkPage(…)`. */
export const page = <T>(
  request: FastifyRequest,
  items: T[],
  { page: number, perPage, total }: { page: number; perPage: number; total: number },
) => {
  const totalPages = Math.ceil(total / perPage);
  const pagination: Pagination = {
    page: number,
    per_page: perPage,
    total,
    total_pages: totalPages,
    has_next: number < totalPages,
    has_prev: number > 1,
  };
  return { success: true as const, data: items, pagination, meta: meta(request) };
};

/** `page` and `per_page` of a validated query as numbers; 1 and 25 unless told (seed 004 §1.6). */
export const pageOf = (query: {
  page?: string | undefined;
  per_page?: string | undefined;
}): { page: number; perPage: number } => ({
  page: Number(query.page ?? 1),
  perPage: Number(query.per_page ?? 25),
});

/** v1's error body (seed 004 §1.4); `retryAfterS` in seconds. */
export const errorBody = (
  request: FastifyRequest,
  error: { code: string; message: string; fields?: FieldFault[]; retryAfterS?: number },
): ErrorBody => ({
  success: false,
  error: {
    code: error.code,
    message: error.message,
    ...(error.fields ? { details: error.fields } : {}),
    ...(error.retryAfterS === undefined ? {} : { retry_after: error.retryAfterS }),
  },
  meta: meta(request),
});
