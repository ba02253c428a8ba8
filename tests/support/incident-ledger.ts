import { OUTCOME } from '@siaga/shared';
import pg from 'pg';
import type { Ledger, LedgerSample } from './ledger.js';
import type { LoadFleet } from './load/fleet.js';

/**
 * What incidents there must be, worked out from a ledger alone, by detection.md's rule 2 in its plainest words: three
 * failed cycles in a row open a device's incident, three good ones resolve it, a gap of more than two cycles begins the
 * counting anew. Scripts must keep a device's outages so far apart that no link becomes "lossy" (six cycles then).
 *
 * Only what was judged counts, and of a few cycles nobody can know whether it was: those an agent was killed with. All
 * that may have been is followed at once; where the answer is not one number, the count must be among the answers.
 */
const OPENS_AFTER = 3;
const RESOLVES_AFTER = 3;
/** detection.md's "more than two cycles" as the engine takes it: one missed cycle and a millisecond of rounding are no gap. */
const GAP_CYCLES = 2.5;
/** Agents keep sixty seconds for judging; an ack that comes later may speak of a batch that was passed over. */
const SURE_WITHIN_MS = 58_000;

type Judged = 'yes' | 'no' | 'maybe';

/** Whether each sample was judged, by what its agent was told. */
const judgedBy = (ledger: Ledger): ((sample: LedgerSample) => Judged) => {
  const heard = new Map<string, { judged: number; atMs: number }[]>();
  for (const { agent, stream, judged, atMs } of ledger.acks) {
    const key = `${agent}/${stream}`;
    const list = heard.get(key) ?? [];
    heard.set(key, list);
    if (judged > (list.at(-1)?.judged ?? 0)) list.push({ judged, atMs });
  }
  const firstReaching = (list: readonly { judged: number; atMs: number }[], seq: number) => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as { judged: number }).judged >= seq) high = middle;
      else low = middle + 1;
    }
    return list[low];
  };
  return (sample) => {
    // Never in the live lane: it came late or not at all, and was not judged.
    if (!sample.live) return 'no';
    const ack = firstReaching(heard.get(`${sample.agent}/${sample.live.stream}`) ?? [], sample.live.seq);
    return ack && ack.atMs - stampOf(sample) < SURE_WITHIN_MS ? 'yes' : 'maybe';
  };
};

const stampOf = (sample: LedgerSample): number => sample.places.at(-1)?.stampMs ?? 0;

interface Course {
  openings: number;
  isOpen: boolean;
  fails: number;
  goods: number;
  stampMs: number;
}

/** Whatever was counted before a gap is the same afterwards: else each moment at which judging may have ended were a way of its own. */
const overGap = (course: Course, stampMs: number, intervalMs: number): Course =>
  stampMs - course.stampMs > GAP_CYCLES * intervalMs ? { ...course, fails: 0, goods: 0, stampMs: 0 } : course;

const step = (course: Course, sample: LedgerSample): Course => {
  const stampMs = stampOf(sample);
  const failed = sample.outcome !== OUTCOME.ok;
  const fails = failed ? Math.min(OPENS_AFTER, course.fails + 1) : 0;
  const goods = failed ? 0 : Math.min(RESOLVES_AFTER, course.goods + 1);
  const opens = !course.isOpen && fails >= OPENS_AFTER;
  const isOpen = course.isOpen ? goods < RESOLVES_AFTER : opens;
  return { openings: course.openings + (opens ? 1 : 0), isOpen, fails, goods, stampMs };
};

/**
 * Failed cycles of a device one after the other of which none was surely judged, and so many that incident or timeline
 * must tell of them: three that surely were not, or five, of which at most two can be judged and two come late.
 */
export interface BlindFault {
  deviceId: string;
  cycles: number;
  fromMs: number;
  toMs: number;
}

export interface DeviceForecast {
  deviceId: string;
  /** Each way it may have gone: how often an incident opened, and whether one is open at the end. */
  ways: { openings: number; isOpen: boolean }[];
  /** Its outages cycle by cycle, for whoever looks into a violation. */
  tell(): string;
}

export interface Forecast {
  devices: DeviceForecast[];
  blindFaults: BlindFault[];
  /** Outages of at least OPENS_AFTER failed cycles, judged or not. */
  faults: number;
}

