import type { TicketDetail } from '@siaga/shared';
import type { Page } from 'playwright-core';
import { incident, type colleague, type World } from './web-world.js';

/** The first incident of a made-up bank: it is new. */
export const first = ({ tickets }: World): TicketDetail => {
  const [ticket] = tickets;
  if (!ticket) throw new Error('the made-up bank has no incident');
  return ticket;
};
/** Another incident about a device that is up so far. */
export const another = (world: World, place: number, name?: string): TicketDetail => {
  const about = world.devices.filter(({ health }) => health === 'up')[place];
  const at = world.sites.find(({ id }) => id === about?.site_id);
  if (!about || !at) throw new Error('the made-up bank is too small');
  if (name !== undefined) about.name = name;
  const ticket = incident(700 + place, about, at, 14_000);
  world.tickets.push(ticket);
  return ticket;
};
export const acknowledgedBy = (ticket: TicketDetail, person: typeof colleague, reason: string): void => {
  ticket.acknowledged_at = new Date(Date.now() - 5000).toISOString();
  ticket.acknowledged_by = person;
  ticket.acknowledge_reason = reason;
  ticket.updated_at = new Date().toISOString();
  ticket.history.push({
    id: 90,
    at: ticket.acknowledged_at,
    event: 'acknowledged',
    actor: person,
    reason,
    changes: {},
  });
};
export const cards = (page: Page) => page.locator('siaga-incident-card');
export const cardTitles = (page: Page): Promise<string[]> =>
  page.locator('siaga-incident-card a').allInnerTexts();
