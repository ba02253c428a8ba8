import { createEngine } from './engine.js';
import { DEFAULT_SETTINGS, type SettingsByClass } from './settings.js';
import { copyState, freshState, type DeviceState, type WatchedDevice } from './state.js';
import type { BlindReason, Effect, EngineEvent, Reason } from './types.js';

/** All the engine knows, as plain data. */
export interface EngineState {
  v: 1;
  /** The engine's own clock, ms of its ticks. */
  clockMs: number;
  agents: Record<string, { blind: BlindReason | null }>;
  devices: Record<string, { device: WatchedDevice; state: DeviceState; seenMs: number; lookedAtMs: number }>;
}

export interface Step {
  state: EngineState;
  effects: Effect[];
  reasons: Reason[];
}

export const emptyState = (): EngineState => ({ v: 1, clockMs: 0, agents: {}, devices: {} });

/**
 * The engine as detection.md states it: a pure function of (state, event, nowMs). It copies the whole state, so a step
 * costs as much as there are devices; the runner uses the same rules in place (engine.ts).
 */
export const step = (
  state: EngineState,
  event: EngineEvent,
  nowMs: number,
  settings: SettingsByClass = { all: DEFAULT_SETTINGS },
): Step => {
  const engine = createEngine(settings, state.clockMs);
  for (const [id, { blind }] of Object.entries(state.agents)) engine.loadAgent(id, blind);
  for (const saved of Object.values(state.devices)) {
    const copy = freshState(0);
    copyState(saved.state, copy);
    engine.load(saved.device, copy, saved.seenMs);
    engine.tracked(saved.device.id)!.lookedAtMs = saved.lookedAtMs;
  }
  engine.begin();
  engine.apply(event, nowMs);
  const { effects, reasons } = engine.output();
  const after: EngineState = { v: 1, clockMs: engine.clockMs(), agents: {}, devices: {} };
  for (const agent of engine.agents()) after.agents[agent.id] = { blind: agent.blind };
  for (const { device, state: own, seenMs, lookedAtMs } of engine.devices())
    after.devices[device.id] = { device, state: own, seenMs, lookedAtMs };
  return { state: after, effects, reasons };
};
