import { AGENT_PUBLISHES, AGENT_SUBSCRIBES, agentTopic, hubTopic } from '@siaga/shared';

/** What one signed-in agent may do; whole topic names only, no wildcard. */
export interface AgentRights {
  agentId: string;
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
  /** Its last will may speak on this topic only. */
  willTopic: string;
}

export const rightsOf = (agentId: string, shard: string): AgentRights => {
  const publishes = new Set(AGENT_PUBLISHES.map((channel) => agentTopic(shard, agentId, channel)));
  const subscribes = new Set(AGENT_SUBSCRIBES.map((channel) => agentTopic(shard, agentId, channel)));
  subscribes.add(hubTopic(shard));
  return {
    agentId,
    mayPublish: (topic) => publishes.has(topic),
    maySubscribe: (filter) => subscribes.has(filter),
    willTopic: agentTopic(shard, agentId, 'state'),
  };
};
