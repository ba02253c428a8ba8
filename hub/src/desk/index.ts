import type { IncidentDesk } from '../detection/ports.js';
import type { Db } from '../platform/postgres/postgres.js';
import { createIncidents } from './incidents.js';
import { createTickets, type Tickets } from './service.js';

export type { TicketPage, TicketQueryInput, Tickets } from './service.js';

export interface Desk {
  /** Makes the user in whose name monitoring opens tickets. Before detection starts. */
  start(): Promise<void>;
  /** What detection asks of the desk. */
  incidents: IncidentDesk;
  tickets: Tickets;
}

/** The service desk. `newId`: a fresh UUIDv7 of that time (epoch ms); tests and the simulation hand in their own. */
export const createDesk = ({ db, newId }: { db: Db; newId?: (atMs: number) => string }): Desk => {
  const incidents = createIncidents({ db, newId });
  return { start: () => incidents.start(), incidents, tickets: createTickets({ db }) };
};
