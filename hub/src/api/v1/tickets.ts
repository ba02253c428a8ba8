import { Ok, OkPage, TicketDetail, TicketQuery, TicketSummary } from '@siaga/shared';
import Type from 'typebox';
import type { Desk } from '../../desk/index.js';
import { ok, page } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';

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
      config: { permission: 'tickets:read' },
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
      config: { permission: 'tickets:read' },
      schema: {
        tags,
        summary: 'One ticket with its evidence and history',
        params: TicketParams,
        response: { 200: Ok(TicketDetail) },
      },
    },
    async (request) => ok(request, await desk.tickets.get(request.params.id)),
  );
};
