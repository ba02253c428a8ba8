import {
  Agent,
  AgentQuery,
  CreateAgentBody,
  EnrolBody,
  EnrolledAgent,
  EnrolmentToken,
  ErrorBody,
  Ok,
  OkPage,
  UpdateAgentBody,
} from '@siaga/shared';
import Type from 'typebox';
import type { AgentSort, Fleet } from '../../fleet/index.js';
import { ok, page } from '../../platform/http/envelope.js';
import { Nothing } from '../../platform/http/routes.js';
import type { App } from '../../platform/http/types.js';
import { IdParams, OneQuery } from './monitoring-params.js';
import { actorOf, listOf } from './monitoring-queries.js';

const tags = ['agents'];

export const registerAgentRoutes = (
  app: App,
  { agents, enrolment }: Pick<Fleet, 'agents' | 'enrolment'>,
): void => {
  app.get(
    '/monitoring/agents',
    {
      config: { permission: 'monitoring:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Agents, by name unless sorted',
        querystring: AgentQuery,
        response: { 200: OkPage(Agent) },
      },
    },
    async (request) => {
      const list = await agents.list(listOf<AgentSort, typeof request.query>(request.query));
      return page(request, list.items, list);
    },
  );
  app.post(
    '/monitoring/agents',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Adds an agent; it waits for its enrolment',
        body: CreateAgentBody,
        response: { 201: Ok(Agent), 409: ErrorBody },
      },
    },
    async (request, reply) =>
      reply.code(201).send(ok(request, await agents.create(actorOf(request), request.body))),
  );
  app.post(
    '/monitoring/agents/enrol',
    {
      config: { permission: 'open' },
      schema: {
        tags,
        summary: 'Trades an enrolment token for MQTT credentials',
        description: 'Open to whoever holds a token. The password is shown this once.',
        body: EnrolBody,
        response: { 201: Ok(EnrolledAgent), 401: ErrorBody },
      },
    },
    async (request, reply) =>
      reply.code(201).send(ok(request, await enrolment.enrol(request.body, { ip: request.ip }))),
  );
  app.get(
    '/monitoring/agents/:id',
    {
      config: { permission: 'monitoring:read', etag: 'updated_at' },
      schema: {
        tags,
        summary: 'One agent',
        params: IdParams,
        querystring: OneQuery,
        response: { 200: Ok(Agent) },
      },
    },
    async (request) => ok(request, await agents.get(request.params.id)),
  );
  app.patch(
    '/monitoring/agents/:id',
    {
      config: { permission: 'monitoring:write', etag: 'updated_at', ifMatch: true },
      schema: {
        tags,
        summary: 'Changes the fields given',
        params: IdParams,
        body: UpdateAgentBody,
        response: { 200: Ok(Agent), 409: ErrorBody },
      },
    },
    async (request) =>
      ok(request, await agents.update(actorOf(request), request.params.id, request.body, request.ifMatch)),
  );
  app.delete(
    '/monitoring/agents/:id',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'Removes an agent that watches no devices',
        params: IdParams,
        response: { 204: Type.Null(), 409: ErrorBody },
      },
    },
    async (request, reply) => {
      await agents.remove(actorOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/monitoring/agents/:id/enrolment',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: 'A token for one enrolment within 24 hours; older ones become void',
        params: IdParams,
        body: Nothing,
        response: { 201: Ok(EnrolmentToken) },
      },
    },
    async (request, reply) =>
      reply.code(201).send(ok(request, await enrolment.createToken(actorOf(request), request.params.id))),
  );
  app.post(
    '/monitoring/agents/:id/revoke',
    {
      config: { permission: 'monitoring:write' },
      schema: {
        tags,
        summary: "Takes the agent's credentials and connection away",
        params: IdParams,
        body: Nothing,
        response: { 200: Ok(Agent) },
      },
    },
    async (request) => ok(request, await agents.revoke(actorOf(request), request.params.id)),
  );
};
