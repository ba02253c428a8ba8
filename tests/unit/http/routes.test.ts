import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { createRouteTable, isApiPath } from '../../../hub/src/platform/http/routes.js';

type Route = Parameters<ReturnType<typeof createRouteTable>['add']>[0];
const handler = () => undefined;
const answer = { 200: Type.Object({}) };

const table = (...routes: Partial<Route>[]) => {
  const made = createRouteTable();
  for (const route of routes) made.add({ method: 'GET', url: '/api/v1/things', handler, ...route });
  return made;
};

// [what, route, its faults]
test.each<[string, Partial<Route>, string[]]>([
  ['sound', { config: { permission: 'open' }, schema: { response: answer } }, []],
  ['no permission', { schema: { response: answer } }, ['GET /api/v1/things: declares no permission']],
  ['no answer', { config: { permission: 'open' } }, ['GET /api/v1/things: has no schema of its answer']],
  [
    'only an error documented',
    { config: { permission: 'open' }, schema: { response: { 404: Type.Object({}) } } },
    ['GET /api/v1/things: has no schema of its answer'],
  ],
  [
    'no params',
    { url: '/api/v1/things/:id', config: { permission: 'open' }, schema: { response: answer } },
    ['GET /api/v1/things/:id: has no schema of its params'],
  ],
  [
    'no body',
    { method: 'PATCH', config: { permission: 'open' }, schema: { response: answer } },
    ['PATCH /api/v1/things: has no schema of its body'],
  ],
  // Outside the mounts there is no envelope; the permission is asked of every route all the same.
  ['a page', { url: '/healthz', config: { permission: 'open' } }, []],
  ['a page without a permission', { url: '/healthz' }, ['GET /healthz: declares no permission']],
])('%s', (_what, route, faults) => {
  expect(table(route).faults()).toEqual(faults);
});

test.each([
  ['/api/v1/things', ['GET', 'POST']],
  ['/api/v1/things/5', ['DELETE']],
  ['/api/v1/things/5/parts', []],
  ['/api/v1/other', []],
  ['/api/v1/thingsx', []],
])('methods at %s', (path, methods) => {
  const made = table({}, { method: 'POST' }, { method: 'DELETE', url: '/api/v1/things/:id' }, { url: '/*' });
  expect(made.methodsAt(path)).toEqual(methods);
});

test.each([
  ['/api/v1/tickets', true],
  ['/api/v1', true],
  ['/api/v1/docs/static/index.css', false],
  ['/api/v10', false],
  ['/healthz', false],
])('%s is of the API: %s', (path, isApi) => {
  expect(isApiPath(path)).toBe(isApi);
});
