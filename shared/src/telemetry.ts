import Type, { type Static } from 'typebox';
import { MAX_BATCH_SAMPLES } from './limits.js';

/**
 * A telemetry message is one line of JSON (the header), a line feed, then the body: JSON columns, raw-deflated
 * where that is shorter (`enc`). A *hello* is a header without `seq` and without a body.
 */

const strict = { additionalProperties: false } as const;
const SafeInt = (minimum: number) => Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER });

export const LANES = ['live', 'history'] as const;
export type Lane = (typeof LANES)[number];

/** Longest age a header tells, some 30 years, ms; what is older (a clock that began in 1970) is told as this old. */
export const MAX_AGE_MS = 1e12;

export const BatchHeader = Type.Object(
  {
    v: Type.Literal(1),
    lane: Type.Enum(LANES),
    /** +1 at each process start of the agent. */
    stream: SafeInt(1),
    /** Random id of the agent's process: tells a restored disk from a restart. */
    process: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    /** Counts 1, 2, 3 … per lane and stream; absent in a hello. */
    seq: Type.Optional(SafeInt(1)),
    /** Lowest seq of this lane that the agent still holds. */
    from: Type.Optional(SafeInt(1)),
    /** Age of the batch by the agent's monotonic clock, in ms. */
    ageMs: Type.Number({ minimum: 0, maximum: MAX_AGE_MS }),
    /** Agent's monotonic clock at sending, in ms; echoed by the ack that answers it. */
    sentAt: Type.Number({ minimum: 0, maximum: 1e15 }),
    /** Configuration version the batch's check ids are of. */
    config: SafeInt(0),
    /** History only: the stream in which the batch was made (part of the rows' natural key). */
    origin: Type.Optional(SafeInt(1)),
    enc: Type.Optional(Type.Literal('deflate')),
  },
  strict,
);
export type BatchHeader = Static<typeof BatchHeader>;

const column = (item: ReturnType<typeof Type.Integer> | ReturnType<typeof Type.Number>) =>
  Type.Array(item, { maxItems: MAX_BATCH_SAMPLES });
const Delta = Type.Integer({ minimum: -86_400_000, maximum: 86_400_000 });
const RttUs = Type.Integer({ minimum: 0, maximum: 60_000_000 });

/** Columns of equal length, one place a probe cycle, in the order in which they were made. */
export const IcmpColumns = Type.Object(
  {
    /** Check id. */
    c: column(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    /** Time stamp of the cycle's sending: ms since the place before (the first: since `t0`). */
    d: column(Delta),
    /** OUTCOME. */
    o: column(Type.Integer({ minimum: 0, maximum: 2 })),
    /** Round trip in µs, min, avg and max of the packets that came back; 0 where none did. */
    a: column(RttUs),
    b: column(RttUs),
    m: column(RttUs),
    /** Packets lost of PACKETS_PER_CYCLE. */
    l: column(Type.Integer({ minimum: 0, maximum: 3 })),
  },
  strict,
);
export type IcmpColumns = Static<typeof IcmpColumns>;

/** The agent's own host; percent 0–100. */
export const HostColumns = Type.Object(
  {
    c: column(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    d: column(Delta),
    cpu: column(Type.Number({ minimum: 0, maximum: 100 })),
    mem: column(Type.Number({ minimum: 0, maximum: 100 })),
    disk: column(Type.Number({ minimum: 0, maximum: 100 })),
    /** Seconds since the host's boot. */
    up: column(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
  },
  strict,
);
export type HostColumns = Static<typeof HostColumns>;

/** What an agent tells of its own outbox; sent when it changed, at most once a minute. */
export const AgentStatus = Type.Object(
  {
    outboxRows: SafeInt(0),
    /** Samples evicted from a full disk, by time range (epoch ms), newest last; the agent keeps the last 20 ranges. */
    lost: Type.Array(Type.Object({ fromMs: SafeInt(0), toMs: SafeInt(0), samples: SafeInt(1) }, strict), {
      maxItems: 20,
    }),
    /** Corrupt outboxes set aside since the agent was installed. */
    corrupt: SafeInt(0),
  },
  strict,
);
export type AgentStatus = Static<typeof AgentStatus>;

export const BatchBody = Type.Object(
  {
    /** Epoch ms that both column groups' first delta counts from. */
    t0: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
    icmp: Type.Optional(IcmpColumns),
    host: Type.Optional(HostColumns),
    status: Type.Optional(AgentStatus),
  },
  strict,
);
export type BatchBody = Static<typeof BatchBody>;

/** Where the hub stands with one agent: `judged`/`stored` are the highest seq of the unbroken prefix. */
export const Ack = Type.Object(
  {
    run: Type.String(),
    /** Hub's clock when the ack was made, epoch ms. */
    nowMs: Type.Number(),
    /** The newest batch or hello answered: its `sentAt`, and how long the hub held it before this ack. */
    echo: Type.Optional(Type.Object({ sentAt: Type.Number(), heldMs: Type.Number({ minimum: 0 }) }, strict)),
    live: Type.Object({ stream: SafeInt(0), judged: SafeInt(0), stored: SafeInt(0) }, strict),
    history: Type.Object({ stream: SafeInt(0), stored: SafeInt(0) }, strict),
    /**
     * The sender's stream is older than the newest the hub has seen, which `stream` and `process` name (or the same
     * under another process): take `next`.
     */
    refused: Type.Optional(
      Type.Object({ stream: SafeInt(0), process: Type.String(), next: SafeInt(1) }, strict),
    ),
  },
  strict,
);
export type Ack = Static<typeof Ack>;

/** Retained at the hub's topic of each shard. */
export const HubAnnouncement = Type.Object({ run: Type.String(), nowMs: Type.Number() }, strict);
export type HubAnnouncement = Static<typeof HubAnnouncement>;
