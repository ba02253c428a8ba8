import type {
  Device,
  Explanation,
  Health,
  HealthHistory,
  Series,
  TicketDetail,
  TimelineEntry,
} from '@siaga/shared';
import { failure, ok, type Answer, type ScriptRequest } from '../web-fixture.js';
import { list, single } from './lists.js';
import { DAY, HOUR, MINUTE, type World } from './things.js';

/** `from` and `to` as epoch ms or ISO 8601. */
const spanOf = (query: URLSearchParams, lengthMs: number): { fromMs: number; toMs: number } => {
  const read = (word: string | null, otherwise: number): number =>
    word === null ? otherwise : /^\d+$/.test(word) ? Number(word) : Date.parse(word);
  const toMs = read(query.get('to'), Date.now());
  return { fromMs: read(query.get('from'), toMs - lengthMs), toMs };
};

/** A wave with a gap where the device was down. */
export const series = (query: URLSearchParams, of: Device): Series => {
  const metric = (query.get('metric') ?? 'rtt') as Series['metric'];
  const { fromMs, toMs } = spanOf(query, HOUR);
  const points = Number(query.get('points') ?? '300');
  const t: number[] = [];
  const columns: Record<'min' | 'avg' | 'max', (number | null)[]> = { min: [], avg: [], max: [] };
  const downSince = of.health === 'down' ? Date.parse(of.since) : Infinity;
  for (let n = 0; n < points; n += 1) {
    const at = fromMs + ((toMs - fromMs) * n) / points;
    t.push(Math.round(at));
    const wave = Math.sin(n / 9) + Math.sin(n / 2.3) * 0.4;
    const down = at >= downSince;
    const value =
      metric === 'loss'
        ? down
          ? 100
          : n % 41 === 7
            ? 33
            : 0
        : metric === 'rtt'
          ? 9 + wave * 2
          : 40 + wave * 11;
    const gone = (metric === 'rtt' && down) || at > Date.now();
    columns.min.push(gone ? null : metric === 'loss' ? value : value * 0.8);
    columns.avg.push(gone ? null : value);
    columns.max.push(gone ? null : metric === 'loss' ? value : value * 1.35);
  }
  return { metric, unit: metric === 'rtt' ? 'ms' : 'percent', t, ...columns };
};

interface Interval {
  health: Health;
  fromMs: number;
  toMs: number;
  late: boolean;
}

/** Up since its creation, but for a night of trouble a week ago, one late gap two days ago, and now what it is. */
const intervalsOf = (of: Device): Interval[] => {
  const now = Date.now();
  const since = Date.parse(of.since);
  const turns: [number, Health, boolean][] = [
    [Date.parse(of.created_at), 'unknown', false],
    [Date.parse(of.created_at) + 2 * MINUTE, 'up', false],
    [now - 7 * DAY, 'degraded', false],
    [now - 7 * DAY + 40 * MINUTE, 'down', false],
    [now - 7 * DAY + 65 * MINUTE, 'up', false],
    [now - 4 * DAY, 'down', true],
    [now - 4 * DAY + 6 * MINUTE, 'up', false],
    [since, of.health, false],
  ];
  return turns.flatMap(([fromMs, health, late], n) => {
    const toMs = turns[n + 1]?.[0] ?? now;
    return toMs > fromMs ? [{ health, fromMs, toMs, late }] : [];
  });
};

const healthHistory = (query: URLSearchParams, of: Device): HealthHistory => {
  const { fromMs, toMs } = spanOf(query, DAY);
  const totals_ms = { up: 0, degraded: 0, down: 0, unknown: 0 };
  const intervals = intervalsOf(of)
    .filter((one) => one.toMs > fromMs && one.fromMs < toMs)
    .map((one) => {
      const [startMs, endMs] = [Math.max(one.fromMs, fromMs), Math.min(one.toMs, toMs)];
      totals_ms[one.health] += endMs - startMs;
      return {
        health: one.health,
        started_at: new Date(startMs).toISOString(),
        ended_at: new Date(endMs).toISOString(),
        late: one.late,
      };
    });
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    intervals,
    merged: false,
    totals_ms,
  };
};

