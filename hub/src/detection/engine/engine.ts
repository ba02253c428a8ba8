import { OUTCOME, type OutcomeCode } from '@siaga/shared';
import { createCheckTable } from './check-table.js';
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
import { createSteadyRows } from './steady.js';
import {
  noteSeen,
  numbersOf,
  track,
  type Cycle,
  type Output,
  type Tracked,
  type TrackedAgent,
} from './tracked.js';
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
  const checks = createCheckTable();
  const byRow: (Tracked | undefined)[] = [];
  const agents = new Map<string, TrackedAgent>();
  const journal = createJournal();
  const steady = createSteadyRows();
  // Rows of devices that this group removed.
  let left: number[] = [];
  const out: Output = { effects: [], reasons: [] };
  let engineClockMs = clockMs;
  let cycle: Cycle | undefined;
  // Samples come by the batch: the agent is looked up once for all of them.
  let heardId: string | undefined;
  let heardNumber = 0;

  const agentOf = (agentId: string): TrackedAgent => {
    let agent = agents.get(agentId);
    if (!agent) {
      agents.set(
        agentId,
        (agent = { id: agentId, number: agents.size + 1, blind: null, devices: new Set() }),
      );
      heardId = undefined;
    }
    return agent;
  };
  const numberOf = (agentId: string): number => {
    if (agentId !== heardId) {
      heardId = agentId;
      heardNumber = agents.get(agentId)?.number ?? -1;
    }
    return heardNumber;
  };
  const place = (tracked: Tracked): void => {
    devices.set(tracked.device.id, tracked);
    agentOf(tracked.device.agentId).devices.add(tracked);
    byRow[tracked.row] = tracked;
    if (tracked.device.checkId !== null) checks.set(tracked.device.checkId, tracked.row);
  };
  const displace = (tracked: Tracked): void => {
    devices.delete(tracked.device.id);
    agents.get(tracked.device.agentId)?.devices.delete(tracked);
    byRow[tracked.row] = undefined;
    if (tracked.device.checkId !== null) checks.delete(tracked.device.checkId);
  };
  const touch = (tracked: Tracked): void => {
    journal.touch(tracked);
    steady.wake(tracked);
  };
  const settled = (tracked: Tracked | undefined): Tracked | undefined => {
    if (tracked) steady.settle(tracked);
    return tracked;
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
    const row = checks.get(checkId);
    if (row === 0) return 'unwatched';
    if (
      code === OUTCOME.ok &&
      steady.pass(row, numberOf(agentId), stream, seq, placeInBatch, stampMs, lost, engineClockMs)
    )
      return 'judged';
    const tracked = byRow[row];
    if (tracked === undefined || tracked.device.agentId !== agentId) return 'unwatched';
    steady.settle(tracked);
    if (!isAbove(tracked.state, stream, seq, placeInBatch)) return 'replay';
    if (code === OUTCOME.skipped) return 'skipped';
    touch(tracked);
    judge(tracked, stampMs, code === OUTCOME.failed, lost, nowMs);
    const { state } = tracked;
    state.stream = stream;
    state.seq = seq;
    state.place = placeInBatch;
    state.stampMs = stampMs;
    steady.restIfSteady(tracked, numberOf(agentId));
    return 'judged';
  };

  const judge = (tracked: Tracked, stampMs: number, failed: boolean, lost: number, nowMs: number): void => {
    const { state, settings: own } = tracked;
    tracked.lookedAtMs = engineClockMs;
    if (cycle === undefined) {
      cycle = { tracked, state, settings: own, stampMs, failed, lost, nowMs, out };
    } else {
      cycle.tracked = tracked;
      cycle.state = state;
      cycle.settings = own;
      cycle.stampMs = stampMs;
      cycle.failed = failed;
      cycle.lost = lost;
      cycle.nowMs = nowMs;
    }
    for (const rule of CYCLE_RULES) rule(cycle);
    noteSeen(tracked, stampMs);
  };

  const watch = (device: WatchedDevice, nowMs: number): void => {
    const known = devices.get(device.id);
    if (!known) {
      const state = freshState(Math.min(device.createdAtMs, nowMs), recordOf(device));
      const tracked = track(device, state, settings, state.sinceMs, engineClockMs, steady.allot());
      place(tracked);
      journal.undo(() => {
        displace(tracked);
        steady.release(tracked.row);
      });
      out.effects.push({ kind: 'watch', deviceId: device.id, sinceMs: state.sinceMs });
      return;
    }
    touch(known);
    const before = { device: known.device, ...numbersOf(known.device, known.settings) };
    const after = { device, ...numbersOf(device, settingsOf(settings, device.link, device.kind)) };
    const become = (next: typeof before): void => {
      displace(known);
      Object.assign(known, next);
      place(known);
    };
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
    touch(tracked);
    journal.undo(() => place(tracked));
    displace(tracked);
    left.push(tracked.row);
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
    begin: () => {
      journal.begin();
      steady.begin();
    },
    output: () => out,
    commit: () => {
      journal.end();
      steady.end();
      left.forEach(steady.release);
      left = [];
      forgetOutput();
    },
    rollback: () => {
      // First the rows: what is undone after it may give a row back.
      steady.rollback();
      journal.rollback();
      left = [];
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
            touch(tracked);
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
            if (steady.isAtRest(tracked.row)) tracked.lookedAtMs = steady.lookedAtMs(tracked.row);
            if (!isStale(tracked, engineClockMs)) continue;
            touch(tracked);
            turnUnknown(tracked, 'no-samples', undefined, nowMs, out);
          }
          return;
        }
        default:
          event satisfies never;
      }
    },
    load: (device, state, seenMs) =>
      place(track(device, state, settings, seenMs, engineClockMs, steady.allot())),
    tracked: (deviceId) => settled(devices.get(deviceId)),
    trackedByCheck: (checkId) => settled(byRow[checks.get(checkId)]),
    isBlind: (agentId) => (agents.get(agentId)?.blind ?? null) !== null,
    devices: () => {
      for (const tracked of devices.values()) steady.settle(tracked);
      return devices.values();
    },
    agents: () => agents.values(),
    loadAgent: (agentId, blind) => {
      agentOf(agentId).blind = blind;
    },
    clockMs: () => engineClockMs,
  };
};
