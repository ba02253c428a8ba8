import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { DEVICE_KINDS, type Device, type LiveDevice } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { deviceAddress, incidentAddress } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-health.js';
import '../components/siaga-time.js';
import '../devices/siaga-device-form.js';
import { rowStyles } from '../fleet/fleet-styles.js';
import { ListPage, type ListedThing } from '../fleet/list-page.js';
import type { RemovableKind } from '../fleet/remove.js';
import '../fleet/siaga-gone.js';
import { field } from '../forms/field.js';
import { FilterFold, filterFoldStyles } from '../forms/filter-fold.js';
import type { Page } from '../http/api-client.js';
import { isolated } from '../i18n/isolated.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord, kindWord } from '../i18n/words.js';
import { compareNames, WORST_FIRST } from '../live/state.js';
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

/** One that is not there (any more) is a choice all the same where it is what the list is filtered by. */
const choicesOf = (things: readonly ListedThing[], chosen: string): [string, string][] => {
  const choices = things.map(({ id, name }): [string, string] => [id, name]);
  const isKnown = chosen === '' || things.some(({ id }) => id === chosen);
  return isKnown ? choices : [...choices, [chosen, '–']];
};

/** Every device, filtered and sorted by the hub; what the address says is what is shown. */
@customElement('siaga-devices-page')
export class SiagaDevicesPage extends ListPage<Device> {
  static override styles = [baseStyles, pageStyles, formStyles, filterFoldStyles, tableStyles, rowStyles];

  protected override readonly kind = 'devices';
  protected override readonly defaultSort = 'health,since';
  protected override readonly filters = ['health', 'site_id', 'agent_id', 'kind', 'q'];
  protected override readonly throttle = createThrottle(() => this.listed.refresh(), 5000);

  private readonly fold = new FilterFold(this);

  protected override readonly listed = new Loading(
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
      (change) => change.devices.size + change.sites.size + change.agents.size > 0,
      (change) => {
        if (change.snapshot || change.devices.size > 0) this.throttle.call();
      },
    );
  }

  protected override get heading(): string {
    return msg('Devices');
  }

  protected override get formWords(): { add: string; edit: string } {
    return { add: msg('Add device'), edit: msg('Edit device') };
  }

  protected override actionWords(name: string): { edit: string; remove: string } {
    return {
      edit: msg(str`Edit device ${isolated(name)}`),
      remove: msg(str`Delete device ${isolated(name)}`),
    };
  }

  protected override now(device: Device): Device {
    return { ...device, ...this.services.store.state.devices.get(device.id) };
  }

  private readonly saved = (event: CustomEvent<Device>): void => {
    if (this.editing !== '') {
      this.closeForm();
      this.listed.refresh();
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
      choices: [all, ...WORST_FIRST.map((health): [string, string] => [health, healthWord(health)])],
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
      choices: [all, ...choicesOf(sites, this.query('site_id'))],
    })}
    ${
      agents.length > 1 || this.query('agent_id') !== ''
        ? field({
            name: 'agent_id',
            label: msg('Watched by'),
            value: this.query('agent_id'),
            onInput,
            choices: [all, ...choicesOf(agents, this.query('agent_id'))],
          })
        : nothing
    }`;
  }

  protected override renderFilters(): TemplateResult {
    const count = this.filters.filter((name) => name !== 'q' && this.query(name) !== '').length;
    return html`${field({
      name: 'q',
      label: msg('Name, code or address'),
      type: 'search',
      value: this.query('q'),
      onInput: this.filter,
      maxLength: 100,
      grow: true,
    })}
    ${this.fold.render(wholeNumber(count, this.locale), this.renderFolded())} `;
  }

  /** The incident about it; a device that is down without one is told why, where that is known. */
  private renderIncident(device: Pick<LiveDevice, 'open_incident_id' | 'health'>, id: string): unknown {
    if (device.open_incident_id !== null) {
      return html`<a href=${incidentAddress(device.open_incident_id)}>${msg('Open incident')}</a>`;
    }
    if (device.health !== 'down' || !this.may('tickets:read')) return nothing;
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

  protected override cellsOf(): (device: Device) => TemplateResult {
    return (device) => this.renderCells(device);
  }

  private renderCells(device: Device): TemplateResult {
    return html`<td><siaga-health health=${device.health}></siaga-health></td>
      <th scope="row">
        <a href=${deviceAddress(device.id)}><bdi>${device.name}</bdi></a>
        ${device.code === device.name ? nothing : html`<span class="sub">${device.code}</span>`}
        <span class="narrow"><span class="sub mono">${device.address}</span></span>
      </th>
      <td class="wide mono">${device.address}</td>
      <td class="widest">${kindWord(device.kind)}</td>
      <td class="wide"><bdi>${this.services.store.state.sites.get(device.site_id)?.name ?? nothing}</bdi></td>
      <td class="wide"><siaga-time mode="for" at=${device.since}></siaga-time></td>
      <td class="widest">${this.renderIncident(device, device.id)}</td>`;
  }

  /** The site or agent of the address is not there: deleted, or never made. */
  private renderGone(): TemplateResult | undefined {
    const { ready, sites, agents } = this.services.store.state;
    const [siteId, agentId] = [this.query('site_id'), this.query('agent_id')];
    if (!ready) return undefined;
    if (siteId !== '' && !sites.has(siteId)) return this.renderGoneOne('sites', siteId);
    return agentId !== '' && !agents.has(agentId) ? this.renderGoneOne('agents', agentId) : undefined;
  }

  private renderGoneOne(kind: RemovableKind, id: string): TemplateResult {
    return html`<siaga-gone kind=${kind} thingId=${id} @siaga-restored=${this.listed.refresh}></siaga-gone>`;
  }

  protected override renderEmpty(): TemplateResult {
    const gone = this.renderGone();
    if (gone) return gone;
    return this.isFiltered
      ? html`<siaga-empty icon="devices" words=${msg('No device matches these filters.')}>
          <a href="/devices">${msg('Show all devices')}</a>
        </siaga-empty>`
      : html`<siaga-empty icon="devices" words=${msg('No device is watched yet.')}>
          <span>${msg('An address is enough: a router, an ATM, a server.')}</span>
          ${this.mayWrite ? html`<a href="/devices?add=1">${msg('Add the first device')}</a>` : nothing}
        </siaga-empty>`;
  }

  protected override renderHeads(): TemplateResult {
    return html`${this.renderSortHead('health', msg('Health'), { then: 'since' })}
      ${this.renderSortHead('name', msg('Name'))}
      ${this.renderSortHead('address', msg('Address'), { wide: true })}
      <th scope="col" class="widest">${msg('Kind')}</th>
      <th scope="col" class="wide">${msg('Site')}</th>
      ${this.renderSortHead('since', msg('For'), { wide: true })}
      <th scope="col" class="widest">${msg('Incident')}</th>`;
  }

  protected override renderForm(): TemplateResult {
    return html`<siaga-device-form
      .device=${this.thing(this.editing)}
      siteId=${this.query('site_id')}
      @siaga-saved=${this.saved}
      @siaga-cancel=${this.closeForm}
    ></siaga-device-form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-devices-page': SiagaDevicesPage;
  }
}
