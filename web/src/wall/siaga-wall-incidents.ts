import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { acknowledgedStyles, deviceShape } from '../board/acknowledged-mark.js';
import { icons } from '../components/icons.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { wholeNumber } from '../i18n/numbers.js';
import { clockTime } from '../i18n/time.js';
import { incidentTitle, priorityWord } from '../i18n/words.js';
import { baseStyles } from '../styles/shared.js';
import { begunAt } from '../incidents/order.js';
import { worstIncidents } from './wall-model.js';

/** The worst open incidents, in type that can be read from across the room. */
@customElement('siaga-wall-incidents')
export class SiagaWallIncidents extends SiagaElement {
  static override styles = [
    baseStyles,
    healthStyles,
    acknowledgedStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: minmax(0, 1fr) auto;
        min-height: 0;
        font-size: var(--wall-type);
        line-height: 1.2;
      }
      ul {
        display: grid;
        grid-auto-rows: minmax(0, calc(100% / 12));
        align-content: start;
        min-height: 0;
        margin: 0;
        padding: 0;
        overflow: hidden;
        list-style: none;
      }
      li {
        border-block-end: 1px solid var(--line);
        min-width: 0;
      }
      li a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        align-content: center;
        gap: 0 0.5em;
        height: 100%;
        color: var(--text);
        text-decoration: none;
      }
      .shape {
        width: 0.9em;
        height: 0.9em;
      }
      .acknowledged .shape {
        width: 0.9em;
        height: 0.9em;
      }
      .tick {
        width: 0.5em;
        height: 0.5em;
      }
      .title {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 600;
      }
      .site {
        grid-column: 2 / -1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 0.72em;
        color: var(--text-quiet);
      }
      siaga-time {
        color: var(--down-text);
        font-weight: 600;
      }
      .calmer .title {
        font-weight: 400;
        color: var(--text-quiet);
      }
      .priority {
        color: var(--down-text);
      }
      .calmer siaga-time {
        color: var(--text-quiet);
        font-weight: 400;
      }
      .more {
        padding-block: 0.35em 0.1em;
        padding-inline-start: 1.9em;
        font-size: 0.72em;
        color: var(--text-quiet);
      }
      .none {
        margin: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 0.4em;
        text-align: center;
        color: var(--up-text);
      }
      .none .icon {
        width: 3em;
        height: 3em;
      }
    `,
  ];

  @property({ attribute: false }) incidents: readonly TicketSummary[] = [];

  // What does not answer is said by its mark already: the width is for the name.
  private nameOf(ticket: TicketSummary, deviceName: string | undefined): string {
    if (ticket.condition === 'unreachable' && deviceName !== undefined) return deviceName;
    return incidentTitle(ticket, deviceName);
  }

  private renderRow(ticket: TicketSummary): TemplateResult {
    const { devices, sites } = this.services.store.state;
    const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
    const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
    const acknowledged = ticket.acknowledged_at !== null;
    const words = acknowledged ? msg('Acknowledged') : priorityWord(ticket.priority);
    const isPressing = !acknowledged && ticket.priority === 'critical';
    const since = clockTime(Date.parse(begunAt(ticket)), this.services.clock.nowMs(), this.locale);
    return html`<li class=${acknowledged ? 'calmer' : ''}>
      <a href=${incidentAddress(ticket.id)}>
        ${deviceShape('down', acknowledged)}
        <bdi class="title">${this.nameOf(ticket, device?.name)}</bdi>
        <siaga-time mode="for" at=${begunAt(ticket)}></siaga-time>
        <span class="site"
          >${site ? html`<bdi>${site.name}</bdi> · ` : nothing}<span class=${isPressing ? 'priority' : ''}
            >${words}</span
          >
          · ${msg(str`since ${since}`)}</span
        >
      </a>
    </li>`;
  }

  protected override render(): TemplateResult {
    const { shown, more } = worstIncidents(this.incidents);
    if (shown.length === 0) return html`<p class="none">${icons.calm}${msg('No open incidents')}</p>`;
    return html`<ul>
        ${repeat(
          shown,
          ({ id }) => id,
          (ticket) => this.renderRow(ticket),
        )}
      </ul>
      ${more > 0 ? html`<p class="more">${msg(str`and ${wholeNumber(more, this.locale)} more open`)}</p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-wall-incidents': SiagaWallIncidents;
  }
}
