import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-time.js';
import { icons } from '../components/icons.js';
import { isolated } from '../i18n/isolated.js';
import { isOpen } from '../live/state.js';
import { baseStyles, pageStyles } from '../styles/shared.js';
import { takeBackAndTell, WRITE } from './actions.js';
import { drafts } from './drafts.js';
import { isAcknowledged } from './order.js';
import './siaga-acknowledge-form.js';
import type { TicketForm } from './ticket-form.js';

/**
 * Who has taken note of the incident and why, or the way to do so. Tells `siaga-changed` when something was
 * done, and `siaga-undone` where the button that had the focus went with it.
 */
@customElement('siaga-acknowledgement')
export class SiagaAcknowledgement extends SiagaElement {
  static override styles = [
    baseStyles,
    pageStyles,
    css`
      :host {
        display: block;
        padding: 0;
        margin: 0;
        max-width: none;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
      }
      .bar > div {
        flex: 1 1 15rem;
        overflow-wrap: anywhere;
      }
      .fresh {
        border-inline-start: 3px solid var(--down-fill);
      }
      .calm {
        border-inline-start: 3px solid var(--brand);
      }
      .reason {
        white-space: pre-wrap;
      }
      strong {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) ticket!: TicketSummary;

  @state() private isOpened = false;
  @state() private busy = false;
  @query('siaga-acknowledge-form') private form!: TicketForm | null;

  override connectedCallback(): void {
    super.connectedCallback();
    const place = { kind: 'acknowledge' as const, userId: this.user?.id ?? '', ticketId: this.ticket.id };
    if (drafts.read(place) !== '') this.isOpened = true;
  }

  /** Opens the form and moves the focus into it, or says why not. */
  async begin(): Promise<void> {
    const { ticket } = this;
    if (!isOpen(ticket)) {
      this.services.notices.show(msg('It is over: there is nothing left to acknowledge.'));
      return;
    }
    if (!this.may(WRITE)) {
      this.services.notices.show(this.lackWords);
      return;
    }
    if (isAcknowledged(ticket)) {
      const name = isolated(ticket.acknowledged_by?.name ?? '–');
      this.services.notices.show(msg(str`Already acknowledged by ${name}.`));
      return;
    }
    this.isOpened = true;
    await this.updateComplete;
    await this.form?.updateComplete;
    this.form?.focusText();
  }

  /** Takes the acknowledgement back, where there is one. */
  async undo(): Promise<void> {
    if (this.busy || !this.may(WRITE) || !isAcknowledged(this.ticket)) return;
    this.busy = true;
    const hadFocus = this.matches(':focus-within');
    await takeBackAndTell(this.services, this.ticket.id, this.locale);
    this.busy = false;
    this.tellChanged();
    if (hadFocus) this.dispatchEvent(new CustomEvent('siaga-undone'));
  }

  private tellChanged(): void {
    this.dispatchEvent(new CustomEvent('siaga-changed'));
  }

  private get lackWords(): string {
    return msg(
      'Acknowledging takes the right “tickets:write”, which you lack. An administrator can grant it.',
    );
  }

  private readonly onClose = async (): Promise<void> => {
    this.isOpened = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('wa-button')?.focus();
  };

  private readonly onSent = (): void => {
    void this.onClose();
    this.tellChanged();
  };

  private renderForm(): TemplateResult {
    return html`<siaga-acknowledge-form
      .ticket=${this.ticket}
      @siaga-close=${this.onClose}
      @siaga-sent=${this.onSent}
    ></siaga-acknowledge-form>`;
  }

  private renderAcknowledged(at: string): TemplateResult {
    const { ticket } = this;
    const name = isolated(ticket.acknowledged_by?.name ?? '–');
    return html`<div class="card calm bar">
      <div>
        <strong>${msg(str`Acknowledged by ${name}`)}</strong>
        <span class="quiet">· <siaga-time at=${at}></siaga-time></span>
        <p class="reason" dir="auto">${ticket.acknowledge_reason}</p>
      </div>
      ${
        this.may(WRITE)
          ? html`<wa-button appearance="outlined" ?loading=${this.busy} @click=${() => void this.undo()}>
              ${msg('Take back')}
            </wa-button>`
          : nothing
      }
    </div>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { ticket } = this;
    // A form with words in it stays, and says itself what happened meanwhile.
    if (this.isOpened && this.may(WRITE)) return html`<div class="card fresh">${this.renderForm()}</div>`;
    if (!isOpen(ticket)) return nothing;
    if (ticket.acknowledged_at !== null) return this.renderAcknowledged(ticket.acknowledged_at);
    return html`<div class="card fresh bar">
      <div>
        <strong>${msg('Nobody has taken note of it yet.')}</strong>
        ${this.may(WRITE) ? nothing : html`<p class="quiet">${this.lackWords}</p>`}
      </div>
      ${
        this.may(WRITE)
          ? html`<wa-button variant="brand" @click=${() => void this.begin()}>
              ${icons.calm}${msg('Acknowledge')}
            </wa-button>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-acknowledgement': SiagaAcknowledgement;
  }
}
