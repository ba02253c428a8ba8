import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { toApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles } from '../styles/shared.js';
import { icons } from './icons.js';

/** What could not be loaded: words, the code, and a way to try again (event `siaga-retry`). */
@customElement('siaga-failure')
export class SiagaFailure extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }
      wa-callout {
        font-size: var(--text-s);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
      }
      .row > div {
        flex: 1 1 15rem;
      }
    `,
  ];

  @property({ attribute: false }) error: unknown = undefined;

  private retry(): void {
    this.dispatchEvent(new CustomEvent('siaga-retry', { bubbles: true, composed: true }));
  }

  protected override render(): TemplateResult {
    const error = toApiError(this.error);
    return html`<wa-callout variant="danger" role="alert">
      <div class="row">
        <div>
          <p>${errorWords(error, this.locale)}</p>
          <p class="quiet mono">${error.code}</p>
        </div>
        <wa-button appearance="outlined" @click=${this.retry}>${icons.retry}${msg('Try again')}</wa-button>
      </div>
    </wa-callout>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-failure': SiagaFailure;
  }
}
