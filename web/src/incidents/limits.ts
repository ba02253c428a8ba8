import type { ACKNOWLEDGE_REASON_MAX, COMMENT_MAX } from '@siaga/shared';

// The contract's own numbers: the compiler refuses any other. Imported by value they would bring all schemas along.

/** Longest reason of an acknowledgement, in characters. */
export const REASON_LONGEST: typeof ACKNOWLEDGE_REASON_MAX = 500;
/** Longest comment, in characters. */
export const COMMENT_LONGEST: typeof COMMENT_MAX = 10_000;
