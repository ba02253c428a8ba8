import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import '../components/siaga-time.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { incidentTitle, priorityWord } from '../i18n/words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';

/** Rows the pane draws; the incidents page has the rest. */
const ROWS = 50;

/** Open incidents, newest first, live. */
@customElement('siaga-incident-pane')
export class SiagaIncidentPane extends SiagaElement {
  static override styles = [
    baseStyles,
    healthStyles,
    css`
      :host {
        display: block;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        box-shadow: var(--shadow);
        overflow: hidden;
      }
      .head {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        padding: var(--space-3) var(--space-4);
        border-block-end: 1px solid var(--line);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        border-block-end: 1px solid var(--line);
      }
      li:last-child {
        border-block-end: 0;
      }
      li.new {
        animation: arrive var(--motion) ease-out;
      }
      @keyframes arrive {
        from {
          opacity: 0;
          transform: translateX(24px);
        }
      }
      li a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 2px var(--space-2);
        align-items: center;
        padding: var(--space-3) var(--space-4);
        color: var(--text);
        text-decoration: none;
      }
      li a:hover {
        background: var(--surface-hover);
      }
      li a:focus-visible {
        outline-offset: -2px;
      }
      .title {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .detail {
        grid-column: 2 / -1;
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
      siaga-time {
        color: var(--down-text);
        font-weight: 600;
      }
      .all {
        display: block;
        padding: var(--space-3) var(--space-4);
        border-block-start: 1px solid var(--line);
      }
    `,
  ];

  /** Incidents that arrived while the pane was open: these slide in. */
  private readonly arrived = new Set<string>();

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0 || change.devices.size > 0 || change.sites.size > 0,
      (change) => {
        if (!change.snapshot) for (const { id } of change.opened) this.arrived.add(id);
      },
    );
  }

  private renderRow(ticket: TicketSummary): TemplateResult {
    const { devices, sites } = this.services.store.state;
    const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
    const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
    return html`<li class=${this.arrived.has(ticket.id) ? 'new' : ''}>
      <a href=${incidentAddress(ticket.id)}>
        ${healthShape('down')}
        <span class="title">${incidentTitle(ticket, device?.name)}</span>
        <siaga-time mode="for" at=${ticket.first_failed_at ?? ticket.created_at}></siaga-time>
        <span class="detail">
          ${site ? html`${site.name} · ` : nothing}${priorityWord(ticket.priority)} · ${ticket.ticket_number}
        </span>
      </a>
    </li>`;
  }

  protected override render(): TemplateResult {
    const open = [...this.services.store.state.incidents.values()].sort(
      (a, b) => Date.parse(b.created_at) - Date.parse(a.created_at),
    );
    return html`<div class="head">
        <h2>${msg('Open incidents')}</h2>
        <span class="quiet">${wholeNumber(open.length, this.locale)}</span>
      </div>
      ${
        open.length === 0
          ? html`<siaga-empty words=${msg('No open incidents')}>
              <span>${msg('A new one appears here by itself, seconds after it begins.')}</span>
            </siaga-empty>`
          : html`<ul>
              ${repeat(
                open.slice(0, ROWS),
                ({ id }) => id,
                (ticket) => this.renderRow(ticket),
              )}
            </ul>`
      }
      ${open.length > ROWS ? html`<a class="all" href="/incidents">${msg('All open incidents')}</a>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-pane': SiagaIncidentPane;
  }
}
