import type { AgentState } from '@siaga/shared';
import type { DirectoryDevice } from '../fleet/ports.js';
import type { BlindReason, WatchedDevice } from './engine/index.js';

/** The device as the engine sees it: its oldest ICMP check tells whether it answers. */
export const watchedOf = (device: DirectoryDevice): WatchedDevice => {
  const check = device.checks
    .filter(({ type }) => type === 'icmp')
    .reduce<DirectoryDevice['checks'][number] | undefined>(
      (oldest, each) => (oldest === undefined || each.id < oldest.id ? each : oldest),
      undefined,
    );
  return {
    id: device.id,
    agentId: device.agentId,
    kind: device.kind,
    link: device.link,
    checkId: check?.id ?? null,
    intervalMs: check?.intervalMs ?? 0,
    createdAtMs: device.createdAtMs,
  };
};

/** Why an agent in this state is known not to look; null where it may. */
export const blindnessOf = (state: AgentState): BlindReason | 'never-heard' | null => {
  switch (state) {
    case 'pending':
      return 'never-heard';
    case 'lost':
      return 'agent-lost';
    case 'stopped':
      return 'agent-stopped';
    case 'revoked':
      return 'agent-revoked';
    case 'online':
      return null;
  }
};
