import Type, { type Static } from 'typebox';
import {
  AGENT_STATES,
  CHECK_TYPES,
  CONDITIONS,
  DEVICE_KINDS,
  HEALTHS,
  LINKS,
  PROBE_MODES,
} from '../vocabulary.js';
import { UNSEEN } from '../text.js';
import { FieldsQuery, Nullable, PageQuery, Timestamp, Uuid, strict } from './envelope.js';

/** Shapes under /api/v1/monitoring (api.md): snake_case, units in names. */

const Name = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: `[^${UNSEEN}]`,
  description: 'a text of 1 to 200 characters, not blank',
});
/** Short name in the bank's own numbering; unique among what is not deleted. */
const Code = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' });

export const HealthCounts = Type.Object(
  {
    up: Type.Integer(),
    degraded: Type.Integer(),
    down: Type.Integer(),
    unknown: Type.Integer(),
  },
  strict,
);
export type HealthCounts = Static<typeof HealthCounts>;

export const Site = Type.Object(
  {
    id: Uuid,
    code: Type.String(),
    name: Type.String(),
    /** IANA zone. */
    timezone: Type.String(),
    region: Nullable(Type.String()),
    latitude: Nullable(Type.Number()),
    longitude: Nullable(Type.Number()),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  strict,
);
export type Site = Static<typeof Site>;

const siteFields = {
  name: Name,
  /** IANA zone, e.g. Asia/Jakarta (the default). */
  timezone: Type.String({ minLength: 1, maxLength: 64 }),
  region: Nullable(Type.String({ minLength: 1, maxLength: 100 })),
  latitude: Nullable(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: Nullable(Type.Number({ minimum: -180, maximum: 180 })),
};
export const CreateSiteBody = Type.Object(
  {
    code: Code,
    name: siteFields.name,
    timezone: Type.Optional(siteFields.timezone),
    region: Type.Optional(siteFields.region),
    latitude: Type.Optional(siteFields.latitude),
    longitude: Type.Optional(siteFields.longitude),
  },
  strict,
);
export type CreateSiteBody = Static<typeof CreateSiteBody>;
export const UpdateSiteBody = Type.Partial(Type.Object({ code: Code, ...siteFields }, strict), {
  minProperties: 1,
  ...strict,
});
export type UpdateSiteBody = Static<typeof UpdateSiteBody>;
export const SiteQuery = Type.Object(
  {
    ...PageQuery,
    ...FieldsQuery,
    region: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    sort: Type.Optional(Type.String({ pattern: '^-?(name|code|region)(,-?(name|code|region))*$' })),
  },
  strict,
);

export const Agent = Type.Object(
  {
    id: Uuid,
    name: Type.String(),
    site_id: Uuid,
    state: Type.Enum(AGENT_STATES),
    version: Nullable(Type.String()),
    /** How it pings; `system-ping` is dearer, see probe_note. */
    probe: Nullable(Type.Enum(PROBE_MODES)),
    probe_note: Nullable(Type.String()),
    /** Agent's wall clock minus the hub's. */
    clock_offset_ms: Nullable(Type.Number()),
    /** Samples on the agent's disk that the hub has not stored. */
    outbox_rows: Nullable(Type.Integer()),
    /** Samples the agent had to drop from a full disk. */
    lost_samples: Nullable(Type.Integer()),
    device_count: Type.Integer(),
    last_seen_at: Nullable(Timestamp),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  strict,
);
export type Agent = Static<typeof Agent>;
export const CreateAgentBody = Type.Object({ name: Name, site_id: Uuid }, strict);
export type CreateAgentBody = Static<typeof CreateAgentBody>;
export const UpdateAgentBody = Type.Partial(Type.Object({ name: Name, site_id: Uuid }, strict), {
  minProperties: 1,
  ...strict,
});
export type UpdateAgentBody = Static<typeof UpdateAgentBody>;
export const AgentQuery = Type.Object(
  {
    ...PageQuery,
    ...FieldsQuery,
    site_id: Type.Optional(Uuid),
    state: Type.Optional(Type.Enum(AGENT_STATES)),
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    sort: Type.Optional(
      Type.String({ pattern: '^-?(name|state|last_seen_at)(,-?(name|state|last_seen_at))*$' }),
    ),
  },
  strict,
);
export const EnrolmentToken = Type.Object({ token: Type.String(), expires_at: Timestamp }, strict);
export type EnrolmentToken = Static<typeof EnrolmentToken>;
/** The one open route: what a new agent sends with its token. */
export const EnrolBody = Type.Object(
  {
    token: Type.String({ minLength: 20, maxLength: 200 }),
    hostname: Type.Optional(Type.String({ maxLength: 255 })),
    version: Type.Optional(Type.String({ maxLength: 32 })),
    platform: Type.Optional(Type.String({ maxLength: 64 })),
  },
  strict,
);
export type EnrolBody = Static<typeof EnrolBody>;
export const EnrolledAgent = Type.Object(
  {
    agent_id: Uuid,
    shard: Type.String({ pattern: '^[0-9a-f]{2}$' }),
    mqtt_url: Type.String(),
    username: Type.String(),
    password: Type.String(),
    /** PEM of the certificate authority to trust, or null for the system's own. */
    ca: Nullable(Type.String()),
  },
  strict,
);
export type EnrolledAgent = Static<typeof EnrolledAgent>;

export const Check = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    type: Type.Enum(CHECK_TYPES),
    interval_s: Type.Integer(),
    timeout_ms: Nullable(Type.Integer()),
  },
  strict,
);
export type Check = Static<typeof Check>;

export const Device = Type.Object(
  {
    id: Uuid,
    code: Type.String(),
    name: Type.String(),
    kind: Type.Enum(DEVICE_KINDS),
    model: Nullable(Type.String()),
    /** IPv4 or IPv6 literal in its canonical form. */
    address: Type.String(),
    link: Type.Enum(LINKS),
    site_id: Uuid,
    agent_id: Uuid,
    parent_ids: Type.Array(Uuid),
    health: Type.Enum(HEALTHS),
    /** When the health began. */
    since: Timestamp,
    /** Mean round trip of the newest judged cycle; null where none came back or nobody looked yet. */
    rtt_ms: Nullable(Type.Number()),
    /** Packets lost of the last 20. */
    loss_percent: Nullable(Type.Number()),
    last_seen_at: Nullable(Timestamp),
    open_incident_id: Nullable(Uuid),
    /** Whether somebody has acknowledged its open incident. */
    acknowledged: Type.Boolean(),
    checks: Type.Array(Check),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  strict,
);
export type Device = Static<typeof Device>;

const Address = Type.String({ minLength: 2, maxLength: 45, description: 'IPv4 or IPv6 address' });
const deviceFields = {
  code: Code,
  name: Name,
  kind: Type.Enum(DEVICE_KINDS),
  model: Nullable(Type.String({ minLength: 1, maxLength: 100 })),
  address: Address,
  link: Type.Enum(LINKS),
  site_id: Uuid,
  agent_id: Uuid,
  parent_ids: Type.Array(Uuid, { maxItems: 16, uniqueItems: true }),
};
/** An address and a site are enough: code and name default to the address, the agent to the site's only one. */
export const CreateDeviceBody = Type.Object(
  {
    address: deviceFields.address,
    site_id: deviceFields.site_id,
    agent_id: Type.Optional(deviceFields.agent_id),
    code: Type.Optional(deviceFields.code),
    name: Type.Optional(deviceFields.name),
    kind: Type.Optional(deviceFields.kind),
    model: Type.Optional(deviceFields.model),
    link: Type.Optional(deviceFields.link),
    parent_ids: Type.Optional(deviceFields.parent_ids),
  },
  strict,
);
export type CreateDeviceBody = Static<typeof CreateDeviceBody>;
export const UpdateDeviceBody = Type.Partial(Type.Object(deviceFields, strict), {
  minProperties: 1,
  ...strict,
});
export type UpdateDeviceBody = Static<typeof UpdateDeviceBody>;

export const DeviceQuery = Type.Object(
  {
    ...PageQuery,
    ...FieldsQuery,
    health: Type.Optional(Type.Enum(HEALTHS)),
    site_id: Type.Optional(Uuid),
    agent_id: Type.Optional(Uuid),
    kind: Type.Optional(Type.Enum(DEVICE_KINDS)),
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    sort: Type.Optional(
      Type.String({ pattern: '^-?(name|code|health|since|address)(,-?(name|code|health|since|address))*$' }),
    ),
  },
  strict,
);

export const SERIES_METRICS = ['rtt', 'loss', 'cpu', 'memory', 'disk'] as const;
export type SeriesMetric = (typeof SERIES_METRICS)[number];

/** `from` and `to` as epoch ms or ISO 8601; the last hour unless told; points 2 to 2000 (300). */
export const SeriesQuery = Type.Object(
  {
    metric: Type.Enum(SERIES_METRICS),
    from: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    points: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
  },
  strict,
);
const SeriesColumn = Type.Array(Nullable(Type.Number()));
/** Columns of equal length; t in epoch ms, evenly spaced; null where nobody looked (or, for rtt, nothing came back). */
export const Series = Type.Object(
  {
    metric: Type.Enum(SERIES_METRICS),
    unit: Type.Enum(['ms', 'percent'] as const),
    t: Type.Array(Type.Number()),
    min: SeriesColumn,
    avg: SeriesColumn,
    max: SeriesColumn,
  },
  strict,
);
export type Series = Static<typeof Series>;

/** `from` and `to` as epoch ms or ISO 8601. */
const spanQuery = {
  from: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  to: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
};

export const TIMELINE_KINDS = ['health', 'incident', 'agent', 'late-data', 'note'] as const;
export const TimelineQuery = Type.Object(
  { ...PageQuery, ...spanQuery, kind: Type.Optional(Type.Enum(TIMELINE_KINDS)) },
  strict,
);
/** Something that happened to a device, to its agent or to an incident about it. */
export const TimelineEntry = Type.Object(
  {
    /** Unique within the timeline. */
    id: Type.String(),
    at: Timestamp,
    kind: Type.Enum(TIMELINE_KINDS),
    /** Machine-readable: a reason of detection (`three-cycles-failed`), or an incident's event (`acknowledged`). */
    code: Type.String(),
    /** The same in English words. */
    text: Type.String(),
    /** Facts behind the words: `from`, `to`, `since`, `cycles`, `reason`, `actor` … by code. */
    data: Type.Record(Type.String(), Type.Unknown()),
    ticket_id: Nullable(Uuid),
    ticket_number: Nullable(Type.String()),
  },
  strict,
);
export type TimelineEntry = Static<typeof TimelineEntry>;

export const VERDICTS = [
  /** Up, and nothing open. */
  'healthy',
  /** An incident is open about it. */
  'incident-open',
  /** It answers again; the incident closes after a few more good cycles. */
  'recovering',
  /** Still failing, but people resolved or closed its incident. */
  'incident-closed',
  /** Not well, and no incident, or none that the reader may know of: the reasons say why. */
  'no-incident',
  /** Nobody is looking. */
  'unobserved',
] as const;
export type ExplainVerdict = (typeof VERDICTS)[number];

/** Why an incident was, or was not, raised (detection.md, "Every verdict has a reason"). */
export const Explanation = Type.Object(
  {
    health: Type.Enum(HEALTHS),
    verdict: Type.Enum(VERDICTS),
    /** The answer in English; a client with words of its own takes `verdict` and `reasons`. */
    text: Type.String(),
    /** Newest first. */
    reasons: Type.Array(
      Type.Object(
        {
          code: Type.String(),
          text: Type.String(),
          at: Timestamp,
          ref: Nullable(
            Type.Object(
              {
                kind: Type.Enum(['incident', 'device', 'agent', 'site'] as const),
                id: Uuid,
                name: Type.String(),
              },
              strict,
            ),
          ),
          data: Type.Record(Type.String(), Type.Unknown()),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type Explanation = Static<typeof Explanation>;

/** The last day unless told, 400 days at most. */
export const HealthHistoryQuery = Type.Object({ ...spanQuery }, strict);
/** A device's health over a span, oldest first, without gap or overlap from its creation on. */
export const HealthHistory = Type.Object(
  {
    from: Timestamp,
    to: Timestamp,
    intervals: Type.Array(
      Type.Object(
        {
          health: Type.Enum(HEALTHS),
          /** Cut at the span's ends. */
          started_at: Timestamp,
          ended_at: Timestamp,
          /** Put there by samples that came late. */
          late: Type.Boolean(),
        },
        strict,
      ),
    ),
    /** True where the span has more than 2,000 intervals: the shortest are merged into their worse neighbour. */
    merged: Type.Boolean(),
    /** Milliseconds of the span by health, before any merging. */
    totals_ms: HealthCounts,
  },
  strict,
);
export type HealthHistory = Static<typeof HealthHistory>;

export const Overview = Type.Object(
  {
    devices: HealthCounts,
    sites: Type.Array(
      Type.Object(
        {
          site_id: Uuid,
          code: Type.String(),
          name: Type.String(),
          region: Nullable(Type.String()),
          devices: HealthCounts,
        },
        strict,
      ),
    ),
    agents: Type.Object(
      {
        pending: Type.Integer(),
        online: Type.Integer(),
        lost: Type.Integer(),
        stopped: Type.Integer(),
        revoked: Type.Integer(),
      },
      strict,
    ),
    open_incidents: Type.Integer(),
  },
  strict,
);
export type Overview = Static<typeof Overview>;

export const IncidentCondition = Type.Enum(CONDITIONS);
