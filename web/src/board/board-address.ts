import { DEVICE_KINDS, HEALTHS, type DeviceKind, type Health } from '@siaga/shared';

/** What of the board is kept in its address. Pure: both ways, and what the one writes the other reads. */

export const VIEWS = ['tiles', 'list', 'heat', 'map'] as const;
export type BoardView = (typeof VIEWS)[number];

/** Whether the open incident is acknowledged: of devices without one, neither is true. */
export const ACKNOWLEDGED = ['no', 'yes'] as const;
export type Acknowledged = (typeof ACKNOWLEDGED)[number];

export interface BoardFilter {
  /** Matches site and device: name, code, address. */
  text: string;
  health: Health | undefined;
  /** A region's name; empty: the sites that have none. */
  region: string | undefined;
  kind: DeviceKind | undefined;
  acknowledged: Acknowledged | undefined;
  siteId: string | undefined;
}

export const NO_FILTER: BoardFilter = {
  text: '',
  health: undefined,
  region: undefined,
  kind: undefined,
  acknowledged: undefined,
  siteId: undefined,
};

/** The columns by which the list may be ordered. */
export const SORT_KEYS = ['health', 'name', 'site', 'kind', 'address', 'since', 'incident'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** The worst first. */
export const FIRST_SORT: Sort = { key: 'health', descending: false };

export type BoardQuery = Record<string, string | undefined>;

/** Stands for "no region": an address leaves out what is empty. */
const NO_REGION = '-';

const oneOf = <T extends string>(words: readonly T[], wanted: string | null): T | undefined =>
  words.find((word) => word === wanted);

export const readView = (query: URLSearchParams): BoardView => oneOf(VIEWS, query.get('view')) ?? 'tiles';

export const writeView = (view: BoardView): BoardQuery => ({ view: view === 'tiles' ? undefined : view });

// A region that begins with the stand-in gets one more, so that every name can be told from it.
const readRegion = (value: string | null): string | undefined => {
  if (value === null || value === '') return undefined;
  return value.startsWith(NO_REGION) ? value.slice(NO_REGION.length) : value;
};
const writeRegion = (region: string | undefined): string | undefined =>
  region === '' || region?.startsWith(NO_REGION) ? NO_REGION + region : region;

export const readFilter = (query: URLSearchParams): BoardFilter => ({
  text: query.get('q') ?? '',
  health: oneOf(HEALTHS, query.get('health')),
  region: readRegion(query.get('region')),
  kind: oneOf(DEVICE_KINDS, query.get('kind')),
  acknowledged: oneOf(ACKNOWLEDGED, query.get('ack')),
  siteId: query.get('site') || undefined,
});

export const writeFilter = (filter: BoardFilter): BoardQuery => ({
  q: filter.text === '' ? undefined : filter.text,
  health: filter.health,
  region: writeRegion(filter.region),
  kind: filter.kind,
  ack: filter.acknowledged,
  site: filter.siteId,
});

/** How many filters are set. */
export const countFilters = (filter: BoardFilter): number =>
  Object.values(writeFilter({ ...filter, text: filter.text.trim() })).filter((value) => value !== undefined)
    .length;

export const readSort = (query: URLSearchParams): Sort => {
  const value = query.get('sort') ?? '';
  const key = oneOf(SORT_KEYS, value.replace(/^-/, ''));
  return key === undefined ? FIRST_SORT : { key, descending: value.startsWith('-') };
};

export const writeSort = ({ key, descending }: Sort): BoardQuery => ({
  sort: key === FIRST_SORT.key && !descending ? undefined : `${descending ? '-' : ''}${key}`,
});

/** What clicking a column's head asks for: that column, and the other way round where it is it already. */
export const nextSort = (sort: Sort, key: SortKey): Sort =>
  sort.key === key ? { key, descending: !sort.descending } : { key, descending: false };
