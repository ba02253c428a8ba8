import type { FaultCode, FieldFault } from '@siaga/shared';

/** Every error the hub answers, once: code → status in v1 and its default words (seed 004 §18 and what it lacks). */
export const ERRORS = {
  VALIDATION_ERROR: { status: 422, message: 'Invalid input data' },
  MALFORMED_REQUEST: { status: 400, message: 'The request could not be read' },
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Authentication token missing or invalid' },
  INVALID_CREDENTIALS: { status: 401, message: 'Unknown account or wrong password' },
  ACCOUNT_LOCKED: { status: 401, message: 'Too many failed sign-ins; the account is locked for a while' },
  INSUFFICIENT_PERMISSIONS: { status: 403, message: 'You lack the permission for this' },
  ORIGIN_REFUSED: { status: 403, message: 'The request came from another origin' },
  RESOURCE_NOT_FOUND: { status: 404, message: 'Requested resource does not exist' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This path does not take that method' },
  RESOURCE_CONFLICT: { status: 409, message: 'Resource already exists or conflict detected' },
  PRECONDITION_FAILED: { status: 412, message: 'It has been changed since it was read; read it again' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'The content type is not supported here' },
  RATE_LIMIT_EXCEEDED: { status: 429, message: 'Too many requests. Please try again later.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Unexpected server error' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'A part this needs is away; try again soon' },
} as const;
export type ErrorCode = keyof typeof ERRORS;

/** A field's fault as the hub tells it: always with a code, for clients with words of their own. */
export type Fault = FieldFault & { code: FaultCode };

export interface ErrorDetails {
  message?: string;
  fields?: Fault[];
  /** Seconds. */
  retryAfterS?: number;
}

/** An error a caller is meant to see. Everything else that is thrown becomes INTERNAL_SERVER_ERROR and is logged. */
export class DomainError extends Error {
  readonly status: number;
  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
  ) {
    super(details.message ?? ERRORS[code].message);
    this.name = 'DomainError';
    this.status = ERRORS[code].status;
  }
}

/** 422 naming one field, the value's fault and the allowed range. */
export const fieldError = (
  field: string,
  message: string,
  code: FaultCode = 'wrong_form',
  limits?: FieldFault['limits'],
): DomainError =>
  new DomainError('VALIDATION_ERROR', { fields: [{ field, message, code, ...(limits && { limits }) }] });

/**
 * The revisions of an object that a caller's `If-Match` lets him change; undefined where any will do. A revision is a
 * ticket's version, or the time of an object's last change in epoch ms.
 */
export type IfMatch = readonly number[] | undefined;

/** Throws PRECONDITION_FAILED where the object has moved on. Call it under the lock under which the change is saved. */
export const requireRevision = (ifMatch: IfMatch, revision: number): void => {
  if (ifMatch && !ifMatch.includes(revision)) throw new DomainError('PRECONDITION_FAILED');
};

/** A start that cannot go on, told in words that name what to change. The entry prints it without a stack. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
  }
}
