import type { TicketDetail, TicketQuery, TicketSummary } from '@siaga/shared';
import type { Static } from 'typebox';
import { DomainError, fieldError } from '../errors.js';
import type { Db } from '../platform/postgres/postgres.js';
import { prioritiesMatching, statesMatching, typesMatching } from './rules.js';
import {
  findTicket,
  historyOf,
  listTickets,
  openIncidents,
  type SortField,
  type TicketFilter,
} from './tickets-repository.js';
import { detailOf, summaryOf } from './v1.js';

export type TicketQueryInput = Static<typeof TicketQuery>;

export interface TicketPage {
  items: TicketSummary[];
  page: number;
  perPage: number;
  total: number;
}

export interface Tickets {
  /** Newest first unless told. Throws VALIDATION_ERROR naming the field. */
  list(query: TicketQueryInput): Promise<TicketPage>;
  /** By UUID, number (`INC-20260115-001234`) or the global integer. Throws RESOURCE_NOT_FOUND. */
  get(idOrNumber: string): Promise<TicketDetail>;
  /** Every unresolved incident, newest first. */
  openIncidents(): Promise<TicketSummary[]>;
}

const PER_PAGE = 25;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER = /^[a-z]{2,4}-[0-9]{4,8}-[0-9]{6,15}$/i;
const SERIAL = /^[0-9]{1,15}$/;

export const createTickets = ({ db }: { db: Db }): Tickets => ({
  list: async (query) => {
    const page = Number(query.page ?? 1);
    const perPage = Number(query.per_page ?? PER_PAGE);
    const { rows, total } = await listTickets(db, filterOf(query), sortOf(query.sort ?? '-created_at'), {
      offset: (page - 1) * perPage,
      limit: perPage,
    });
    return { items: rows.map(summaryOf), page, perPage, total };
  },
  get: async (idOrNumber) => {
    const by = UUID.test(idOrNumber)
      ? { id: idOrNumber }
      : NUMBER.test(idOrNumber)
        ? { number: idOrNumber.toUpperCase() }
        : SERIAL.test(idOrNumber)
          ? { serial: Number(idOrNumber) }
          : undefined;
    const row = by && (await findTicket(db, by));
    if (!row) throw new DomainError('RESOURCE_NOT_FOUND', { message: 'No such ticket' });
    return detailOf(row, await historyOf(db, row.id));
  },
  openIncidents: async () => (await openIncidents(db)).map(summaryOf),
});

const filterOf = (query: TicketQueryInput): TicketFilter => {
  const filter: TicketFilter = {};
  if (query.status !== undefined) filter.states = statesMatching(query.status);
  if (query.priority !== undefined) filter.priorities = prioritiesMatching(query.priority);
  if (query.ticket_type !== undefined) filter.types = typesMatching(query.ticket_type);
  if (query.device_id !== undefined) filter.deviceId = query.device_id;
  if (query.site_id !== undefined) filter.siteId = query.site_id;
  if (query.created_after !== undefined) filter.createdAfter = dateOf('created_after', query.created_after);
  if (query.created_before !== undefined)
    filter.createdBefore = dateOf('created_before', query.created_before);
  if (query.search !== undefined) filter.search = query.search;
  return filter;
};

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/;

const dateOf = (field: string, text: string): Date => {
  const at = new Date(ISO_DATE.test(text) ? text : Number.NaN);
  // Date.parse takes 31 February for 3 March: a day that does not exist is a mistake to be told.
  const isRealDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON()?.slice(0, 10) === text.slice(0, 10);
  if (Number.isNaN(at.getTime()) || !isRealDay)
    throw fieldError(
      field,
      'must be an ISO 8601 date (2026-01-15, midnight UTC) or date-time with a zone (2026-01-15T08:00:00+07:00)',
    );
  return at;
};

const sortOf = (sort: string): { field: SortField; descending: boolean }[] =>
  sort.split(',').map((word) => {
    const descending = word.startsWith('-');
    return { field: (descending ? word.slice(1) : word) as SortField, descending };
  });
