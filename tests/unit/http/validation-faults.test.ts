import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import {
  AcknowledgeBody,
  CreateCommentBody,
  CreateDeviceBody,
  CreateSiteBody,
  DeviceQuery,
  ErrorBody,
  LoginBody,
  TicketQuery,
  UpdateSiteBody,
  type FieldFault,
} from '@siaga/shared';
import Type, { type TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { expect, test } from 'vitest';
import { faultsOf, type Finding } from '../../../hub/src/platform/http/validation-faults.js';

const faults = (schema: TSchema, value: unknown, httpPart = 'body') => {
  const validate = TypeBoxValidatorCompiler({ schema, httpPart, method: 'POST', url: '/' });
  const result = validate(value) as { error?: Finding[] };
  return faultsOf(result.error ?? [], schema, value);
};
const check = (schema: TSchema, value: unknown, httpPart = 'body') =>
  Object.fromEntries(faults(schema, value, httpPart).map(({ field, message }) => [field, message]));

const UUID = '0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const device = { address: '10.0.0.1', site_id: UUID };
const Nested = Type.Object({
  outer: Type.Object({ inner: Type.Integer({ minimum: 1, maximum: 9 }) }),
  list: Type.Array(Type.Object({ n: Type.Number() }), { maxItems: 2 }),
});

// [what, schema, value, the faults by field]
const cases: [string, TSchema, unknown, Record<string, string>][] = [
  ['nothing wrong', CreateDeviceBody, device, {}],
  ['missing', CreateDeviceBody, { address: '::1' }, { site_id: 'is missing; must be a UUID' }],
  ['no UUID', CreateDeviceBody, { ...device, site_id: 'x' }, { site_id: 'does not fit; must be a UUID' }],
  [
    'unknown field',
    LoginBody,
    { email: 'a', password: 'b', admin: true },
    { admin: 'is no known field; known: email, username, password' },
  ],
  [
    'wrong type',
    LoginBody,
    { email: 5, password: 'b' },
    { email: 'is a number; must be a text of 1 to 254 characters' },
  ],
  [
    'empty',
    LoginBody,
    { email: '', password: 'b' },
    { email: 'has 0 characters; must be a text of 1 to 254 characters' },
  ],
  [
    'outside a list of words',
    CreateDeviceBody,
    { ...device, kind: 'toaster' },
    {
      kind: 'is not one of the allowed values; must be one of atm, router, switch, server, ups, link, other',
    },
  ],
  [
    'out of range',
    UpdateSiteBody,
    { latitude: 91 },
    { latitude: 'is out of range; must be a number of -90 to 90 or null' },
  ],
  [
    'of no branch',
    UpdateSiteBody,
    { latitude: 'x' },
    { latitude: 'is a text; must be a number of -90 to 90 or null' },
  ],
  [
    'nothing to change',
    UpdateSiteBody,
    {},
    { '': 'needs at least one field of: code, name, timezone, region, latitude, longitude' },
  ],
  ['no object at all', LoginBody, [], { '': 'is a list; must be an object' }],
  [
    'a path in dots',
    Nested,
    { outer: { inner: 10 }, list: [{ n: 1 }, { n: 'x' }] },
    {
      'outer.inner': 'is out of range; must be a whole number of 1 to 9',
      'list.1.n': 'is a text; must be a number',
    },
  ],
  [
    'too many entries',
    Nested,
    { outer: { inner: 1 }, list: [{ n: 1 }, { n: 1 }, { n: 1 }] },
    { list: 'has 3 entries; must be a list of at most 2 entries' },
  ],
  [
    'an entry twice',
    CreateDeviceBody,
    { ...device, parent_ids: [UUID, UUID] },
    { parent_ids: 'has an entry twice; must be a list of at most 16 entries, each once' },
  ],
];

test.each(cases)('%s', (_what, schema, value, expected) => {
  expect(check(schema, value)).toEqual(expected);
});

// Query strings come as text; a parameter given twice comes as a list.
test.each([
  [{ page: '0' }, { page: 'does not fit; must be 1 to 999999' }],
  [{ page: '1000000' }, { page: 'does not fit; must be 1 to 999999' }],
  [{ per_page: '201' }, { per_page: 'does not fit; must be 1 to 200, 25 unless told' }],
  [{ page: ['1', '2'] }, { page: 'is a list; must be 1 to 999999' }],
  [{ page: '3', per_page: '200' }, {}],
])('query %j', (query, expected) => {
  expect(check(DeviceQuery, query, 'querystring')).toEqual(expected);
});

test('a refused value is never echoed', () => {
  const text = JSON.stringify(check(LoginBody, { email: 'a', password: ['hunter2-hunter2'] }));
  expect(text).not.toContain('hunter2');
});

const Numbers = Type.Object({
  above: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 5 })),
  step: Type.Optional(Type.Integer({ multipleOf: 5 })),
  one: Type.Optional(Type.Literal('only')),
  few: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
});

