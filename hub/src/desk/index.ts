import type { Logger } from 'pino';
import type { IncidentDesk } from '../detection/ports.js';
import type { EventBus } from '../events.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import { createIncidents } from './incidents.js';
import { createTickets, type Tickets } from './service.js';
import { createTicketWriter } from './writer.js';

export type { RevisedTicket, TicketQueryInput, Tickets } from './service.js';

export interface Desk {
  /** Makes the user in whose name monitoring opens tickets. Before detection starts. */
  start(): Promise<void>;
  /** What detection asks of the desk. */
  incidents: IncidentDesk;
  tickets: Tickets;
}

export interface DeskDeps {
  db: Db;
  clock: Clock;
  events: EventBus;
  log: Logger;
  /** A fresh UUIDv7 of that time (epoch ms); tests and the simulation hand in their own. */
  newId?: (atMs: number) => string;
}

/** The service desk. */
export const createDesk = ({ db, clock, events, log, newId }: DeskDeps): Desk => {
  const incidents = createIncidents({ db, newId });
  const change = createTicketWriter({ db, clock, events, log });
  return { start: () => incidents.start(), incidents, tickets: createTickets({ db, change }) };
};
