import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DEVICE_KINDS, HEALTHS, type Device } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { deviceAddress, incidentAddress } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-health.js';
import '../components/siaga-pager.js';
import '../components/siaga-time.js';
import { icons } from '../components/icons.js';
import '../devices/siaga-device-form.js';
import { field } from '../forms/field.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { healthWord, kindWord } from '../i18n/words.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';

type Asked = readonly [
  health: string,
  siteId: string,
  agentId: string,
  kind: string,
  search: string,
  sort: string,
  page: string,
];
type SortField = 'health' | 'name' | 'address' | 'since';

const FILTERS = ['health', 'site_id', 'agent_id', 'kind', 'q'] as const;

/** Every device, filtered and sorted by the hub; what the address says is what is shown. */
@customElement('siaga-devices-page')
export class SiagaDevicesPage extends SiagaPage {
  static override styles = [
    baseStyles,
    pageStyles,
    formStyles,
    tableStyles,
    css`
      .sub {
        display: block;
        font-size: var(--text-xs);
        font-weight: 400;
        color: var(--text-quiet);
      }
    `,
  ];

  private readonly throttle = createThrottle(() => this.devices.refresh(), 5000);

  private readonly devices = new Loading(
    this,
    ([health, site_id, agent_id, kind, search, sort, page]: Asked, signal): Promise<Page<Device>> =>
      this.services.api.list(
        '/monitoring/devices',
        { health, site_id, agent_id, kind, search, sort, page },
        signal,
      ),
    (): Asked => [
      this.query('health'),
      this.query('site_id'),
      this.query('agent_id'),
      this.query('kind'),
      this.query('q').trim(),
      this.query('sort') || 'health,name',
      this.query('page'),
    ],
  );

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.devices.size > 0,
      () => this.throttle.call(),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Devices');
  }

  private query(name: string): string {
    return this.services.router.location.value.query.get(name) ?? '';
  }

  private readonly filter = (name: string, value: string): void => {
    this.services.router.setQuery({ [name]: value, page: '' });
  };

  private readonly closeForm = (): void => this.services.router.setQuery({ add: '' });

  private readonly saved = (event: CustomEvent<Device>): void => {
    this.services.router.go(deviceAddress(event.detail.id));
    this.services.notices.show(msg('Device added. Its first figures come within seconds.'));
  };

  private renderFilters(): TemplateResult {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    const agents = [...this.services.store.state.agents.values()].sort(compareNames);
    const all: [string, string] = ['', msg('All')];
    const onInput = this.filter;
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Name, code or address'),
        type: 'search',
        value: this.query('q'),
        onInput,
        maxLength: 100,
        grow: true,
      })}
      ${field({
        name: 'health',
        label: msg('Health'),
        value: this.query('health'),
        onInput,
        choices: [
          all,
          ...[...HEALTHS].reverse().map((health): [string, string] => [health, healthWord(health)]),
        ],
      })}
      ${field({
        name: 'kind',
        label: msg('Kind'),
        value: this.query('kind'),
        onInput,
        choices: [all, ...DEVICE_KINDS.map((kind): [string, string] => [kind, kindWord(kind)])],
      })}
      ${field({
        name: 'site_id',
        label: msg('Site'),
        value: this.query('site_id'),
        onInput,
        choices: [all, ...sites.map(({ id, name }): [string, string] => [id, name])],
      })}
      ${
        agents.length > 1 || this.query('agent_id') !== ''
          ? field({
              name: 'agent_id',
              label: msg('Watched by'),
              value: this.query('agent_id'),
              onInput,
              choices: [all, ...agents.map(({ id, name }): [string, string] => [id, name])],
            })
          : nothing
      }
    </form>`;
  }

  private renderSortHead(by: SortField, words: string, wide = false): TemplateResult {
    const sort = this.query('sort') || 'health,name';
    const [first = ''] = sort.split(',');
    const state = first === by ? 'ascending' : first === `-${by}` ? 'descending' : 'none';
    const next = state === 'ascending' ? `-${by}` : by;
    const arrow =
      state === 'none' ? nothing : html`<span aria-hidden="true">${state === 'ascending' ? '↑' : '↓'}</span>`;
    return html`<th scope="col" class=${wide ? 'wide' : ''} aria-sort=${state}>
      <a class="sort" href=${this.services.router.withQuery({ sort: next, page: '' })}>${words} ${arrow}</a>
    </th>`;
  }

  private renderRow(asked: Device): TemplateResult {
    const { devices, sites } = this.services.store.state;
    // What the feed knows is newer than the page that was asked for.
    const device = { ...asked, ...devices.get(asked.id) };
    return html`<tr>
      <td><siaga-health health=${device.health}></siaga-health></td>
      <th scope="row">
        <a href=${deviceAddress(device.id)}>${device.name}</a>
        ${device.code === device.name ? nothing : html`<span class="sub">${device.code}</span>`}
      </th>
      <td class="mono">${device.address}</td>
      <td class="wide">${kindWord(device.kind)}</td>
      <td class="wide">${sites.get(device.site_id)?.name ?? nothing}</td>
      <td class="wide"><siaga-time mode="for" at=${device.since}></siaga-time></td>
      <td class="wide">
        ${
          device.open_incident_id === null
            ? nothing
            : html`<a href=${incidentAddress(device.open_incident_id)}>${msg('Open incident')}</a>`
        }
      </td>
    </tr>`;
  }

  private renderEmpty(): TemplateResult {
    const filtered = FILTERS.some((name) => this.query(name) !== '');
    return filtered
      ? html`<siaga-empty icon="devices" words=${msg('No device matches these filters.')}>
          <a href="/devices">${msg('Show all devices')}</a>
        </siaga-empty>`
      : html`<siaga-empty icon="devices" words=${msg('No device is watched yet.')}>
          <span>${msg('An address is enough: a router, an ATM, a server.')}</span>
        </siaga-empty>`;
  }

  private renderList({ items, pagination }: Page<Device>): TemplateResult {
    if (items.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderSortHead('health', msg('Health'))} ${this.renderSortHead('name', msg('Name'))}
              ${this.renderSortHead('address', msg('Address'))}
              <th scope="col" class="wide">${msg('Kind')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              ${this.renderSortHead('since', msg('For'), true)}
              <th scope="col" class="wide">${msg('Incident')}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              items,
              ({ id }) => id,
              (device) => this.renderRow(device),
            )}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  protected override render(): TemplateResult {
    const mayWrite = this.may('monitoring:write');
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${
          mayWrite
            ? html`<div class="actions">
                <wa-button variant="brand" href=${this.services.router.withQuery({ add: '1' })}>
                  ${icons.add}${msg('Add device')}
                </wa-button>
              </div>`
            : nothing
        }
      </div>
      ${this.renderFilters()}
      <div class=${stale} aria-busy=${this.devices.pending}>
        ${this.devices.render((page) => this.renderList(page), 10)}
      </div>
      ${
        mayWrite && this.query('add') !== ''
          ? html`<siaga-form-dialog label=${msg('Add device')} @siaga-close=${this.closeForm}>
              <siaga-device-form
                siteId=${this.query('site_id')}
                @siaga-saved=${this.saved}
                @siaga-cancel=${this.closeForm}
              ></siaga-device-form>
            </siaga-form-dialog>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-devices-page': SiagaDevicesPage;
  }
}
