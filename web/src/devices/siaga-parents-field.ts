import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LiveDevice } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { icons } from '../components/icons.js';
import '../components/siaga-combobox.js';
import type { ComboGroup, ComboOption, SiagaCombobox } from '../components/siaga-combobox.js';
import { healthShape } from '../components/siaga-health.js';
import { isolated } from '../i18n/isolated.js';
import { WatchStore } from '../live/store.js';
import { createSearch } from '../search/search.js';
import { baseStyles } from '../styles/shared.js';

const PARENTS_AT_MOST = 16;
const OFFERED = 8;
/** What others are reached through. */
const LEADING = new Set<string>(['router', 'switch', 'link']);

/** What a device is reached through: chips, and a search over its site and everything. Tells `siaga-parents` (ids). */
@customElement('siaga-parents-field')
export class SiagaParentsField extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-2);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        max-width: 100%;
        padding-inline-start: var(--space-3);
        border: 1px solid var(--line);
        border-radius: 999px;
        background: var(--surface-sunken);
      }
      li span {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      button {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        flex: none;
        padding: 0;
        border: 0;
        border-radius: 50%;
        background: none;
        color: var(--text-quiet);
        cursor: pointer;
      }
      button:hover {
        color: var(--text);
      }
      button .icon {
        width: 14px;
        height: 14px;
      }
    `,
  ];

  @property({ attribute: false }) value: readonly string[] = [];
  /** The device itself is never offered. */
  @property() deviceId = '';
  @property() siteId = '';
  @property() fault = '';

  @state() private text = '';

  @query('siaga-combobox') private box!: SiagaCombobox;

  private readonly search = createSearch();

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      ({ devices }) => this.concerns(devices),
    );
  }

  /** What is typed is searched for among all devices; else only the site's and the chosen ones are shown. */
  private concerns(devices: ReadonlySet<string>): boolean {
    if (devices.size === 0) return false;
    if (this.text.trim() !== '' || this.value.some((id) => devices.has(id))) return true;
    const members = this.services.store.state.members.get(this.siteId);
    return [...devices].some((id) => members?.has(id));
  }

  override focus(): void {
    this.box.focus();
  }

  private tell(ids: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('siaga-parents', { detail: ids }));
    // A form around this one asks before it throws away what was touched.
    this.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  }

  private add(event: CustomEvent<string>): void {
    this.text = '';
    this.tell([...this.value, event.detail]);
  }

  private take(id: string): void {
    this.tell(this.value.filter((one) => one !== id));
    this.focus();
  }

  private option(device: LiveDevice): ComboOption {
    return {
      id: device.id,
      content: html`${healthShape(device.health)}<span class="main">${device.name}</span>
        <span class="side">${device.address}</span>`,
    };
  }

  private groups(): ComboGroup[] {
    if (this.value.length >= PARENTS_AT_MOST) return [];
    const { state } = this.services.store;
    const isFree = ({ id }: LiveDevice): boolean => id !== this.deviceId && !this.value.includes(id);
    const ofSite = state.groups.get(this.siteId)?.devices ?? [];
    if (this.text.trim() === '') {
      const near = ofSite.filter((device) => isFree(device) && LEADING.has(device.kind));
      return [{ label: msg('Of this site'), options: near.slice(0, OFFERED).map((one) => this.option(one)) }];
    }
    const found = (this.search.find(state, this.text)?.devices.items ?? []).filter(isFree);
    // In the search's order: what was typed in full comes first, whatever its health.
    const own = found.filter(({ site_id }) => site_id === this.siteId);
    const others = found.filter(({ site_id }) => site_id !== this.siteId);
    return [
      { label: msg('Of this site'), options: own.map((one) => this.option(one)) },
      { label: msg('Elsewhere'), options: others.map((one) => this.option(one)) },
    ];
  }

  private renderChips(): TemplateResult | typeof nothing {
    if (this.value.length === 0) return nothing;
    const { devices } = this.services.store.state;
    return html`<ul aria-label=${msg('Reached through')}>
      ${this.value.map((id) => {
        const name = devices.get(id)?.name ?? id;
        return html`<li>
          <span>${name}</span>
          <button
            type="button"
            aria-label=${msg(str`Take ${isolated(name)} out`)}
            @click=${() => this.take(id)}
          >
            ${icons.close}
          </button>
        </li>`;
      })}
    </ul>`;
  }

  protected override render(): TemplateResult {
    return html`${this.renderChips()}
      <siaga-combobox
        name="parent_ids"
        label=${msg('Reached through')}
        placeholder=${msg('Name, code or address')}
        hint=${msg('Its router or switch: where that fails, this one is not blamed.')}
        fault=${this.fault}
        none=${this.text.trim() === '' ? '' : msg('Nothing fits.')}
        .value=${this.text}
        .groups=${this.groups()}
        @siaga-type=${(event: CustomEvent<string>) => (this.text = event.detail)}
        @siaga-choose=${this.add}
      ></siaga-combobox>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-parents-field': SiagaParentsField;
  }
}
