import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { icons } from '../components/icons.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles } from '../styles/shared.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In the place of a device that is not there: says so, and offers to undo a deletion. Tells `siaga-restored`. */
@customElement('siaga-device-gone')
export class SiagaDeviceGone extends SiagaElement {
  static override styles = [baseStyles];

  @property() deviceId = '';
  /** True where it was there a moment ago. */
  @property({ type: Boolean }) deleted = false;

  @state() private busy = false;
  @state() private error: ApiError | undefined = undefined;

  private readonly restore = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.error = undefined;
    try {
      await this.services.api.send(
        'POST',
        `/monitoring/devices/${encodeURIComponent(this.deviceId)}/restore`,
      );
      this.dispatchEvent(new CustomEvent('siaga-restored'));
    } catch (thrown) {
      this.error = toApiError(thrown);
    } finally {
      this.busy = false;
    }
  };

  private get errorText(): string | undefined {
    const { error } = this;
    if (!error) return undefined;
    if (error.status === 404)
      return msg('There is nothing to restore: no device of this address was deleted.');
    const missing = error.fields.find(({ code }) => code === 'not_found')?.field;
    if (missing === 'site_id') return msg('Its site was deleted: restore that first.');
    if (missing === 'agent_id') return msg('The agent that watched it was deleted: restore that first.');
    return errorWords(error, this.locale);
  }

  protected override render(): TemplateResult {
    const words = this.deleted ? msg('This device was deleted.') : msg('This device is not here.');
    const mayRestore = this.may('monitoring:write') && UUID.test(this.deviceId);
    return html`<siaga-empty icon="devices" words=${words}>
      <span>
        ${
          this.deleted
            ? msg('It is no longer watched; its history and its incidents are kept.')
            : msg('It may have been deleted, or the address is wrong.')
        }
      </span>
      ${this.error ? html`<p role="alert">${this.errorText}</p>` : nothing}
      ${
        mayRestore && this.error?.status !== 404
          ? html`<wa-button appearance="outlined" ?loading=${this.busy} @click=${this.restore}
              >${icons.retry}${msg('Restore it')}</wa-button
            >`
          : nothing
      }
      <a href="/devices">${msg('All devices')}</a>
    </siaga-empty>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-gone': SiagaDeviceGone;
  }
}
