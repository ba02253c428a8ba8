import type { LiveEventName } from '@siaga/shared';

// The schemas of LIVE_EVENTS stay out of the bundle; this record fails to compile when an event is added or renamed.
const NAMES: Readonly<Record<LiveEventName, true>> = {
  snapshot: true,
  device: true,
  site: true,
  agent: true,
  incident: true,
  removed: true,
};
export const LIVE_EVENT_NAMES: ReadonlySet<string> = new Set(Object.keys(NAMES));
