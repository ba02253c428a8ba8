import { html, nothing, type TemplateResult } from 'lit';
import type { TicketSummary } from '@siaga/shared';
import { address, incidentAddress } from '../app/routes.js';
import { icons } from '../components/icons.js';
import { healthShape } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { durationWords } from '../i18n/time.js';
import { incidentTitle, priorityWord, statusWord } from '../i18n/words.js';
import { isOpen, type LiveState } from '../live/state.js';

/** From the first failure to the end, in words; for an open one it counts on. */
const lasted = (ticket: TicketSummary, locale: string): TemplateResult => {
  const begun = ticket.first_failed_at ?? ticket.created_at;
  if (ticket.resolved_at === null) return html`<siaga-time mode="for" at=${begun}></siaga-time>`;
  return html`${durationWords(Date.parse(ticket.resolved_at) - Date.parse(begun), locale)}`;
};

/** One incident as a row: what, where, how pressing, in which state, since when and for how long. */
export const incidentRow = (
  ticket: TicketSummary,
  { devices, sites }: Pick<LiveState, 'devices' | 'sites'>,
  locale: string,
): TemplateResult => {
  const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
  const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
  const mark = isOpen(ticket) ? healthShape('down') : html`<span class="calm-mark">${icons.calm}</span>`;
  return html`<tr>
    <th scope="row">
      <span class="incident-name">
        ${mark}
        <span>
          <a href=${incidentAddress(ticket.id)}>${incidentTitle(ticket, device?.name)}</a>
          <span class="sub">${ticket.ticket_number}</span>
        </span>
      </span>
    </th>
    <td class="wide">
      ${site ? html`<a href=${address('/devices', { site_id: site.id })}>${site.name}</a>` : nothing}
    </td>
    <td class="wide">${priorityWord(ticket.priority)}</td>
    <td class="wide">${statusWord(ticket.status)}</td>
    <td><siaga-time at=${ticket.first_failed_at ?? ticket.created_at}></siaga-time></td>
    <td class="wide">${lasted(ticket, locale)}</td>
  </tr>`;
};
