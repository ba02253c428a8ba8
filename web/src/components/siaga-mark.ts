import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';

/** The mark beside the app's name. */
@customElement('siaga-mark')
export class SiagaMark extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
    }
    svg {
      width: 28px;
      height: 28px;
    }
  `;

  protected override render(): TemplateResult {
    return html`<svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0b5c8f" />
      <path
        d="M5 17h6l3-8 5 14 3-6h5"
        fill="none"
        stroke="#fff"
        stroke-width="2.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-mark': SiagaMark;
  }
}
