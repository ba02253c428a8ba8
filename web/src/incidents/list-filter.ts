import type { TicketSummary } from '@siaga/shared';
import type { Query } from '../http/api-client.js';
import { dayBegins } from '../i18n/time.js';
import { V1_PRIORITY_WORDS } from './wire-words.js';

export const SHOWN = ['open', 'resolved', 'all'] as const;
export type ShownStatus = (typeof SHOWN)[number];

const PERIODS = ['24h', '7d', '30d', '90d', 'custom'] as const;
export type PeriodName = (typeof PERIODS)[number];

/** Columns by which the hub sorts. */
const SORTS = ['title', 'priority', 'status', 'created_at'] as const;
export type SortName = (typeof SORTS)[number];

/** What the list of incidents shows, as its address says it. What the address says wrongly is as if it were not there. */
export interface ListFilter {
  status: ShownStatus;
  priority: TicketSummary['priority'] | '';
  acknowledged: 'yes' | 'no' | '';
  siteId: string;
  deviceId: string;
  text: string;
  period: PeriodName | '';
  /** Days as YYYY-MM-DD, with the period `custom`. */
  from: string;
  to: string;
  sort: SortName;
  descending: boolean;
  page: string;
}

const DAY_MS = 86_400_000;
const PERIOD_MS: Readonly<Record<Exclude<PeriodName, 'custom'>, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const oneOf = <T extends string>(words: readonly T[], text: string | null): T | '' =>
  words.find((word) => word === text) ?? '';
const matching = (pattern: RegExp, text: string | null): string =>
  text !== null && pattern.test(text) ? text : '';
const dayOf = (text: string | null): string => {
  const day = matching(DAY, text);
  return day !== '' && !Number.isNaN(Date.parse(day)) ? day : '';
};

export const readFilter = (query: URLSearchParams): ListFilter => {
  const sort = query.get('sort') ?? '';
  const by = oneOf(SORTS, sort.replace(/^-/, ''));
  // An older address of this page: open ones or all.
  const status = query.get('status') ?? query.get('show');
  return {
    status: oneOf(SHOWN, status) || 'open',
    priority: oneOf(V1_PRIORITY_WORDS, query.get('priority')),
    acknowledged: oneOf(['yes', 'no'] as const, query.get('acknowledged')),
    siteId: matching(UUID, query.get('site_id')),
    deviceId: matching(UUID, query.get('device_id')),
    text: (query.get('q') ?? '').trim(),
    period: oneOf(PERIODS, query.get('period')),
    from: dayOf(query.get('from')),
    to: dayOf(query.get('to')),
    sort: by || 'created_at',
    descending: by === '' ? true : sort.startsWith('-'),
    page: matching(/^[1-9]\d{0,5}$/, query.get('page')),
  };
};

/** How many things but the default are asked for, the text and the order aside. */
export const countFilters = (filter: ListFilter): number =>
  (filter.status === 'open' ? 0 : 1) +
  [
    filter.priority,
    bearsAcknowledged(filter) ? filter.acknowledged : '',
    filter.siteId,
    filter.deviceId,
    filter.period,
  ].filter((value) => value !== '').length;

/** Whether anything but the default is asked for, its order aside. */
export const isFiltered = (filter: ListFilter): boolean => filter.text !== '' || countFilters(filter) > 0;

/** A period that ends before it begins finds nothing, and says so instead. */
export const isPeriodReversed = ({ period, from, to }: ListFilter): boolean =>
  period === 'custom' && from !== '' && to !== '' && from > to;

/** Whether it is asked who acknowledged: the end of an incident ends its acknowledgement too. */
export const bearsAcknowledged = ({ status }: Pick<ListFilter, 'status'>): boolean => status !== 'resolved';

const STATUS_OF: Readonly<Record<ShownStatus, string>> = {
  open: 'open',
  resolved: 'resolved,closed',
  all: '',
};

/** Midnight of the day in the zone that times are shown in; `plusDays` later. */
const midnight = (day: string, plusDays = 0): string => new Date(dayBegins(day, plusDays)).toISOString();

/** The filter as the hub is asked. */
export const queryOf = (filter: ListFilter, nowMs: number): Query => {
  const { period, from, to } = filter;
  const isCustom = period === 'custom';
  const after =
    period === ''
      ? ''
      : isCustom
        ? from && midnight(from)
        : new Date(nowMs - PERIOD_MS[period]).toISOString();
  return {
    ticket_type: 'incident',
    status: STATUS_OF[filter.status],
    priority: filter.priority,
    acknowledged:
      filter.acknowledged === '' || !bearsAcknowledged(filter) ? '' : String(filter.acknowledged === 'yes'),
    site_id: filter.siteId,
    device_id: filter.deviceId,
    search: filter.text.slice(0, 200),
    created_after: after,
    created_before: isCustom && to !== '' ? midnight(to, 1) : '',
    sort: `${filter.descending ? '-' : ''}${filter.sort}`,
    page: filter.page,
  };
};
