import { msg } from '@lit/localize';
import type { TicketComment, TicketDetail } from '@siaga/shared';
import type { Services } from '../app/services.js';
import type { Page } from '../http/api-client.js';
import { toApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { sending } from './sending.js';

type Needs = Pick<Services, 'api' | 'store'>;

/** The right that acknowledging and commenting take. */
export const WRITE = 'tickets:write';

const pathOf = (ticketId: string): string => `/tickets/${encodeURIComponent(ticketId)}`;

/** What the hub answers is put into the store at once: rows need not wait for the feed to say the same. */
const told = ({ store }: Needs, ticket: TicketDetail): TicketDetail => {
  store.push({ name: 'incident', data: ticket });
  return ticket;
};

export const readTicket = async (services: Needs, ticketId: string): Promise<TicketDetail> =>
  told(services, await services.api.get<TicketDetail>(pathOf(ticketId)));

export const acknowledge = async (services: Needs, ticketId: string, reason: string): Promise<TicketDetail> =>
  told(
    services,
    await services.api.send<TicketDetail>('POST', `${pathOf(ticketId)}/acknowledge`, { reason }),
  );

/** Takes the acknowledgement back. */
export const takeBack = async (services: Needs, ticketId: string): Promise<TicketDetail> =>
  told(services, await services.api.send<TicketDetail>('DELETE', `${pathOf(ticketId)}/acknowledge`));

/** Takes it back on request and says what came of it; never throws. */
export const takeBackAndTell = async (
  services: Needs & Pick<Services, 'notices'>,
  ticketId: string,
  locale: string,
): Promise<void> => {
  try {
    await takeBack(services, ticketId);
    services.notices.show(msg('The acknowledgement was taken back.'));
  } catch (thrown) {
    const error = toApiError(thrown);
    if (error.status === 409) await readTicket(services, ticketId).catch(() => undefined);
    services.notices.show(
      error.status === 409 ? msg('It is no longer acknowledged.') : errorWords(error, locale),
    );
  }
};

/** A text that is sent again because no answer came is the same comment: the hub knows it by its id. */
export const sendComment = async (
  { api }: Needs,
  ticketId: string,
  content: string,
): Promise<TicketComment> => {
  const id = sending.idOf(ticketId, content);
  const comment = await api.send<TicketComment>('POST', `${pathOf(ticketId)}/comments`, { id, content });
  sending.done(ticketId);
  return comment;
};

const PER_PAGE = 200;

/**
 * Every comment, oldest first. Of those `known` the full pages are not asked for again: comments are never changed,
 * only added.
 */
export const readComments = async (
  { api }: Needs,
  ticketId: string,
  known: readonly TicketComment[],
  signal?: AbortSignal,
): Promise<TicketComment[]> => {
  let page = Math.floor(known.length / PER_PAGE) + 1;
  const comments = known.slice(0, (page - 1) * PER_PAGE);
  for (;;) {
    const answer: Page<TicketComment> = await api.list<TicketComment>(
      `${pathOf(ticketId)}/comments`,
      { page, per_page: PER_PAGE },
      signal,
    );
    comments.push(...answer.items);
    if (!answer.pagination.has_next || answer.items.length === 0) return comments;
    page += 1;
  }
};
