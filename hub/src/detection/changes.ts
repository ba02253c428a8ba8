import { PACKETS_PER_CYCLE, type Evidence } from '@siaga/shared';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Effect, Engine, Reason } from './engine/index.js';
import type { IncidentEffect } from './ports.js';
import type { DeviceChange, GroupChange, TimelineEntry } from './store.js';

const LAST_DATE_MS = 8_640_000_000_000_000;
// A stamp is whatever an agent's clock said, and may lie beyond what a date can hold.
const isoOf = (epochMs: number): string => new Date(Math.min(epochMs, LAST_DATE_MS)).toISOString();

/** The engine's effects with the names and places that people need to read them; undefined where the device is gone. */
export const incidentEffectOf = (
  effect: Extract<Effect, { kind: 'open' | 'resolve' }>,
  directory: FleetDirectory,
): IncidentEffect | undefined => {
  const subject = {
    subjectKind: 'device',
    subjectId: effect.deviceId,
    condition: effect.condition,
    reason: effect.reason,
  } as const;
  if (effect.kind === 'resolve') return { ...subject, kind: 'resolve', resolvedAtMs: effect.resolvedAtMs };
  const device = directory.device(effect.deviceId);
  const site = device && directory.site(device.siteId);
  if (!device || !site) return undefined;
  const evidence: Evidence = {
    device: { id: device.id, code: device.code, name: device.name, address: device.address },
    site: { id: site.id, code: site.code, name: site.name },
    reason: effect.reason,
    cycles: effect.cycles.map(({ checkId, stampMs }) => ({
      at: isoOf(stampMs),
      check_id: checkId,
      packets_sent: PACKETS_PER_CYCLE,
      packets_lost: PACKETS_PER_CYCLE,
      rtt_ms: null,
    })),
  };
  return {
    ...subject,
    kind: 'open',
    siteId: site.id,
    deviceId: device.id,
    deviceKind: device.kind,
    // A stamp from the future is the agent's clock, not the device's fault.
    firstFailedAtMs: Math.min(effect.firstFailedAtMs, effect.detectedAtMs),
    detectedAtMs: effect.detectedAtMs,
    evidence,
  };
};

const entryOf = ({ atMs, kind, code, data }: Reason): TimelineEntry => ({ atMs, kind, code, data });

/** Puts a group's effects and reasons together by device, as they are to be written. */
export const collectChanges = (
  effects: readonly Effect[],
  reasons: readonly Reason[],
  engine: Pick<Engine, 'tracked'>,
  directory: FleetDirectory,
  nowMs: number,
): GroupChange => {
  const devices = new Map<string, DeviceChange>();
  const agents = new Map<string, GroupChange['agents'][number]>();
  const shards = new Set<string>();
  const unplaced: GroupChange['unplaced'] = [];
  const needShardOf = (agentId: string | undefined): void => {
    const shard = agentId === undefined ? undefined : directory.agent(agentId)?.shard;
    if (shard !== undefined) shards.add(shard);
  };
  const changeOf = (deviceId: string): DeviceChange => {
    let change = devices.get(deviceId);
    if (!change) {
      const tracked = engine.tracked(deviceId);
      needShardOf(tracked?.device.agentId);
      const { state } = tracked ?? {};
      change = {
        deviceId,
        verdict: state ? { health: state.health, sinceMs: state.sinceMs, state } : null,
        intervals: [],
        goneAtMs: null,
        happened: [],
      };
      devices.set(deviceId, change);
    }
    return change;
  };

  // Each change of health has its reason; together they keep their place among the incidents.
  const healthReasons = new Map<string, Reason[]>();
  for (const reason of reasons) {
    if (reason.kind !== 'health') continue;
    const own = healthReasons.get(reason.deviceId) ?? [];
    healthReasons.set(reason.deviceId, own);
    own.push(reason);
  }
  for (const effect of effects) {
    const change = changeOf(effect.deviceId);
    switch (effect.kind) {
      case 'watch':
        // Taken out of service and brought back in one group: its last interval ends where the new one begins.
        change.goneAtMs = null;
        change.intervals.push({ health: 'unknown', startedAtMs: effect.sinceMs });
        break;
      case 'health': {
        change.intervals.push({ health: effect.to, startedAtMs: effect.sinceMs });
        const reason = healthReasons.get(effect.deviceId)?.shift();
        if (reason) change.happened.push(entryOf(reason));
        break;
      }
      case 'forget':
        change.goneAtMs = effect.atMs;
        needShardOf(effect.agentId);
        break;
      case 'open':
      case 'resolve': {
        const incident = incidentEffectOf(effect, directory);
        if (incident) change.happened.push(incident);
        else unplaced.push({ deviceId: effect.deviceId, effect, reason: 'the device is not in service' });
        break;
      }
      case 'save':
        break;
      default:
        effect satisfies never;
    }
  }
  for (const reason of reasons) {
    if (reason.kind !== 'agent') continue;
    let agent = agents.get(reason.agentId);
    if (!agent) agents.set(reason.agentId, (agent = { agentId: reason.agentId, timeline: [] }));
    agent.timeline.push(entryOf(reason));
    needShardOf(reason.agentId);
  }
  return {
    nowMs,
    shards: [...shards],
    devices: [...devices.values()],
    agents: [...agents.values()],
    unplaced,
  };
};
