import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';

/** Grey bars in the place of what is on its way. */
@customElement('siaga-skeleton')
export class SiagaSkeleton extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .bar {
        height: 20px;
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        animation: breathe 1.4s ease-in-out infinite alternate;
      }
      .bar:nth-child(3n) {
        width: 72%;
      }
      .bar:last-child {
        width: 46%;
      }
      @keyframes breathe {
        to {
          opacity: 0.45;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .bar {
          animation: none;
        }
      }
    `,
  ];

  @property({ type: Number }) lines = 4;

  protected override render(): TemplateResult {
    return html`<span class="visually-hidden" role="status">${msg('Loading…')}</span>
      ${Array.from({ length: this.lines }, () => html`<div class="bar"></div>`)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-skeleton': SiagaSkeleton;
  }
}
