import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { TicketSummary } from '@siaga/shared';
import { address, incidentAddress } from '../app/routes.js';
import { icons } from '../components/icons.js';
import { healthShape } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { durationWords } from '../i18n/time.js';
import { incidentTitle, priorityWord, statusWord } from '../i18n/words.js';
import { isOpen, type LiveState } from '../live/state.js';
import { begunAt } from './order.js';

/** What a row needs of an incident. */
export const ROW_FIELDS = [
  'id',
  'ticket_number',
  'title',
  'status',
  'priority',
  'condition',
  'device_id',
  'site_id',
  'created_at',
  'first_failed_at',
  'resolved_at',
  'acknowledged_at',
  'acknowledged_by',
  'acknowledge_reason',
] as const satisfies readonly (keyof TicketSummary)[];
type RowIncident = Pick<TicketSummary, (typeof ROW_FIELDS)[number]>;

/** From the first failure to the end, in words; for an open one it counts on. */
const lasted = (ticket: RowIncident, locale: string): TemplateResult => {
  const begun = begunAt(ticket);
  if (ticket.resolved_at === null) return html`<siaga-time mode="for" at=${begun}></siaga-time>`;
  return html`${durationWords(Date.parse(ticket.resolved_at) - Date.parse(begun), locale)}`;
};

const stateOf = (ticket: RowIncident): TemplateResult => {
  if (!isOpen(ticket) || ticket.acknowledged_at === null) return html`${statusWord(ticket.status)}`;
  const name = ticket.acknowledged_by?.name ?? '–';
  return html`${msg('Acknowledged')}
    <span class="sub" title=${ticket.acknowledge_reason ?? ''}><bdi>${name}</bdi></span>`;
};

/**
 * One incident as a row: what, where, how pressing, in which state, since when and for how long. Where there is
 * little room it does not say for how long; a phone says how long ago instead of when.
 */
export const incidentRow = (
  ticket: RowIncident,
  { devices, sites }: Pick<LiveState, 'devices' | 'sites'>,
  locale: string,
  isChanged = false,
  hasSite = true,
): TemplateResult => {
  const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
  const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
  const isLoud = isOpen(ticket) && ticket.acknowledged_at === null;
  const mark = isLoud ? healthShape('down') : html`<span class="calm-mark">${icons.calm}</span>`;
  const priority = priorityWord(ticket.priority);
  return html`<tr class=${isChanged ? 'changed' : ''}>
    <th scope="row">
      <span class="incident-name ${isLoud ? 'loud' : ''}">
        ${mark}
        <span>
          <a href=${incidentAddress(ticket.id)}><bdi>${incidentTitle(ticket, device?.name)}</bdi></a>
          <span class="sub">
            ${ticket.ticket_number}<span class="narrow">
              · ${priority} ·
              ${isLoud || !isOpen(ticket) ? statusWord(ticket.status) : msg('Acknowledged')}</span
            >${isChanged ? html` <span class="tag">${msg('changed')}</span>` : nothing}
          </span>
        </span>
      </span>
    </th>
    ${
      hasSite
        ? html`<td class="wide">
            ${site ? html`<a href=${address('/devices', { site_id: site.id })}><bdi>${site.name}</bdi></a>` : nothing}
          </td>`
        : nothing
    }
    <td class="wide">
      ${ticket.priority === 'critical' && isLoud ? html`<strong>${priority}</strong>` : priority}
    </td>
    <td class="wide">${stateOf(ticket)}</td>
    <td class="begun">
      <siaga-time class="wide" mode="minute" at=${begunAt(ticket)}></siaga-time>
      <siaga-time class="narrow" at=${begunAt(ticket)}></siaga-time>
    </td>
    <td class="widest">${lasted(ticket, locale)}</td>
  </tr>`;
};
