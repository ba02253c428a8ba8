import { EventEmitter } from 'node:events';
import type { TicketSummary } from '@siaga/shared';

export interface AgentReport {
  /** Agent's wall clock minus the hub's. */
  clockOffsetMs?: number;
  outboxRows?: number;
  lostSamples?: number;
}

/** What domains tell each other after a commit; handlers must not throw and must not wait. */
export interface HubEvents {
  'site.changed': [siteId: string];
  'agent.changed': [agentId: string];
  /** The agent's own word (birth, last will, clean stop), already put in order by (stream, connection). */
  'agent.state': [agentId: string, state: 'online' | 'lost' | 'stopped'];
  /** Another process of the agent begins, and nobody heard the end of the one before; before its `agent.state`. */
  'agent.replaced': [agentId: string];
  /** Detection found an agent silent (rule 7), or heard it again after that. */
  'agent.silent': [agentId: string];
  'agent.heard-again': [agentId: string];
  /** Figures an agent reported of itself; the fleet writes them down at its leisure. */
  'agent.report': [agentId: string, report: AgentReport];
  /** Checks or credentials of an agent changed: its configuration has a new version. */
  'agent.config': [agentId: string];
  'device.changed': [deviceId: string];
  'site.removed': [siteId: string];
  'agent.removed': [agentId: string];
  'device.removed': [deviceId: string];
  /** Health, since or the open incident of these devices changed. */
  'health.changed': [deviceIds: readonly string[]];
  'incident.changed': [ticket: TicketSummary];
  /** Another hub has taken this shard: this one does not judge any more. */
  'judging.lost': [shard: string];
  /** The external broker is away: no agent can be heard. `over`: it is there again. In turns. */
  'broker.outage': [what: 'lost' | 'over'];
  /** A sign-in was revoked: its live feeds must end. */
  'sign-in.revoked': [signInId: string];
}

export type EventBus = EventEmitter<HubEvents>;
export const createEventBus = (): EventBus => {
  const bus: EventBus = new EventEmitter();
  bus.setMaxListeners(0);
  return bus;
};
