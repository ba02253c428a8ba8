import Type, { type Static } from 'typebox';
import { LINKS, PROBE_MODES } from './vocabulary.js';

const strict = { additionalProperties: false } as const;

/** `…/state`, retained: birth, last will, clean stop. (stream, connection) orders them. */
export const AgentStateMessage = Type.Object(
  {
    v: Type.Literal(1),
    state: Type.Enum(['online', 'lost', 'stopped'] as const),
    stream: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    /** Counts the connections of this stream. */
    connection: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    /** Machine and state directory, so that two live copies of one identity are told apart. */
    instance: Type.String({ minLength: 1, maxLength: 128 }),
    version: Type.String({ maxLength: 32 }),
    probe: Type.Enum(PROBE_MODES),
    /** Why a dearer probe mode is in use. */
    probeNote: Type.Optional(Type.String({ maxLength: 300 })),
  },
  strict,
);
export type AgentStateMessage = Static<typeof AgentStateMessage>;

export const IcmpCheckConfig = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    deviceId: Type.String(),
    type: Type.Literal('icmp'),
    /** IPv4 or IPv6 literal. */
    address: Type.String(),
    link: Type.Enum(LINKS),
    intervalMs: Type.Integer({ minimum: 1000, maximum: 3_600_000 }),
    timeoutMs: Type.Integer({ minimum: 50, maximum: 10_000 }),
  },
  strict,
);
export type IcmpCheckConfig = Static<typeof IcmpCheckConfig>;

export const HostCheckConfig = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    deviceId: Type.String(),
    type: Type.Literal('host'),
    intervalMs: Type.Integer({ minimum: 1000, maximum: 3_600_000 }),
  },
  strict,
);
export type HostCheckConfig = Static<typeof HostCheckConfig>;

/** `…/config`, retained and versioned; taken without a restart and without a gap. */
export const AgentConfig = Type.Object(
  {
    v: Type.Literal(1),
    version: Type.Integer({ minimum: 1 }),
    checks: Type.Array(Type.Union([IcmpCheckConfig, HostCheckConfig]), { maxItems: 20_000 }),
  },
  strict,
);
export type AgentConfig = Static<typeof AgentConfig>;
