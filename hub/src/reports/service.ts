import {
  TIMELINE_KINDS,
  type Explanation,
  type HealthHistory,
  type TimelineEntry,
  type TimelineQuery,
} from '@siaga/shared';
import type { Static } from 'typebox';
import { DEFAULT_SETTINGS, settingsOf, type SettingsByClass } from '../detection/index.js';
import { DomainError, fieldError } from '../errors.js';
import type { DirectoryDevice, FleetDirectory } from '../fleet/index.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import {
  newestAgentEntry,
  newestEntry,
  newestIncident,
  newestParked,
  savedVerdict,
} from './explanation-repository.js';
import { explain } from './explain.js';
import { coverSpan, mergePieces } from './health-history.js';
import { healthWithin, madeAtMs } from './health-repository.js';
import { readBounds, readSpan, type SpanQuery } from './span.js';
import { timelinePage, watchPeriods, type TimelineKind, type TimelineRow } from './timeline-repository.js';
import { wordsOf } from './words.js';

/** Whether the reader may see tickets; without it nothing tells that there is one. */
export interface Eyes {
  withIncidents: boolean;
}

export interface TimelinePage {
  items: TimelineEntry[];
  page: number;
  perPage: number;
  total: number;
}

/** What became of a device, told from what is on record. Each throws RESOURCE_NOT_FOUND where it is not in service. */
export interface Reports {
  /** Newest first. Throws VALIDATION_ERROR naming the field. */
  timeline(deviceId: string, query: Static<typeof TimelineQuery>, eyes: Eyes): Promise<TimelinePage>;
  /** Why an incident was, or was not, raised. */
  explanation(deviceId: string, eyes: Eyes): Promise<Explanation>;
  /** Throws VALIDATION_ERROR naming the field. */
  healthHistory(deviceId: string, query: SpanQuery): Promise<HealthHistory>;
}

const PER_PAGE = 25;
/** A page costs what lies before it: whoever wants to read further back narrows the span instead. */
const MAX_DEPTH = 100_000;
/** Intervals of one answer; and how many of the longest are looked at for it: merging those takes some 25 ms. */
const MAX_INTERVALS = 2_000;
const MAX_STORED_INTERVALS = 8_000;
/** An outage that late data told of explains a missing incident for so long. */
const LATE_EXPLAINS_MS = 86_400_000;

const iso = (ms: number): string => new Date(ms).toISOString();

export const createReports = ({
  db,
  directory,
  clock,
  settings = { all: DEFAULT_SETTINGS },
}: {
  db: Db;
  directory: FleetDirectory;
  clock: Clock;
  settings?: SettingsByClass;
}): Reports => {
  const deviceOf = (id: string): DirectoryDevice => {
    const device = directory.device(id);
    if (!device) throw new DomainError('RESOURCE_NOT_FOUND', { message: 'There is no such device' });
    return device;
  };

  return {
    timeline: async (deviceId, query, { withIncidents }) => {
      deviceOf(deviceId);
      const page = Number(query.page ?? 1);
      const perPage = Number(query.per_page ?? PER_PAGE);
      const offset = (page - 1) * perPage;
      if (offset + perPage > MAX_DEPTH)
        throw fieldError(
          'page',
          `must end within the newest ${MAX_DEPTH} entries: at ${perPage} a page 1 to ${Math.floor(MAX_DEPTH / perPage)}; narrow the span with "to" to go further back`,
          'out_of_range',
        );
      const { fromMs, toMs } = readBounds(query);
      const kinds = new Set<TimelineKind>(query.kind === undefined ? TIMELINE_KINDS : [query.kind]);
      if (!withIncidents) kinds.delete('incident');
      const { rows, total } = await timelinePage(
        db,
        {
          deviceId,
          kinds,
          periods: kinds.has('agent') ? await watchPeriods(db, deviceId) : [],
          from: fromMs === undefined ? undefined : new Date(fromMs),
          to: toMs === undefined ? undefined : new Date(toMs),
        },
        { offset, limit: perPage },
      );
      return { items: rows.map(toEntry), page, perPage, total };
    },

    explanation: async (deviceId, { withIncidents }) => {
      const device = deviceOf(deviceId);
      const agent = directory.agent(device.agentId);
      if (!agent) throw new Error(`device ${deviceId} is watched by no agent`);
      const verdict = await savedVerdict(db, deviceId);
      const sinceMs = verdict?.sinceMs ?? device.createdAtMs;
      const since = new Date(sinceMs);
      const nowMs = clock.nowMs();
      const [healthEntry, agentEntry, incident, parked, late] = await Promise.all([
        newestEntry(db, deviceId, 'health', since),
        newestAgentEntry(db, agent.id),
        newestIncident(db, deviceId),
        newestParked(db, deviceId, { notBefore: since, withIncidents }),
        newestEntry(db, deviceId, 'late-data', new Date(nowMs - LATE_EXPLAINS_MS)),
      ]);
      return explain({
        nowMs,
        device: {
          id: device.id,
          name: device.name,
          link: device.link,
          inServiceSinceMs: device.createdAtMs,
          isProbed: device.checks.some(({ type }) => type === 'icmp'),
        },
        agent,
        settings: settingsOf(settings, device.link, device.kind),
        health: verdict?.health ?? 'unknown',
        sinceMs,
        goods: verdict?.goods ?? 0,
        healthEntry,
        agentEntry,
        incident,
        parked,
        late: late && Number(late.data['down_ms']) > 0 ? { atMs: late.atMs, data: late.data } : null,
        withIncidents,
      });
    },

    healthHistory: async (deviceId, query) => {
      deviceOf(deviceId);
      const nowMs = clock.nowMs();
      const { fromMs, toMs } = readSpan(query, nowMs);
      const createdAtMs = await madeAtMs(db, deviceId);
      const startMs = Math.max(fromMs, createdAtMs);
      const endMs = Math.min(toMs, nowMs);
      const answer = { from: iso(fromMs), to: iso(toMs) };
      const totals = { up: 0, degraded: 0, down: 0, unknown: 0 };
      if (endMs <= startMs) return { ...answer, intervals: [], merged: false, totals_ms: totals };
      const stored = await healthWithin(db, deviceId, { fromMs: startMs, toMs: endMs }, MAX_STORED_INTERVALS);
      const whole = coverSpan(stored.pieces, startMs, endMs, stored.count > stored.pieces.length);
      const shown = mergePieces(whole, MAX_INTERVALS);
      Object.assign(totals, stored.totalsMs);
      const known = Object.values(totals).reduce((sum, ms) => sum + ms, 0);
      // Of what is not on record nobody knows anything.
      totals.unknown += Math.max(0, endMs - startMs - known);
      return {
        ...answer,
        intervals: shown.map((piece) => ({
          health: piece.health,
          started_at: iso(piece.startMs),
          ended_at: iso(piece.endMs),
          late: piece.late,
        })),
        merged: stored.count > stored.pieces.length || shown.length < whole.length,
        totals_ms: totals,
      };
    },
  };
};

const isKind = (kind: string): kind is TimelineKind => (TIMELINE_KINDS as readonly string[]).includes(kind);

const toEntry = (row: TimelineRow): TimelineEntry => ({
  id: row.id,
  at: row.at.toISOString(),
  kind: isKind(row.kind) ? row.kind : 'note',
  code: row.code,
  text: wordsOf({
    kind: row.kind,
    code: row.code,
    data: row.ticket_number === null ? row.data : { ...row.data, ticket_number: row.ticket_number },
  }),
  data: row.data,
  ticket_id: row.ticket_id,
  ticket_number: row.ticket_number,
});
