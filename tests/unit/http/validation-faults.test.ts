import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { CreateDeviceBody, DeviceQuery, LoginBody, UpdateSiteBody } from '@siaga/shared';
import Type, { type TSchema } from 'typebox';
import { expect, test } from 'vitest';
import { faultsOf, type Finding } from '../../../hub/src/platform/http/validation-faults.js';

const check = (schema: TSchema, value: unknown, httpPart = 'body') => {
  const validate = TypeBoxValidatorCompiler({ schema, httpPart, method: 'POST', url: '/' });
  const result = validate(value) as { error?: Finding[] };
  return Object.fromEntries(
    faultsOf(result.error ?? [], schema, value).map(({ field, message }) => [field, message]),
  );
};

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

test.each(cases)('%s', (_what, schema, value, faults) => {
  expect(check(schema, value)).toEqual(faults);
});

// Query strings come as text; a parameter given twice comes as a list.
test.each([
  [{ page: '0' }, { page: 'does not fit; must be 1 to 999999' }],
  [{ page: '1000000' }, { page: 'does not fit; must be 1 to 999999' }],
  [{ per_page: '201' }, { per_page: 'does not fit; must be 1 to 200, 25 unless told' }],
  [{ page: ['1', '2'] }, { page: 'is a list; must be 1 to 999999' }],
  [{ page: '3', per_page: '200' }, {}],
])('query %j', (query, faults) => {
  expect(check(DeviceQuery, query, 'querystring')).toEqual(faults);
});

test('a refused value is never echoed', () => {
  const text = JSON.stringify(check(LoginBody, { email: 'a', password: ['hunter2-hunter2'] }));
  expect(text).not.toContain('hunter2');
});
