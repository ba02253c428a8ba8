import type { Health, LiveDevice, LiveSite, TicketSummary } from '@siaga/shared';
import { SEVERITY, type LiveState } from '../live/state.js';

/** Most shown of one group. */
export const GROUP_SIZE = 8;
/** A longer query is cut: nothing has a name that long. */
const QUERY_LENGTH = 100;

/** How well a thing fits, the best first. */
export const FITS = ['exact', 'prefix', 'word', 'inside', 'words'] as const;
export type Fit = (typeof FITS)[number];

export interface Hits<T> {
  /** The best, in order. */
  items: readonly T[];
  /** How many fit at all. */
  total: number;
}

export interface SearchResult {
  sites: Hits<LiveSite>;
  devices: Hits<LiveDevice>;
  incidents: Hits<TicketSummary>;
}

const MARKS = /\p{M}+/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Text as it is compared: no case, no diacritics, blanks as one. */
export const fold = (text: string): string => {
  const lower = text.toLowerCase();
  const bare = PLAIN.test(lower) ? lower : lower.normalize('NFKD').replace(MARKS, '');
  return bare.replace(/\s+/g, ' ').trim();
};

/** What is searched of a thing: its folded fields between line ends, and its name so that 2 comes before 10. */
interface Entry {
  text: string;
  order: string;
}

const entryOf = (name: string, fields: readonly (string | null)[]): Entry => ({
  text: `\n${[name, ...fields].map((field) => fold(field ?? '')).join('\n')}\n`,
  order: fold(name).replace(/\d+/g, (digits) => digits.padStart(12, '0')),
});

const isWordCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code > 127;

/** Place in FITS, or -1. `query` is folded and not empty. */
export const fitOf = (text: string, query: string, words: readonly string[]): number => {
  let at = text.indexOf(query);
  if (at < 0) return words.length > 1 && words.every((word) => text.includes(word)) ? 4 : -1;
  let best = 3;
  for (; at >= 0; at = text.indexOf(query, at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === 10) {
      if (text.charCodeAt(at + query.length) === 10) return 0;
      best = 1;
    } else if (best > 2 && !isWordCharacter(before)) best = 2;
  }
  return best;
};

interface Candidate<T> {
  item: T;
  rank: number;
  order: string;
}

/** Keeps the best few of many by rank, then order; what is not among them costs no memory. */
const createBest = <T>() => {
  const best: Candidate<T>[] = [];
  let total = 0;
  return {
    offer(item: T, rank: number, order: string): void {
      total += 1;
      const isBefore = (other: Candidate<T>): boolean =>
        rank < other.rank || (rank === other.rank && order < other.order);
      const last = best.at(-1);
      if (best.length === GROUP_SIZE && last && !isBefore(last)) return;
      let place = best.length;
      while (place > 0 && isBefore(best[place - 1] as Candidate<T>)) place -= 1;
      best.splice(place, 0, { item, rank, order });
      if (best.length > GROUP_SIZE) best.pop();
    },
    hits: (): Hits<T> => ({ items: best.map(({ item }) => item), total }),
  };
};

const SEVERITIES = Object.keys(SEVERITY).length;

export interface Search {
  /** Sites, devices and open incidents that fit; undefined where nothing was asked. */
  find(state: Readonly<LiveState>, query: string): SearchResult | undefined;
}

/** Finds things in the live store; what was made of a thing is kept for as long as the thing is the same object. */
export const createSearch = (): Search => {
  const entries = new WeakMap<object, Entry>();
  const entry = <T extends object>(item: T, make: (item: T) => Entry): Entry => {
    let known = entries.get(item);
    if (!known) entries.set(item, (known = make(item)));
    return known;
  };

  const group = <T extends object>(
    items: Iterable<T>,
    query: string,
    make: (item: T) => Entry,
    healthOf: (item: T) => Health,
  ): Hits<T> => {
    const words = query.split(' ');
    const best = createBest<T>();
    for (const item of items) {
      const { text, order } = entry(item, make);
      const fit = fitOf(text, query, words);
      if (fit >= 0) best.offer(item, fit * SEVERITIES + SEVERITY[healthOf(item)], order);
    }
    return best.hits();
  };

  return {
    find(state, asked) {
      const query = fold(asked.slice(0, QUERY_LENGTH));
      if (query === '') return undefined;
      const deviceOf = ({ device_id }: TicketSummary): LiveDevice | undefined =>
        device_id === null ? undefined : state.devices.get(device_id);
      return {
        sites: group(
          state.sites.values(),
          query,
          ({ name, code, region }) => entryOf(name, [code, region]),
          ({ id }) => state.groups.get(id)?.worst ?? 'up',
        ),
        devices: group(
          state.devices.values(),
          query,
          ({ name, code, address }) => entryOf(name, [code, address]),
          ({ health }) => health,
        ),
        incidents: group(
          state.incidents.values(),
          query,
          (ticket) => entryOf(ticket.ticket_number, [ticket.title, deviceOf(ticket)?.name ?? null]),
          (ticket) => deviceOf(ticket)?.health ?? 'unknown',
        ),
      };
    },
  };
};
