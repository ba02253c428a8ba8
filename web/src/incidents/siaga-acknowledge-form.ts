import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { isBlank, type TicketSummary } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { isolated } from '../i18n/isolated.js';
import { agoWords } from '../i18n/time.js';
import { isOpen } from '../live/state.js';
import { acknowledge, readTicket, sendComment, takeBackAndTell } from './actions.js';
import { drafts } from './drafts.js';
import { REASON_LONGEST } from './limits.js';
import { isAcknowledged } from './order.js';
import { TicketForm, unansweredComment } from './ticket-form.js';

/** Reasons that are given most often; looked up when asked, as the language may change. */
const quickReasons = (): string[] => [
  msg('Field team informed'),
  msg('Power cut known'),
  msg('Provider fault'),
  msg('Planned work'),
  msg('Being watched'),
];

/** Takes note of an incident with a reason. Tells when another person was quicker, and then sends none. */
@customElement('siaga-acknowledge-form')
export class SiagaAcknowledgeForm extends TicketForm {
  protected override readonly kind = 'acknowledge';
  protected override readonly longest = REASON_LONGEST;

  /** What the hub told after it had refused: newer than the feed. */
  @state() private refused: TicketSummary | undefined = undefined;
  private commenting = false;
  /** Whether what was sent last is a comment. */
  private commented = false;
  /** The acknowledgement that got no answer, until one comes. */
  private unanswered: { ticketId: string; reason: string } | undefined;

  constructor() {
    super();
    // "5 seconds ago" counts on.
    new Watch(this, () => this.services.clock.tick);
  }

  private get newest(): TicketSummary {
    const { refused, ticket } = this;
    return refused?.id === ticket.id && refused.updated_at > ticket.updated_at ? refused : ticket;
  }

  protected override get obstacle(): string | undefined {
    // Our own acknowledgement may come by the feed before the answer does.
    if (this.busy && !this.commenting) return undefined;
    const ticket = this.newest;
    if (!isOpen(ticket)) return msg('It has recovered meanwhile: there is nothing left to acknowledge.');
    if (!isAcknowledged(ticket)) return undefined;
    const ago = agoWords(this.services.clock.nowMs() - Date.parse(ticket.acknowledged_at ?? ''), this.locale);
    const reason = ticket.acknowledge_reason ?? '';
    const person = ticket.acknowledged_by;
    if (person === null) return msg(str`It was acknowledged ${ago}: ${reason}`);
    if (this.isMineAfterAll) return msg(str`It was saved after all: you acknowledged it ${ago}: ${reason}`);
    return person.id === this.user?.id
      ? msg(str`You acknowledged it ${ago} in another window: ${reason}`)
      : msg(str`${isolated(person.name)} acknowledged it ${ago}: ${reason}`);
  }

  /** Whether the acknowledgement is the one that got no answer. */
  private get isMineAfterAll(): boolean {
    const { acknowledged_by: person, acknowledge_reason: reason } = this.newest;
    const isSame = this.unanswered?.ticketId === this.ticket.id && this.unanswered.reason === reason;
    return isSame && person?.id === this.user?.id;
  }

  protected override async send(reason: string): Promise<void> {
    const { services, ticket } = this;
    this.commented = false;
    try {
      await acknowledge(services, ticket.id, reason);
      this.unanswered = undefined;
      services.notices.show(msg('Acknowledged.'), {
        label: msg('Take back'),
        run: () => void takeBackAndTell(services, ticket.id, this.locale),
      });
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.mayBeDone) this.unanswered = { ticketId: ticket.id, reason };
      if (error.status === 409 || error.status === 412) {
        // What the newest state says of itself says it better than the refusal.
        this.refused = await readTicket(services, ticket.id).catch(() => undefined);
      }
      throw error;
    }
  }

  /** The words are not lost where another person was quicker: they can be said as a comment. */
  private async sendAsComment(): Promise<void> {
    if (this.busy) return;
    const { place } = this;
    this.commenting = true;
    this.commented = true;
    this.busy = true;
    this.error = undefined;
    try {
      await sendComment(this.services, this.ticket.id, this.text.trim());
      drafts.drop(place);
      this.text = '';
      this.services.notices.show(msg('Sent as a comment.'));
      this.dispatchEvent(new CustomEvent('siaga-sent', { bubbles: true, composed: true }));
    } catch (thrown) {
      this.error = toApiError(thrown);
    } finally {
      this.busy = false;
      this.commenting = false;
    }
  }

  protected override unansweredWords(): string {
    return this.commented
      ? unansweredComment()
      : msg(
          'No answer came, and it is not known whether this was saved. Reload the page to see whether it is acknowledged; your words are kept.',
        );
  }

  protected override refusalWords({ status }: ApiError): string | undefined {
    return status === 409 ? msg('It cannot be acknowledged in its present state.') : undefined;
  }

  protected override sendsOn(event: KeyboardEvent): boolean {
    return event.key === 'Enter' && !event.shiftKey;
  }

  private choose(reason: string): void {
    const known = quickReasons();
    const text = this.text.trim();
    this.setText(isBlank(text) || known.includes(text) ? reason : `${text}, ${reason}`);
    this.focusText();
  }

  private renderObstacle(words: string): TemplateResult {
    const isSaved = this.isMineAfterAll;
    const hasText = !isBlank(this.text) && !isSaved;
    return html`<div class="told" role="status">${words}</div>
      ${hasText ? html`<p class="hint" dir="auto">${this.text}</p>` : nothing}
      ${isSaved || this.error?.status === 409 ? nothing : this.renderError()}
      <div class="row">
        ${
          hasText
            ? html`<wa-button size="s" appearance="outlined" @click=${() => void this.sendAsComment()}>
                ${msg('Send as a comment')}
              </wa-button>`
            : nothing
        }
        <wa-button size="s" appearance="outlined" @click=${this.dismiss}>${msg('Close')}</wa-button>
      </div>`;
  }

  private readonly dismiss = (): void => {
    drafts.drop(this.place);
    this.close();
  };

  protected override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle !== undefined)
      return html`<form @submit=${this.onSubmit}>${this.renderObstacle(obstacle)}</form>`;
    return html`<form @submit=${this.onSubmit}>
      ${this.renderText(msg('Reason, or who is on it'), 1, '')}
      <div class="chips" role="group" aria-label=${msg('Reasons given often')}>
        ${quickReasons().map(
          (reason) =>
            html`<button
              type="button"
              aria-pressed=${this.text.trim() === reason}
              ?disabled=${this.busy}
              @click=${() => this.choose(reason)}
            >
              ${reason}
            </button>`,
        )}
      </div>
      ${this.renderError()}
      <div class="row">
        <span class="hint keys"><kbd>Enter</kbd> ${msg('sends')}</span>
        <wa-button size="s" appearance="outlined" @click=${() => this.close()}>${msg('Cancel')}</wa-button>
        <wa-button size="s" type="submit" variant="brand" ?loading=${this.busy}>
          ${msg('Acknowledge')}
        </wa-button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-acknowledge-form': SiagaAcknowledgeForm;
  }
}
