import type { Condition, Evidence, TicketSummary } from '@siaga/shared';
import type { Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';

/** What detection asks of the desk. Executed inside detection's group transaction; the unique index decides. */
export interface OpenIncident {
  kind: 'open';
  subjectKind: 'device';
  subjectId: string;
  siteId: string;
  deviceId: string;
  condition: Condition;
  /** First failed cycle, epoch ms by the sample's stamp. */
  firstFailedAtMs: number;
  /** When the engine decided, hub's epoch ms. */
  detectedAtMs: number;
  reason: string;
  evidence: Evidence;
}

export interface ResolveIncident {
  kind: 'resolve';
  subjectKind: 'device';
  subjectId: string;
  condition: Condition;
  resolvedAtMs: number;
  reason: string;
}

export type IncidentEffect = OpenIncident | ResolveIncident;

/**
 * The desk as detection sees it. `apply` opens, reopens (a recurrence within 30 min, rule 9) or resolves and answers
 * the ticket as it is now, or undefined where nothing changed (already open, nothing to resolve).
 */
export interface IncidentDesk {
  apply(trx: Transaction<Database>, effect: IncidentEffect): Promise<TicketSummary | undefined>;
  /** Open incidents of monitoring by subject, to begin with after a start. */
  openBySubject(): Promise<Map<string, string>>;
}
