import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { COMMENT_LONGEST } from './limits.js';
import { sendComment } from './actions.js';
import { TicketForm, unansweredComment } from './ticket-form.js';

/** Writes a comment on an incident. */
@customElement('siaga-comment-form')
export class SiagaCommentForm extends TicketForm {
  protected override readonly kind = 'comment';
  protected override readonly longest = COMMENT_LONGEST;

  /** In a row of the pane: small, Enter sends, and it can be closed. */
  @property({ type: Boolean }) compact = false;

  protected override async send(text: string): Promise<void> {
    await sendComment(this.services, this.ticket.id, text);
    this.services.notices.show(msg('Comment sent.'));
  }

  protected override unansweredWords(): string {
    return unansweredComment();
  }

  protected override sendsOn(event: KeyboardEvent): boolean {
    return super.sendsOn(event) || (this.compact && event.key === 'Enter' && !event.shiftKey);
  }

  protected override render(): TemplateResult {
    return html`<form @submit=${this.onSubmit}>
      ${this.renderText(msg('Comment'), this.compact ? 2 : 3, '')} ${this.renderError()}
      <div class="row">
        <span class="hint keys"
          >${this.compact ? nothing : html`<kbd>Ctrl</kbd>+`}<kbd>Enter</kbd> ${msg('sends')}</span
        >
        ${
          this.compact
            ? html`<wa-button size="s" appearance="outlined" @click=${() => this.close()}>
                ${msg('Cancel')}
              </wa-button>`
            : nothing
        }
        <wa-button size="s" type="submit" variant="brand" ?loading=${this.busy}>
          ${msg('Send comment')}
        </wa-button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-comment-form': SiagaCommentForm;
  }
}
