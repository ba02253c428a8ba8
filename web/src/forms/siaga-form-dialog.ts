import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';

/**
 * A dialog that gives the focus back to where it came from, and asks before what was typed in it is thrown away. Tells
 * `siaga-close` when it wants to close.
 */
@customElement('siaga-form-dialog')
export class SiagaFormDialog extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      wa-dialog {
        --width: 35rem;
      }
      wa-dialog::part(title) {
        font-size: var(--text-l);
        overflow-wrap: anywhere;
      }
      .asking {
        position: sticky;
        bottom: calc(-1 * var(--space-4));
        z-index: 1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
        margin-block-start: var(--space-4);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--degraded-fill);
        border-radius: var(--radius-m);
        background: var(--degraded-quiet);
        color: var(--degraded-text);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  @property() label = '';

  @state() private isAsking = false;

  private from: HTMLElement | undefined;
  private isTouched = false;

  private readonly beforeUnload = (event: BeforeUnloadEvent): void => {
    if (this.isTouched) event.preventDefault();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    this.from = active instanceof HTMLElement ? active : undefined;
    window.addEventListener('beforeunload', this.beforeUnload);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.beforeUnload);
    this.from?.focus();
  }

  private readonly touch = (): void => {
    this.isTouched = true;
  };

  private hide(event: Event): void {
    if (event.target !== event.currentTarget || !this.isTouched || this.isAsking) return;
    event.preventDefault();
    this.isAsking = true;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('.asking wa-button')?.focus(),
    );
  }

  private afterHide(event: Event): void {
    if (event.target === event.currentTarget) this.close();
  }

  private close(): void {
    this.isTouched = false;
    this.dispatchEvent(new CustomEvent('siaga-close'));
  }

  private goOn(): void {
    this.isAsking = false;
  }

  private renderAsking(): TemplateResult | typeof nothing {
    if (!this.isAsking) return nothing;
    return html`<div class="asking" role="alertdialog" aria-labelledby="asking">
      <span id="asking">${msg('What you typed is not saved.')}</span>
      <span class="buttons">
        <wa-button size="s" variant="brand" @click=${this.goOn}>${msg('Go on editing')}</wa-button>
        <wa-button size="s" appearance="outlined" @click=${this.close}>${msg('Throw it away')}</wa-button>
      </span>
    </div>`;
  }

  protected override render(): TemplateResult {
    return html`<wa-dialog open label=${this.label} @wa-hide=${this.hide} @wa-after-hide=${this.afterHide}>
      <slot @input=${this.touch} @change=${this.touch}></slot>
      ${this.renderAsking()}
    </wa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-form-dialog': SiagaFormDialog;
  }
}
