import type { TicketSummary } from '@siaga/shared';

// As records, so that a word added to the contract is missed here by the compiler; the schemas stay out of the bundle.
const STATUSES: Readonly<Record<TicketSummary['status'], true>> = {
  new: true,
  assigned: true,
  in_progress: true,
  on_hold: true,
  resolved: true,
  closed: true,
};
const PRIORITIES: Readonly<Record<TicketSummary['priority'], true>> = {
  critical: true,
  high: true,
  medium: true,
  low: true,
};

/** The statuses of v1, in their order. */
export const V1_STATUS_WORDS = Object.keys(STATUSES) as TicketSummary['status'][];
/** The priorities of v1, the most pressing first. */
export const V1_PRIORITY_WORDS = Object.keys(PRIORITIES) as TicketSummary['priority'][];
