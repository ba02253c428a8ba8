import type { LiveDevice } from '@siaga/shared';
import type { SiteGroup } from '../live/state.js';
import { sizeOf } from './board-model.js';
import type { HeatCell, HeatLayout } from './heat-layout.js';

/** Which device a cell of the heat view stands for, and the other way round. Pure. */

/** By the sites' ids. */
type GroupsById = ReadonlyMap<string, SiteGroup>;

/** Whether the same sites have as many devices as before: each then keeps its cell. */
export const isSameSites = (before: GroupsById, now: readonly SiteGroup[]): boolean =>
  before.size === now.length &&
  now.every((group) => {
    const known = before.get(group.siteId);
    return known !== undefined && known.site === group.site && sizeOf(known) === sizeOf(group);
  });

export const deviceAt = (layout: HeatLayout, byId: GroupsById, cell: HeatCell): LiveDevice | undefined =>
  byId.get(layout.sites[cell.site]?.siteId ?? '')?.devices[cell.place];

export const cellOf = (layout: HeatLayout, byId: GroupsById, device: LiveDevice): HeatCell | undefined => {
  const site = layout.sites.findIndex(({ siteId }) => siteId === device.site_id);
  const place = byId.get(device.site_id)?.devices.findIndex(({ id }) => id === device.id) ?? -1;
  return site < 0 || place < 0 ? undefined : { site, place };
};
