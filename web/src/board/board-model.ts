import type { Health, LiveDevice } from '@siaga/shared';
import { compareNames, createGroup, SEVERITY, type SiteGroup } from '../live/state.js';
import type { BoardFilter } from './board-address.js';
import { compareTexts, naturalKey } from '../i18n/natural-key.js';

/** What the board shows, whatever the view: the sites with the devices that the filter lets through. */
export interface BoardModel {
  /** Sites with a device that is not up, worst first, the acknowledged behind, then the longest standing, then by name. */
  troubled: readonly SiteGroup[];
  /** Sites where every device is up, by name. */
  calm: readonly SiteGroup[];
  /** Devices that the filter lets through. */
  shownDevices: number;
}

const matches = (text: string, words: readonly string[]): boolean =>
  words.some((word) => word.toLowerCase().includes(text));

const siteMatches = (group: SiteGroup, text: string): boolean =>
  text === '' || (group.site !== undefined && matches(text, [group.site.name, group.site.code]));

const deviceMatches = (
  device: LiveDevice,
  acknowledged: ReadonlySet<string>,
  text: string,
  filter: BoardFilter,
): boolean => {
  if (filter.health !== undefined && device.health !== filter.health) return false;
  if (filter.kind !== undefined && device.kind !== filter.kind) return false;
  if (filter.acknowledged !== undefined) {
    if (device.open_incident_id === null) return false;
    if (acknowledged.has(device.id) !== (filter.acknowledged === 'yes')) return false;
  }
  return text === '' || matches(text, [device.name, device.code, device.address]);
};

/** The group as the filter leaves it; undefined where nothing is left, the very group where all is. */
export const filterGroup = (group: SiteGroup, filter: BoardFilter): SiteGroup | undefined => {
  if (filter.siteId !== undefined && group.siteId !== filter.siteId) return undefined;
  if (filter.region !== undefined && (group.site?.region ?? '') !== filter.region) return undefined;
  const text = filter.text.trim().toLowerCase();
  const wanted = siteMatches(group, text) ? '' : text;
  const ofDevices = filter.health ?? filter.kind ?? filter.acknowledged;
  if (wanted === '' && ofDevices === undefined) return group;
  const { siteId, site, acknowledged } = group;
  const devices = group.members.filter((device) => deviceMatches(device, acknowledged, wanted, filter));
  if (devices.length === 0) return undefined;
  if (devices.length === group.members.length) return group;
  return createGroup(siteId, site, devices, acknowledged);
};

/** When the site's present worst began: the longest standing of its worst devices. */
export const worstSince = (group: SiteGroup): string | undefined => {
  let earliest: string | undefined;
  for (const { health, since } of group.members) {
    if (health === group.worst && (earliest === undefined || since < earliest)) earliest = since;
  }
  return earliest;
};

/** Whether nothing at the site is left: all its devices are down, and it has more than one. */
export const isDark = (group: SiteGroup): boolean => {
  const size = sizeOf(group);
  return size > 1 && group.counts.down === size;
};

/** How many are down that nobody has acknowledged, and have been since this moment or later. */
export const downSince = ({ members, acknowledged }: SiteGroup, fromMs: number): number => {
  let count = 0;
  for (const { id, health, since } of members) {
    if (health === 'down' && Date.parse(since) >= fromMs && !acknowledged.has(id)) count += 1;
  }
  return count;
};

interface Entry {
  of: SiteGroup;
  shown: SiteGroup | undefined;
  /** Empty where all is well: such sites stand by name. */
  since: string;
  nameKey: string;
  /** All that is down there has been acknowledged. */
  calmed: boolean;
}

/** The order of trouble among sites: what somebody looks after already comes behind what is as bad and nobody's. */
const compareTrouble = (a: Entry, b: Entry): number => {
  const [one, other] = [a.shown?.worst ?? 'up', b.shown?.worst ?? 'up'];
  const bySeverity = SEVERITY[one] - SEVERITY[other];
  if (bySeverity !== 0) return bySeverity;
  if (a.calmed !== b.calmed) return a.calmed ? 1 : -1;
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return compareTexts(a.nameKey, b.nameKey);
};

const isTroubled = (worst: Health): boolean => worst !== 'up';

/**
 * Makes the board's model again and again. What it found out about a site is kept while the site's group is the same
 * object: with a thousand sites and a search text, a change costs the site it touched.
 */
export const createBoardModeller = (): ((groups: Iterable<SiteGroup>, filter: BoardFilter) => BoardModel) => {
  let entries = new Map<string, Entry>();
  let calm: readonly SiteGroup[] = [];
  let calmEntries = new Set<Entry>();
  let filteredBy = '';

  const entryOf = (group: SiteGroup, filter: BoardFilter): Entry => {
    const known = entries.get(group.siteId);
    if (known?.of === group) return known;
    const shown = filterGroup(group, filter);
    const since = shown && isTroubled(shown.worst) ? (worstSince(shown) ?? '') : '';
    const nameKey =
      known && known.of.site === group.site ? known.nameKey : naturalKey(group.site?.name ?? '');
    return { of: group, shown, since, nameKey, calmed: shown !== undefined && isCalmed(shown) };
  };

  return (groups, filter) => {
    const key = JSON.stringify(filter);
    if (key !== filteredBy) {
      entries = new Map();
      filteredBy = key;
    }
    const next = new Map<string, Entry>();
    const troubled: Entry[] = [];
    const well: Entry[] = [];
    let shownDevices = 0;
    for (const group of groups) {
      const entry = entryOf(group, filter);
      next.set(group.siteId, entry);
      if (!entry.shown) continue;
      shownDevices += sizeOf(entry.shown);
      (isTroubled(entry.shown.worst) ? troubled : well).push(entry);
    }
    entries = next;
    troubled.sort(compareTrouble);
    // Thousands of names need not be put in order again because a router elsewhere went down.
    if (well.length !== calmEntries.size || !well.every((entry) => calmEntries.has(entry))) {
      calmEntries = new Set(well);
      calm = well.sort(compareTrouble).flatMap(({ shown }) => shown ?? []);
    }
    return { troubled: troubled.flatMap(({ shown }) => shown ?? []), calm, shownDevices };
  };
};

/** How many devices a group has. */
export const sizeOf = ({ members }: SiteGroup): number => members.length;

/** Whether all that is down at the site has been acknowledged; false where nothing is down. */
export const isCalmed = ({ members, counts, acknowledged }: SiteGroup): boolean =>
  counts.down > 0 && members.every(({ id, health }) => health !== 'down' || acknowledged.has(id));

/** When something last changed there: the latest `since` of all; undefined where there is nothing. */
export const lastChange = (groups: Iterable<SiteGroup>): string | undefined => {
  let latest: string | undefined;
  for (const { members } of groups) {
    for (const { since } of members) if (latest === undefined || since > latest) latest = since;
  }
  return latest;
};

/** The regions of these sites by name; an empty one stands for sites without. */
export const regionsOf = (groups: Iterable<SiteGroup>): string[] => {
  const regions = new Set<string>();
  for (const { site } of groups) regions.add(site?.region ?? '');
  return [...regions].sort((a, b) => compareNames({ name: a }, { name: b }));
};
