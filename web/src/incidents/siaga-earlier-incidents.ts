import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address, incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-time.js';
import type { Page } from '../http/api-client.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { statusWord } from '../i18n/words.js';
import { baseStyles, pageStyles } from '../styles/shared.js';
import { factsStyles } from './facts-styles.js';
import { begunAt } from './order.js';

/** Rows shown; the incidents page has the rest. */
const ROWS = 5;

/** Other incidents of the same device, newest first: whether this one is the first of its kind. */
@customElement('siaga-earlier-incidents')
export class SiagaEarlierIncidents extends SiagaElement {
  static override styles = [
    baseStyles,
    pageStyles,
    factsStyles,
    css`
      ul {
        display: grid;
        gap: var(--space-2);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        font-size: var(--text-s);
      }
      .sub {
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
      .all {
        display: inline-block;
        margin-block-start: var(--space-3);
      }
    `,
  ];

  @property() deviceId = '';
  /** The one that is being looked at. */
  @property() exceptId = '';

  private readonly tickets = new Loading(
    this,
    ([deviceId]: readonly [string], signal): Promise<Page<TicketSummary>> =>
      this.services.api.list(
        '/tickets',
        { ticket_type: 'incident', device_id: deviceId, sort: '-created_at', per_page: ROWS + 1 },
        signal,
      ),
    () => [this.deviceId] as const,
  );

  private renderOne(ticket: TicketSummary): TemplateResult {
    const ended = ticket.resolved_at;
    return html`<li>
      <a href=${incidentAddress(ticket.id)}><siaga-time mode="exact" at=${begunAt(ticket)}></siaga-time></a>
      <span class="sub">
        ${
          ended === null
            ? statusWord(ticket.status)
            : durationWords(Date.parse(ended) - Date.parse(begunAt(ticket)), this.locale)
        }
        · ${ticket.ticket_number}
      </span>
    </li>`;
  }

  private renderPage({ items, pagination }: Page<TicketSummary>): TemplateResult {
    const others = items.filter(({ id }) => id !== this.exceptId).slice(0, ROWS);
    if (others.length === 0) {
      return html`<p class="quiet">${msg('None: it is the first one of this device.')}</p>`;
    }
    return html`<ul>
        ${others.map((ticket) => this.renderOne(ticket))}
      </ul>
      ${
        pagination.total > others.length + 1
          ? html`<a class="all" href=${address('/incidents', { status: 'all', device_id: this.deviceId })}
              >${msg('All incidents of this device')} (${wholeNumber(pagination.total, this.locale)})</a
            >`
          : nothing
      }`;
  }

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="earlier">
      <h2 id="earlier">${msg('Other incidents of this device')}</h2>
      ${this.tickets.render((page) => this.renderPage(page), 2)}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-earlier-incidents': SiagaEarlierIncidents;
  }
}
