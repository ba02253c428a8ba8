import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { ErrorBody } from '@siaga/shared';
import type { FastifyContextConfig } from 'fastify';
import Type from 'typebox';
import { ERRORS, type ErrorCode } from '../../errors.js';
import { selectionOf } from './fields.js';
import { DOCS_PATH } from './routes.js';
import type { App } from './types.js';

const BASE_PATH = '/api/v1';

/**
 * v1's OpenAPI 3.1 document and its page, made from the very schemas that validate. Both are open: they tell what
 * this repository tells, and nothing of an installation's data.
 */
export const registerDocuments = async (v1: App, version: string): Promise<void> => {
  // Before any route, or it would not hear of it.
  await v1.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Siaga API v1',
        version,
        description:
          'Times are ISO 8601 in UTC; units are in the names. An error answers `{success: false, error, meta}`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: BASE_PATH }, { url: '/v1', description: 'Alias' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey', in: 'cookie', name: 'siaga_session' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: describe(schema as Documented | undefined, route.config, [route.method].flat()),
    }),
  });
  v1.get(
    '/openapi.json',
    {
      config: { permission: 'open' },
      schema: {
        summary: 'This document',
        tags: ['documents'],
        response: { 200: Type.Unsafe<unknown>({ type: 'object', additionalProperties: true }) },
      },
      serializerCompiler: () => JSON.stringify,
    },
    () => v1.swagger(),
  );
  await v1.register(async (docs) => {
    // The page's routes are the plugin's own; they are open like the document.
    docs.addHook('onRoute', (route) => {
      if (route.url.startsWith(DOCS_PATH)) route.config = { ...route.config, permission: 'open' };
    });
    await docs.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      indexPrefix: BASE_PATH,
      theme: { title: 'Siaga API v1' },
      // Without the bar above: it shows another maker's mark and offers to load documents of other hosts.
      uiConfig: { layout: 'BaseLayout', docExpansion: 'list', deepLinking: true, validatorUrl: null },
    });
  });
};

interface Documented {
  querystring?: unknown;
  body?: unknown;
  params?: unknown;
  headers?: object;
  response?: Record<string, unknown>;
  description?: string;
}

/** Adds what every route answers besides its successes, and what it asks of its caller. */
const describe = (schema: Documented = {}, config: FastifyContextConfig = {}, methods: string[]) => {
  const { permission } = config;
  const takesInput = [schema.querystring, schema.body, schema.params].some((part) => part !== undefined);
  const codes: ErrorCode[] = [
    ...(schema.body || config.ifMatch ? (['MALFORMED_REQUEST'] as const) : []),
    ...(permission === 'open' ? [] : (['AUTHENTICATION_REQUIRED'] as const)),
    ...(permission === 'open' || permission === 'signed-in' ? [] : (['INSUFFICIENT_PERMISSIONS'] as const)),
    ...(schema.params ? (['RESOURCE_NOT_FOUND'] as const) : []),
    ...(config.ifMatch ? (['PRECONDITION_FAILED'] as const) : []),
    ...(schema.body && !methods.includes('GET')
      ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)
      : []),
    ...(takesInput ? (['VALIDATION_ERROR'] as const) : []),
    'RATE_LIMIT_EXCEEDED',
    'INTERNAL_SERVER_ERROR',
    'SERVICE_UNAVAILABLE',
  ];
  const errors = Object.fromEntries(
    codes.map((code) => [
      String(ERRORS[code].status),
      { ...ErrorBody, description: `${code}: ${ERRORS[code].message}` },
    ]),
  );
  const needs =
    permission === 'open' || permission === 'signed-in' ? undefined : `Permission: \`${permission}\``;
  const description = [schema.description, needs].filter((text) => text !== undefined).join('\n\n');
  return {
    ...schema,
    ...(description === '' ? {} : { description }),
    ...headersOf(schema, config, methods),
    response: { ...errors, ...answersOf(schema, config, methods) },
    security: permission === 'open' ? [] : [{ bearer: [] }, { session: [] }],
  };
};

const ETAG = { type: 'string', description: 'Names this state of what was asked for' } as const;
const header = (description: string) => ({ type: 'string', description }) as const;

/** The conditions a caller may send (RFC 9110 §13). */
const headersOf = (schema: Documented, { etag, ifMatch }: FastifyContextConfig, methods: string[]) => {
  const properties = {
    ...(etag && methods.includes('GET')
      ? { 'if-none-match': header('An `ETag` from before: 304 where it still holds') }
      : {}),
    ...(ifMatch
      ? {
          'if-match': header(
            'An `ETag` from before: 412 where it has been changed since. Only what is before the dot of the tag counts.',
          ),
        }
      : {}),
  };
  if (Object.keys(properties).length === 0) return {};
  return { headers: { type: 'object', properties, ...schema.headers } };
};

/** A route's successes with what its config and query add to them. */
const answersOf = (schema: Documented, { etag }: FastifyContextConfig, methods: string[]) => {
  const whole = schema.response?.['200'] as object | undefined;
  if (!whole) return schema.response;
  const answer: object = selectionOf(schema)?.documented ?? whole;
  if (!etag) return { ...schema.response, 200: answer };
  const headers = { ETag: ETAG };
  return {
    ...schema.response,
    200: { ...answer, headers },
    ...(methods.includes('GET')
      ? { 304: { type: 'null', description: 'Not changed since `If-None-Match`', headers } }
      : {}),
  };
};
