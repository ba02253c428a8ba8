import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TicketDetail } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import '../charts/siaga-latency.js';
import { milliseconds, wholeNumber } from '../i18n/numbers.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles, tableStyles } from '../styles/shared.js';
import { evidenceWords } from './story-words.js';

const msOf = (iso: string | null): number | undefined => (iso === null ? undefined : Date.parse(iso));

/** Why it was raised: the sentence, the chart around the failure, and the failed cycles. */
@customElement('siaga-evidence')
export class SiagaEvidence extends SiagaElement {
  static override styles = [
    baseStyles,
    tableStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      :host > * {
        min-width: 0;
      }
      summary {
        cursor: pointer;
        color: var(--text-quiet);
        font-size: var(--text-xs);
        min-height: max(24px, 1.5rem);
      }
      .cycles {
        overflow-x: auto;
        max-height: 260px;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
    `,
  ];

  @property({ attribute: false }) ticket!: TicketDetail;

  private renderChart(): TemplateResult | typeof nothing {
    const { ticket } = this;
    const failedAtMs = msOf(ticket.first_failed_at ?? ticket.detected_at);
    if (ticket.device_id === null || failedAtMs === undefined) return nothing;
    return html`<siaga-latency
      .deviceId=${ticket.device_id}
      .failure=${{ failedAtMs, endedAtMs: msOf(ticket.resolved_at) }}
    ></siaga-latency>`;
  }

  private renderCycles(): TemplateResult | typeof nothing {
    const cycles = this.ticket.evidence?.cycles ?? [];
    if (cycles.length === 0) return nothing;
    const shown = wholeNumber(cycles.length, this.locale);
    return html`<details>
      <summary>${msg(str`Failed probe cycles (${shown})`)}</summary>
      <div class="cycles" role="region" tabindex="0" aria-label=${msg('Failed probe cycles')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Sent')}</th>
              <th scope="col" class="number">${msg('Packets lost')}</th>
              <th scope="col" class="number">${msg('Round trip')}</th>
            </tr>
          </thead>
          <tbody>
            ${cycles.map(({ at, packets_lost, packets_sent, rtt_ms }) => {
              const lost = wholeNumber(packets_lost, this.locale);
              const sent = wholeNumber(packets_sent, this.locale);
              return html`<tr>
                <td>${exactTime(Date.parse(at), this.locale)}</td>
                <td class="number">${msg(str`${lost} of ${sent}`)}</td>
                <td class="number">
                  ${rtt_ms === null ? msg('no answer') : milliseconds(rtt_ms, this.locale)}
                </td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  protected override render(): TemplateResult {
    const { evidence, occurrences } = this.ticket;
    return html`${evidence === null ? nothing : html`<p>${evidenceWords(evidence, this.locale)}</p>`}
    ${
      occurrences > 1
        ? html`<p class="quiet">
            ${msg(str`It has come back: this is occurrence ${wholeNumber(occurrences, this.locale)} within this incident.`)}
          </p>`
        : nothing
    }
    ${this.renderChart()} ${this.renderCycles()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-evidence': SiagaEvidence;
  }
}
