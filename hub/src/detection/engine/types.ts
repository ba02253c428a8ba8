import type { Condition, Health, OutcomeCode } from '@siaga/shared';
import type { WatchedDevice } from './state.js';

/** Why nobody looks through an agent any more. */
export const BLIND_REASONS = [
  /** The broker published its last will, or another process of it began without a word of the end of this one. */
  'agent-lost',
  /** It was stopped on purpose. */
  'agent-stopped',
  /** No sign of life for a while (rule 7). */
  'agent-silent',
  /** Its credentials were taken away. */
  'agent-revoked',
  /** No hub was running. */
  'hub-away',
  /** Its samples waited too long to be judged: the verdict store was away. */
  'not-judged',
] as const;
export type BlindReason = (typeof BLIND_REASONS)[number];

/** Why a health changed. The numbers in the names are rule 2's defaults; `data.cycles` tells the number that held. */
export const HEALTH_REASONS = [
  'three-cycles-failed',
  'six-cycles-failed',
  'two-cycles-good',
  /** Another agent watches the device from now on. */
  'agent-changed',
  /** The agent is there, but brings no judged sample of this device; or none came for a while, and then the next. */
  'no-samples',
  ...BLIND_REASONS,
] as const;
export type HealthReason = (typeof HEALTH_REASONS)[number];

export const RESOLVE_REASONS = ['three-cycles-good', 'device-removed'] as const;
export type ResolveReason = (typeof RESOLVE_REASONS)[number];

/** What happened to an agent. */
export const AGENT_REASONS = [...BLIND_REASONS, 'agent-heard-again'] as const;
export type AgentReason = (typeof AGENT_REASONS)[number];

/** What happened. The engine knows nothing else: the same events in the same order give the same effects. */
export type EngineEvent =
  | {
      kind: 'outcome';
      agentId: string;
      checkId: number;
      /** Place in the agent's record. */
      stream: number;
      seq: number;
      place: number;
      /** When the cycle was sent, epoch ms by the agent's stamp; only differences matter (rule 15). */
      stampMs: number;
      outcome: OutcomeCode;
      /** Packets lost of PACKETS_PER_CYCLE. */
      lost: number;
    }
  /** `sinceMs`: from when on nobody looked, epoch ms; each device's last sample unless told. */
  | { kind: 'agent-blind'; agentId: string; reason: BlindReason; sinceMs?: number }
  | { kind: 'agent-heard'; agentId: string }
  /** A device came into service, or what is known of it changed. */
  | { kind: 'device-watched'; device: WatchedDevice }
  | { kind: 'device-removed'; deviceId: string }
  /** Time passed, by a monotonic clock. */
  | { kind: 'tick'; elapsedMs: number };

export interface FailedCycle {
  checkId: number;
  stampMs: number;
}

/** What must be done and written because of a step. */
export type Effect =
  | { kind: 'health'; deviceId: string; from: Health; to: Health; sinceMs: number }
  | {
      kind: 'open';
      deviceId: string;
      condition: Condition;
      firstFailedAtMs: number;
      detectedAtMs: number;
      reason: HealthReason;
      cycles: readonly FailedCycle[];
    }
  | {
      kind: 'resolve';
      deviceId: string;
      condition: Condition;
      resolvedAtMs: number;
      reason: ResolveReason;
    }
  /** The device is new: its record begins, `unknown` since its creation. */
  | { kind: 'watch'; deviceId: string; sinceMs: number }
  /** The device's state changed without a verdict (it moved) and must be saved. */
  | { kind: 'save'; deviceId: string }
  /** The device is gone: its record ends. */
  | { kind: 'forget'; deviceId: string; agentId: string; atMs: number };

/** Why something was decided, for the timeline. */
export type Reason =
  | { kind: 'health'; deviceId: string; code: HealthReason; atMs: number; data: Record<string, unknown> }
  | {
      kind: 'agent';
      agentId: string;
      code: AgentReason;
      atMs: number;
      data: Record<string, unknown>;
    };
