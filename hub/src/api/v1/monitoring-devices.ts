import {
  CreateDeviceBody,
  Device,
  DeviceQuery,
  ErrorBody,
  Ok,
  OkPage,
  Series,
  SeriesQuery,
  UpdateDeviceBody,
} from '@siaga/shared';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { DeviceSort, Fleet, StoredDevice } from '../../fleet/index.js';
import { ok, page } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';
import type { Telemetry } from '../../telemetry/index.js';
import { IdParams, OneQuery } from './monitoring-params.js';
import { actorOf, listOf } from './monitoring-queries.js';

const tags = ['devices'];

/**
 * The stored device with the newest figures beside it. To a caller without `tickets:read` no incident is open and nothing
 * is acknowledged, as in the live feed.
 */
export const deviceView =
  (telemetry: Pick<Telemetry, 'latest'>) =>
  (request: FastifyRequest, { in_service_since: _, ...device }: StoredDevice): Device => {
    const figures = telemetry.latest(device.id);
    const seesIncidents = request.principal.permissions.has('tickets:read');
    return {
      ...device,
      open_incident_id: seesIncidents ? device.open_incident_id : null,
      acknowledged: seesIncidents && device.acknowledged,
      rtt_ms: figures?.rttMs ?? null,
      loss_percent: figures?.lossPercent ?? null,
      last_seen_at: figures ? new Date(figures.atMs).toISOString() : null,
    };
  };
export type DeviceView = ReturnType<typeof deviceView>;

export const registerDeviceRoutes = (
  app: App,
  { devices }: Pick<Fleet, 'devices'>,
  telemetry: Pick<Telemetry, 'series'>,
  shown: DeviceView,
): void => {
  app.get(
    '/monitoring/devices',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Devices, by name unless sorted; by health the worst come first',
        querystring: DeviceQuery,
        response: { 200: OkPage(Device) },
      },
    },
    async (request) => {
      const list = await devices.list(listOf<DeviceSort, typeof request.query>(request.query));
      return page(
        request,
        list.items.map((device) => shown(request, device)),
        list,
      );
    },
  );
  app.post(
    '/monitoring/devices',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Adds a device and pings it from now on',
        description: 'An address and a site are enough; what else there is has a default.',
        body: CreateDeviceBody,
        response: { 201: Ok(Device), 409: ErrorBody },
      },
    },
    async (request, reply) =>
      reply.code(201).send(ok(request, shown(request, await devices.create(actorOf(request), request.body)))),
  );
  app.get(
    '/monitoring/devices/:id',
    {
      config: { permission: 'monitoring:read', etag: 'updated_at' },
      schema: {
        tags,
        summary: 'One device',
        params: IdParams,
        querystring: OneQuery,
        response: { 200: Ok(Device) },
      },
    },
    async (request) => ok(request, shown(request, await devices.get(request.params.id))),
  );
  app.patch(
    '/monitoring/devices/:id',
    {
      config: { permission: 'monitoring:write', etag: 'updated_at', ifMatch: true },
      schema: {
        tags,
        summary: 'Changes the fields given',
        description:
          'A new address or link keeps the device, its checks and its history; another agent begins with new checks.',
        params: IdParams,
        body: UpdateDeviceBody,
        response: { 200: Ok(Device), 409: ErrorBody },
      },
    },
    async (request) =>
      ok(
        request,
        shown(
          request,
          await devices.update(actorOf(request), request.params.id, request.body, request.ifMatch),
        ),
      ),
  );
  app.delete(
    '/monitoring/devices/:id',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Takes a device out of service',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await devices.remove(actorOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.get(
    '/monitoring/devices/:id/series',
    {
      config: { permission: 'monitoring:read' },
      schema: {
        tags,
        summary: "A metric's past in columns; the last hour unless told",
        params: IdParams,
        querystring: SeriesQuery,
        response: { 200: Ok(Series) },
      },
    },
    async (request) => ok(request, await telemetry.series({ deviceId: request.params.id, ...request.query })),
  );
};