export const forecastIncidents = (ledger: Ledger, fleet: LoadFleet): Forecast => {
  const byCheck = new Map<number, LedgerSample[]>();
  for (const sample of ledger.samples.values()) {
    if (sample.outcome === OUTCOME.skipped || sample.places.length === 0) continue;
    const list = byCheck.get(sample.checkId);
    if (list) list.push(sample);
    else byCheck.set(sample.checkId, [sample]);
  }
  const judged = judgedBy(ledger);
  const forecast: Forecast = { devices: [], blindFaults: [], faults: 0 };

  for (const { deviceId, checkId, intervalMs } of fleet.agents.flatMap(({ devices }) => devices)) {
    const samples = byCheck.get(checkId) ?? [];
    let courses: Course[] = [{ openings: 0, isOpen: false, fails: 0, goods: 0, stampMs: 0 }];
    for (const sample of samples) {
      const was = judged(sample);
      if (was === 'no') continue;
      const here = courses.map((course) => overGap(course, stampOf(sample), intervalMs));
      const stepped = here.map((course) => step(course, sample));
      courses = distinct(was === 'yes' ? stepped : [...here, ...stepped]);
    }
    forecast.devices.push({
      deviceId,
      ways: distinctWays(courses),
      tell: () => tellOutages(samples, judged, intervalMs),
    });

    for (const run of failedRuns(samples, intervalMs)) {
      if (run.length < OPENS_AFTER) continue;
      forecast.faults++;
      const words = run.map(judged);
      const isSure = words.every((word) => word === 'no') || run.length >= 2 * OPENS_AFTER - 1;
      if (isSure && words.every((word) => word !== 'yes'))
        forecast.blindFaults.push({
          deviceId,
          cycles: run.length,
          fromMs: stampOf(run[0] as LedgerSample),
          toMs: stampOf(run.at(-1) as LedgerSample),
        });
    }
  }
  return forecast;
};

/**
 * A line an outage, with three cycles on either side: when it began, then for each cycle ms since the one before, `x` failed
 * or `.` good, and whether it was judged.
 */
const tellOutages = (
  samples: readonly LedgerSample[],
  judged: (sample: LedgerSample) => Judged,
  intervalMs: number,
): string => {
  const places = new Map(samples.map((sample, place) => [sample, place]));
  return failedRuns(samples, intervalMs)
    .map((run) => {
      const from = Math.max(0, places.get(run[0]!)! - 3);
      const cycles = samples.slice(from, places.get(run.at(-1)!)! + 4).map((sample, place) => {
        const sinceMs = place === 0 ? 0 : stampOf(sample) - stampOf(samples[from + place - 1]!);
        return `${sinceMs}${sample.outcome === OUTCOME.ok ? '.' : 'x'}${judged(sample)}`;
      });
      return `    ${new Date(stampOf(run[0]!)).toISOString()} ${cycles.join(' ')}`;
    })
    .join('\n');
};

/** Failed cycles one after the other, without a good one and without a gap between them. */
const failedRuns = (samples: readonly LedgerSample[], intervalMs: number): LedgerSample[][] => {
  const runs: LedgerSample[][] = [];
  let current: LedgerSample[] | undefined;
  let beforeMs = 0;
  for (const sample of samples) {
    const stampMs = stampOf(sample);
    if (sample.outcome === OUTCOME.ok) current = undefined;
    else if (current && stampMs - beforeMs <= GAP_CYCLES * intervalMs) current.push(sample);
    else runs.push((current = [sample]));
    beforeMs = stampMs;
  }
  return runs;
};

const distinct = (courses: readonly Course[]): Course[] => [
  ...new Map(courses.map((course) => [JSON.stringify(course), course])).values(),
];

const distinctWays = (courses: readonly Course[]): DeviceForecast['ways'] => [
  ...new Map(courses.map(({ openings, isOpen }) => [`${openings}/${isOpen}`, { openings, isOpen }])).values(),
];

/** A device's incident as PostgreSQL has it. */
export interface StoredIncident {
  ticketId: string;
  deviceId: string;
  isOpen: boolean;
  occurrences: number;
  /** `opened`, `reopened`, `resolved` in the order of the ticket's history. */
  events: string[];
  /** When the failures of each of its occurrences began. */
  firstFailedMs: number[];
}

/** Late data as the timeline tells it. */
export interface LateEntry {
  deviceId: string;
  fromMs: number;
  toMs: number;
  downMs: number;
}

export interface IncidentVerdict {
  equal: boolean;
  /** Occurrences stored, and outages in the ledger. */
  occurrences: number;
  faults: number;
  /** Devices of which the ledger alone cannot tell the one right count. */
  ambiguous: number;
  /** Fewer occurrences than the ledger demands. */
  lost: string[];
  /** More occurrences than it allows, or a second ticket of the same trouble. */
  doubled: string[];
  /** Open where it must be resolved, or the other way round; events out of order. */
  crooked: string[];
  blindFaults: number;
  /** Faults that nobody judged and no timeline tells of. */
  untold: BlindFault[];
}

