import { Validator } from '@seriousme/openapi-schema-validator';
import type { Role } from '@siaga/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerV1 } from '../../../hub/src/api/v1/index.js';
import { createEventBus } from '../../../hub/src/events.js';
import { permissionsOf } from '../../../hub/src/identity/permissions.js';
import type { RouteRecord } from '../../../hub/src/platform/http/routes.js';
import { createManualClock } from '../../support/manual-clock.js';
import { addUser, PUBLIC_URL, startHttp, type TestHttp } from './http-harness.js';

/** What anyone may ask for. A route that is not here must refuse strangers. */
const OPEN = new Set([
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/session',
  'POST /api/v1/agents/enrol',
  'POST /api/v1/monitoring/agents/enrol',
  'GET /api/v1/openapi.json',
  'GET /healthz',
  'GET /readyz',
  'GET /*',
]);

// No handler is reached: whoever may not enter is turned away before.
const unreached: never = new Proxy(() => undefined, {
  get: () => unreached,
  apply: () => {
    throw new Error('a handler was reached');
  },
}) as never;

interface Operation {
  summary?: string;
  tags?: string[];
  security?: object[];
  responses: Record<string, { description?: string; content?: object }>;
  parameters?: { name: string; in: string }[];
}

interface Shape {
  items?: Shape;
  anyOf?: Shape[];
  required?: string[];
  properties?: object;
}
interface Answer {
  properties: { data: Shape };
}

let hub: TestHttp;
let routes: RouteRecord[];
let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
beforeAll(async () => {
  hub = await startHttp({
    v1: (http, identity) =>
      registerV1(http, {
        identity,
        fleet: unreached,
        telemetry: unreached,
        detection: unreached,
        desk: unreached,
        reports: unreached,
        live: unreached,
        events: createEventBus(),
        clock: createManualClock(),
        publicUrl: PUBLIC_URL,
      }),
  });
  for (const role of ['USER', 'ADMIN'] as const) await addUser(hub.db, role.toLowerCase(), role);
  routes = hub.http
    .routes()
    .filter(({ method, path }) => method !== 'HEAD' && !path.startsWith('/api/v1/docs'));
  document = (await hub.inject({ url: '/api/v1/openapi.json' })).body as never;
});
afterAll(() => hub.stop());

const nameOf = ({ method, path }: RouteRecord) => `${method} ${path}`;
const callTo = ({ method, path }: RouteRecord) => ({
  method: method as 'GET',
  url: path.replaceAll(/:\w+/g, '0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee'),
});

