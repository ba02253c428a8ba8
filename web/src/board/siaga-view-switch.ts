import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';
import { VIEWS, type BoardView } from './board-address.js';

const viewWord = (view: BoardView): string => {
  switch (view) {
    case 'tiles':
      return msg('Tiles');
    case 'list':
      return msg('List');
    case 'heat':
      return msg('Heat');
    case 'map':
      return msg('Map');
  }
};

/** Chooses among the board's views; tells `siaga-view` (detail: BoardView). Radio buttons: the arrow keys go through them. */
@customElement('siaga-view-switch')
export class SiagaViewSwitch extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      fieldset {
        display: inline-flex;
        margin: 0;
        padding: 2px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-m);
        background: var(--surface);
      }
      label {
        position: relative;
        display: grid;
        place-items: center;
        min-width: 3rem;
        height: max(24px, 1.75rem);
        padding-inline: var(--space-3);
        white-space: nowrap;
        border-radius: 6px;
        color: var(--text-quiet);
        cursor: pointer;
      }
      label:hover {
        background: var(--surface-hover);
        color: var(--text);
      }
      label:has(:checked) {
        background: var(--brand-fill);
        color: var(--on-brand);
        font-weight: 600;
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      input {
        position: absolute;
        inset: 0;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      @media (max-width: 40rem) {
        fieldset {
          display: flex;
        }
        label {
          flex: 1 0 auto;
          min-width: 0;
          height: 2.25rem;
          padding-inline: var(--space-1);
        }
      }
    `,
  ];

  @property({ attribute: false }) view: BoardView = 'tiles';
  /** The views to choose from. */
  @property({ attribute: false }) views: readonly BoardView[] = VIEWS;

  private choose(view: BoardView): void {
    this.dispatchEvent(new CustomEvent('siaga-view', { detail: view, bubbles: true, composed: true }));
  }

  protected override render(): TemplateResult {
    return html`<fieldset>
      <legend class="visually-hidden">${msg('View')}</legend>
      ${this.views.map(
        (view) =>
          html`<label>
            <input
              type="radio"
              name="view"
              value=${view}
              .checked=${view === this.view}
              @change=${() => this.choose(view)}
            />${viewWord(view)}
          </label>`,
      )}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-view-switch': SiagaViewSwitch;
  }
}
