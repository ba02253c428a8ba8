import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../forms/siaga-form-dialog.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import type { Shortcut } from './shortcuts.js';
import { SiagaElement } from './siaga-element.js';

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↵',
  Escape: 'Esc',
  Delete: 'Del',
};

/** The keys of the present page. Tells `siaga-close` when it was read. */
@customElement('siaga-help')
export class SiagaHelp extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      .groups {
        display: grid;
        gap: var(--space-5);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(4.5rem, max-content) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        align-items: center;
        margin: var(--space-2) 0 0;
      }
      dd {
        margin: 0;
      }
      kbd {
        display: inline-block;
        min-width: 1.5rem;
        padding: 1px var(--space-2);
        border: 1px solid var(--line-strong);
        border-block-end-width: 2px;
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        font-family: var(--font-mono);
        font-size: var(--text-xs);
        text-align: center;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, () => this.services.shortcuts.list);
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent('siaga-close'));
  }

  private renderGroup(name: string, shortcuts: readonly Shortcut[]): TemplateResult | typeof nothing {
    if (shortcuts.length === 0) return nothing;
    return html`<section>
      <h2>${name}</h2>
      <dl>
        ${shortcuts.map(
          ({ key, label }) =>
            html`<dt>${key.split(' ').map((one) => html`<kbd>${SIGNS[one] ?? one}</kbd> `)}</dt>
              <dd>${label()}</dd>`,
        )}
      </dl>
    </section>`;
  }

  protected override render(): TemplateResult {
    const list = this.services.shortcuts.list.value;
    return html`<siaga-form-dialog label=${msg('Keyboard shortcuts')} @siaga-close=${this.close}>
      <div class="groups">
        ${this.renderGroup(
          msg('On this page'),
          list.filter(({ scope }) => scope !== 'app'),
        )}
        ${this.renderGroup(
          msg('Everywhere'),
          list.filter(({ scope }) => scope === 'app'),
        )}
      </div>
    </siaga-form-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-help': SiagaHelp;
  }
}
