import { OUTCOME, type OutcomeCode } from '@siaga/shared';
import {
  createEngine,
  DEFAULT_SETTINGS,
  emptyState,
  step,
  type Effect,
  type Engine,
  type EngineEvent,
  type EngineState,
  type Reason,
  type SettingsByClass,
  type WatchedDevice,
} from '../../../hub/src/detection/engine/index.js';

export const T0 = 1_767_225_600_000;
export const INTERVAL_MS = 5_000;
export const SETTINGS: SettingsByClass = { all: DEFAULT_SETTINGS };

export const device = (over: Partial<WatchedDevice> = {}): WatchedDevice => ({
  id: 'atm',
  agentId: 'agent',
  kind: 'atm',
  link: 'fibre',
  checkId: 1,
  intervalMs: INTERVAL_MS,
  createdAtMs: T0 - 60_000,
  ...over,
});

/** What a test line may say: `.` a good cycle, `x` a failed one, `1`/`2` good with packets lost, `s` skipped. */
const CYCLES: Record<string, { outcome: OutcomeCode; lost: number }> = {
  '.': { outcome: OUTCOME.ok, lost: 0 },
  '1': { outcome: OUTCOME.ok, lost: 1 },
  '2': { outcome: OUTCOME.ok, lost: 2 },
  x: { outcome: OUTCOME.failed, lost: 3 },
  s: { outcome: OUTCOME.skipped, lost: 3 },
};
/** Letters for what effects say. */
const EFFECTS = (effect: Effect): string => {
  switch (effect.kind) {
    case 'health':
      return effect.to;
    case 'open':
    case 'resolve':
      return effect.kind;
    default:
      return '';
  }
};

/**
 * Plays one device's story through the pure engine. Besides cycles: `B` its agent falls silent, `H` it is heard again,
 * `_` a cycle of which nothing is known. Answers what happened and in which cycle (counted from 1), e.g. `3:down 3:open`.
 */
export const play = (story: string, settings: SettingsByClass = SETTINGS) => {
  let state: EngineState = emptyState();
  const told: string[] = [];
  const effects: Effect[] = [];
  const reasons: Reason[] = [];
  let stampMs = T0;
  let place = 0;
  let cycle = 0;
  const happen = (event: EngineEvent): void => {
    const result = step(state, event, stampMs + 200, settings);
    state = result.state;
    for (const effect of result.effects) {
      effects.push(effect);
      if (EFFECTS(effect)) told.push(`${cycle}:${EFFECTS(effect)}`);
    }
    reasons.push(...result.reasons);
  };
  happen({ kind: 'device-watched', device: device() });
  for (const letter of story.replaceAll(' ', '')) {
    if (letter === 'B') happen({ kind: 'agent-blind', agentId: 'agent', reason: 'agent-silent' });
    else if (letter === 'H') happen({ kind: 'agent-heard', agentId: 'agent' });
    else {
      cycle += 1;
      stampMs += INTERVAL_MS;
      const { outcome, lost } = CYCLES[letter] ?? {};
      if (outcome === undefined) continue;
      place += 1;
      happen({
        kind: 'outcome',
        agentId: 'agent',
        checkId: 1,
        stream: 1,
        seq: 1,
        place,
        stampMs,
        outcome,
        lost: lost!,
      });
    }
  }
  return { told: told.join(' '), state, own: state.devices['atm']!.state, effects, reasons };
};

/** All an engine knows, as plain data that can be compared. */
export const snapshot = (engine: Engine): unknown =>
  structuredClone({
    clockMs: engine.clockMs(),
    agents: [...engine.agents()]
      .filter((agent) => agent.blind !== null || agent.devices.size > 0)
      .map((agent) => ({
        id: agent.id,
        blind: agent.blind,
        devices: [...agent.devices].map((each) => each.device.id).sort(),
      }))
      .sort((one, other) => one.id.localeCompare(other.id)),
    devices: [...engine.devices()]
      .map(({ device: own, state, seenMs, lookedAtMs, gapMs, staleMs }) => ({
        own,
        state,
        seenMs,
        lookedAtMs,
        gapMs,
        staleMs,
      }))
      .sort((one, other) => one.own.id.localeCompare(other.own.id)),
  });

export const freshEngine = (): Engine => createEngine(SETTINGS);
