import type { Health, TicketSummary } from '@siaga/shared';
import type { DeviceState, LateHealth, LateNumbers, LateRun } from './engine/index.js';
import type { IncidentEffect } from './ports.js';

/** What detection keeps, as its runner sees it: PostgreSQL in repository.ts, a simulated one in simulated time. */
export interface VerdictStore {
  loadVerdicts(): Promise<SavedVerdict[]>;
  /** Open incidents of monitoring: subject → ticket. */
  openIncidents(): Promise<Map<string, string>>;
  /** Raises the fences of these shards, whoever held them. It is no sign of life of a judging hub. */
  takeLeases(shards: readonly string[], run: string, nowMs: number): Promise<Map<string, TakenLease>>;
  /** Raises the fences again; throws FencedError where another hub has raised one meanwhile. */
  raiseLeases(leases: Leases, run: string, judged: JudgedUntil): Promise<Leases>;
  /** Until when this hub judged: what came later nobody looked at. Throws FencedError where another hub has raised a fence. */
  renewLeases(leases: Leases, judged: JudgedUntil): Promise<void>;
  /**
   * One transaction. An effect that is refused is parked and stops no other. Throws FencedError, UncertainCommitError
   * where nobody knows whether it was committed, and any other error where it surely was not.
   */
  save(group: GroupChange, leases: Leases): Promise<SavedGroup>;
  /** Under a raised fence: whether the transaction of an UncertainCommitError was committed after all. */
  wasCommitted(receipt: string): Promise<boolean>;
  /** Rule 12: heals what was `unknown`, and puts it on the timeline. One transaction. */
  heal(requests: readonly HealRequest[], leases: Leases, nowMs: number): Promise<HealedDevice[]>;
}

/** Shard → fencing number. */
export type Leases = ReadonlyMap<string, number>;

export interface TakenLease {
  fence: number;
  /** Last sign of life of the hub that held it before, epoch ms; null where nobody did. */
  renewedAtMs: number | null;
  /** As that hub left it for the shard. */
  behind: Behind;
}

/**
 * Agent → until when its samples were judged, epoch ms, where that is long before all others' were: its line is away, or
 * its batches wait, and nobody has said so yet. A lease speaks for a shard; of these agents' devices it knows nothing.
 */
export type Behind = Readonly<Record<string, number>>;

/** Until when a hub judged. */
export interface JudgedUntil {
  /** All that waited then was judged, epoch ms. */
  atMs: number;
  /** By shard; those without such agents may be missing. */
  behind: ReadonlyMap<string, Behind>;
}

export interface SavedVerdict {
  deviceId: string;
  health: Health;
  sinceMs: number;
  state: unknown;
}

export interface TimelineEntry {
  atMs: number;
  kind: 'health' | 'agent';
  code: string;
  data: Record<string, unknown>;
}

/** Everything a group changed of one device; it is written whole or not at all. */
export interface DeviceChange {
  deviceId: string;
  /** What is to be remembered; null: the device is gone. */
  verdict: { health: Health; sinceMs: number; state: DeviceState } | null;
  /** Healths that began, in order: each ends the one before. */
  intervals: { health: Health; startedAtMs: number }[];
  /** The device is gone: its last interval ends here, epoch ms. */
  goneAtMs: number | null;
  /** What happened, in order: for the timeline, and for the desk. */
  happened: (TimelineEntry | IncidentEffect)[];
}

export const isIncidentEffect = (each: TimelineEntry | IncidentEffect): each is IncidentEffect =>
  each.kind === 'open' || each.kind === 'resolve';

export interface GroupChange {
  nowMs: number;
  /** Shards whose fences must still hold. */
  shards: string[];
  devices: DeviceChange[];
  agents: { agentId: string; timeline: TimelineEntry[] }[];
  /** Effects that cannot even be put into words, e.g. of a device the directory no longer knows. */
  unplaced: ParkedEffect[];
}

export interface ParkedEffect {
  deviceId: string | null;
  effect: unknown;
  reason: string;
}

export interface SavedGroup {
  /** Tickets that were opened, reopened or resolved, as they are now. */
  tickets: TicketSummary[];
  /** Device → its open incident, where that changed. */
  openIncidents: Map<string, string | null>;
  parked: ParkedEffect[];
}

export interface HealRequest {
  deviceId: string;
  runs: readonly LateRun[];
  /** Health before the runs, where they go on without a gap. */
  before: LateHealth;
  numbers: LateNumbers;
}

export interface HealedDevice {
  deviceId: string;
  /** Time that was `unknown` and is known now, ms; how much of it the device was down. */
  healedMs: number;
  downMs: number;
}

/** Another hub judges one of these shards. */
export class FencedError extends Error {
  constructor(readonly shard: string) {
    super(`another hub has taken shard ${shard}`);
    this.name = 'FencedError';
  }
}

/** The connection broke while the transaction was being committed. */
export class UncertainCommitError extends Error {
  constructor(
    /** Names the transaction for `wasCommitted`. */
    readonly receipt: string,
    /** What it saved, if it was committed. */
    readonly saved: SavedGroup,
    cause: unknown,
  ) {
    super('the connection broke in the commit', { cause });
    this.name = 'UncertainCommitError';
  }
}
