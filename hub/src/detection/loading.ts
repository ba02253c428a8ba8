import { LIVE_WINDOW_MS } from '@siaga/shared';
import type { FleetDirectory } from '../fleet/ports.js';
import { freshState, parseState, type Engine, type EngineEvent } from './engine/index.js';
import type { Leases, VerdictStore } from './store.js';
import type { Verdict } from './verdicts.js';
import { blindnessOf, watchedOf } from './watched.js';

/**
 * Fills the engine after a start: saved verdicts, what the desk has open, and the events that happened while no hub was
 * there (devices created, moved or removed; time in which nobody judged).
 */
export const loadEngine = async ({
  store,
  directory,
  engine,
  run,
  nowMs,
}: {
  store: VerdictStore;
  directory: FleetDirectory;
  engine: Engine;
  run: string;
  nowMs: number;
}): Promise<{
  leases: Leases;
  verdicts: Map<string, Verdict>;
  events: EngineEvent[];
  judgedUntilMs: Map<string, number>;
}> => {
  const shards = new Set([...directory.agents()].map((agent) => agent.shard));
  // The fence first: whoever judged before must not change a verdict after it was read.
  const taken = await store.takeLeases([...shards], run, nowMs);
  const saved = new Map((await store.loadVerdicts()).map((row) => [row.deviceId, row]));
  const open = await store.openIncidents();
  const verdicts = new Map<string, Verdict>();
  const events: EngineEvent[] = [];

  /** Until when a hub judged what this agent brought; nobody looked since, unless its ring closes the gap. */
  const judgedUntilMs = (agentId: string): number => {
    const shard = directory.agent(agentId)?.shard;
    const lease = shard === undefined ? undefined : taken.get(shard);
    return Math.min(nowMs, lease?.behind[agentId] ?? lease?.renewedAtMs ?? nowMs);
  };

  const load = (deviceId: string, watched: ReturnType<typeof watchedOf>): void => {
    const row = saved.get(deviceId);
    const state = (row && parseState(row.state)) ?? freshState(row?.sinceMs ?? nowMs);
    if (row) {
      state.health = row.health;
      state.sinceMs = row.sinceMs;
    }
    // The desk's word counts: an effect may have been parked.
    state.incidentOpen = open.has(deviceId);
    engine.load(watched, state, Math.max(state.stampMs, judgedUntilMs(watched.agentId)));
    verdicts.set(deviceId, {
      health: state.health,
      sinceMs: state.sinceMs,
      openIncidentId: open.get(deviceId) ?? null,
    });
  };

  for (const device of directory.devices()) {
    const watched = watchedOf(device);
    if (saved.has(device.id)) load(device.id, watched);
    // New, or changed in a way that the saved state does not know yet: the engine finds out.
    events.push({ kind: 'device-watched', device: watched });
  }
  for (const deviceId of new Set([...saved.keys(), ...open.keys()])) {
    if (directory.device(deviceId)) continue;
    load(deviceId, {
      id: deviceId,
      agentId: '',
      kind: 'other',
      link: 'other',
      checkId: null,
      intervalMs: 0,
      createdAtMs: nowMs,
    });
    events.push({ kind: 'device-removed', deviceId });
  }
  const judgedUntil = new Map<string, number>();
  for (const agent of directory.agents()) {
    const blind = blindnessOf(agent.state);
    if (blind === 'never-heard') continue;
    if (blind !== null) {
      engine.loadAgent(agent.id, blind);
      events.push({ kind: 'agent-blind', agentId: agent.id, reason: blind });
      continue;
    }
    judgedUntil.set(agent.id, judgedUntilMs(agent.id));
    // Agents bring the last minute again and it is judged; what lies before it nobody has looked at.
    const renewedAtMs = taken.get(agent.shard)?.renewedAtMs;
    if (renewedAtMs !== null && renewedAtMs !== undefined && nowMs - renewedAtMs > LIVE_WINDOW_MS)
      events.push({ kind: 'agent-blind', agentId: agent.id, reason: 'hub-away' });
  }
  const leases = new Map([...taken].map(([shard, { fence }]) => [shard, fence]));
  return { leases, verdicts, events, judgedUntilMs: judgedUntil };
};
