import Type, { type Static, type TSchema } from 'typebox';

/** v1's envelope (seed 004 §1.3–1.6); wire words are snake_case. */

export const strict = { additionalProperties: false } as const;

export const Uuid = Type.String({ format: 'uuid' });
/** ISO 8601 in UTC with milliseconds, as every v1 answer gives its times. */
export const Timestamp = Type.String({ format: 'date-time' });
/** A value or null. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Meta = Type.Object({ timestamp: Timestamp, request_id: Type.String() }, strict);

export const Pagination = Type.Object(
  {
    page: Type.Integer({ minimum: 1 }),
    per_page: Type.Integer({ minimum: 1 }),
    total: Type.Integer({ minimum: 0 }),
    total_pages: Type.Integer({ minimum: 0 }),
    has_next: Type.Boolean(),
    has_prev: Type.Boolean(),
  },
  strict,
);
export type Pagination = Static<typeof Pagination>;

export const Ok = <T extends TSchema>(data: T) =>
  Type.Object(
    { success: Type.Literal(true), data, message: Type.Optional(Type.String()), meta: Meta },
    strict,
  );

export const OkPage = <T extends TSchema>(item: T) =>
  Type.Object(
    { success: Type.Literal(true), data: Type.Array(item), pagination: Pagination, meta: Meta },
    strict,
  );

/** What kind of fault a field has, for clients with words of their own. */
export const FAULT_CODES = [
  'required',
  'unknown',
  'wrong_type',
  'too_short',
  'too_long',
  'out_of_range',
  'not_one_of',
  'wrong_form',
  'twice',
  'in_use',
  'not_found',
  'other',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

export const FieldFault = Type.Object(
  {
    field: Type.String(),
    /** The fault and the allowed range, in English. */
    message: Type.String(),
    code: Type.Optional(Type.Enum(FAULT_CODES)),
    /** The allowed range behind the words, as far as the code has one. */
    limits: Type.Optional(
      Type.Object(
        {
          min: Type.Optional(Type.Number()),
          max: Type.Optional(Type.Number()),
          allowed: Type.Optional(Type.Array(Type.String())),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type FieldFault = Static<typeof FieldFault>;

export const ErrorBody = Type.Object(
  {
    success: Type.Literal(false),
    error: Type.Object(
      {
        code: Type.String(),
        message: Type.String(),
        details: Type.Optional(Type.Array(FieldFault)),
        /** Seconds; with RATE_LIMIT_EXCEEDED and SERVICE_UNAVAILABLE. */
        retry_after: Type.Optional(Type.Integer({ minimum: 0 })),
      },
      strict,
    ),
    meta: Meta,
  },
  strict,
);
export type ErrorBody = Static<typeof ErrorBody>;

/** `page` and `per_page` of every list. Query strings arrive as text, hence the patterns. */
export const PageQuery = {
  page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$', description: '1 to 999999' })),
  per_page: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]?|1[0-9]{2}|200)$', description: '1 to 200, 25 unless told' }),
  ),
};

/** `fields` of lists and single objects (seed 004 §16.2): only these come back, in the object's own order. */
export const FieldsQuery = {
  fields: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '^[a-z][a-z_]*(,[a-z][a-z_]*)*$',
      description: 'names of fields joined by commas, e.g. id,title,status',
    }),
  ),
};
