import {
  AcknowledgeBody,
  CommentQuery,
  CreateCommentBody,
  ErrorBody,
  Ok,
  OkPage,
  TicketComment,
  TicketDetail,
  TicketQuery,
  TicketSummary,
} from '@siaga/shared';
import Type from 'typebox';
import type { Desk } from '../../desk/index.js';
import { ok, page, pageOf } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';
import { OneQuery } from './monitoring-params.js';
import { actorOf } from './monitoring-queries.js';

const tags = ['tickets'];

/** Every form of id a ticket was ever shown with (dialects.md, "Ids"). */
const TicketParams = Type.Object(
  {
    id: Type.String({
      pattern: '^([0-9a-fA-F-]{36}|[A-Za-z]{2,4}-[0-9]{4,8}-[0-9]{6,15}|[0-9]{1,15})$',
      description: 'a UUID, a number such as INC-20260115-001234, or the global integer',
    }),
  },
  { additionalProperties: false },
);

/** Tickets in seed 004's words (§4.1, §4.2). */
export const registerTicketRoutes = (app: App, { desk }: { desk: Pick<Desk, 'tickets'> }): void => {
  app.get(
    '/tickets',
    {
      config: { permission: 'tickets:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Tickets, the newest first unless sorted',
        querystring: TicketQuery,
        response: { 200: OkPage(TicketSummary) },
      },
    },
    async (request) => {
      const list = await desk.tickets.list(request.query);
      return page(request, list.items, list);
    },
  );
  app.get(
    '/tickets/:id',
    {
      config: { permission: 'tickets:read', etag: 'revision' },
      schema: {
        tags,
        summary: 'One ticket with its evidence and history',
        params: TicketParams,
        querystring: OneQuery,
        response: { 200: Ok(TicketDetail) },
      },
    },
    async (request) => {
      const { ticket, revision } = await desk.tickets.get(request.params.id);
      request.revision = revision;
      return ok(request, ticket);
    },
  );
  registerAcknowledgeRoutes(app, { desk });
  registerCommentRoutes(app, { desk });
};

const registerAcknowledgeRoutes = (app: App, { desk }: { desk: Pick<Desk, 'tickets'> }): void => {
  app.post(
    '/tickets/:id/acknowledge',
    {
      config: { permission: 'tickets:write', etag: 'revision', ifMatch: true },
      schema: {
        tags,
        summary: 'Takes note of an open incident, with a reason',
        description:
          'Of several at once exactly one does; the others are told by 409 who it was and when. Recovery takes it back.',
        params: TicketParams,
        body: AcknowledgeBody,
        response: { 200: Ok(TicketDetail), 409: ErrorBody },
      },
    },
    async (request) => {
      const { params, body, ifMatch } = request;
      const { ticket, revision } = await desk.tickets.acknowledge(actorOf(request), params.id, body, ifMatch);
      request.revision = revision;
      return ok(request, ticket);
    },
  );
  app.delete(
    '/tickets/:id/acknowledge',
    {
      config: { permission: 'tickets:write', etag: 'revision', ifMatch: true },
      schema: {
        tags,
        summary: 'Takes an acknowledgement back',
        params: TicketParams,
        response: { 200: Ok(TicketDetail), 409: ErrorBody },
      },
    },
    async (request) => {
      const { params, ifMatch } = request;
      const { ticket, revision } = await desk.tickets.unacknowledge(actorOf(request), params.id, ifMatch);
      request.revision = revision;
      return ok(request, ticket);
    },
  );
};

/** Seed 004 §5.1, §5.2. */
const registerCommentRoutes = (app: App, { desk }: { desk: Pick<Desk, 'tickets'> }): void => {
  app.get(
    '/tickets/:id/comments',
    {
      config: { permission: 'tickets:read', etag: 'content' },
      schema: {
        tags,
        summary: 'Comments on a ticket, the oldest first',
        params: TicketParams,
        querystring: CommentQuery,
        response: { 200: OkPage(TicketComment) },
      },
    },
    async (request) => {
      const list = await desk.tickets.comments(request.params.id, pageOf(request.query));
      return page(request, list.items, list);
    },
  );
  app.post(
    '/tickets/:id/comments',
    {
      config: { permission: 'tickets:write' },
      schema: {
        tags,
        summary: 'Comments on a ticket; a resolved one takes comments, a closed one does not',
        params: TicketParams,
        body: CreateCommentBody,
        response: { 201: Ok(TicketComment), 409: ErrorBody },
      },
    },
    async (request, reply) => {
      const comment = await desk.tickets.comment(actorOf(request), request.params.id, request.body);
      return reply.code(201).send(ok(request, comment, 'Comment added successfully'));
    },
  );
};
