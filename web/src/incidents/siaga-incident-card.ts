import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-time.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import { isolated } from '../i18n/isolated.js';
import { incidentTitle, priorityWord } from '../i18n/words.js';
import { baseStyles } from '../styles/shared.js';
import { takeBackAndTell, WRITE } from './actions.js';
import { cardStyles } from './card-styles.js';
import { drafts, type DraftKind } from './drafts.js';
import { begunAt, isAcknowledged } from './order.js';
import './siaga-acknowledge-form.js';
import './siaga-comment-form.js';
import type { TicketForm } from './ticket-form.js';

/** One open incident in the pane, with what can be done about it. Tells `siaga-form` which form it wants open. */
@customElement('siaga-incident-card')
export class SiagaIncidentCard extends SiagaElement {
  static override styles = [baseStyles, healthStyles, cardStyles];

  @property({ attribute: false }) ticket!: TicketSummary;
  @property({ attribute: false }) deviceName: string | undefined = undefined;
  @property({ attribute: false }) siteName: string | undefined = undefined;
  /** The form that stands open in it. */
  @property({ attribute: false }) form: DraftKind | undefined = undefined;
  /** It recovered and still stands here, as somebody points at the list. */
  @property({ type: Boolean, reflect: true }) gone = false;

  @query('a') private link!: HTMLAnchorElement | null;
  @query('.form > *') private openForm!: TicketForm | null;

  private busy = false;

  /** Moves the focus to the incident. */
  override focus(): void {
    this.link?.focus();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('ticket')) return;
    this.setAttribute('priority', this.ticket.priority);
    this.toggleAttribute('calm', isAcknowledged(this.ticket));
  }

  /** Moves the focus into the open form. */
  async focusForm(): Promise<void> {
    await this.updateComplete;
    await this.openForm?.updateComplete;
    this.openForm?.focusText();
  }

  private want(kind: DraftKind | null): void {
    this.dispatchEvent(
      new CustomEvent<DraftKind | null>('siaga-form', { detail: kind, bubbles: true, composed: true }),
    );
  }

  private readonly closeForm = (): void => {
    this.want(null);
    this.focus();
  };

  /** Takes the acknowledgement back. */
  async undo(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    // The button makes room for another one: the focus does not go with it.
    if (this.matches(':focus-within')) this.focus();
    await takeBackAndTell(this.services, this.ticket.id, this.locale);
    this.busy = false;
  }

  private hasDraft(kind: DraftKind): boolean {
    return drafts.read({ kind, userId: this.user?.id ?? '', ticketId: this.ticket.id }) !== '';
  }

  private renderOpener(kind: DraftKind, words: string, isFirst: boolean): TemplateResult {
    const isThis = this.form === kind;
    return html`<button
      class=${isFirst ? 'first' : ''}
      aria-expanded=${isThis}
      @click=${() => this.want(isThis ? null : kind)}
    >
      ${words}${
        !isThis && this.hasDraft(kind) ? html` <span class="draft">${msg('(draft)')}</span>` : nothing
      }
    </button>`;
  }

  private renderActions(): TemplateResult | typeof nothing {
    if (this.gone || !this.may(WRITE)) return nothing;
    const calm = isAcknowledged(this.ticket);
    return html`<div class="actions">
      ${
        calm
          ? html`<button @click=${() => void this.undo()}>${msg('Take back')}</button>`
          : this.renderOpener('acknowledge', msg('Acknowledge'), true)
      }
      ${this.renderOpener('comment', msg('Comment'), false)}
    </div>`;
  }

  private renderForm(): TemplateResult | typeof nothing {
    if (this.form === undefined) return nothing;
    return html`<div class="form">
      ${
        this.form === 'acknowledge'
          ? html`<siaga-acknowledge-form
              .ticket=${this.ticket}
              @siaga-close=${this.closeForm}
              @siaga-sent=${this.closeForm}
            ></siaga-acknowledge-form>`
          : html`<siaga-comment-form
              compact
              .ticket=${this.ticket}
              @siaga-close=${this.closeForm}
              @siaga-sent=${this.closeForm}
            ></siaga-comment-form>`
      }
    </div>`;
  }

  private renderNote(): TemplateResult | typeof nothing {
    const { ticket } = this;
    if (this.gone) return html`<div class="note">${msg('Resolved')}</div>`;
    if (ticket.acknowledged_at === null) return nothing;
    const name = isolated(ticket.acknowledged_by?.name ?? '–');
    return html`<div class="note">
      ${msg(str`Acknowledged by ${name}`)} · <siaga-time at=${ticket.acknowledged_at}></siaga-time>:
      <q dir="auto">${ticket.acknowledge_reason}</q>
    </div>`;
  }

  /** The site, unless the title names it already: a device is often called after its site. */
  private renderSite(title: string): TemplateResult | typeof nothing {
    const { siteName } = this;
    if (siteName === undefined || title.toLowerCase().includes(siteName.toLowerCase())) return nothing;
    return html` · <bdi>${siteName}</bdi>`;
  }

  protected override render(): TemplateResult {
    const { ticket } = this;
    const isCalm = this.gone || isAcknowledged(ticket);
    const priority = priorityWord(ticket.priority);
    const title = incidentTitle(ticket, this.deviceName);
    return html`<div class="top">
        ${isCalm ? html`<span class="calm-mark">${icons.calm}</span>` : healthShape('down')}
        <a href=${incidentAddress(ticket.id)} title=${title}><bdi>${title}</bdi></a>
      </div>
      <div class="under">
        <div class="detail">
          <span class="main">
            <siaga-time class="since" mode="for" at=${begunAt(ticket)}></siaga-time> ·
            ${!isCalm && ticket.priority === 'critical' ? html`<strong>${priority}</strong>` : priority}${this.renderSite(title)}
          </span>
          <span>${ticket.ticket_number}</span>
        </div>
        ${this.renderActions()}
      </div>
      ${this.renderNote()} ${this.renderForm()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-card': SiagaIncidentCard;
  }
}
