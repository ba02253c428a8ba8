import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  DEVICE_KINDS,
  LINKS,
  type CreateDeviceBody,
  type Device,
  type LiveAgent,
  type UpdateDeviceBody,
} from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import {
  addressFault,
  codeFault,
  faultsByField,
  presentFaults,
  requiredFault,
  type Faults,
} from '../forms/faults.js';
import { field, focusFirstFault, sendsOnEnter } from '../forms/field.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { kindWord, linkWord } from '../i18n/words.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { bodyOf, draftOf, emptyDraft, type DeviceDraft } from './device-draft.js';

/** Adds a device, or changes the one given. Tells `siaga-saved` (detail: Device) and `siaga-cancel`. */
@customElement('siaga-device-form')
export class SiagaDeviceForm extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      details {
        display: grid;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
        color: var(--brand);
        width: fit-content;
      }
      .more {
        display: grid;
        gap: var(--space-4);
        padding-block-start: var(--space-4);
      }
      wa-callout {
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) device: Device | undefined = undefined;
  /** Chosen beforehand, e.g. by the list's filter. */
  @property() siteId = '';

  @state() private draft: DeviceDraft = emptyDraft;
  @state() private faults: Faults = {};
  @state() private error: ApiError | undefined = undefined;
  @state() private busy = false;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.sites.size > 0 || change.agents.size > 0,
      () => this.chooseOnlySite(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.draft = this.device ? draftOf(this.device) : { ...emptyDraft, site_id: this.siteId };
    this.chooseOnlySite();
  }

  /** Where there is one site only, nobody has to choose it; on a fresh page it comes after the form. */
  private chooseOnlySite(): void {
    const { sites } = this.services.store.state;
    const [only] = sites.keys();
    if (this.draft.site_id === '' && sites.size === 1 && only !== undefined) this.take('site_id', only);
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#address')?.focus();
  }

  private readonly take = (name: string, value: string): void => {
    this.draft = { ...this.draft, [name]: value, ...(name === 'site_id' ? { agent_id: '' } : {}) };
    const { [name]: _mended, ...others } = this.faults;
    this.faults = others;
  };

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.error = undefined;
    this.faults = presentFaults({
      address: addressFault(this.draft.address),
      site_id: requiredFault(this.draft.site_id),
      code: codeFault(this.draft.code),
      agent_id: this.needsAgent ? requiredFault(this.draft.agent_id) : undefined,
    });
    if (Object.keys(this.faults).length === 0) await this.save();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async save(): Promise<void> {
    this.busy = true;
    try {
      const body: CreateDeviceBody | UpdateDeviceBody = bodyOf(this.draft, this.device);
      const { api } = this.services;
      const saved = this.device
        ? await api.send<Device>('PATCH', `/monitoring/devices/${this.device.id}`, body)
        : await api.send<Device>('POST', '/monitoring/devices', body);
      this.dispatchEvent(new CustomEvent('siaga-saved', { detail: saved }));
    } catch (thrown) {
      this.error = toApiError(thrown);
      this.faults = faultsByField(this.error.fields, this.locale);
    } finally {
      this.busy = false;
    }
  }

  private cancel(): void {
    this.dispatchEvent(new CustomEvent('siaga-cancel'));
  }

  private siteChoices(): [string, string][] {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    return [['', msg('Choose a site')], ...sites.map(({ id, name }): [string, string] => [id, name])];
  }

  /** A site with one agent of its own needs no word about it; any other does. */
  private get needsAgent(): boolean {
    const { site_id } = this.draft;
    return site_id !== '' && this.agents().filter((agent) => agent.site_id === site_id).length !== 1;
  }

  /** Agents that can watch it: the site's own first. */
  private agents(): LiveAgent[] {
    const { site_id } = this.draft;
    const agents = [...this.services.store.state.agents.values()].filter(({ state }) => state !== 'revoked');
    const isOwn = (agent: LiveAgent): number => Number(agent.site_id === site_id);
    return agents.sort((a, b) => isOwn(b) - isOwn(a) || compareNames(a, b));
  }

  private renderAgent(): TemplateResult {
    const none = this.needsAgent ? msg('Choose an agent') : msg("The site's own agent");
    return field({
      name: 'agent_id',
      label: msg('Watched by'),
      value: this.draft.agent_id,
      onInput: this.take,
      fault: this.faults['agent_id'],
      required: this.needsAgent,
      choices: [['', none], ...this.agents().map(({ id, name }): [string, string] => [id, name])],
    });
  }

  private renderMore(): TemplateResult {
    const { draft, faults, take: onInput } = this;
    const open =
      this.device !== undefined ||
      ['name', 'code', 'agent_id', 'kind', 'link', 'model'].some((name) => name in faults);
    return html`<details ?open=${open}>
      <summary>${msg('More about it')}</summary>
      <div class="more">
        <div class="pair">
          ${field({
            name: 'name',
            label: msg('Name'),
            value: draft.name,
            onInput,
            fault: faults['name'],
            hint: msg('The address, unless you name it.'),
            maxLength: 200,
          })}
          ${field({
            name: 'code',
            label: msg('Code'),
            value: draft.code,
            onInput,
            fault: faults['code'],
            hint: msg('Short and unique, in your own numbering.'),
            maxLength: 64,
          })}
        </div>
        <div class="pair">
          ${field({
            name: 'kind',
            label: msg('Kind'),
            value: draft.kind,
            onInput,
            fault: faults['kind'],
            choices: DEVICE_KINDS.map((kind) => [kind, kindWord(kind)] as const),
          })}
          ${field({
            name: 'link',
            label: msg('Connection'),
            value: draft.link,
            onInput,
            fault: faults['link'],
            hint: msg('How long to wait for an answer depends on it.'),
            choices: LINKS.map((link) => [link, linkWord(link)] as const),
          })}
        </div>
        <div class="pair">
          ${this.needsAgent ? nothing : this.renderAgent()}
          ${field({
            name: 'model',
            label: msg('Model'),
            value: draft.model,
            onInput,
            fault: faults['model'],
            maxLength: 100,
          })}
        </div>
      </div>
    </details>`;
  }

  protected override render(): TemplateResult {
    const { draft, faults, take: onInput } = this;
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
        name: 'address',
        label: msg('Address'),
        value: draft.address,
        onInput,
        fault: faults['address'],
        placeholder: '10.20.30.40',
        hint: msg('IPv4 or IPv6.'),
        maxLength: 45,
        required: true,
      })}
      ${field({
        name: 'site_id',
        label: msg('Site'),
        value: draft.site_id,
        onInput,
        fault: faults['site_id'],
        choices: this.siteChoices(),
        required: true,
      })}
      ${
        this.services.store.state.sites.size === 0
          ? html`<p class="hint">
              ${msg('There is no site yet.')} <a href="/fleet?add=site">${msg('Create the first site')}</a>
            </p>`
          : nothing
      }
      ${this.needsAgent ? this.renderAgent() : nothing} ${this.renderMore()}
      <div class="buttons">
        <wa-button appearance="outlined" @click=${this.cancel}>${msg('Cancel')}</wa-button>
        <wa-button type="submit" variant="brand" ?loading=${this.busy}>
          ${this.device ? msg('Save') : msg('Add device')}
        </wa-button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-form': SiagaDeviceForm;
  }
}
