import { randomUUID } from 'node:crypto';
import type { DeviceKind, TicketSummary } from '@siaga/shared';
import { pino } from 'pino';
import type { IncidentEffect, OpenIncident, ResolveIncident } from '../../../hub/src/detection/ports.js';
import { createDesk, type Desk } from '../../../hub/src/desk/index.js';
import { createEventBus } from '../../../hub/src/events.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';

export const T0 = Date.UTC(2026, 0, 15, 8);

/** A desk over a database of its own, with one site and devices by name. */
export interface DeskWorld {
  database: TestDatabase;
  /** Stands at T0 until told otherwise. */
  clock: ManualClock;
  /** What people's changes told the feed. */
  told: TicketSummary[];
  desk: Desk;
  siteId: string;
  /** Device id by name; made on first use. */
  device(name: string, kind?: DeviceKind): Promise<string>;
  open(name: string, afterS: number, over?: Partial<OpenIncident>): Promise<OpenIncident>;
  resolve(name: string, afterS: number): Promise<ResolveIncident>;
  apply(...effects: IncidentEffect[]): Promise<(TicketSummary | undefined)[]>;
}

export const createDeskWorld = async (): Promise<DeskWorld> => {
  const database = await createTestDatabase();
  const { db } = database.postgres;
  const clock = createManualClock(T0);
  const events = createEventBus();
  const told: TicketSummary[] = [];
  events.on('incident.changed', (ticket) => void told.push(ticket));
  const desk = createDesk({ db, clock, events, log: pino({ level: 'silent' }) });
  const siteId = randomUUID();
  const agentId = randomUUID();
  await db
    .insertInto('sites')
    .values({
      id: siteId,
      code: 'BDG',
      name: 'Bandung',
      timezone: 'Asia/Jakarta',
      region: null,
      latitude: null,
      longitude: null,
      deleted_at: null,
    })
    .execute();
  await db
    .insertInto('agents')
    .values({ id: agentId, name: 'agent', site_id: siteId, shard: '00' })
    .execute();
  const devices = new Map<string, { id: string; kind: DeviceKind; address: string }>();
  const deviceOf = async (name: string, kind: DeviceKind = 'atm') => {
    let own = devices.get(name);
    if (!own) {
      const count = devices.size;
      own = { id: randomUUID(), kind, address: `10.0.${count >> 8}.${count & 255}` };
      devices.set(name, own);
      await db
        .insertInto('devices')
        .values({
          ...own,
          code: name,
          name,
          model: null,
          link: 'fibre',
          site_id: siteId,
          agent_id: agentId,
          deleted_at: null,
        })
        .execute();
    }
    return own;
  };
  return {
    database,
    clock,
    told,
    desk,
    siteId,
    device: async (name, kind) => (await deviceOf(name, kind)).id,
    open: async (name, afterS, over = {}) => {
      const { id, kind, address } = await deviceOf(name);
      const atMs = T0 + afterS * 1000;
      return {
        kind: 'open',
        subjectKind: 'device',
        subjectId: id,
        siteId,
        deviceId: id,
        deviceKind: kind,
        condition: 'unreachable',
        firstFailedAtMs: atMs - 10_000,
        detectedAtMs: atMs,
        reason: 'three-cycles-failed',
        evidence: {
          device: { id, code: name, name, address },
          site: { id: siteId, code: 'BDG', name: 'Bandung' },
          reason: 'three-cycles-failed',
          cycles: [
            { at: new Date(atMs).toISOString(), check_id: 1, packets_sent: 3, packets_lost: 3, rtt_ms: null },
          ],
        },
        ...over,
      };
    },
    resolve: async (name, afterS) => ({
      kind: 'resolve',
      subjectKind: 'device',
      subjectId: (await deviceOf(name)).id,
      condition: 'unreachable',
      resolvedAtMs: T0 + afterS * 1000,
      reason: 'three-cycles-good',
    }),
    apply: (...effects) => db.transaction().execute((trx) => desk.incidents.applyAll(trx, effects)),
  };
};
