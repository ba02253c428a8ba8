import Type, { type Static } from 'typebox';
import { UNSEEN } from '../text.js';
import { IncidentCondition } from './monitoring.js';
import { FieldsQuery, Nullable, PageQuery, Timestamp, Uuid, strict } from './envelope.js';

/** v1 tickets in seed 004's shape (§4.1, §4.2) with api.md's additions for incidents raised by monitoring. */

export const V1_TICKET_TYPES = ['incident', 'service_request', 'problem', 'change'] as const;
export const V1_STATUSES = ['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed'] as const;
export const V1_PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;
/** Low, medium or high, of impact and urgency. */
export const LEVELS = ['low', 'medium', 'high'] as const;

export const Person = Type.Object({ id: Uuid, name: Type.String(), email: Type.String() }, strict);
const Team = Type.Object({ id: Uuid, name: Type.String() }, strict);

const ticketFields = {
  id: Uuid,
  ticket_number: Type.String(),
  ticket_type: Type.Enum(V1_TICKET_TYPES),
  title: Type.String(),
  description: Type.String(),
  status: Type.Enum(V1_STATUSES),
  priority: Type.Enum(V1_PRIORITIES),
  requester: Person,
  assigned_to: Nullable(Person),
  category: Nullable(Type.String()),
  subcategory: Nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
  resolved_at: Nullable(Timestamp),
  closed_at: Nullable(Timestamp),
  /** `monitoring` where detection raised it. */
  source: Type.Enum(['monitoring', 'person'] as const),
  device_id: Nullable(Uuid),
  site_id: Nullable(Uuid),
  condition: Nullable(IncidentCondition),
  /** Times it has occurred within this ticket: 1 plus its reopens. */
  occurrences: Type.Integer({ minimum: 1 }),
  first_failed_at: Nullable(Timestamp),
  detected_at: Nullable(Timestamp),
  /** Somebody has taken note of the incident (detection.md, rule 13); all three null again once it recovered. */
  acknowledged_at: Nullable(Timestamp),
  acknowledged_by: Nullable(Person),
  acknowledge_reason: Nullable(Type.String()),
};

export const TicketSummary = Type.Object(ticketFields, strict);
export type TicketSummary = Static<typeof TicketSummary>;

/** One failing probe cycle behind a verdict. */
export const EvidenceCycle = Type.Object(
  {
    at: Timestamp,
    check_id: Type.Integer(),
    packets_sent: Type.Integer(),
    packets_lost: Type.Integer(),
    /** Mean round trip, or null where nothing came back. */
    rtt_ms: Nullable(Type.Number()),
  },
  strict,
);
export type EvidenceCycle = Static<typeof EvidenceCycle>;

export const Evidence = Type.Object(
  {
    device: Type.Object(
      { id: Uuid, code: Type.String(), name: Type.String(), address: Type.String() },
      strict,
    ),
    site: Type.Object({ id: Uuid, code: Type.String(), name: Type.String() }, strict),
    /** Machine-readable reason of the verdict, e.g. `three-cycles-failed`. */
    reason: Type.String(),
    cycles: Type.Array(EvidenceCycle),
  },
  strict,
);
export type Evidence = Static<typeof Evidence>;

export const TicketHistoryEntry = Type.Object(
  {
    id: Type.Integer(),
    at: Timestamp,
    /** opened, resolved, reopened, … */
    event: Type.String(),
    /** null: monitoring itself. */
    actor: Nullable(Person),
    reason: Nullable(Type.String()),
    changes: Type.Record(Type.String(), Type.Object({ from: Type.Unknown(), to: Type.Unknown() }, strict)),
  },
  strict,
);
export type TicketHistoryEntry = Static<typeof TicketHistoryEntry>;

export const TicketDetail = Type.Object(
  {
    ...ticketFields,
    assigned_team: Nullable(Team),
    tags: Type.Array(Type.String()),
    custom_fields: Type.Record(Type.String(), Type.Unknown()),
    incident_details: Nullable(
      Type.Object(
        { impact: Type.Enum(LEVELS), urgency: Type.Enum(LEVELS), related_problem_id: Nullable(Uuid) },
        strict,
      ),
    ),
    evidence: Nullable(Evidence),
    history: Type.Array(TicketHistoryEntry),
  },
  strict,
);
export type TicketDetail = Static<typeof TicketDetail>;

/** A text as people write it: something visible in it, and no NUL, which PostgreSQL does not hold. */
const words = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    // What cannot be seen first, so that no text, however long, makes the matching try again from each character.
    pattern: `^(?=[${UNSEEN}]*[^${UNSEEN}])[^\\u0000]*$`,
    description: `a text of 1 to ${maxLength} characters, not blank`,
  });

/** Limits of what people write on a ticket, for forms. */
export const ACKNOWLEDGE_REASON_MAX = 500;
export const COMMENT_MAX = 10_000;

export const AcknowledgeBody = Type.Object({ reason: words(ACKNOWLEDGE_REASON_MAX) }, strict);
export type AcknowledgeBody = Static<typeof AcknowledgeBody>;

/** Seed 004 §5.1; attachments come with the desk. */
export const TicketComment = Type.Object(
  {
    id: Uuid,
    content: Type.String(),
    is_internal: Type.Boolean(),
    is_system_generated: Type.Boolean(),
    user: Person,
    attachments: Type.Array(Type.Object({}, strict), { maxItems: 0 }),
    created_at: Timestamp,
  },
  strict,
);
export type TicketComment = Static<typeof TicketComment>;

/** Seed 004 §5.2. `notify_requester` is taken and has no effect until notifications exist. */
export const CreateCommentBody = Type.Object(
  {
    /**
     * The comment's id, made by the caller: sent again after an answer that was lost, it is the same comment and not a
     * second one. The hub makes one where it is absent.
     */
    id: Type.Optional(Uuid),
    content: words(COMMENT_MAX),
    is_internal: Type.Optional(Type.Boolean()),
    notify_requester: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type CreateCommentBody = Static<typeof CreateCommentBody>;

/** Oldest first. */
export const CommentQuery = Type.Object({ ...PageQuery }, strict);

export const TicketQuery = Type.Object(
  {
    ...PageQuery,
    ...FieldsQuery,
    /** `true`: only acknowledged ones, `false`: only others. */
    acknowledged: Type.Optional(Type.Enum(['true', 'false'] as const)),
    /** One status, several by comma, or `open` for every unresolved one. */
    status: Type.Optional(
      Type.String({
        pattern:
          '^(open|new|assigned|in_progress|on_hold|resolved|closed)(,(new|assigned|in_progress|on_hold|resolved|closed))*$',
      }),
    ),
    priority: Type.Optional(Type.Enum(V1_PRIORITIES)),
    ticket_type: Type.Optional(Type.Enum(V1_TICKET_TYPES)),
    device_id: Type.Optional(Uuid),
    site_id: Type.Optional(Uuid),
    created_after: Type.Optional(Type.String({ minLength: 4, maxLength: 40 })),
    created_before: Type.Optional(Type.String({ minLength: 4, maxLength: 40 })),
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        // PostgreSQL holds no NUL, so nothing can be found by one.
        pattern: '^[^\\u0000]*$',
        description: 'a text of 1 to 200 characters without NUL',
      }),
    ),
    sort: Type.Optional(
      Type.String({
        pattern:
          '^-?(created_at|updated_at|priority|status|ticket_number|title)(,-?(created_at|updated_at|priority|status|ticket_number|title))*$',
      }),
    ),
  },
  strict,
);
