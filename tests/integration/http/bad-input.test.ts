import { CreateDeviceBody, DeviceQuery, ErrorBody, Ok, Uuid } from '@siaga/shared';
import type { InjectOptions } from 'fastify';
import { sql } from 'kysely';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok } from '../../../hub/src/platform/http/envelope.js';
import { createPostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { startHttp, type TestHttp } from './http-harness.js';

const UUID = '0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const GOOD = { address: '10.0.0.1', site_id: UUID };

// Port 1: nothing listens there.
const nobody = createPostgres('postgresql://127.0.0.1:1/none', { onError: () => undefined });
let hub: TestHttp;
let reached = 0;
beforeAll(async () => {
  hub = await startHttp({
    routes: (app) => {
      const response = { 200: Ok(Type.Object({})) };
      app.post(
        '/things',
        { config: { permission: 'open' }, schema: { body: CreateDeviceBody, response } },
        async (request) => {
          reached += 1;
          return ok(request, {});
        },
      );
      app.get(
        '/things',
        { config: { permission: 'open' }, schema: { querystring: DeviceQuery, response } },
        async (request) => ok(request, {}),
      );
      app.get(
        '/things/:id',
        { config: { permission: 'open' }, schema: { params: Type.Object({ id: Uuid }), response } },
        async (request) => ok(request, {}),
      );
      app.get('/broken', { config: { permission: 'open' }, schema: { response } }, async () => {
        throw new Error('password=hunter2 in some stack');
      });
      app.get('/away', { config: { permission: 'open' }, schema: { response } }, async (request) => {
        await sql`select 1`.execute(nobody.db);
        return ok(request, {});
      });
      app.get('/cut-off', { config: { permission: 'open' }, schema: { response } }, async (request) => {
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(hub.db);
        return ok(request, {});
      });
    },
  });
});
afterAll(() => Promise.all([hub.stop(), nobody.stop()]));

const json = { 'content-type': 'application/json' };
const post = (payload: unknown): InjectOptions => ({
  method: 'POST',
  url: '/api/v1/things',
  payload: payload as object,
});

// [what, request, status, code, fields]
const cases: [string, InjectOptions, number, string, string[]?][] = [
  ['no body', { method: 'POST', url: '/api/v1/things' }, 422, 'VALIDATION_ERROR', ['address', 'site_id']],
  ['no object', { ...post('[]'), headers: json }, 422, 'VALIDATION_ERROR', ['']],
  ['null', { ...post('null'), headers: json }, 422, 'VALIDATION_ERROR', ['']],
  ['an unknown field', post({ ...GOOD, colour: 'red' }), 422, 'VALIDATION_ERROR', ['colour']],
  ['a wrong type', post({ ...GOOD, name: 5 }), 422, 'VALIDATION_ERROR', ['name']],
  [
    'a number as text is no number',
    post({ ...GOOD, parent_ids: 'x' }),
    422,
    'VALIDATION_ERROR',
    ['parent_ids'],
  ],
  [
    'several faults',
    post({ address: '', site_id: 'x', kind: 'y' }),
    422,
    'VALIDATION_ERROR',
    ['address', 'site_id', 'kind'],
  ],
  ['malformed JSON', { ...post('{"address":'), headers: json }, 400, 'MALFORMED_REQUEST'],
  ['a poisoned prototype', { ...post('{"__proto__":{"a":1}}'), headers: json }, 400, 'MALFORMED_REQUEST'],
  ['half a character', { ...post('{"address":"\\ud800"}'), headers: json }, 400, 'MALFORMED_REQUEST'],
  ['half a character in a name', { ...post('{"\\udfff":1}'), headers: json }, 400, 'MALFORMED_REQUEST'],
  [
    'a huge body',
    { ...post(JSON.stringify({ ...GOOD, name: 'x'.repeat(300_000) })), headers: json },
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'another content type',
    { ...post('a=b'), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a body of no type',
    { ...post('{}'), headers: { 'content-type': 'nonsense' } },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['no UUID in the path', { url: '/api/v1/things/5' }, 422, 'VALIDATION_ERROR', ['id']],
  ['a huge page', { url: '/api/v1/things?page=99999999999999999999' }, 422, 'VALIDATION_ERROR', ['page']],
  ['a page of zero', { url: '/api/v1/things?page=0' }, 422, 'VALIDATION_ERROR', ['page']],
  ['too many a page', { url: '/api/v1/things?per_page=201' }, 422, 'VALIDATION_ERROR', ['per_page']],
  ['a negative page', { url: '/api/v1/things?page=-1' }, 422, 'VALIDATION_ERROR', ['page']],
  ['a parameter twice', { url: '/api/v1/things?page=1&page=2' }, 422, 'VALIDATION_ERROR', ['page']],
  ['an unknown parameter', { url: '/api/v1/things?order=up' }, 422, 'VALIDATION_ERROR', ['order']],
  [
    'an unknown parameter where none is taken',
    { url: `/api/v1/things/${UUID}?x=1` },
    422,
    'VALIDATION_ERROR',
    ['x'],
  ],
  ['a path that cannot be read', { url: '/api/v1/%E0%A4%A' }, 400, 'MALFORMED_REQUEST'],
  ['an unknown path', { url: '/api/v1/nothing' }, 404, 'RESOURCE_NOT_FOUND'],
  ['an unknown path of no mount', { method: 'POST', url: '/nothing' }, 404, 'RESOURCE_NOT_FOUND'],
  [
    'a path of a mount to come',
    { url: '/api/tickets', headers: { accept: 'text/html' } },
    404,
    'RESOURCE_NOT_FOUND',
  ],
  ['another method', { method: 'DELETE', url: '/api/v1/things' }, 405, 'METHOD_NOT_ALLOWED'],
  ['reading what can only be sent', { url: '/api/v1/auth/login' }, 405, 'METHOD_NOT_ALLOWED'],
  ['another method under the alias', { method: 'PUT', url: `/v1/things/${UUID}` }, 405, 'METHOD_NOT_ALLOWED'],
];

test.each(cases)('%s', async (_what, request, status, code, fields) => {
  reached = 0;
  const answer = await hub.inject(request);
  expect(answer.status, answer.text).toBe(status);
  expect(Check(ErrorBody, answer.body), answer.text).toBe(true);
  expect(answer.body.error.code).toBe(code);
  expect(answer.body.error.details?.map(({ field }) => field).sort()).toEqual(fields?.sort());
  expect(answer.body.error.details?.filter((fault) => fault.code === undefined) ?? []).toEqual([]);
  expect(reached).toBe(0);
});

test('a character outside the first plane is whole', async () => {
  expect((await hub.inject(post({ ...GOOD, name: 'Bank 🏧' }))).status).toBe(200);
});

test('a good one passes', async () => {
  expect((await hub.inject(post(GOOD))).status).toBe(200);
});

test.each([
  ['/api/v1/things', 'GET, HEAD, POST'],
  [`/api/v1/things/${UUID}`, 'GET, HEAD'],
  ['/v1/auth/refresh', 'POST'],
])('405 at %s names the methods it takes', async (url, allow) => {
  const answer = await hub.inject({ method: 'PUT', url });
  expect(answer.status).toBe(405);
  expect(answer.headers.allow?.toString().split(', ').sort().join(', ')).toBe(allow);
});

test('what was not foreseen is logged with the request and never told', async () => {
  const answer = await hub.inject({ url: '/api/v1/broken', headers: { 'x-request-id': 'find-me-7' } });
  expect(answer.status).toBe(500);
  expect(answer.body.error).toEqual({ code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected server error' });
  expect(answer.text).not.toContain('hunter2');
  const line = hub.lines.find((text) => text.includes('find-me-7'));
  expect(line).toContain('hunter2');
});

test.each([
  ['cannot be reached', '/api/v1/away', 'ECONNREFUSED'],
  ['ends the connection', '/api/v1/cut-off', '57P01'],
])('a PostgreSQL that %s is away, not a fault of ours; no word of it is told', async (_what, url, code) => {
  const answer = await hub.inject({ url, headers: { 'x-request-id': `away-${code}` } });
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.body.error).toEqual({
    code: 'SERVICE_UNAVAILABLE',
    message: 'A part this needs is away; try again soon',
    retry_after: 5,
  });
  expect(hub.lines.find((line) => line.includes(`away-${code}`))).toContain(code);
});

// [sent, whether it is echoed]
test.each([
  ['3f0c8f6e-6a52-4a3a-9b9f-2f1d6d6b6a10', true],
  ['trace:4_2.x', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['with blank', false],
  ['<script>', false],
])('X-Request-ID %s is echoed: %s', async (id, echoed) => {
  for (const url of ['/api/v1/things', '/api/v1/nothing', '/healthz']) {
    const answer = await hub.inject({ url, headers: { 'x-request-id': id } });
    const given = answer.headers['x-request-id'];
    if (echoed) expect(given).toBe(id);
    else expect(given).toMatch(/^[0-9a-f-]{36}$/);
    if (url !== '/healthz') expect(answer.body.meta.request_id).toBe(given);
  }
});

test('answers of the API are not kept by caches', async () => {
  expect((await hub.inject({ url: '/api/v1/things' })).headers['cache-control']).toBe('no-store');
});
