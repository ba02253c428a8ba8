import type { AgentState, Health, TicketSummary } from '@siaga/shared';
import { healIntervals, type HealthInterval } from '../../hub/src/detection/engine/index.js';
import type { IncidentEffect, OpenIncident } from '../../hub/src/detection/ports.js';
import {
  isIncidentEffect,
  type Behind,
  type DeviceChange,
  type GroupChange,
  type HealedDevice,
  type HealRequest,
  type SavedGroup,
  type SavedVerdict,
  type TimelineEntry,
} from '../../hub/src/detection/store.js';
import { recurrenceOf } from '../../hub/src/desk/rules.js';

/** What monitoring did to an incident, in order. */
export interface IncidentEvent {
  event: 'opened' | 'reopened' | 'resolved';
  /** When it was committed, true time. */
  committedMs: number;
  /** Stamps of the failed cycles behind an opening. */
  cycles: number[];
  firstFailedAtMs: number;
}

export interface SimulatedIncident {
  id: string;
  isOpen: boolean;
  resolvedAtMs: number | null;
  occurrences: number;
  history: IncidentEvent[];
}

export interface LateEntry {
  fromMs: number;
  toMs: number;
  healedMs: number;
  downMs: number;
}

/** All that is kept of one device. */
export interface DeviceRows {
  verdict: SavedVerdict | undefined;
  intervals: HealthInterval[];
  incidents: SimulatedIncident[];
  timeline: TimelineEntry[];
  late: LateEntry[];
}

export interface AgentRow {
  state: AgentState;
  stateStream: number;
  connection: number;
  instance: string | null;
  stream: number;
  process: string;
}

/** The tables that PostgreSQL keeps, and what a transaction does to them; whole or not at all is the caller's. */
export interface VerdictTables {
  devices: Map<string, DeviceRows>;
  agents: Map<string, AgentRow>;
  leases: Map<string, { fence: number; run: string; takenAtMs: number; behind: Behind }>;
  parked: { deviceId: string | null; reason: string }[];
  /** True time. */
  trueMs: () => number;
}

export const createTables = (trueMs: () => number): VerdictTables => ({
  trueMs,
  devices: new Map(),
  agents: new Map(),
  leases: new Map(),
  parked: [],
});

export const rowsOf = (tables: VerdictTables, deviceId: string): DeviceRows => {
  let rows = tables.devices.get(deviceId);
  if (!rows) {
    rows = { verdict: undefined, intervals: [], incidents: [], timeline: [], late: [] };
    tables.devices.set(deviceId, rows);
  }
  return rows;
};

/** Of these devices and the parked effects, to go back to. */
export const backUp = (tables: VerdictTables, deviceIds: readonly string[]): (() => void) => {
  const before = deviceIds.map((id) => [id, structuredClone(rowsOf(tables, id))] as const);
  const parked = tables.parked.length;
  return () => {
    for (const [id, rows] of before) tables.devices.set(id, rows);
    tables.parked.length = parked;
  };
};

const writeIntervals = (rows: DeviceRows, { intervals, goneAtMs }: DeviceChange): void => {
  const endMs = intervals[0]?.startedAtMs ?? goneAtMs;
  if (endMs === null) return;
  const present = rows.intervals.at(-1);
  let reachedMs = -Infinity;
  if (present?.endedAtMs === null) {
    present.endedAtMs = reachedMs = Math.max(present.startedAtMs, endMs);
    if (present.endedAtMs === present.startedAtMs) rows.intervals.pop();
  }
  const notBefore = (atMs: number): number => (reachedMs = Math.max(reachedMs, atMs));
  for (const [place, { health, startedAtMs }] of intervals.entries()) {
    const startMs = notBefore(startedAtMs);
    const nextMs = intervals[place + 1]?.startedAtMs ?? goneAtMs;
    const endedAtMs = nextMs === null ? null : notBefore(nextMs);
    if (startMs !== endedAtMs) rows.intervals.push({ health, startedAtMs: startMs, endedAtMs, late: false });
  }
};

const PERSON = { id: '00000000-0000-4000-8000-0000000000aa', name: 'monitoring', email: 'm@bank.example' };
const iso = (atMs: number): string => new Date(atMs).toISOString();

const ticketOf = (incident: SimulatedIncident, effect: IncidentEffect): TicketSummary => ({
  id: incident.id,
  ticket_number: incident.id,
  ticket_type: 'incident',
  title: effect.subjectId,
  description: effect.reason,
  status: incident.isOpen ? 'new' : 'resolved',
  priority: 'high',
  requester: PERSON,
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: iso(0),
  updated_at: iso(0),
  resolved_at: incident.resolvedAtMs === null ? null : iso(incident.resolvedAtMs),
  closed_at: null,
  source: 'monitoring',
  device_id: effect.subjectId,
  site_id: null,
  condition: effect.condition,
  occurrences: incident.occurrences,
  first_failed_at: null,
  detected_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
});

