import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LoginBody } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { field, focusFirstFault, sendsOnEnter } from './field.js';

/** What is missing before the hub is asked. */
type Faults = { account?: string; password?: string };

/** Account and password. Signing in changes the session; whoever watches that goes on. */
@customElement('siaga-sign-in-form')
export class SiagaSignInForm extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      wa-button {
        width: 100%;
      }
      wa-callout {
        font-size: var(--text-s);
      }
    `,
  ];

  /** Filled in where it is known: the same person is back. */
  @property() account = '';

  @state() private password = '';
  @state() private busy = false;
  @state() private faults: Faults = {};
  @state() private error: ApiError | undefined = undefined;

  private readonly take = (name: string, value: string): void => {
    if (name === 'account') this.account = value;
    else this.password = value;
    this.faults = {};
  };

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>(this.account === '' ? '#account' : '#password')?.focus();
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.faults = {
      ...(this.account.trim() === '' ? { account: msg('Enter your e-mail address or user name.') } : {}),
      ...(this.password === '' ? { password: msg('Enter your password.') } : {}),
    };
    if (Object.keys(this.faults).length > 0) {
      await this.updateComplete;
      focusFirstFault(this.renderRoot);
      return;
    }
    const account = this.account.trim();
    const login: LoginBody = {
      ...(account.includes('@') ? { email: account } : { username: account }),
      password: this.password,
    };
    this.busy = true;
    this.error = undefined;
    try {
      await this.services.session.signIn(login);
    } catch (thrown) {
      this.error = toApiError(thrown);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('#password')?.focus();
    } finally {
      this.busy = false;
    }
  }

  protected override render(): TemplateResult {
    return html`<form novalidate @submit=${this.submit}>
      ${sendsOnEnter}
      ${
        this.error
          ? html`<wa-callout variant="danger" role="alert"
              >${errorWords(this.error, this.locale)}</wa-callout
            >`
          : nothing
      }
      ${field({
        name: 'account',
        label: msg('E-mail or user name'),
        value: this.account,
        onInput: this.take,
        fault: this.faults.account,
        autocomplete: 'username',
        maxLength: 254,
        required: true,
      })}
      ${field({
        name: 'password',
        label: msg('Password'),
        type: 'password',
        value: this.password,
        onInput: this.take,
        fault: this.faults.password,
        autocomplete: 'current-password',
        maxLength: 1024,
        required: true,
      })}
      <wa-button type="submit" variant="brand" ?loading=${this.busy}>${msg('Sign in')}</wa-button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-sign-in-form': SiagaSignInForm;
  }
}
