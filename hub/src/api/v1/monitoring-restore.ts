import { Agent, Device, ErrorBody, Ok, Site } from '@siaga/shared';
import type { Fleet } from '../../fleet/index.js';
import { ok } from '../../platform/http/envelope.js';
import { Nothing } from '../../platform/http/routes.js';
import type { App } from '../../platform/http/types.js';
import type { DeviceView } from './monitoring-devices.js';
import { IdParams } from './monitoring-params.js';
import { actorOf } from './monitoring-queries.js';

/** The undo of a deletion. What was never deleted, or is back already, is 404. */
export const registerRestoreRoutes = (
  app: App,
  { restore }: Pick<Fleet, 'restore'>,
  shown: DeviceView,
): void => {
  app.post(
    '/monitoring/sites/:id/restore',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags: ['sites'],
        summary: 'Brings a deleted site back as it was',
        params: IdParams,
        body: Nothing,
        response: { 200: Ok(Site), 409: ErrorBody },
      },
    },
    async (request) => ok(request, await restore.site(actorOf(request), request.params.id)),
  );
  app.post(
    '/monitoring/agents/:id/restore',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags: ['agents'],
        summary: 'Brings a deleted agent back; it has to be enrolled again',
        params: IdParams,
        body: Nothing,
        response: { 200: Ok(Agent), 409: ErrorBody },
      },
    },
    async (request) => {
      const agent = await restore.agent(actorOf(request), request.params.id);
      return ok(
        request,
        agent,
        `Agent ${agent.name} is back and must be enrolled again: its credentials were destroyed`,
      );
    },
  );
  app.post(
    '/monitoring/devices/:id/restore',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags: ['devices'],
        summary:
          'Brings a deleted device back with its checks, its charts and those of its parents that are there',
        params: IdParams,
        body: Nothing,
        response: { 200: Ok(Device), 409: ErrorBody },
      },
    },
    async (request) => ok(request, shown(request, await restore.device(actorOf(request), request.params.id))),
  );
};
