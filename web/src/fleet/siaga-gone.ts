import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { address } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { icons } from '../components/icons.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { isolated } from '../i18n/isolated.js';
import { baseStyles } from '../styles/shared.js';
import type { RemovableKind } from './remove.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

interface Words {
  icon: 'fleet' | 'agent' | 'devices';
  isNotHere: string;
  /** What its return means beside that. */
  onReturn: string;
  nothingToRestore: string;
  all: string;
  allAddress: string;
}

const wordsOf = (kind: RemovableKind): Words => {
  switch (kind) {
    case 'sites':
      return {
        icon: 'fleet',
        isNotHere: msg('This site is not here.'),
        onReturn: '',
        nothingToRestore: msg('There is nothing to restore: no site of this address was deleted.'),
        all: msg('All sites'),
        allAddress: '/fleet/sites',
      };
    case 'agents':
      return {
        icon: 'agent',
        isNotHere: msg('This agent is not here.'),
        onReturn: msg('An agent that was restored must be enrolled anew.'),
        nothingToRestore: msg('There is nothing to restore: no agent of this address was deleted.'),
        all: msg('All agents'),
        allAddress: '/fleet/agents',
      };
    case 'devices':
      return {
        icon: 'devices',
        isNotHere: msg('This device is not here.'),
        onReturn: '',
        nothingToRestore: msg('There is nothing to restore: no device of this address was deleted.'),
        all: msg('All devices'),
        allAddress: '/devices',
      };
  }
};

/** In the place of a site, an agent or a device that is not there: offers to undo a deletion. Tells `siaga-restored`. */
@customElement('siaga-gone')
export class SiagaGone extends SiagaElement {
  static override styles = [baseStyles];

  @property() kind: RemovableKind = 'devices';
  @property() thingId = '';
  /** A device that was there a moment ago. */
  @property({ type: Boolean }) deleted = false;

  @state() private busy = false;
  @state() private error: ApiError | undefined = undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('thingId')) this.error = undefined;
  }

  private readonly restore = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.error = undefined;
    try {
      const path = `/monitoring/${this.kind}/${encodeURIComponent(this.thingId)}/restore`;
      const { name } = await this.services.api.send<{ name: string }>('POST', path);
      this.services.notices.show(msg(str`${isolated(name)} is back.`));
      this.dispatchEvent(new CustomEvent('siaga-restored'));
    } catch (thrown) {
      this.error = toApiError(thrown);
    } finally {
      this.busy = false;
    }
  };

  /** What it cannot be without was deleted as well: said with the way to its own return. */
  private renderLacking(error: ApiError): TemplateResult | undefined {
    const lacking = error.fields.find(({ code }) => code === 'not_found')?.field;
    if (lacking !== 'site_id' && lacking !== 'agent_id') return undefined;
    const words =
      lacking === 'site_id'
        ? msg('Its site was deleted: restore that first.')
        : msg('The agent that watched it was deleted: restore that first.');
    // The hub's sentence names it by its id.
    const id = UUID.exec(error.message)?.[0];
    if (id === undefined) return html`${words}`;
    return html`<a href=${address('/devices', { [lacking]: id })}>${words}</a>`;
  }

  private renderError(error: ApiError, { nothingToRestore }: Words): TemplateResult {
    if (error.status === 404) return html`${nothingToRestore}`;
    return this.renderLacking(error) ?? html`${errorWords(error, this.locale)}`;
  }

  protected override render(): TemplateResult {
    const words = wordsOf(this.kind);
    const isId = UUID.exec(this.thingId)?.[0] === this.thingId;
    const mayRestore = this.may('monitoring:write') && isId && this.error?.status !== 404;
    return html`<siaga-empty
      icon=${words.icon}
      words=${this.deleted ? msg('This device was deleted.') : words.isNotHere}
    >
      <span>
        ${
          this.deleted
            ? msg('It is no longer watched; its history and its incidents are kept.')
            : msg('It may have been deleted, or the address is wrong.')
        }
        ${mayRestore ? words.onReturn : nothing}
      </span>
      ${this.error ? html`<p role="alert">${this.renderError(this.error, words)}</p>` : nothing}
      ${
        mayRestore
          ? html`<wa-button appearance="outlined" ?loading=${this.busy} @click=${this.restore}
              >${icons.retry}${msg('Restore it')}</wa-button
            >`
          : nothing
      }
      <a href=${words.allAddress}>${words.all}</a>
    </siaga-empty>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-gone': SiagaGone;
  }
}
