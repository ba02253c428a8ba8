import Type from 'typebox';
import type { RouteOptions } from 'fastify';
import type { RoutePermission } from './types.js';

/** The mounts with schemas, envelopes and limits; every other path is the web app's or an operator's. */
export const MOUNTS = ['/api/v1'] as const;

/** Whether a route's path is of the API (docs excepted: it is a page). */
export const isApiPath = (path: string): boolean =>
  MOUNTS.some((mount) => path === mount || path.startsWith(`${mount}/`)) && !path.startsWith(DOCS_PATH);

export const DOCS_PATH = '/api/v1/docs';

/** A body or query of which nothing is taken. */
export const Nothing = Type.Object({}, { additionalProperties: false });

export interface RouteRecord {
  method: string;
  path: string;
  permission: RoutePermission;
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * All routes there are: checked together before the first request, so that none is served without a permission
 * or a schema, and asked for the methods of a path.
 */
export const createRouteTable = () => {
  const options: RouteOptions[] = [];
  let patterns: { pattern: RegExp; method: string }[] | undefined;
  return {
    /** Takes up a route; one that declares no query takes none. */
    add(route: RouteOptions): void {
      if (isApiPath(route.url)) {
        route.schema ??= {};
        route.schema.querystring ??= Nothing;
      }
      options.push(route);
    },
    /** What is missing anywhere; empty when the table is sound. */
    faults(): string[] {
      return options.flatMap((route) => faultsOfRoute(route).map((fault) => `${nameOf(route)}: ${fault}`));
    },
    list(): RouteRecord[] {
      return options.flatMap((route) =>
        methodsOf(route).map((method) => ({
          method,
          path: route.url,
          permission: route.config?.permission as RoutePermission,
        })),
      );
    },
    /** Methods that the path of a request takes; empty where there is no such path. */
    methodsAt(path: string): string[] {
      patterns ??= options
        .filter((route) => isApiPath(route.url))
        .flatMap((route) => methodsOf(route).map((method) => ({ pattern: patternOf(route.url), method })));
      return [...new Set(patterns.filter((route) => route.pattern.test(path)).map((route) => route.method))];
    },
  };
};
export type RouteTable = ReturnType<typeof createRouteTable>;

const methodsOf = (route: RouteOptions): string[] => [route.method].flat();
const nameOf = (route: RouteOptions): string => `${methodsOf(route).join(',')} ${route.url}`;

const faultsOfRoute = (route: RouteOptions): string[] => {
  const faults: string[] = [];
  if (route.config?.permission === undefined) faults.push('declares no permission');
  if (!isApiPath(route.url)) return faults;
  if (route.url.includes(':') && !route.schema?.params) faults.push('has no schema of its params');
  if (methodsOf(route).some((method) => WITH_BODY.has(method)) && !route.schema?.body)
    faults.push('has no schema of its body');
  const answers = Object.keys((route.schema?.response as object | undefined) ?? {});
  if (!answers.some((status) => status.startsWith('2'))) faults.push('has no schema of its answer');
  return faults;
};

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map((segment) =>
        segment.startsWith(':') ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
      )
      .join('/')}$`,
  );
