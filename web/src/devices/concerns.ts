import type { LiveChange, LiveState } from '../live/state.js';

/** True where a round of events touched a device, or an incident about it: open, opened, or resolved just now. */
export const concernsDevice = (
  change: LiveChange,
  { incidents }: Pick<LiveState, 'incidents'>,
  deviceId: string,
): boolean =>
  change.devices.has(deviceId) ||
  change.resolved.some(({ device_id }) => device_id === deviceId) ||
  [...change.incidents].some((id) => incidents.get(id)?.device_id === deviceId);
