import type { LiveDevice, LiveSite } from '@siaga/shared';
import { liveDevice, liveSite, type World } from '../e2e/world/index.js';

/** A made-up bank as the live store holds it: by id. */
export const createState = (
  world: World,
): { devices: Map<string, LiveDevice>; sites: Map<string, LiveSite> } => ({
  devices: new Map(world.devices.map((one) => [one.id, liveDevice(one)])),
  sites: new Map(world.sites.map((one) => [one.id, liveSite(one)])),
});
