import { fold } from '../search/search.js';

/** Indonesia's three zones first: they are nearly always the answer. */
const OURS = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'];
const SHOWN_AT_MOST = 40;

let all: readonly string[] | undefined;
const zones = (): readonly string[] =>
  (all ??= [...new Set([...OURS, 'Asia/Pontianak', 'UTC', ...Intl.supportedValuesOf('timeZone')])]);

/** IANA zones that fit what was typed; all of them where that is one already, so that another can be chosen. */
export const zonesFor = (typed: string): readonly string[] => {
  const query = fold(typed).replaceAll(' ', '_');
  const isChosen = query === '' || zones().some((zone) => zone.toLowerCase() === query);
  const found = isChosen ? zones() : zones().filter((zone) => zone.toLowerCase().includes(query));
  return found.slice(0, SHOWN_AT_MOST);
};
