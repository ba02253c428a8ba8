import { JUDGE_MAX_AGE_MS } from '@siaga/shared';
import { settingsOf, type DetectionSettings, type SettingsByClass } from './settings.js';
import type { DeviceState, WatchedDevice } from './state.js';
import type { BlindReason, Effect, Reason } from './types.js';

/** A device in the running engine: its state, and what a step wants at hand. */
export interface Tracked {
  device: WatchedDevice;
  settings: DetectionSettings;
  /** Longest distance of two stamps that still belong together, ms. */
  gapMs: number;
  /** Time without a judged sample after which nobody looks any more, ms. */
  staleMs: number;
  state: DeviceState;
  /** Stamp of the newest sample of this process's life; before the first, until when one before it judged. Epoch ms. */
  seenMs: number;
  /** The engine's own clock at the newest judged sample, ms. */
  lookedAtMs: number;
  /** The group in which the state was put aside for a rollback. */
  mark: number;
  /** Its row in steady.ts. */
  row: number;
}

/** An agent in the running engine. */
export interface TrackedAgent {
  id: string;
  /** 1 or more; another one each agent of this process. */
  number: number;
  /** Why it is blind; null while it is heard. */
  blind: BlindReason | null;
  devices: Set<Tracked>;
}

/** What the steps of a group want done, in order. */
export interface Output {
  effects: Effect[];
  reasons: Reason[];
}

/** One judged cycle on its way through the rules; a single object that every step fills anew. */
export interface Cycle {
  tracked: Tracked;
  state: DeviceState;
  settings: DetectionSettings;
  stampMs: number;
  failed: boolean;
  /** Packets lost of PACKETS_PER_CYCLE. */
  lost: number;
  nowMs: number;
  out: Output;
}

/** One rule of detection.md as it meets a judged cycle. It may change the state and add to `out`. */
export type CycleRule = (cycle: Cycle) => void;

/** Fits the numbers of the device's class to it. Throws RangeError where the settings contradict each other. */
export const track = (
  device: WatchedDevice,
  state: DeviceState,
  settings: SettingsByClass,
  seenMs: number,
  lookedAtMs: number,
  row: number,
): Tracked => {
  const own = settingsOf(settings, device.link, device.kind);
  return { device, state, seenMs, lookedAtMs, mark: 0, row, ...numbersOf(device, own) };
};

/** What follows for a device from its class's numbers and its interval. */
export const numbersOf = (device: WatchedDevice, settings: DetectionSettings) => ({
  settings,
  gapMs: settings.gapAfterCycles * device.intervalMs,
  staleMs: settings.staleAfterCycles * device.intervalMs + settings.staleAfterMs,
});

/** A ring brings samples again, and a restarted hub has looked beyond them; further back lies a clock that was set. */
export const noteSeen = (tracked: Pick<Tracked, 'seenMs'>, stampMs: number): void => {
  if (stampMs > tracked.seenMs || tracked.seenMs - stampMs > JUDGE_MAX_AGE_MS) tracked.seenMs = stampMs;
};
