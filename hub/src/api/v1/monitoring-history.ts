import {
  Explanation,
  HealthHistory,
  HealthHistoryQuery,
  Ok,
  OkPage,
  TimelineEntry,
  TimelineQuery,
} from '@siaga/shared';
import type { FastifyRequest } from 'fastify';
import { ok, page } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';
import type { Eyes, Reports } from '../../reports/index.js';
import { IdParams } from './monitoring-params.js';

const tags = ['devices'];

const eyesOf = (request: FastifyRequest): Eyes => ({
  withIncidents: request.principal.permissions.has('tickets:read'),
});

/** What became of a device and why. */
export const registerHistoryRoutes = (app: App, reports: Reports): void => {
  app.get(
    '/monitoring/devices/:id/timeline',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: 'What happened to a device, its agent and incidents about it, newest first',
        description:
          '`from` is the first moment, `to` the first that is left out: a reader who pages while things happen gives `to`. ' +
          'The newest 100,000 entries can be paged through; `to` leads further back. Entries of kind `incident` come with `tickets:read` only.',
        params: IdParams,
        querystring: TimelineQuery,
        response: { 200: OkPage(TimelineEntry) },
      },
    },
    async (request) => {
      const list = await reports.timeline(request.params.id, request.query, eyesOf(request));
      return page(request, list.items, list);
    },
  );
  app.get(
    '/monitoring/devices/:id/explain',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Why an incident was, or was not, raised about a device',
        description:
          'Without `tickets:read` nothing is said of incidents: the answer is as if there were none.',
        params: IdParams,
        response: { 200: Ok(Explanation) },
      },
    },
    async (request) => ok(request, await reports.explanation(request.params.id, eyesOf(request))),
  );
  app.get(
    '/monitoring/devices/:id/health-history',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: "A device's health over a span; the last day unless told, 400 days at most",
        description:
          'Of more than 2,000 intervals the shortest are merged into their worse neighbour; the totals are of all of them.',
        params: IdParams,
        querystring: HealthHistoryQuery,
        response: { 200: Ok(HealthHistory) },
      },
    },
    async (request) => ok(request, await reports.healthHistory(request.params.id, request.query)),
  );
};
