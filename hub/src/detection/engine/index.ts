export { createEngine, type Engine, type OutcomeAnswer } from './engine.js';
export {
  healIntervals,
  judgeRuns,
  type Healing,
  type HealthInterval,
  type LateHealth,
  type LateNumbers,
  type LateRun,
} from './healing.js';
export { DEFAULT_SETTINGS, settingsOf, type DetectionSettings, type SettingsByClass } from './settings.js';
export { freshState, lastOutcomes, parseState, type DeviceState, type WatchedDevice } from './state.js';
export { emptyState, step, type EngineState, type Step } from './step.js';
export {
  AGENT_REASONS,
  BLIND_REASONS,
  HEALTH_REASONS,
  RESOLVE_REASONS,
  type AgentReason,
  type BlindReason,
  type Effect,
  type EngineEvent,
  type HealthReason,
  type Reason,
  type ResolveReason,
} from './types.js';
