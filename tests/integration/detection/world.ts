import { randomUUID } from 'node:crypto';
import { OUTCOME, type BatchBody, type TicketSummary } from '@siaga/shared';
import type { Kysely } from 'kysely';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect } from 'vitest';
import { createDesk, type Desk } from '../../../hub/src/desk/index.js';
import {
  createRunner,
  DEFAULT_SETTINGS,
  type Detection,
  type SettingsByClass,
  type VerdictStore,
} from '../../../hub/src/detection/index.js';
import { createVerdictStore } from '../../../hub/src/detection/repository.js';
import { createEventBus, type EventBus } from '../../../hub/src/events.js';
import { createDirectory, type WritableDirectory } from '../../../hub/src/fleet/directory.js';
import type { DirectoryDevice } from '../../../hub/src/fleet/ports.js';
import type { Database } from '../../../hub/src/platform/postgres/schema.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';

export const INTERVAL_MS = 5_000;

/** A hub's judging half over a database, started by hand as often as a test likes. */
export interface TestHub {
  detection: Detection;
  desk: Desk;
  clock: ManualClock;
  events: EventBus;
  /** `agent:stream:seq` of each report, in order; ` passed over` behind what was too old to be judged. */
  judged: string[];
  tickets: TicketSummary[];
  healthChanges: string[];
  /** Other events, as `name:argument`. */
  heard: string[];
  metrics: Registry;
  /**
   * A live batch of a row of cycles a device, from the hub's time on: `.` good, `x` failed, `s` skipped, `_` none. Answers
   * its body; the hub's clock stands after the last cycle.
   */
  submit(
    seq: number,
    rows: Record<string, string>,
    options?: { stream?: number; agentId?: string },
  ): BatchBody;
  /** Lets the hub's time pass until all submitted batches are reported. */
  settled(): Promise<void>;
  /** Lets time pass until the condition holds. */
  until(what: () => Promise<boolean> | boolean): Promise<void>;
}

export interface World {
  database: TestDatabase;
  db: Kysely<Database>;
  directory: WritableDirectory;
  siteId: string;
  agentId: string;
  /** Ids of the devices, `d0`, `d1` …; device `d{n}` has check `n + 1`. */
  devices: string[];
  addDevice(name: string): Promise<DirectoryDevice>;
  /** A hub with its own clock; `over` replaces parts, e.g. a store that fails on command. */
  hub(over?: HubOptions): TestHub;
  stop(): Promise<void>;
}

interface HubOptions {
  run?: string;
  clock?: ManualClock;
  db?: Kysely<Database>;
  wrapStore?: (store: VerdictStore) => VerdictStore;
  settings?: SettingsByClass;
}

const log = pino({ level: process.env['SIAGA_LOG_LEVEL'] ?? 'silent' });

