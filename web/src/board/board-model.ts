import { HEALTHS, type Health, type HealthCounts, type LiveDevice } from '@siaga/shared';
import { compareNames, SEVERITY, type SiteGroup } from '../live/state.js';

/** What the board shows of a site: a tile with cells, or a small one where all is well. */
export interface BoardModel {
  counts: HealthCounts;
  /** Sites with a device that is not up, worst first, then by name. */
  troubled: SiteGroup[];
  /** Sites where every device is up, by name. */
  calm: SiteGroup[];
  /** Devices that the filter lets through. */
  shownDevices: number;
}

export interface BoardFilter {
  /** Matches site and device: name, code, address. */
  text: string;
  health: Health | undefined;
}

const matches = (text: string, words: readonly string[]): boolean =>
  words.some((word) => word.toLowerCase().includes(text));

const deviceMatches = (device: LiveDevice, text: string, health: Health | undefined): boolean =>
  (health === undefined || device.health === health) &&
  (text === '' || matches(text, [device.name, device.code, device.address]));

/** The group as the filter leaves it; undefined where nothing is left, the very group where all is. */
const filterGroup = (group: SiteGroup, text: string, health: Health | undefined): SiteGroup | undefined => {
  const siteNamed =
    text !== '' && group.site !== undefined && matches(text, [group.site.name, group.site.code]);
  const wanted = siteNamed ? '' : text;
  if (wanted === '' && health === undefined) return group;
  const devices = group.devices.filter((device) => deviceMatches(device, wanted, health));
  if (devices.length === 0) return undefined;
  return devices.length === group.devices.length ? group : { ...group, devices };
};

const nameOf = (group: SiteGroup): { name: string } => ({ name: group.site?.name ?? '' });

/** The board of these sites. Counts are of everything, whatever the filter says. */
export const boardModel = (groups: Iterable<SiteGroup>, filter: BoardFilter): BoardModel => {
  const counts: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  const text = filter.text.trim().toLowerCase();
  const model: BoardModel = { counts, troubled: [], calm: [], shownDevices: 0 };
  for (const group of groups) {
    for (const health of HEALTHS) counts[health] += group.counts[health];
    const shown = filterGroup(group, text, filter.health);
    if (!shown) continue;
    model.shownDevices += shown.devices.length;
    (group.worst === 'up' ? model.calm : model.troubled).push(shown);
  }
  model.troubled.sort((a, b) => SEVERITY[a.worst] - SEVERITY[b.worst] || compareNames(nameOf(a), nameOf(b)));
  model.calm.sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  return model;
};

/** Cells that one tile draws; the rest is a number with a link. */
export const CELLS_IN_TROUBLE = 120;
export const CELLS_UP = 48;

/** The devices that get a cell: all in trouble first, then some that are up; and how many of each are left over. */
export const cellsOf = (
  devices: readonly LiveDevice[],
): { cells: LiveDevice[]; moreInTrouble: number; moreUp: number } => {
  const trouble = devices.filter(({ health }) => health !== 'up');
  const up = devices.filter(({ health }) => health === 'up');
  const cells = [...trouble.slice(0, CELLS_IN_TROUBLE), ...up.slice(0, CELLS_UP)];
  return {
    cells,
    moreInTrouble: Math.max(0, trouble.length - CELLS_IN_TROUBLE),
    moreUp: Math.max(0, up.length - CELLS_UP),
  };
};

/** When the site's present worst began: the longest standing of its worst devices. */
export const worstSince = (group: SiteGroup): string | undefined => {
  let earliest: string | undefined;
  for (const { health, since } of group.devices) {
    if (health === group.worst && (earliest === undefined || Date.parse(since) < Date.parse(earliest))) {
      earliest = since;
    }
  }
  return earliest;
};
