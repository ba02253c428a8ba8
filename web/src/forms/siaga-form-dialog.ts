import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';

/** A dialog that gives the focus back to where it came from. Tells `siaga-close` when it wants to close. */
@customElement('siaga-form-dialog')
export class SiagaFormDialog extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      wa-dialog {
        --width: 560px;
      }
      wa-dialog::part(title) {
        font-size: var(--text-l);
      }
    `,
  ];

  @property() label = '';

  private from: HTMLElement | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    this.from = active instanceof HTMLElement ? active : undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.from?.focus();
  }

  private close(event: Event): void {
    if (event.target !== event.currentTarget) return;
    this.dispatchEvent(new CustomEvent('siaga-close'));
  }

  protected override render(): TemplateResult {
    return html`<wa-dialog open label=${this.label} @wa-after-hide=${this.close}><slot></slot></wa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-form-dialog': SiagaFormDialog;
  }
}