type Coded = [schema: TSchema, value: unknown, field: string, code: string, limits?: FieldFault['limits']];
// Clients translate by code: each is exact, and has the range its words name.
const coded: Coded[] = [
  [AcknowledgeBody, {}, 'reason', 'required'],
  [AcknowledgeBody, { reason: '' }, 'reason', 'too_short', { min: 1, max: 500 }],
  [AcknowledgeBody, { reason: 'x'.repeat(501) }, 'reason', 'too_long', { min: 1, max: 500 }],
  [AcknowledgeBody, { reason: '  ' }, 'reason', 'wrong_form'],
  [AcknowledgeBody, { reason: '\u200b\u2800' }, 'reason', 'wrong_form'],
  [CreateSiteBody, { code: 'S', name: '\u200b' }, 'name', 'wrong_form'],
  [AcknowledgeBody, { reason: '\0' }, 'reason', 'wrong_form'],
  [AcknowledgeBody, { reason: null }, 'reason', 'wrong_type'],
  [AcknowledgeBody, { reason: 'x', by: 'me' }, 'by', 'unknown', { allowed: ['reason'] }],
  [CreateCommentBody, { content: 'x'.repeat(10_001) }, 'content', 'too_long', { min: 1, max: 10_000 }],
  [CreateCommentBody, { content: 'x', is_internal: 1 }, 'is_internal', 'wrong_type'],
  [CreateDeviceBody, { ...device, site_id: 'x' }, 'site_id', 'wrong_form'],
  [
    CreateDeviceBody,
    { ...device, kind: 'toaster' },
    'kind',
    'not_one_of',
    { allowed: ['atm', 'router', 'switch', 'server', 'ups', 'link', 'other'] },
  ],
  [CreateDeviceBody, { ...device, parent_ids: [UUID, UUID] }, 'parent_ids', 'twice'],
  [CreateDeviceBody, { ...device, parent_ids: ['x'] }, 'parent_ids.0', 'wrong_form'],
  [CreateDeviceBody, [], '', 'wrong_type'],
  // Of a union, the branch that the value was meant for.
  [UpdateSiteBody, { latitude: 91 }, 'latitude', 'out_of_range', { min: -90, max: 90 }],
  [UpdateSiteBody, { latitude: 'x' }, 'latitude', 'wrong_type'],
  [UpdateSiteBody, { region: '' }, 'region', 'too_short', { min: 1, max: 100 }],
  [
    UpdateSiteBody,
    {},
    '',
    'required',
    { allowed: ['code', 'name', 'timezone', 'region', 'latitude', 'longitude'] },
  ],
  [Nested, { outer: { inner: 10 }, list: [] }, 'outer.inner', 'out_of_range', { min: 1, max: 9 }],
  [Nested, { outer: { inner: 1 }, list: [{ n: 1 }, { n: 1 }, { n: 1 }] }, 'list', 'out_of_range', { max: 2 }],
  [Numbers, { above: 0 }, 'above', 'out_of_range', { min: 0, max: 5 }],
  [Numbers, { step: 3 }, 'step', 'wrong_form'],
  [Numbers, { one: 'other' }, 'one', 'not_one_of', { allowed: ['only'] }],
  [Numbers, { few: [] }, 'few', 'out_of_range', { min: 1 }],
  [TicketQuery, { acknowledged: 'yes' }, 'acknowledged', 'not_one_of', { allowed: ['true', 'false'] }],
  [TicketQuery, { page: '0' }, 'page', 'wrong_form'],
  [TicketQuery, { fields: 'ID' }, 'fields', 'wrong_form'],
  [TicketQuery, { search: 'x'.repeat(201) }, 'search', 'too_long', { min: 1, max: 200 }],
];

test.each(coded)('%# by code', (schema, value, field, code, limits) => {
  const found = faults(schema, value);
  expect(found.map((fault) => [fault.field, fault.code])).toEqual([[field, code]]);
  expect(found[0]?.limits).toEqual(limits);
  const error = { code: 'VALIDATION_ERROR', message: '', details: found };
  const meta = { timestamp: '2026-01-15T08:00:00.000Z', request_id: '' };
  expect(Check(ErrorBody, { success: false, error, meta })).toBe(true);
});

test('characters are counted as the limit counts them', () => {
  expect(check(AcknowledgeBody, { reason: '🏧'.repeat(501) })['reason']).toMatch(/^has 501 characters/);
  expect(check(AcknowledgeBody, { reason: '🏧'.repeat(500) })).toEqual({});
});