export const createWorld = async (deviceCount: number): Promise<World> => {
  const database = await createTestDatabase();
  const { db } = database.postgres;
  const directory = createDirectory();
  const siteId = randomUUID();
  const agentId = randomUUID();
  const site = {
    id: siteId,
    code: 'BDG',
    name: 'Bandung',
    timezone: 'Asia/Jakarta',
    region: null,
    latitude: null,
    longitude: null,
  };
  await db
    .insertInto('sites')
    .values({ ...site, latitude: null, longitude: null, deleted_at: null })
    .execute();
  const agent = { id: agentId, name: 'agent', shard: '00' };
  await db
    .insertInto('agents')
    .values({ ...agent, site_id: siteId, state: 'online' } as never)
    .execute();
  directory.putSite(site);
  directory.putAgent({ ...agent, siteId, state: 'online', lastSeenAtMs: null });

  let made = 0;
  const probes = { atMs: createManualClock().nowMs() };
  const addDevice = async (name: string): Promise<DirectoryDevice> => {
    const id = randomUUID();
    const count = made;
    made += 1;
    const address = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
    const own = { id, code: name, name, kind: 'atm', address, link: 'fibre' } as const;
    await db
      .insertInto('devices')
      .values({ ...own, model: null, site_id: siteId, agent_id: agentId, deleted_at: null })
      .execute();
    const check = await db
      .insertInto('checks')
      .values({ device_id: id, type: 'icmp', interval_s: 5, timeout_ms: 500, deleted_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    const device: DirectoryDevice = {
      ...own,
      siteId,
      agentId,
      parentIds: [],
      checks: [
        { id: check.id, deviceId: id, agentId, type: 'icmp', intervalMs: INTERVAL_MS, timeoutMs: 500 },
      ],
      createdAtMs: createManualClock().nowMs() - 60_000,
    };
    directory.putDevice(device);
    return device;
  };
  const devices: string[] = [];
  for (let count = 0; count < deviceCount; count += 1) devices.push((await addDevice(`d${count}`)).id);

  const hub = ({
    run = randomUUID(),
    clock = createManualClock(),
    db: ownDb = db,
    wrapStore = (store) => store,
    settings = { all: DEFAULT_SETTINGS },
  }: HubOptions = {}): TestHub => {
    const events = createEventBus();
    const desk = createDesk({ db: ownDb, clock, events, log });
    const metrics = new Registry();
    const store = wrapStore(createVerdictStore({ db: ownDb, incidents: desk.incidents }));
    const detection = createRunner({ store, directory, events, clock, run, log, metrics, settings });
    const judged: string[] = [];
    const tickets: TicketSummary[] = [];
    const healthChanges: string[] = [];
    const heard: string[] = [];
    let outstanding: { agent: string; stream: number; seq: number }[] = [];
    detection.onJudged((agent, stream, seq, passedOver) => {
      const name = `${agent === agentId ? 'agent' : agent}:${stream}:${seq}`;
      judged.push(passedOver ? `${name} passed over` : name);
      outstanding = outstanding.filter(
        (each) => each.agent !== agent || each.stream !== stream || each.seq > seq,
      );
    });
    events.on('incident.changed', (ticket) => tickets.push(ticket));
    events.on('health.changed', (ids) => {
      for (const id of ids)
        healthChanges.push(`${directory.device(id)?.name} ${detection.verdict(id).health}`);
    });
    for (const name of ['agent.silent', 'agent.heard-again', 'judging.lost'] as const)
      events.on(name, (argument: string) =>
        heard.push(`${name}:${argument === agentId ? 'agent' : argument}`),
      );

    const until: TestHub['until'] = (what) =>
      expect
        .poll(
          async () => {
            clock.advance(50);
            return await what();
          },
          { timeout: 20_000, interval: 5 },
        )
        .toBe(true);
    return {
      detection,
      desk,
      clock,
      events,
      judged,
      tickets,
      healthChanges,
      heard,
      metrics,
      submit: (seq, rows, options = {}) => {
        const body = bodyOf(directory, clock, probes, rows);
        const agent = options.agentId ?? agentId;
        const stream = options.stream ?? 1;
        outstanding.push({ agent, stream, seq });
        const arrivedMs = clock.monotonicMs();
        detection.submit({ agentId: agent, stream, seq, ageMs: 0, arrivedMs, body });
        return body;
      },
      settled: () => until(() => outstanding.length === 0),
      until,
    };
  };
  return {
    database,
    db,
    directory,
    siteId,
    agentId,
    devices,
    addDevice,
    hub,
    stop: () => database.drop(),
  };
};

/** Columns of the rows' cycles, stamped on a grid of whole intervals, which the hub's clock follows. */
const bodyOf = (
  directory: WritableDirectory,
  clock: ManualClock,
  probes: { atMs: number },
  rows: Record<string, string>,
): BatchBody => {
  const icmp: NonNullable<BatchBody['icmp']> = { c: [], d: [], o: [], a: [], b: [], m: [], l: [] };
  const pausedMs = clock.nowMs() - probes.atMs;
  probes.atMs += Math.max(0, Math.floor(pausedMs / INTERVAL_MS)) * INTERVAL_MS;
  const t0 = probes.atMs;
  let lastMs = t0;
  const byName = new Map([...directory.devices()].map((device) => [device.name, device]));
  const cycles = Math.max(0, ...Object.values(rows).map((row) => row.length));
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    probes.atMs += INTERVAL_MS;
    clock.advance(Math.max(0, probes.atMs - clock.nowMs()));
    for (const [name, row] of Object.entries(rows)) {
      const letter = row[cycle];
      if (letter === undefined || letter === '_') continue;
      icmp.c.push(byName.get(name)!.checks[0]!.id);
      icmp.d.push(probes.atMs - lastMs);
      icmp.o.push(letter === 'x' ? OUTCOME.failed : letter === 's' ? OUTCOME.skipped : OUTCOME.ok);
      icmp.l.push(letter === 'x' ? 3 : 0);
      for (const column of [icmp.a, icmp.b, icmp.m]) column.push(letter === 'x' ? 0 : 400);
      lastMs = probes.atMs;
    }
  }
  return { t0, icmp };
};

/** What the database says of incidents: `d0 resolved`, by number. */
export const incidentsOf = async (world: World): Promise<string[]> => {
  const rows = await world.db
    .selectFrom('tickets as t')
    .innerJoin('devices as d', 'd.id', 't.device_id')
    .select(['d.name', 't.state'])
    .orderBy('t.number')
    .execute();
  return rows.map(({ name, state }) => `${name} ${state}`);
};

/** A device's intervals, oldest first: `unknown 0-60` in seconds since the clock's beginning. */
export const intervalsOf = async (world: World, deviceId: string): Promise<string[]> => {
  const rows = await world.db
    .selectFrom('health_intervals')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('started_at')
    .execute();
  const base = createManualClock().nowMs();
  const seconds = (at: Date | null): string => (at === null ? '' : String((at.getTime() - base) / 1000));
  return rows.map(
    (row) => `${row.health}${row.late ? ' late' : ''} ${seconds(row.started_at)}-${seconds(row.ended_at)}`,
  );
};

/** A device's timeline, oldest first: `health three-cycles-failed`. */
export const timelineOf = async (world: World, deviceId: string): Promise<string[]> => {
  const rows = await world.db
    .selectFrom('timeline')
    .select(['kind', 'code'])
    .where('device_id', '=', deviceId)
    .orderBy('id')
    .execute();
  return rows.map(({ kind, code }) => `${kind} ${code}`);
};