/** Rule 9: the partial unique index lets one be open, a recurrence within 30 min reopens the last. */
const open = (rows: DeviceRows, effect: OpenIncident, committedMs: number): SimulatedIncident | undefined => {
  const last = rows.incidents.at(-1);
  const known = last && { ...last, state: last.isOpen ? ('new' as const) : ('resolved' as const) };
  const recurrence = recurrenceOf(known, effect.detectedAtMs);
  if (recurrence === 'already-open') return undefined;
  const opening = {
    committedMs,
    cycles: effect.evidence.cycles.map(({ at }) => Date.parse(at)),
    firstFailedAtMs: effect.firstFailedAtMs,
  };
  if (recurrence === 'reopen') {
    last!.isOpen = true;
    last!.resolvedAtMs = null;
    last!.occurrences += 1;
    last!.history.push({ event: 'reopened', ...opening });
    return last;
  }
  const incident: SimulatedIncident = {
    id: `${effect.subjectId}#${rows.incidents.length + 1}`,
    isOpen: true,
    resolvedAtMs: null,
    occurrences: 1,
    history: [{ event: 'opened', ...opening }],
  };
  rows.incidents.push(incident);
  return incident;
};

const applyIncident = (
  rows: DeviceRows,
  effect: IncidentEffect,
  committedMs: number,
): SimulatedIncident | undefined => {
  if (effect.kind === 'open') return open(rows, effect, committedMs);
  const last = rows.incidents.at(-1);
  if (!last?.isOpen) return undefined;
  last.isOpen = false;
  last.resolvedAtMs = effect.resolvedAtMs;
  last.history.push({ event: 'resolved', committedMs, cycles: [], firstFailedAtMs: 0 });
  return last;
};

/** A group as PostgreSQL writes it; `isRefused` tells whose openings the desk refuses (they are parked). */
export const writeGroup = (
  tables: VerdictTables,
  group: GroupChange,
  isRefused: (deviceId: string) => boolean,
): SavedGroup => {
  const saved: SavedGroup = { tickets: [], openIncidents: new Map(), parked: [...group.unplaced] };
  for (const change of group.devices) {
    const { deviceId, verdict, happened } = change;
    const rows = rowsOf(tables, deviceId);
    rows.verdict = verdict
      ? { deviceId, health: verdict.health, sinceMs: verdict.sinceMs, state: { ...verdict.state } }
      : undefined;
    writeIntervals(rows, change);
    const effects = happened.filter(isIncidentEffect);
    if (effects.some(({ kind }) => kind === 'open') && isRefused(deviceId)) {
      saved.parked.push({ deviceId, effect: effects, reason: 'simulated refusal' });
    } else
      for (const effect of effects) {
        const incident = applyIncident(rows, effect, tables.trueMs());
        if (!incident) continue;
        saved.tickets.push(ticketOf(incident, effect));
        saved.openIncidents.set(deviceId, effect.kind === 'open' ? incident.id : null);
      }
    for (const each of happened) if (!isIncidentEffect(each)) rows.timeline.push(each);
  }
  for (const { deviceId, reason } of saved.parked) tables.parked.push({ deviceId, reason });
  return saved;
};

/** Rule 12, as healing-repository.ts writes it. */
export const heal = (
  tables: VerdictTables,
  requests: readonly HealRequest[],
  nowMs: number,
): HealedDevice[] => {
  const healed: HealedDevice[] = [];
  for (const { deviceId, runs, before, numbers } of requests) {
    const rows = rowsOf(tables, deviceId);
    const fromMs = Math.min(nowMs, ...runs.map((run) => run.fromMs));
    const toMs = Math.min(nowMs, Math.max(...runs.map((run) => run.toMs)) + numbers.intervalMs);
    const healable = rows.intervals.filter(
      ({ health, late, startedAtMs, endedAtMs }) =>
        (health === 'unknown' || late) && startedAtMs < toMs && (endedAtMs === null || endedAtMs > fromMs),
    );
    const healings = healIntervals(healable, runs, before, numbers, nowMs);
    if (healings.length === 0) continue;
    rows.intervals = rows.intervals.flatMap(
      (interval) => healings.find(({ replaced }) => replaced === interval)?.pieces ?? [interval],
    );
    const late = healings.flatMap(({ news }) => news);
    const sum = (of: readonly HealthInterval[]): number =>
      of.reduce((total, piece) => total + (piece.endedAtMs ?? piece.startedAtMs) - piece.startedAtMs, 0);
    const entry = {
      fromMs: late[0]!.startedAtMs,
      toMs: late.at(-1)!.endedAtMs!,
      healedMs: sum(late),
      downMs: sum(late.filter((piece) => piece.health === 'down')),
    };
    rows.late.push(entry);
    healed.push({ deviceId, healedMs: entry.healedMs, downMs: entry.downMs });
  }
  return healed;
};

/** Intervals of a device: without holes, without overlaps, the last one goes on. What is wrong, in words. */
export const faultOfIntervals = (intervals: readonly HealthInterval[]): string | undefined => {
  for (const [place, { startedAtMs, endedAtMs }] of intervals.entries()) {
    const next = intervals[place + 1];
    if (!next) return endedAtMs === null ? undefined : 'the last interval has ended';
    if (endedAtMs === null) return 'an interval before the last goes on';
    if (endedAtMs <= startedAtMs) return 'an interval ends before it begins';
    if (next.startedAtMs !== endedAtMs) return `a hole or an overlap at ${endedAtMs}`;
  }
  return 'there are no intervals';
};

export type { Health };
