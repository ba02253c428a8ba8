import { CreateSiteBody, ErrorBody, Ok, OkPage, Site, SiteQuery, UpdateSiteBody } from '@siaga/shared';
import Type from 'typebox';
import type { Fleet, SiteSort } from '../../fleet/index.js';
import { ok, page } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';
import { IdParams, OneQuery } from './monitoring-params.js';
import { actorOf, listOf } from './monitoring-queries.js';

const tags = ['sites'];

export const registerSiteRoutes = (app: App, { sites }: Pick<Fleet, 'sites'>): void => {
  app.get(
    '/monitoring/sites',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Sites, by name unless sorted',
        querystring: SiteQuery,
        response: { 200: OkPage(Site) },
      },
    },
    async (request) => {
      const list = await sites.list(listOf<SiteSort, typeof request.query>(request.query));
      return page(request, list.items, list);
    },
  );
  app.post(
    '/monitoring/sites',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Adds a site',
        body: CreateSiteBody,
        response: { 201: Ok(Site), 409: ErrorBody },
      },
    },
    async (request, reply) =>
      reply.code(201).send(ok(request, await sites.create(actorOf(request), request.body))),
  );
  app.get(
    '/monitoring/sites/:id',
    {
      config: { permission: 'monitoring:read', etag: 'updated_at' },
      schema: {
        tags,
        summary: 'One site',
        params: IdParams,
        querystring: OneQuery,
        response: { 200: Ok(Site) },
      },
    },
    async (request) => ok(request, await sites.get(request.params.id)),
  );
  app.patch(
    '/monitoring/sites/:id',
    {
      config: { permission: 'monitoring:write', etag: 'updated_at', ifMatch: true },
      schema: {
        tags,
        summary: 'Changes the fields given',
        params: IdParams,
        body: UpdateSiteBody,
        response: { 200: Ok(Site), 409: ErrorBody },
      },
    },
    async (request) =>
      ok(request, await sites.update(actorOf(request), request.params.id, request.body, request.ifMatch)),
  );
  app.delete(
    '/monitoring/sites/:id',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Removes a site without agents and devices',
        params: IdParams,
        response: { 204: Type.Null(), 409: ErrorBody },
      },
    },
    async (request, reply) => {
      await sites.remove(actorOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
};
