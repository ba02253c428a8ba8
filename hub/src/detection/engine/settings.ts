import type { DeviceKind, Link } from '@siaga/shared';

/** Every number of the rules, so that a class of devices can have its own (detection.md: "data, none is code"). */
export interface DetectionSettings {
  /** Rule 2: consecutive failed cycles until `down`. */
  downAfterFails: number;
  /** Rule 2: the same on a link that was losing packets before the outage. */
  downAfterFailsOnLossyLink: number;
  /** Rule 2: share of packets lost, 0–1, from which a link counts as lossy. */
  lossyLinkShare: number;
  /** Rule 2: packets that must have been seen before a link can count as lossy; at most LOSS_WINDOW_CYCLES' worth. */
  lossyLinkMinPackets: number;
  /** Rule 2: consecutive good cycles until `up`. */
  upAfterGoods: number;
  /** Rule 2: consecutive good cycles until the incident resolves; not below `upAfterGoods`. */
  resolveAfterGoods: number;
  /** Cycles without a judged sample after which the counters start anew: more than two, half a cycle for jitter. */
  gapAfterCycles: number;
  /** Nobody looks at a device any more after this many cycles plus `staleAfterMs` without a judged sample. */
  staleAfterCycles: number;
  staleAfterMs: number;
}

export const DEFAULT_SETTINGS: DetectionSettings = {
  downAfterFails: 3,
  downAfterFailsOnLossyLink: 6,
  lossyLinkShare: 0.2,
  lossyLinkMinPackets: 60,
  upAfterGoods: 2,
  resolveAfterGoods: 3,
  gapAfterCycles: 2.5,
  staleAfterCycles: 3,
  staleAfterMs: 60_000,
};

/** Defaults for all, and what differs by the link or the kind of a device; the kind has the last word. */
export interface SettingsByClass {
  all: DetectionSettings;
  byLink?: Partial<Record<Link, Partial<DetectionSettings>>>;
  byKind?: Partial<Record<DeviceKind, Partial<DetectionSettings>>>;
}

/** The numbers that hold for one device. Throws RangeError where they contradict each other. */
export const settingsOf = (settings: SettingsByClass, link: Link, kind: DeviceKind): DetectionSettings => {
  const own = { ...settings.all, ...settings.byLink?.[link], ...settings.byKind?.[kind] };
  if (own.resolveAfterGoods < own.upAfterGoods)
    throw new RangeError(
      `resolveAfterGoods (${own.resolveAfterGoods}) must not be below upAfterGoods (${own.upAfterGoods})`,
    );
  return own;
};
