import type { Condition, DeviceKind, Evidence, TicketSummary } from '@siaga/shared';
import type { Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';

/** What detection asks of the desk. Executed inside detection's group transaction; the unique index decides. */
export interface OpenIncident {
  kind: 'open';
  subjectKind: 'device';
  subjectId: string;
  siteId: string;
  deviceId: string;
  /** What kind of thing fails: it decides the impact. */
  deviceKind: DeviceKind;
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
 * The desk as detection sees it. `applyAll` opens, reopens (a recurrence within 30 min, rule 9) or resolves, in order
 * and in a few statements for all; for each effect it answers the ticket as it is afterwards, or undefined where
 * nothing changed (already open, nothing to resolve). It throws where one of them is refused, and then none counts.
 */
export interface IncidentDesk {
  applyAll(
    trx: Transaction<Database>,
    effects: readonly IncidentEffect[],
  ): Promise<(TicketSummary | undefined)[]>;
  /** Open incidents of monitoring by subject, to begin with after a start. */
  openBySubject(): Promise<Map<string, string>>;
}
