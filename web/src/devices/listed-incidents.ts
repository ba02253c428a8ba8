import type { TicketSummary } from '@siaga/shared';
import { MARKED_FIELDS } from '../charts/lane.js';
import type { ApiClient } from '../http/api-client.js';
import { ROW_FIELDS } from '../incidents/incident-row.js';

/** What the charts shade and the list shows of an incident. */
const FIELDS = [...new Set([...MARKED_FIELDS, ...ROW_FIELDS])];
export type ListedIncident = Pick<
  TicketSummary,
  (typeof MARKED_FIELDS)[number] | (typeof ROW_FIELDS)[number]
>;

/** Of a device with more than this, the newest. */
const AT_MOST = 1000;
const PER_PAGE = 200;

/**
 * The incidents of a device, newest first. Where some are known only the newest page is asked for: what is older than
 * that has come to its end.
 */
export const listIncidents = async (
  api: Pick<ApiClient, 'list'>,
  deviceId: string,
  known: readonly ListedIncident[] | undefined,
  signal: AbortSignal,
): Promise<ListedIncident[]> => {
  const all: ListedIncident[] = [];
  for (let page = 1; all.length < AT_MOST; page += 1) {
    const query = {
      device_id: deviceId,
      ticket_type: 'incident',
      sort: '-created_at',
      fields: FIELDS.join(','),
      page,
      per_page: PER_PAGE,
    };
    const { items, pagination } = await api.list<ListedIncident>('/tickets', query, signal);
    all.push(...items);
    if (!pagination.has_next) break;
    const ids = new Set(all.map(({ id }) => id));
    // Without one that is known there may be a hole between.
    if (known?.some(({ id }) => ids.has(id)))
      return [...all, ...known.filter(({ id }) => !ids.has(id))].slice(0, AT_MOST);
  }
  return all;
};
