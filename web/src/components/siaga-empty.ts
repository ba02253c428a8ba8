import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';
import { icons, type IconName } from './icons.js';

/** Nothing here: says so, and in its slot offers the next thing to do. */
@customElement('siaga-empty')
export class SiagaEmpty extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-8) var(--space-4);
        text-align: center;
        color: var(--text-quiet);
      }
      .words {
        color: var(--text);
        font-weight: 600;
      }
      .icon {
        width: 32px;
        height: 32px;
      }
    `,
  ];

  @property() icon: IconName = 'calm';
  @property() words = '';

  protected override render(): TemplateResult {
    return html`${icons[this.icon]}
      <p class="words">${this.words}</p>
      <slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-empty': SiagaEmpty;
  }
}
