import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import './siaga-form-dialog.js';

/** Asks once, naming the thing, before `act` is done. Tells `siaga-close` when it was done or given up. */
@customElement('siaga-confirm')
export class SiagaConfirm extends LocalizedElement {
  static override styles = [baseStyles, formStyles];

  @property() label = '';
  @property() words = '';
  @property() action = '';
  @property({ attribute: false }) act: () => Promise<void> = () => Promise.resolve();

  @state() private busy = false;
  @state() private error: ApiError | undefined = undefined;

  private close(): void {
    this.dispatchEvent(new CustomEvent('siaga-close'));
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.error = undefined;
    try {
      await this.act();
      this.close();
    } catch (thrown) {
      this.error = toApiError(thrown);
    } finally {
      this.busy = false;
    }
  }

  protected override render(): TemplateResult {
    return html`<siaga-form-dialog label=${this.label} @siaga-close=${this.close}>
      <form @submit=${this.submit}>
        ${
          this.error
            ? html`<wa-callout variant="danger" role="alert"
                >${errorWords(this.error, this.locale)}</wa-callout
              >`
            : nothing
        }
        <p>${this.words}</p>
        <div class="buttons">
          <wa-button appearance="outlined" @click=${this.close}>${msg('Cancel')}</wa-button>
          <wa-button type="submit" variant="danger" ?loading=${this.busy}>${this.action}</wa-button>
        </div>
      </form>
    </siaga-form-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-confirm': SiagaConfirm;
  }
}
