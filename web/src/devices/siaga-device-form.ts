import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DEVICE_KINDS, LINKS, type Device, type LiveAgent } from '@siaga/shared';
import { EditForm } from '../forms/edit-form.js';
import { addressFault, codeFault, presentFaults, requiredFault, type Faults } from '../forms/faults.js';
import { field } from '../forms/field.js';
import type { DraftValue } from '../forms/merge.js';
import { kindWord, linkWord } from '../i18n/words.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { bodyOf, draftOf, emptyDraft, type DeviceDraft } from './device-draft.js';
import './siaga-parents-field.js';

/** Adds a device, or changes the one given. Tells `siaga-saved` (detail: Device) and `siaga-cancel`. */
@customElement('siaga-device-form')
export class SiagaDeviceForm extends EditForm<Device, DeviceDraft> {
  static override styles = [
    EditForm.styles,
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
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
        padding-block-start: var(--space-4);
      }
    `,
  ];

  /** Changed where given; it is fetched anew, so any state of it will do. */
  @property({ attribute: false }) device: Pick<Device, 'id'> | undefined = undefined;
  /** Chosen beforehand, e.g. by the list's filter. */
  @property() siteId = '';

  protected override readonly collection = '/monitoring/devices';

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
    this.editedId = this.device?.id ?? '';
    super.connectedCallback();
    this.chooseOnlySite();
  }

  /** Where there is one site only, nobody has to choose it; on a fresh page it comes after the form. */
  private chooseOnlySite(): void {
    const { sites } = this.services.store.state;
    const [only] = sites.keys();
    if (this.editedId === '' && this.draft.site_id === '' && sites.size === 1 && only !== undefined)
      this.take('site_id', only);
  }

  protected override emptyDraft(): DeviceDraft {
    return { ...emptyDraft, site_id: this.siteId };
  }

  protected override draftOf(device: Device): DeviceDraft {
    return draftOf(device);
  }

  protected override bodyOf(draft: DeviceDraft, before: Device | undefined): object | undefined {
    return bodyOf(draft, before);
  }

  protected override check(draft: DeviceDraft): Faults {
    return presentFaults({
      address: addressFault(draft.address),
      site_id: requiredFault(draft.site_id),
      code: codeFault(draft.code),
      agent_id: this.needsAgent ? requiredFault(draft.agent_id) : undefined,
    });
  }

  protected override get createWord(): string {
    return msg('Add device');
  }

  /** Another site has agents of its own; the one chosen before belongs to the other. */
  private readonly takeSite = (name: string, siteId: DraftValue): void => {
    const isSame = siteId === this.draft.site_id;
    this.take(name, siteId);
    if (isSame) return;
    this.take('agent_id', this.editedId === '' ? '' : this.agentAt(siteId));
  };

  /**
   * Who is to watch a known device at a site: the one that watches it there, or the site's only one; empty where that
   * has to be chosen. The hub chooses for a new device only: a known one keeps its agent unless another is named.
   */
  private agentAt(siteId: DraftValue): string {
    if (this.edited?.site_id === siteId) return this.edited.agent_id;
    const [only, another] = this.agents().filter(({ site_id }) => site_id === siteId);
    return only !== undefined && another === undefined ? only.id : '';
  }

  protected override labelOf(name: string): string {
    switch (name) {
      case 'address':
        return msg('Address');
      case 'site_id':
        return msg('Site');
      case 'agent_id':
        return msg('Watched by');
      case 'name':
        return msg('Name');
      case 'code':
        return msg('Code');
      case 'kind':
        return msg('Kind');
      case 'link':
        return msg('Connection');
      case 'model':
        return msg('Model');
      default:
        return msg('Reached through');
    }
  }

  protected override valueWords(name: string, value: DraftValue): string {
    const { sites, agents, devices } = this.services.store.state;
    if (typeof value !== 'string') return value.map((id) => devices.get(id)?.name ?? id).join(', ');
    switch (name) {
      case 'site_id':
        return sites.get(value)?.name ?? value;
      case 'agent_id':
        return agents.get(value)?.name ?? value;
      case 'kind':
        return kindWord(DEVICE_KINDS.find((kind) => kind === value) ?? 'other');
      case 'link':
        return linkWord(LINKS.find((link) => link === value) ?? 'other');
      default:
        return value;
    }
  }

  private siteChoices(): [string, string][] {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    return [['', msg('Choose a site')], ...sites.map(({ id, name }): [string, string] => [id, name])];
  }

  /** A new device at a site with one agent of its own needs no word about it; any other does. */
  private get needsAgent(): boolean {
    const { site_id } = this.draft;
    if (this.editedId !== '') return true;
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
      label: this.labelOf('agent_id'),
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
      this.editedId !== '' ||
      ['name', 'code', 'agent_id', 'kind', 'link', 'model', 'parent_ids'].some((name) => name in faults);
    return html`<details ?open=${open}>
      <summary>${msg('More about it')}</summary>
      <div class="more">
        <div class="pair">
          ${field({
            name: 'name',
            label: this.labelOf('name'),
            value: draft.name,
            onInput,
            fault: faults['name'],
            hint: msg('The address, unless you name it.'),
            maxLength: 200,
          })}
          ${field({
            name: 'code',
            label: this.labelOf('code'),
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
            label: this.labelOf('kind'),
            value: draft.kind,
            onInput,
            fault: faults['kind'],
            choices: DEVICE_KINDS.map((kind) => [kind, kindWord(kind)] as const),
          })}
          ${field({
            name: 'link',
            label: this.labelOf('link'),
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
            label: this.labelOf('model'),
            value: draft.model,
            onInput,
            fault: faults['model'],
            maxLength: 100,
          })}
        </div>
        <siaga-parents-field
          .value=${draft.parent_ids}
          deviceId=${this.editedId}
          siteId=${draft.site_id}
          fault=${faults['parent_ids'] ?? ''}
          @siaga-parents=${(event: CustomEvent<readonly string[]>) => this.take('parent_ids', event.detail)}
        ></siaga-parents-field>
      </div>
    </details>`;
  }

  protected override renderFields(): TemplateResult {
    const { draft, faults, take: onInput } = this;
    return html`${field({
      name: 'address',
      label: this.labelOf('address'),
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
      label: this.labelOf('site_id'),
      value: draft.site_id,
      onInput: this.takeSite,
      fault: faults['site_id'],
      choices: this.siteChoices(),
      required: true,
    })}
    ${
      this.services.store.state.sites.size === 0
        ? html`<p class="hint">
            ${msg('There is no site yet.')} <a href="/fleet/sites?add=1">${msg('Create the first site')}</a>
          </p>`
        : nothing
    }
    ${this.needsAgent ? this.renderAgent() : nothing} ${this.renderMore()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-form': SiagaDeviceForm;
  }
}
