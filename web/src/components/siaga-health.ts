import { css, html, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Health } from '@siaga/shared';
import { healthWord } from '../i18n/words.js';
import { LocalizedElement } from '../app/siaga-element.js';

const SHAPES: Readonly<Record<Exclude<Health, 'up'>, TemplateResult<2>>> = {
  down: svg`<path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />`,
  degraded: svg`<path class="solid" d="M8 3.6 12.8 12H3.2z" />`,
  unknown: svg`<path d="M5.8 6.2a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.5M8 11.9v.1" />`,
};

/** Health as colour and shape; the styles belong to `healthStyles`. Decoration: the word stands beside it. */
export const healthShape = (health: Health): TemplateResult =>
  health === 'up'
    ? html`<span class="shape up" aria-hidden="true"></span>`
    : html`<svg class="shape ${health}" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[health]}</svg>`;

export const healthStyles = css`
  .shape {
    width: var(--shape-size, 16px);
    height: var(--shape-size, 16px);
    flex: none;
    /* An svg cuts off by default, and has all around it painted while a page scrolls (board/site-tile-styles.ts). */
    overflow: visible;
    isolation: isolate;
    border-radius: 3px;
    fill: none;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .shape .solid {
    stroke: none;
  }
  .shape.down {
    background: var(--down-fill);
    stroke: var(--on-down);
  }
  .shape.degraded {
    background: var(--degraded-fill);
    fill: var(--on-degraded);
  }
  .shape.unknown {
    stroke: var(--text);
    stroke-width: 1.6;
    background: repeating-linear-gradient(45deg, var(--unknown-hatch) 0 2px, transparent 2px 4px)
      var(--surface);
    box-shadow: inset 0 0 0 1px var(--unknown-fill);
  }
  /* Small by its margin, not by a transform: of these there are a thousand on a board (see components/placed.ts). */
  .shape.up {
    display: inline-block;
    width: calc(0.625 * var(--shape-size, 16px));
    height: calc(0.625 * var(--shape-size, 16px));
    margin: calc(0.1875 * var(--shape-size, 16px));
    background: var(--up-calm);
    border-radius: 2.5px;
  }
`;

/** A health with its word, e.g. in a table. */
@customElement('siaga-health')
export class SiagaHealth extends LocalizedElement {
  static override styles = [
    healthStyles,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        white-space: nowrap;
        vertical-align: bottom;
      }
      .down {
        color: var(--down-text);
        font-weight: 600;
      }
      .degraded {
        color: var(--degraded-text);
        font-weight: 600;
      }
      .unknown {
        color: var(--unknown-text);
      }
    `,
  ];

  @property() health: Health = 'unknown';

  protected override render(): TemplateResult {
    return html`${healthShape(this.health)}<span class=${this.health}>${healthWord(this.health)}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-health': SiagaHealth;
  }
}
