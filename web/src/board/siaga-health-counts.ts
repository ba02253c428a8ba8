import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Health, HealthCounts } from '@siaga/shared';
import { address } from '../app/routes.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord } from '../i18n/words.js';
import { WORST_FIRST } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';

/** How many devices are how; each number leads to those it counts. */
@customElement('siaga-health-counts')
export class SiagaHealthCounts extends LocalizedElement {
  static override styles = [
    baseStyles,
    healthStyles,
    css`
      :host {
        display: block;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
      }
      a {
        display: flex;
        align-items: center;
        gap: 6px;
        height: 2.125rem;
        padding-inline: var(--space-2) var(--space-3);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        color: var(--text);
        text-decoration: none;
        white-space: nowrap;
      }
      a:hover {
        border-color: var(--line-strong);
      }
      a[aria-current] {
        box-shadow: 0 0 0 2px var(--focus);
      }
      .number {
        font-size: var(--text-m);
        font-weight: 700;
      }
      /* Said after the word, seen before it. */
      .word {
        order: 1;
        color: var(--text-quiet);
      }
      .none .number {
        color: var(--text-quiet);
        font-weight: 400;
      }
      .some.down {
        background: var(--down-quiet);
        border-color: var(--down-fill);
      }
      .some.down .number,
      .some.down .word {
        color: var(--down-text);
      }
      .some.degraded {
        background: var(--degraded-quiet);
        border-color: var(--degraded-fill);
      }
      .some.degraded .number,
      .some.degraded .word {
        color: var(--degraded-text);
      }
      /* What is not there does not call. */
      .none .shape {
        opacity: 0.45;
        filter: grayscale(1);
      }
      @media (max-width: 40rem) {
        /* Two in a row; the longer word takes of the shorter one's room. */
        li {
          flex: 1 1 36%;
        }
        a {
          height: 2.5rem;
          padding-inline: 6px;
        }
      }
    `,
  ];

  @property({ attribute: false }) counts: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  /** The health that is filtered by: its number leads back to all. */
  @property({ attribute: false }) chosen: Health | undefined;
  /** The address of those with this health; of all for none. */
  @property({ attribute: false }) to: (health: Health | undefined) => string = (health) =>
    address('/devices', { health });

  protected override render(): TemplateResult {
    return html`<ul>
      ${WORST_FIRST.map((health) => {
        const count = this.counts[health];
        const isChosen = health === this.chosen;
        return html`<li>
          <a
            class="${count > 0 ? 'some' : 'none'} ${health}"
            href=${this.to(isChosen ? undefined : health)}
            aria-current=${isChosen ? 'true' : nothing}
          >
            ${healthShape(health)}<span class="word">${healthWord(health)}</span>
            <span class="number">${wholeNumber(count, this.locale)}</span>
          </a>
        </li>`;
      })}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-health-counts': SiagaHealthCounts;
  }
}
