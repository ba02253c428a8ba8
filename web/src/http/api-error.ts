import type { ErrorBody, FieldFault } from '@siaga/shared';

/** No answer came: the hub or the way to it is away. */
export const UNREACHABLE = 'UNREACHABLE';
/** An answer came that is not the hub's. */
export const UNREADABLE = 'UNREADABLE_ANSWER';
/** It was to be tried again after signing in, and then another person signed in, or nobody. */
export const SESSION_CHANGED = 'SESSION_CHANGED';
/** What was changed is another by now: somebody else changed it in the meantime. */
export const PRECONDITION_FAILED = 'PRECONDITION_FAILED';

/** A request that failed: the hub's code and words, its field faults, and seconds to wait where it said so. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    message: string,
    readonly fields: readonly FieldFault[] = [],
    readonly retryAfterS: number | undefined = undefined,
    /** A change that was asked for may have been made, though the answer tells of none. */
    readonly mayBeDone = false,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The same of a change: where no answer of the hub came, or one that it could not finish, it may have been made. */
  ofChange(): ApiError {
    const { code, status, message, fields, retryAfterS } = this;
    // A refusal that cannot be read is somebody's on the way: it never came to the hub.
    const isUnreadable = code === UNREADABLE && (status < 400 || status >= 500);
    return isUnreadable || [0, 502, 503, 504].includes(status)
      ? new ApiError(code, status, message, fields, retryAfterS, true)
      : this;
  }
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object';

/** The error of an answer that is none of success. */
export const errorOfAnswer = (status: number, body: unknown): ApiError => {
  if (isErrorBody(body)) {
    const { code, message, details, retry_after } = body.error;
    return new ApiError(code, status, message, details ?? [], retry_after);
  }
  // A proxy or a hub in the middle of its start answers without our envelope.
  if (status === 502 || status === 503 || status === 504) return new ApiError(UNREACHABLE, status, '');
  return new ApiError(UNREADABLE, status, `HTTP ${status}`);
};

/** Any thrown thing as an ApiError: what fetch throws means that no answer came. */
export const toApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError(UNREACHABLE, 0, '');
