import type { Health } from '@siaga/shared';
import type { Output, Tracked } from '../tracked.js';
import type { HealthReason } from '../types.js';

/**
 * Every change of health goes through here. `sinceMs` comes from stamps, which may be off: it is kept between the
 * beginning of the health before and now, so that intervals never overlap or reach into the future.
 */
export const changeHealth = (
  tracked: Tracked,
  to: Health,
  sinceMs: number,
  nowMs: number,
  code: HealthReason,
  data: Record<string, unknown>,
  out: Output,
): void => {
  const { state, device } = tracked;
  const from = state.health;
  state.sinceMs = Math.max(state.sinceMs, Math.min(sinceMs, nowMs));
  state.health = to;
  out.effects.push({ kind: 'health', deviceId: device.id, from, to, sinceMs: state.sinceMs });
  out.reasons.push({
    kind: 'health',
    deviceId: device.id,
    code,
    atMs: nowMs,
    data: { from, to, since: new Date(state.sinceMs).toISOString(), ...data },
  });
};
