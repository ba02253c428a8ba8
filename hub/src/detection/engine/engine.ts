import { OUTCOME, type OutcomeCode } from '@siaga/shared';
import { createJournal } from './journal.js';
import { CYCLE_RULES } from './pipeline.js';
import { isWatched, turnUnknown } from './rules/blind.js';
import { isStale } from './rules/stale.js';
import { settingsOf, type SettingsByClass } from './settings.js';
import {
  freshState,
  isAbove,
  recordOf,
  resetPosition,
  type DeviceState,
  type WatchedDevice,
} from './state.js';
import { numbersOf, track, type Cycle, type Output, type Tracked, type TrackedAgent } from './tracked.js';
import type { EngineEvent } from './types.js';

/** What became of an outcome: judged, not above the last one, not to be judged, or of a check that is not watched. */
export type OutcomeAnswer = 'judged' | 'replay' | 'skipped' | 'unwatched';

/**
 * The engine in its running form: it changes its state in place, and can go back to where a group of steps began.
 * `step` in step.ts is the same as a pure function.
 */
export interface Engine {
  /** A group begins: `rollback` comes back here. */
  begin(): void;
  /** What the group's steps want done so far. */
  output(): Output;
  /** The group is committed; its output is forgotten. */
  commit(): void;
  /** The group failed: state as it was at `begin`, output forgotten. */
  rollback(): void;
  /** The hot path: an outcome without an object around it. */
  outcome(
    agentId: string,
    checkId: number,
    stream: number,
    seq: number,
    place: number,
    stampMs: number,
    outcome: OutcomeCode,
    lost: number,
    nowMs: number,
  ): OutcomeAnswer;
  apply(event: EngineEvent, nowMs: number): void;
  /** Puts a saved device in, outside of any group. Where another agent watches it by now, `apply` must tell so. */
  load(device: WatchedDevice, state: DeviceState, seenMs: number): void;
  tracked(deviceId: string): Tracked | undefined;
  trackedByCheck(checkId: number): Tracked | undefined;
  isBlind(agentId: string): boolean;
  devices(): Iterable<Tracked>;
  agents(): Iterable<TrackedAgent>;
  /** Marks an agent as blind without touching its devices, outside of any group. */
  loadAgent(agentId: string, blind: TrackedAgent['blind']): void;
  clockMs(): number;
}

