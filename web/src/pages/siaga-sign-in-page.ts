import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../app/siaga-display-switches.js';
import { SiagaPage } from '../app/siaga-element.js';
import '../components/siaga-mark.js';
import '../forms/siaga-sign-in-form.js';
import { baseStyles } from '../styles/shared.js';

/** The door. */
@customElement('siaga-sign-in-page')
export class SiagaSignInPage extends SiagaPage {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        min-height: 100dvh;
        grid-template-rows: auto 1fr;
      }
      .switches {
        display: flex;
        justify-content: flex-end;
        padding: var(--space-3) var(--space-4);
      }
      .panel {
        align-self: start;
        width: min(25rem, calc(100vw - 2 * var(--space-4)));
        margin: clamp(var(--space-6), 10vh, 120px) auto var(--space-8);
      }
      .card {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        padding: var(--space-6);
        box-shadow: var(--shadow-raised);
      }
      .name {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        margin-block-end: var(--space-2);
        font-size: var(--text-xl);
        font-weight: 700;
      }
      .what {
        color: var(--text-quiet);
        margin-block-end: var(--space-6);
      }
      h1 {
        margin-block-end: var(--space-4);
      }
    `,
  ];

  protected override get heading(): string {
    return msg('Sign in');
  }

  /** The form takes the focus by itself: that is what one came for. */
  override focusHeading(): void {
    return;
  }

  protected override render(): TemplateResult {
    return html`<div class="switches"><siaga-display-switches></siaga-display-switches></div>
      <div class="panel">
        <div class="name"><siaga-mark></siaga-mark>Siaga</div>
        <p class="what">${msg('Keeps watch over ATMs and branch networks.')}</p>
        <div class="card">
          <h1>${this.heading}</h1>
          <siaga-sign-in-form></siaga-sign-in-form>
        </div>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-sign-in-page': SiagaSignInPage;
  }
}