const REASON_OF: Readonly<Record<Health, string>> = {
  up: 'two-cycles-good',
  degraded: 'loss-high',
  down: 'three-cycles-failed',
  unknown: 'agent-silent',
};
const TEXT_OF: Readonly<Record<Health, string>> = {
  up: 'Two probe cycles in a row came back.',
  degraded: 'Over the last 20 packets, 30 % were lost.',
  down: 'Three probe cycles in a row failed.',
  unknown: 'Its agent has been silent for 45 seconds.',
};

const entry = (id: string, atMs: number, rest: Omit<TimelineEntry, 'id' | 'at'>): TimelineEntry => ({
  id,
  at: new Date(atMs).toISOString(),
  ...rest,
});

const timelineOf = (world: World, of: Device): TimelineEntry[] => {
  const intervals = intervalsOf(of);
  const turns = intervals.map((one, n) =>
    entry(`health-${n}`, one.fromMs, {
      kind: one.late ? 'late-data' : 'health',
      code: one.late ? 'late-data' : REASON_OF[one.health],
      text: one.late ? 'Samples that came late put a gap here.' : TEXT_OF[one.health],
      data: { from: intervals[n - 1]?.health ?? null, to: one.health, cycles: 3 },
      ticket_id: null,
      ticket_number: null,
    }),
  );
  const told = world.tickets
    .filter(({ device_id }) => device_id === of.id)
    .flatMap((ticket) =>
      ticket.history.map((line) =>
        entry(`ticket-${ticket.id}-${line.id}`, Date.parse(line.at), {
          kind: 'incident',
          code: line.event,
          text: `Incident ${ticket.ticket_number} ${line.event}.`,
          data: { reason: line.reason, actor: line.actor?.name ?? null },
          ticket_id: ticket.id,
          ticket_number: ticket.ticket_number,
        }),
      ),
    );
  return [...turns, ...told];
};

const timeline = (world: World, request: ScriptRequest, of: Device): Answer => {
  const { query } = request;
  const { fromMs, toMs } = spanOf(query, 400 * DAY);
  const rows = timelineOf(world, of).filter(
    ({ at, kind }) =>
      [null, kind].includes(query.get('kind') as TimelineEntry['kind'] | null) &&
      Date.parse(at) >= fromMs &&
      Date.parse(at) <= toMs,
  );
  return list(request, rows, { at: (one) => Date.parse(one.at) }, '-at');
};

const VERDICT_OF: Readonly<Record<Health, Explanation['verdict']>> = {
  up: 'healthy',
  degraded: 'no-incident',
  down: 'no-incident',
  unknown: 'unobserved',
};

const explain = (world: World, of: Device): Explanation => {
  const open: TicketDetail | undefined = world.tickets.find(({ id }) => id === of.open_incident_id);
  const watcher = world.agents.find(({ id }) => id === of.agent_id);
  const verdict = open ? (of.health === 'up' ? 'recovering' : 'incident-open') : VERDICT_OF[of.health];
  const first: Explanation['reasons'][number] = {
    code: REASON_OF[of.health],
    text: TEXT_OF[of.health],
    at: of.since,
    ref: of.health === 'unknown' && watcher ? { kind: 'agent', id: watcher.id, name: watcher.name } : null,
    data: { cycles: 3 },
  };
  const opened: Explanation['reasons'] = open
    ? [
        {
          code: 'opened',
          text: `Incident ${open.ticket_number} was opened.`,
          at: open.created_at,
          ref: { kind: 'incident', id: open.id, name: open.ticket_number },
          data: {},
        },
      ]
    : [];
  return {
    health: of.health,
    verdict,
    text: open ? `Incident ${open.ticket_number} is open about it.` : TEXT_OF[of.health],
    reasons: [...opened, first],
  };
};

/** What /monitoring/devices/{id}/{part} answers. */
export const historyOf = (
  world: World,
  request: ScriptRequest,
  of: Device,
  part: string,
): Answer | undefined => {
  const { query } = request;
  switch (part) {
    case 'series':
      return Number(query.get('points') ?? '300') > 2000
        ? failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
            details: [
              {
                field: 'points',
                message: 'must be 2 to 2000',
                code: 'out_of_range',
                limits: { min: 2, max: 2000 },
              },
            ],
          })
        : ok(series(query, of));
    case 'timeline':
      return timeline(world, request, of);
    case 'explain':
      return single(request, explain(world, of));
    case 'health-history':
      return ok(healthHistory(query, of));
    default:
      return undefined;
  }
};
