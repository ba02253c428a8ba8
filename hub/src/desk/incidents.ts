import type { TicketSummary } from '@siaga/shared';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { IncidentDesk, IncidentEffect, OpenIncident, ResolveIncident } from '../detection/ports.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { Database } from '../platform/postgres/schema.js';
import {
  addHistory,
  ensureServiceUser,
  insertIncidents,
  lockLatest,
  nextNumbers,
  openBySubject,
  reopenIncidents,
  resolveIncidents,
  type LatestIncident,
} from './incidents-repository.js';
import {
  descriptionOf,
  IMPACT_OF_KIND,
  incidentNumber,
  PRIORITY_OF,
  recurrenceOf,
  titleOf,
  UNRESOLVED,
  URGENCY_OF_CONDITION,
} from './rules.js';
import { ticketsById } from './tickets-repository.js';
import { summaryOf } from './v1.js';

type Trx = Transaction<Database>;

const SERVICE_USER = {
  username: 'siaga-monitoring',
  email: 'monitoring@siaga.internal',
  name: 'Siaga monitoring',
};

export interface Incidents extends IncidentDesk {
  /** Makes the user in whose name incidents are opened. */
  start(): Promise<void>;
}

/** `newId`: a fresh UUIDv7 of that time (epoch ms). */
export const createIncidents = ({
  db,
  newId = (atMs) => uuidv7({ msecs: atMs }),
}: {
  db: Db;
  newId?: ((atMs: number) => string) | undefined;
}): Incidents => {
  let requesterId: string | undefined;
  // Never on a connection of its own while a transaction waits for it: many of those would starve the pool.
  const requester = async (trx: Trx): Promise<string> =>
    requesterId ?? (await ensureServiceUser(trx, { id: uuidv7(), ...SERVICE_USER }));

  return {
    start: async () => {
      requesterId = await ensureServiceUser(db, { id: uuidv7(), ...SERVICE_USER });
    },
    openBySubject: () => openBySubject(db),
    applyAll: async (trx, effects) => {
      const ticketIds = new Map<IncidentEffect, string>();
      for (const wave of wavesOf(effects)) {
        const resolves = wave.filter((effect) => effect.kind === 'resolve');
        const opens = wave.filter((effect) => effect.kind === 'open');
        if (resolves.length > 0) await resolveAll(trx, resolves, ticketIds);
        if (opens.length > 0) await openAll(trx, opens, ticketIds, await requester(trx), newId);
      }
      const rows = await ticketsById(trx, [...new Set(ticketIds.values())]);
      const summaries = new Map<string, TicketSummary>(rows.map((row) => [row.id, summaryOf(row)]));
      return effects.map((effect) => summaries.get(ticketIds.get(effect) ?? ''));
    },
  };
};

/** What concerns one subject happens in order: each wave has a subject and condition at most once. */
const wavesOf = (effects: readonly IncidentEffect[]): IncidentEffect[][] => {
  const waves: IncidentEffect[][] = [];
  const counts = new Map<string, number>();
  for (const effect of effects) {
    const key = `${effect.subjectKind} ${effect.subjectId} ${effect.condition}`;
    const turn = counts.get(key) ?? 0;
    counts.set(key, turn + 1);
    (waves[turn] ??= []).push(effect);
  }
  return waves;
};

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
const changeOf = (from: unknown, to: unknown) => ({ from, to });

const resolveAll = async (
  trx: Trx,
  effects: readonly ResolveIncident[],
  ticketIds: Map<IncidentEffect, string>,
): Promise<void> => {
  const found = (await lockLatest(trx, effects)).filter((incident) => incident.isOpen);
  if (found.length === 0) return;
  const resolutions = found.map((incident) => {
    const effect = effects[incident.place]!;
    const isUnresolved = UNRESOLVED.some((state) => state === incident.state);
    ticketIds.set(effect, incident.ticketId);
    return {
      incident,
      effect,
      isUnresolved,
      ticketId: incident.ticketId,
      resolvedAt: iso(effect.resolvedAtMs),
    };
  });
  await resolveIncidents(
    trx,
    resolutions.map(({ ticketId, resolvedAt, isUnresolved }) => ({ ticketId, resolvedAt, isUnresolved })),
  );
  await addHistory(
    trx,
    resolutions.map(({ incident, effect, isUnresolved, ticketId, resolvedAt }) => ({
      ticketId,
      at: resolvedAt,
      event: 'resolved',
      reason: effect.reason,
      changes: {
        ...(isUnresolved && { state: changeOf(incident.state, 'resolved') }),
        ...(incident.acknowledged && { acknowledged: changeOf(true, false) }),
      },
    })),
  );
};