/** Compares what must be with what is. Quiet the load and let everything be judged first. */
export const compareIncidents = (
  forecast: Forecast,
  incidents: readonly StoredIncident[],
  late: readonly LateEntry[],
): IncidentVerdict => {
  const verdict: IncidentVerdict = {
    ...{ equal: false, occurrences: 0, faults: forecast.faults, ambiguous: 0 },
    ...{ lost: [], doubled: [], crooked: [] },
    ...{ blindFaults: forecast.blindFaults.length, untold: [] },
  };
  const byDevice = new Map<string, StoredIncident[]>();
  for (const incident of incidents) {
    verdict.occurrences += incident.occurrences;
    byDevice.set(incident.deviceId, [...(byDevice.get(incident.deviceId) ?? []), incident]);
  }
  for (const { deviceId, ways, tell } of forecast.devices) {
    const tickets = byDevice.get(deviceId) ?? [];
    byDevice.delete(deviceId);
    const actual = tickets.reduce((sum, { occurrences }) => sum + occurrences, 0);
    const isOpen = tickets.some((ticket) => ticket.isOpen);
    const openings = ways.map((way) => way.openings);
    const told = `device ${deviceId}: ${actual} occurrences${isOpen ? ', open' : ''}; may be ${ways
      .map((way) => `${way.openings}${way.isOpen ? ' and open' : ''}`)
      .join(' or ')}; ${JSON.stringify(tickets)}`;
    const toldWhole = (): string => `${told}\n${tell()}`;
    if (ways.length > 1) verdict.ambiguous++;
    if (actual < Math.min(...openings)) verdict.lost.push(toldWhole());
    else if (actual > Math.max(...openings) || tickets.length > 1) verdict.doubled.push(toldWhole());
    else if (!ways.some((way) => way.openings === actual && way.isOpen === isOpen))
      verdict.crooked.push(toldWhole());
    for (const ticket of tickets) if (!isOrderly(ticket)) verdict.crooked.push(JSON.stringify(ticket));
  }
  for (const [deviceId, tickets] of byDevice)
    verdict.doubled.push(`device ${deviceId} is none of the fleet: ${JSON.stringify(tickets)}`);

  for (const fault of forecast.blindFaults) {
    const isTold = late.some(
      ({ deviceId, fromMs, toMs, downMs }) =>
        deviceId === fault.deviceId && downMs > 0 && fromMs <= fault.toMs && toMs >= fault.fromMs,
    );
    // It may have been judged after all.
    const hasIncident = incidents.some(
      ({ deviceId, firstFailedMs }) =>
        deviceId === fault.deviceId &&
        firstFailedMs.some((atMs) => atMs >= fault.fromMs && atMs <= fault.toMs),
    );
    if (!isTold && !hasIncident) verdict.untold.push(fault);
  }
  const { lost, doubled, crooked, untold } = verdict;
  verdict.equal = [lost, doubled, crooked, untold].every((list) => list.length === 0);
  return verdict;
};

/** opened, resolved, reopened, resolved … and as many openings as it says. */
const isOrderly = ({ events, occurrences, isOpen }: StoredIncident): boolean =>
  events.every((event, place) =>
    place === 0 ? event === 'opened' : place % 2 === 0 ? event === 'reopened' : event === 'resolved',
  ) &&
  Math.ceil(events.length / 2) === occurrences &&
  (events.length % 2 === 1) === isOpen;

/** What PostgreSQL has of incidents about devices, and of late data. */
export const readIncidents = async (
  postgresUrl: string,
): Promise<{ incidents: StoredIncident[]; late: LateEntry[] }> => {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const incidents = await client.query<StoredIncident>(
      `select d.ticket_id as "ticketId", d.subject_id as "deviceId", d.is_open as "isOpen", d.occurrences,
         array(select (extract(epoch from at) * 1000)::float8 from (
             select d.first_failed_at union
             select (h.changes->'first_failed_at'->>'from')::timestamptz from ticket_history h
             where h.ticket_id = d.ticket_id and h.event = 'reopened') as occurrence (at)
           where at is not null) as "firstFailedMs",
         array(select event from ticket_history h where h.ticket_id = d.ticket_id
               and event in ('opened', 'reopened', 'resolved') order by h.id) as events
       from incident_details d where d.subject_kind = 'device'`,
    );
    const late = await client.query<{
      device_id: string;
      data: Record<'from' | 'to', string> & { down_ms: number };
    }>(`select device_id, data from timeline where kind = 'late-data' and device_id is not null`);
    return {
      incidents: incidents.rows,
      late: late.rows.map(({ device_id: deviceId, data }) => ({
        deviceId,
        fromMs: Date.parse(data.from),
        toMs: Date.parse(data.to),
        downMs: data.down_ms,
      })),
    };
  } finally {
    await client.end();
  }
};

/** What PostgreSQL knows of one device's time, for whoever looks into a violation: intervals of health and timeline. */
export const explainDevice = async (postgresUrl: string, deviceId: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(
      `select line from (
         select started_at as at, concat_ws(' ', to_json(started_at) #>> '{}', 'to', to_json(ended_at) #>> '{}', health,
           case when late then 'late' end) as line
         from health_intervals where device_id = $1
         union all
         select at, concat_ws(' ', to_json(at) #>> '{}', kind, code, data) from timeline where device_id = $1
       ) known order by at`,
      [deviceId],
    );
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
};
