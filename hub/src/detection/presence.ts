import type { EventBus, HubEvents } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import type { BlindReason, EngineEvent } from './engine/index.js';
import { createSilenceWatch, type SilenceWatch } from './silence.js';
import { blindnessOf, watchedOf } from './watched.js';

/** Who looks and what is looked at: turns the house's events and signs of life into the engine's. */
export interface Presence {
  start(): void;
  stop(): void;
  /** A sign of life of an agent; called for every message. */
  heard(agentId: string): void;
  /** Looks for agents that have fallen silent; about once a second. */
  tick(): void;
}

export const createPresence = ({
  directory,
  events,
  clock,
  happened,
}: {
  directory: FleetDirectory;
  events: EventBus;
  clock: Clock;
  /** Takes the engine's events, in order. */
  happened: (event: EngineEvent) => void;
}): Presence => {
  let watch: SilenceWatch = createSilenceWatch(0);
  let unsubscribe: (() => void)[] = [];

  const turnBlind = (agentId: string, reason: BlindReason): void => {
    if (watch.blind(agentId, reason)) happened({ kind: 'agent-blind', agentId, reason });
  };
  const heard = (agentId: string): void => {
    const was = watch.heard(agentId, clock.monotonicMs());
    if (was === null || was === 'never-heard') return;
    happened({ kind: 'agent-heard', agentId });
    // Lost: by silence before this hub started, perhaps. Its connection may stand, and then it says "online" no more.
    if (was === 'agent-silent' || was === 'agent-lost') events.emit('agent.heard-again', agentId);
  };
  const agentChanged = (agentId: string): void => {
    const agent = directory.agent(agentId);
    if (!agent) return;
    watch.add(agentId, blindnessOf(agent.state), clock.monotonicMs());
    if (agent.state === 'revoked') turnBlind(agentId, 'agent-revoked');
  };
  const agentState = (agentId: string, state: HubEvents['agent.state'][1]): void => {
    agentChanged(agentId);
    if (state === 'online') heard(agentId);
    else turnBlind(agentId, state === 'lost' ? 'agent-lost' : 'agent-stopped');
  };
  const brokerOutage = (what: HubEvents['broker.outage'][0]): void => {
    if (what === 'lost') watch.deaf();
    else watch.hearing(clock.monotonicMs());
  };
  // Its end was not heard (no hub, or no broker, was there to tell the will): what it had not brought yet comes late.
  const agentReplaced = (agentId: string): void => turnBlind(agentId, 'agent-lost');
  const agentRemoved = (agentId: string): void => watch.remove(agentId);
  const deviceRemoved = (deviceId: string): void => happened({ kind: 'device-removed', deviceId });
  const deviceChanged = (deviceId: string): void => {
    const device = directory.device(deviceId);
    if (device) happened({ kind: 'device-watched', device: watchedOf(device) });
    else deviceRemoved(deviceId);
  };

  return {
    start: () => {
      const nowMs = clock.monotonicMs();
      watch = createSilenceWatch(nowMs);
      for (const agent of directory.agents()) watch.add(agent.id, blindnessOf(agent.state), nowMs);
      events.on('agent.changed', agentChanged);
      events.on('agent.replaced', agentReplaced);
      events.on('agent.state', agentState);
      events.on('agent.removed', agentRemoved);
      events.on('device.changed', deviceChanged);
      events.on('device.removed', deviceRemoved);
      events.on('broker.outage', brokerOutage);
      unsubscribe = [
        () => events.off('agent.changed', agentChanged),
        () => events.off('agent.replaced', agentReplaced),
        () => events.off('agent.state', agentState),
        () => events.off('agent.removed', agentRemoved),
        () => events.off('device.changed', deviceChanged),
        () => events.off('device.removed', deviceRemoved),
        () => events.off('broker.outage', brokerOutage),
      ];
    },
    stop: () => {
      for (const off of unsubscribe) off();
      unsubscribe = [];
    },
    heard,
    tick: () => {
      for (const agentId of watch.tick(clock.monotonicMs())) {
        happened({ kind: 'agent-blind', agentId, reason: 'agent-silent' });
        events.emit('agent.silent', agentId);
      }
    },
  };
};
