/** MQTT topics (interfaces.md): `siaga/v1/{shard}/{agent}/{channel}`; the shard is two hex digits. */

export const TOPIC_ROOT = 'siaga/v1';

export const AGENT_CHANNELS = ['telemetry', 'ack', 'state', 'config', 'command', 'reply'] as const;
export type AgentChannel = (typeof AGENT_CHANNELS)[number];

/** What an agent may publish, and what it may subscribe to besides its hub's own topic. */
export const AGENT_PUBLISHES: readonly AgentChannel[] = ['telemetry', 'state', 'reply'];
export const AGENT_SUBSCRIBES: readonly AgentChannel[] = ['ack', 'config', 'command'];

export const agentTopic = (shard: string, agentId: string, channel: AgentChannel): string =>
  `${TOPIC_ROOT}/${shard}/${agentId}/${channel}`;

/** Retained `{run, nowMs}` of the hub that serves the shard. */
export const hubTopic = (shard: string): string => `${TOPIC_ROOT}/${shard}/hub`;

export interface ParsedAgentTopic {
  shard: string;
  agentId: string;
  channel: AgentChannel;
}

const AGENT_TOPIC = /^siaga\/v1\/([0-9a-f]{2})\/([0-9a-f-]{36})\/([a-z]+)$/;

/** The parts of an agent's topic, or undefined where it is none. */
export const parseAgentTopic = (topic: string): ParsedAgentTopic | undefined => {
  const match = AGENT_TOPIC.exec(topic);
  if (!match) return undefined;
  const [, shard, agentId, channel] = match as unknown as [string, string, string, string];
  if (!(AGENT_CHANNELS as readonly string[]).includes(channel)) return undefined;
  return { shard, agentId, channel: channel as AgentChannel };
};
