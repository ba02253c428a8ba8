import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode } from '../../errors.js';
import { isAway } from '../away.js';
import { errorBody } from './envelope.js';
import { faultsOf } from './validation-faults.js';

/** Fastify's own refusals in the registry's words. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'MALFORMED_REQUEST',
  404: 'RESOURCE_NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'MALFORMED_REQUEST',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'SERVICE_UNAVAILABLE',
};

const AWAY_RETRY_S = 5;

const BODY_PARTS = { body: 'body', querystring: 'query', params: 'params', headers: 'headers' } as const;

/**
 * Turns whatever was thrown into v1's error body. A store that is away is SERVICE_UNAVAILABLE; what else is no
 * DomainError and no refusal of Fastify's is INTERNAL_SERVER_ERROR. Both are logged with the request's id, and nothing
 * of them is told.
 */
export const handleError = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const error = asDomainError(thrown, request);
  if (!(thrown instanceof DomainError) && (error.status === 500 || isAway(thrown)))
    request.log.error(
      { err: thrown, requestId: request.id, route: request.routeOptions.url },
      'request failed',
    );
  sendError(error, request, reply);
};

/** Answers a DomainError in v1's body, with the headers its status calls for. */
export const sendError = (error: DomainError, request: FastifyRequest, reply: FastifyReply): void => {
  const { fields, retryAfterS } = error.details;
  if (error.status === 401 && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer realm="siaga"');
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS);
  void reply
    .code(error.status)
    .type('application/json; charset=utf-8')
    // As text: the route's own schemas are of its successes.
    .serializer((body: unknown) => JSON.stringify(body))
    .send(
      errorBody(request, {
        code: error.code,
        message: error.message,
        ...(fields ? { fields } : {}),
        ...(retryAfterS === undefined ? {} : { retryAfterS }),
      }),
    );
};

const asDomainError = (thrown: unknown, request: FastifyRequest): DomainError => {
  if (thrown instanceof DomainError) return thrown;
  const error = thrown as Partial<FastifyError>;
  if (error.validation && error.validationContext) {
    const part = error.validationContext;
    return new DomainError('VALIDATION_ERROR', {
      fields: faultsOf(error.validation, request.routeOptions.schema?.[part], request[BODY_PARTS[part]]),
    });
  }
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new DomainError('MALFORMED_REQUEST', { message: 'The body is not valid JSON' });
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new DomainError('PAYLOAD_TOO_LARGE', {
      message: `The request body is larger than ${request.routeOptions.bodyLimit ?? 'allowed'} bytes`,
    });
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new DomainError('UNSUPPORTED_MEDIA_TYPE', { message: 'Send the body as application/json' });
  if (isAway(thrown)) return new DomainError('SERVICE_UNAVAILABLE', { retryAfterS: AWAY_RETRY_S });
  const code = error.code?.startsWith('FST_') === true ? CODE_OF_STATUS[error.statusCode ?? 500] : undefined;
  return new DomainError(code ?? 'INTERNAL_SERVER_ERROR');
};