const openAll = async (
  trx: Trx,
  effects: readonly OpenIncident[],
  ticketIds: Map<IncidentEffect, string>,
  requesterId: string,
  newId: (atMs: number) => string,
): Promise<void> => {
  const latest = new Map((await lockLatest(trx, effects)).map((incident) => [incident.place, incident]));
  const reopened: { effect: OpenIncident; before: LatestIncident }[] = [];
  const fresh: { effect: OpenIncident; previousIncidentId: string | null }[] = [];
  for (const [place, effect] of effects.entries()) {
    const before = latest.get(place);
    const known = before && { ...before, resolvedAtMs: before.resolvedAt?.getTime() ?? null };
    const recurrence = recurrenceOf(known, effect.detectedAtMs);
    if (recurrence === 'reopen') reopened.push({ effect, before: before! });
    if (recurrence === 'new') fresh.push({ effect, previousIncidentId: before?.ticketId ?? null });
  }
  if (reopened.length > 0) await reopenAll(trx, reopened, ticketIds);
  if (fresh.length > 0) await insertAll(trx, fresh, ticketIds, requesterId, newId);
};

const reopenAll = async (
  trx: Trx,
  reopened: readonly { effect: OpenIncident; before: LatestIncident }[],
  ticketIds: Map<IncidentEffect, string>,
): Promise<void> => {
  const reopenings = reopened.map(({ effect, before }) => ({
    ticketId: before.ticketId,
    state: before.assignedToId === null ? ('new' as const) : ('assigned' as const),
    firstFailedAt: iso(effect.firstFailedAtMs),
    detectedAt: iso(effect.detectedAtMs),
    evidence: effect.evidence,
  }));
  await reopenIncidents(trx, reopenings);
  await addHistory(
    trx,
    reopened.map(({ effect, before }, place) => ({
      ticketId: before.ticketId,
      at: iso(effect.detectedAtMs),
      event: 'reopened',
      reason: effect.reason,
      changes: {
        state: changeOf(before.state, reopenings[place]!.state),
        occurrences: changeOf(before.occurrences, before.occurrences + 1),
        first_failed_at: changeOf(before.firstFailedAt, reopenings[place]!.firstFailedAt),
        detected_at: changeOf(before.detectedAt, reopenings[place]!.detectedAt),
      },
    })),
  );
  for (const { effect, before } of reopened) ticketIds.set(effect, before.ticketId);
};

const insertAll = async (
  trx: Trx,
  fresh: readonly { effect: OpenIncident; previousIncidentId: string | null }[],
  ticketIds: Map<IncidentEffect, string>,
  requesterId: string,
  newId: (atMs: number) => string,
): Promise<void> => {
  const numbers = await nextNumbers(trx, fresh.length);
  const incidents = fresh.map(({ effect, previousIncidentId }, place) => {
    const impact = IMPACT_OF_KIND[effect.deviceKind];
    const urgency = URGENCY_OF_CONDITION[effect.condition];
    const firstFailedAt = iso(effect.firstFailedAtMs);
    return {
      id: newId(effect.detectedAtMs),
      number: incidentNumber(effect.detectedAtMs, numbers[place]!),
      title: titleOf(effect.evidence, effect.condition),
      description: descriptionOf(effect.evidence, firstFailedAt),
      priority: PRIORITY_OF[impact][urgency],
      impact,
      urgency,
      siteId: effect.siteId,
      deviceId: effect.deviceId,
      subjectKind: effect.subjectKind,
      subjectId: effect.subjectId,
      condition: effect.condition,
      firstFailedAt,
      detectedAt: iso(effect.detectedAtMs),
      evidence: effect.evidence,
      previousIncidentId,
    };
  });
  const inserted = await insertIncidents(trx, incidents, requesterId);
  const opened = fresh.flatMap(({ effect }, place) => {
    const { id } = incidents[place]!;
    return inserted.has(id) ? [{ effect, id }] : [];
  });
  await addHistory(
    trx,
    opened.map(({ effect, id }) => ({
      ticketId: id,
      at: iso(effect.detectedAtMs),
      event: 'opened',
      reason: effect.reason,
      changes: {},
    })),
  );
  for (const { effect, id } of opened) ticketIds.set(effect, id);
};
