import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DEVICE_KINDS, HEALTHS, type Device, type LiveDevice } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { deviceAddress, incidentAddress } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-health.js';
import '../components/siaga-pager.js';
import '../components/siaga-time.js';
import { icons } from '../components/icons.js';
import '../devices/siaga-device-form.js';
import { rowStyles } from '../fleet/fleet-styles.js';
import { ListPage } from '../fleet/list-page.js';
import { removeOrTell } from '../fleet/remove.js';
import { field } from '../forms/field.js';
import { FilterFold, filterFoldStyles } from '../forms/filter-fold.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { isolated } from '../i18n/isolated.js';
import { wholeNumber } from '../i18n/numbers.js';
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

const FILTERS = ['health', 'site_id', 'agent_id', 'kind', 'q'] as const;

/** Every device, filtered and sorted by the hub; what the address says is what is shown. */
@customElement('siaga-devices-page')
export class SiagaDevicesPage extends ListPage<Device> {
  static override styles = [baseStyles, pageStyles, formStyles, filterFoldStyles, tableStyles, rowStyles];

  protected override readonly defaultSort = 'health,since';

  private readonly fold = new FilterFold(this);

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
      this.query('sort') || this.defaultSort,
      this.query('page'),
    ],
  );

  constructor() {
    super();
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

  protected override thing(id: string): Device | undefined {
    return this.devices.value?.items.find((device) => device.id === id);
  }

  protected override takeAway({ id, name }: Device): void {
    void removeOrTell(this.services, { kind: 'devices', id, name }).then((isGone) => {
      if (!isGone) return;
      this.devices.refresh();
      this.focusHeading();
    });
  }

  private readonly saved = (event: CustomEvent<Device>): void => {
    if (this.editing !== '') {
      this.closeForm();
      this.devices.refresh();
      this.services.notices.show(msg(str`${isolated(event.detail.name)} saved.`));
      return;
    }
    this.services.router.go(deviceAddress(event.detail.id));
    this.services.notices.show(msg('Device added. Its first figures come within seconds.'));
  };

  private renderFolded(): TemplateResult {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    const agents = [...this.services.store.state.agents.values()].sort(compareNames);
    const all: [string, string] = ['', msg('All')];
    const onInput = this.filter;
    return html`${field({
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
    }`;
  }

  private renderFilters(): TemplateResult {
    const count = FILTERS.filter((name) => name !== 'q' && this.query(name) !== '').length;
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Name, code or address'),
        type: 'search',
        value: this.query('q'),
        onInput: this.filter,
        maxLength: 100,
        grow: true,
      })}
      ${this.fold.render(wholeNumber(count, this.locale), this.renderFolded())}
    </form>`;
  }

  /** The incident about it; a device that is down without one is told why, where that is known. */
  private renderIncident(device: Pick<LiveDevice, 'open_incident_id' | 'health'>, id: string): unknown {
    if (device.open_incident_id !== null) {
      return html`<a href=${incidentAddress(device.open_incident_id)}>${msg('Open incident')}</a>`;
    }
    if (device.health !== 'down') return nothing;
    const { devices } = this.services.store.state;
    const cause = devices
      .get(id)
      ?.parent_ids.map((parent) => devices.get(parent))
      .find((parent) => parent?.health === 'down');
    return html`<span class="quiet">${msg('None open')}</span>${
        cause
          ? html`<span class="sub"
              >${msg('follows from')} <a href=${deviceAddress(cause.id)}><bdi>${cause.name}</bdi></a></span
            >`
          : nothing
      }`;
  }

  private renderRow(asked: Device): TemplateResult {
    const { devices, sites } = this.services.store.state;
    // What the feed knows is newer than the page that was asked for.
    const device = { ...asked, ...devices.get(asked.id) };
    return html`<tr data-id=${device.id}>
      <td><siaga-health health=${device.health}></siaga-health></td>
      <th scope="row">
        <a href=${deviceAddress(device.id)}><bdi>${device.name}</bdi></a>
        ${device.code === device.name ? nothing : html`<span class="sub">${device.code}</span>`}
        <span class="narrow"><span class="sub mono">${device.address}</span></span>
      </th>
      <td class="wide mono">${device.address}</td>
      <td class="wide">${kindWord(device.kind)}</td>
      <td class="wide"><bdi>${sites.get(device.site_id)?.name ?? nothing}</bdi></td>
      <td class="wide"><siaga-time mode="for" at=${device.since}></siaga-time></td>
      <td class="wide">${this.renderIncident(device, device.id)}</td>
      ${
        this.mayWrite
          ? html`<td>
              ${this.renderActions(device, {
                edit: msg(str`Edit device ${isolated(device.name)}`),
                remove: msg(str`Delete device ${isolated(device.name)}`),
              })}
            </td>`
          : nothing
      }
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
          ${this.mayWrite ? html`<a href="/devices?add=1">${msg('Add the first device')}</a>` : nothing}
        </siaga-empty>`;
  }

  private renderList({ items, pagination }: Page<Device>): TemplateResult {
    if (items.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderSortHead('health', msg('Health'), { then: 'since' })}
              ${this.renderSortHead('name', msg('Name'))}
              ${this.renderSortHead('address', msg('Address'), { wide: true })}
              <th scope="col" class="wide">${msg('Kind')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              ${this.renderSortHead('since', msg('For'), { wide: true })}
              <th scope="col" class="wide">${msg('Incident')}</th>
              ${
                this.mayWrite
                  ? html`<th scope="col"><span class="visually-hidden">${msg('Actions')}</span></th>`
                  : nothing
              }
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

  private renderDialog(): TemplateResult | typeof nothing {
    if (!this.mayWrite || (this.editing === '' && this.query('add') === '')) return nothing;
    const label = this.editing === '' ? msg('Add device') : msg('Edit device');
    return html`<siaga-form-dialog label=${label} @siaga-close=${this.closeForm}>
      <siaga-device-form
        .device=${this.thing(this.editing)}
        siteId=${this.query('site_id')}
        @siaga-saved=${this.saved}
        @siaga-cancel=${this.closeForm}
      ></siaga-device-form>
    </siaga-form-dialog>`;
  }

  protected override render(): TemplateResult {
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${
          this.mayWrite
            ? html`<div class="actions">
                <wa-button variant="brand" href=${this.services.router.withQuery({ add: '1' })}>
                  ${icons.add}${msg('Add device')}
                </wa-button>
              </div>`
            : nothing
        }
      </div>
      ${this.renderNoRight()} ${this.renderFilters()}
      <div class=${this.staleClass} aria-busy=${this.devices.pending}>
        ${this.devices.render((page) => this.renderList(page), 10)}
      </div>
      ${this.renderDialog()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-devices-page': SiagaDevicesPage;
  }
}
