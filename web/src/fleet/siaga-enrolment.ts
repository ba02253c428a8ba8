import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EnrolmentToken } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles, formStyles } from '../styles/shared.js';

/** Asks for a fresh enrolment token and shows, this once, the command that uses it. Tells `siaga-cancel` when read. */
@customElement('siaga-enrolment')
export class SiagaEnrolment extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      ol {
        display: grid;
        gap: var(--space-4);
        margin: 0;
        padding-inline-start: var(--space-5);
      }
      .command {
        display: flex;
        align-items: start;
        gap: var(--space-2);
        margin-block-start: var(--space-2);
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
      }
      code {
        flex: 1;
        min-width: 0;
        font-family: var(--font-mono);
        font-size: var(--text-xs);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() agentId = '';

  @state() private copied = '';
  @state() private copyFailed = false;

  private readonly token = new Loading(
    this,
    ([id]: readonly [string]): Promise<EnrolmentToken> =>
      this.services.api.send('POST', `/monitoring/agents/${encodeURIComponent(id)}/enrolment`),
    () => [this.agentId] as const,
  );

  private close(): void {
    this.dispatchEvent(new CustomEvent('siaga-cancel'));
  }

  private async copy(command: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(command);
      this.copied = command;
      this.copyFailed = false;
    } catch {
      // Browsers give the clipboard to secure pages only.
      this.copyFailed = true;
    }
  }

  private renderCommand(command: string): TemplateResult {
    return html`<div class="command">
      <code>${command}</code>
      <wa-button size="s" appearance="outlined" @click=${() => this.copy(command)}>
        ${this.copied === command ? msg('Copied') : msg('Copy')}
      </wa-button>
    </div>`;
  }

  private renderToken({ token, expires_at }: EnrolmentToken): TemplateResult {
    const until = exactTime(Date.parse(expires_at), this.locale);
    return html`<p>${msg('Run these on the machine that shall watch, in the folder of Siaga:')}</p>
      <ol>
        <li>
          ${msg('Enrol it:')}
          ${this.renderCommand(`npx siaga agent enroll --hub ${window.location.origin} --token ${token}`)}
        </li>
        <li>${msg('Start it:')} ${this.renderCommand('npx siaga agent run')}</li>
      </ol>
      ${
        this.copyFailed
          ? html`<p class="fault" role="alert">
              ${msg('Your browser did not let it be copied: mark it and copy it by hand.')}
            </p>`
          : nothing
      }
      <p class="quiet">
        ${msg(str`The token is shown this once. It is good for one agent, until ${until}.`)}
      </p>`;
  }

  protected override render(): TemplateResult {
    return html`${this.token.render((token) => this.renderToken(token))}
      <div class="buttons">
        <wa-button variant="brand" @click=${this.close}>${msg('Done')}</wa-button>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-enrolment': SiagaEnrolment;
  }
}
