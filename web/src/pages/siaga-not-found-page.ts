import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { SiagaPage } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** An address that leads nowhere. */
@customElement('siaga-not-found-page')
export class SiagaNotFoundPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles];

  protected override get heading(): string {
    return msg('Page not found');
  }

  protected override render(): TemplateResult {
    return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>
      <siaga-empty icon="board" words=${msg('Nothing lives at this address.')}>
        <a href="/">${msg('To the board')}</a>
      </siaga-empty>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-not-found-page': SiagaNotFoundPage;
  }
}