/** An empty engine; `clockMs` is where its own clock stands. */
export const createEngine = (settings: SettingsByClass, clockMs = 0): Engine => {
  const devices = new Map<string, Tracked>();
  const byCheck = new Map<number, Tracked>();
  const agents = new Map<string, TrackedAgent>();
  const journal = createJournal();
  const out: Output = { effects: [], reasons: [] };
  let engineClockMs = clockMs;
  let cycle: Cycle | undefined;

  const agentOf = (agentId: string): TrackedAgent => {
    let agent = agents.get(agentId);
    if (!agent) agents.set(agentId, (agent = { id: agentId, blind: null, devices: new Set() }));
    return agent;
  };
  const place = (tracked: Tracked): void => {
    devices.set(tracked.device.id, tracked);
    agentOf(tracked.device.agentId).devices.add(tracked);
    if (tracked.device.checkId !== null) byCheck.set(tracked.device.checkId, tracked);
  };
  const displace = (tracked: Tracked): void => {
    devices.delete(tracked.device.id);
    agents.get(tracked.device.agentId)?.devices.delete(tracked);
    if (tracked.device.checkId !== null) byCheck.delete(tracked.device.checkId);
  };
  const forgetOutput = (): void => {
    out.effects = [];
    out.reasons = [];
  };

  const outcome: Engine['outcome'] = (
    agentId,
    checkId,
    stream,
    seq,
    placeInBatch,
    stampMs,
    code,
    lost,
    nowMs,
  ) => {
    const tracked = byCheck.get(checkId);
    if (tracked === undefined || tracked.device.agentId !== agentId) return 'unwatched';
    const { state } = tracked;
    if (!isAbove(state, stream, seq, placeInBatch)) return 'replay';
    if (code === OUTCOME.skipped) return 'skipped';
    journal.touch(tracked);
    tracked.lookedAtMs = engineClockMs;
    tracked.seenMs = stampMs;
    const failed = code === OUTCOME.failed;
    if (cycle === undefined) {
      cycle = { tracked, state, settings: tracked.settings, stampMs, failed, lost, nowMs, out };
    } else {
      cycle.tracked = tracked;
      cycle.state = state;
      cycle.settings = tracked.settings;
      cycle.stampMs = stampMs;
      cycle.failed = failed;
      cycle.lost = lost;
      cycle.nowMs = nowMs;
    }
    for (const rule of CYCLE_RULES) rule(cycle);
    state.stream = stream;
    state.seq = seq;
    state.place = placeInBatch;
    state.stampMs = stampMs;
    return 'judged';
  };

  const watch = (device: WatchedDevice, nowMs: number): void => {
    const known = devices.get(device.id);
    if (!known) {
      const state = freshState(Math.min(device.createdAtMs, nowMs), recordOf(device));
      const tracked = track(device, state, settings, state.sinceMs, engineClockMs);
      place(tracked);
      journal.undo(() => displace(tracked));
      out.effects.push({ kind: 'watch', deviceId: device.id, sinceMs: state.sinceMs });
      return;
    }
    const before = { device: known.device, ...numbersOf(known.device, known.settings) };
    const after = { device, ...numbersOf(device, settingsOf(settings, device.link, device.kind)) };
    const become = (next: typeof before): void => {
      displace(known);
      Object.assign(known, next);
      place(known);
    };
    journal.touch(known);
    journal.undo(() => become(before));
    become(after);
    if (known.state.record === recordOf(device)) return;
    resetPosition(known.state, recordOf(device));
    out.effects.push({ kind: 'save', deviceId: device.id });
    if (before.device.agentId !== device.agentId && isWatched(known))
      turnUnknown(known, 'agent-changed', undefined, nowMs, out);
  };

  const remove = (deviceId: string, nowMs: number): void => {
    const tracked = devices.get(deviceId);
    if (!tracked) return;
    journal.touch(tracked);
    journal.undo(() => place(tracked));
    displace(tracked);
    if (tracked.state.incidentOpen)
      out.effects.push({
        kind: 'resolve',
        deviceId,
        condition: 'unreachable',
        resolvedAtMs: nowMs,
        reason: 'device-removed',
      });
    out.effects.push({ kind: 'forget', deviceId, agentId: tracked.device.agentId, atMs: nowMs });
  };

  const setBlind = (agent: TrackedAgent, blind: TrackedAgent['blind']): void => {
    const before = agent.blind;
    journal.undo(() => (agent.blind = before));
    agent.blind = blind;
  };

  return {
    begin: () => journal.begin(),
    output: () => out,
    commit: () => {
      journal.end();
      forgetOutput();
    },
    rollback: () => {
      journal.rollback();
      forgetOutput();
    },
    outcome,
    apply: (event, nowMs) => {
      switch (event.kind) {
        case 'outcome':
          outcome(
            event.agentId,
            event.checkId,
            event.stream,
            event.seq,
            event.place,
            event.stampMs,
            event.outcome,
            event.lost,
            nowMs,
          );
          return;
        case 'agent-blind': {
          const agent = agentOf(event.agentId);
          if (agent.blind === null) {
            setBlind(agent, event.reason);
            out.reasons.push({ kind: 'agent', agentId: agent.id, code: event.reason, atMs: nowMs, data: {} });
          }
          for (const tracked of agent.devices) {
            if (!isWatched(tracked)) continue;
            journal.touch(tracked);
            turnUnknown(tracked, event.reason, event.sinceMs, nowMs, out);
          }
          return;
        }
        case 'agent-heard': {
          const agent = agentOf(event.agentId);
          if (agent.blind === null) return;
          const data = { after: agent.blind };
          setBlind(agent, null);
          out.reasons.push({
            kind: 'agent',
            agentId: agent.id,
            code: 'agent-heard-again',
            atMs: nowMs,
            data,
          });
          return;
        }
        case 'device-watched':
          watch(event.device, nowMs);
          return;
        case 'device-removed':
          remove(event.deviceId, nowMs);
          return;
        case 'tick': {
          const before = engineClockMs;
          journal.undo(() => (engineClockMs = before));
          engineClockMs += event.elapsedMs;
          for (const tracked of devices.values()) {
            if (!isStale(tracked, engineClockMs)) continue;
            journal.touch(tracked);
            turnUnknown(tracked, 'no-samples', undefined, nowMs, out);
          }
          return;
        }
        default:
          event satisfies never;
      }
    },
    load: (device, state, seenMs) => place(track(device, state, settings, seenMs, engineClockMs)),
    tracked: (deviceId) => devices.get(deviceId),
    trackedByCheck: (checkId) => byCheck.get(checkId),
    isBlind: (agentId) => (agents.get(agentId)?.blind ?? null) !== null,
    devices: () => devices.values(),
    agents: () => agents.values(),
    loadAgent: (agentId, blind) => {
      agentOf(agentId).blind = blind;
    },
    clockMs: () => engineClockMs,
  };
};