describe('who may enter', () => {
  test('there is a table to walk through', () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter(({ permission }) => permission === undefined)).toEqual([]);
  });

  test('only what is meant to be is open', () => {
    const open = routes.filter(({ permission }) => permission === 'open').map(nameOf);
    expect(open.filter((name) => !OPEN.has(name))).toEqual([]);
  });

  test('every other route refuses strangers, forged tokens and made-up cookies', async () => {
    for (const route of routes.filter(({ permission }) => permission !== 'open')) {
      for (const headers of [{}, { authorization: 'Bearer forged' }, { cookie: 'siaga_session=forged' }]) {
        const answer = await hub.inject({ ...callTo(route), headers });
        expect([nameOf(route), answer.status, answer.body.error.code]).toEqual([
          nameOf(route),
          401,
          'AUTHENTICATION_REQUIRED',
        ]);
      }
    }
  });

  test.each<Role>(['USER', 'ADMIN'])(
    '%s enters what his permissions open, and nothing else',
    async (role) => {
      const held = permissionsOf(role);
      const headers = await hub.bearer(role.toLowerCase());
      for (const route of routes) {
        const { permission } = route;
        if (permission === 'open' || permission === 'signed-in' || held.has(permission)) continue;
        const answer = await hub.inject({ ...callTo(route), headers });
        expect([nameOf(route), answer.status, answer.body.error.code]).toEqual([
          nameOf(route),
          403,
          'INSUFFICIENT_PERMISSIONS',
        ]);
        expect(answer.body.error.message).toContain(permission);
      }
    },
  );

  test('no session changes anything without its origin', async () => {
    const cookie = await hub.cookie('admin');
    for (const route of routes.filter(
      ({ method, permission }) => method !== 'GET' && permission !== 'open',
    )) {
      const answer = await hub.inject({ ...callTo(route), headers: cookie });
      expect([nameOf(route), answer.status, answer.body.error.code]).toEqual([
        nameOf(route),
        403,
        'ORIGIN_REFUSED',
      ]);
    }
  });
});

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  test('tells of every route, with its answers and what it asks of the caller', () => {
    for (const route of routes.filter(({ path }) => path.startsWith('/api/v1/'))) {
      const path = route.path.replace('/api/v1', '').replaceAll(/:(\w+)/g, '{$1}');
      const operation = document.paths[path]?.[route.method.toLowerCase()];
      expect(operation, `${route.method} ${path}`).toBeDefined();
      if (!operation) continue;
      const answers = Object.keys(operation.responses);
      expect(operation.summary, nameOf(route)).toBeTruthy();
      expect(operation.tags, nameOf(route)).toHaveLength(1);
      expect(
        answers.some((status) => status.startsWith('2')),
        nameOf(route),
      ).toBe(true);
      expect(answers, nameOf(route)).toEqual(expect.arrayContaining(['429', '500']));
      const isOpen = route.permission === 'open';
      expect(operation.security, nameOf(route)).toHaveLength(isOpen ? 0 : 2);
      // An open route may answer 401 of its own, a sign-in for one.
      expect(isOpen || answers.includes('401'), nameOf(route)).toBe(true);
      expect(isOpen || route.permission === 'signed-in' || answers.includes('403'), nameOf(route)).toBe(true);
    }
  });

  const parametersOf = ({ parameters = [] }: Operation) => parameters.map(({ name }) => name);
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );

  test('tells which answers have a tag and which changes may be made conditional', () => {
    const conditional = operations().filter(({ operation }) =>
      parametersOf(operation).includes('if-none-match'),
    );
    expect(conditional.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['get /tickets', 'get /tickets/{id}', 'get /monitoring/devices/{id}']),
    );
    for (const { name, operation } of conditional) {
      expect(operation.responses['304'], name).toMatchObject({ headers: { ETag: {} } });
      expect(operation.responses['304'], name).not.toHaveProperty('content');
      expect(operation.responses['200'], name).toMatchObject({ headers: { ETag: {} } });
    }
    const guarded = operations().filter(({ operation }) => parametersOf(operation).includes('if-match'));
    expect(guarded.map(({ name }) => name).sort()).toEqual([
      'delete /tickets/{id}/acknowledge',
      'patch /monitoring/agents/{id}',
      'patch /monitoring/devices/{id}',
      'patch /monitoring/sites/{id}',
      'post /tickets/{id}/acknowledge',
    ]);
    for (const { name, operation } of guarded)
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['400', '412']));
  });

  test('says that an object is whole, or in part where `fields` are asked for', () => {
    const selecting = operations().filter(({ operation }) => parametersOf(operation).includes('fields'));
    expect(selecting.length).toBeGreaterThanOrEqual(8);
    for (const { name, operation } of selecting) {
      const { schema } = (operation.responses['200']?.content as { 'application/json': { schema: Answer } })[
        'application/json'
      ];
      const { data } = schema.properties;
      const [whole, part] = (data.items ?? data).anyOf ?? [];
      expect(whole?.required?.length, name).toBeGreaterThan(3);
      expect(part?.required, name).toBeUndefined();
      expect(Object.keys(part?.properties ?? {}), name).toEqual(Object.keys(whole?.properties ?? {}));
    }
  });
});
