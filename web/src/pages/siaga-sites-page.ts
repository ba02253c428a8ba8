import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Site } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import { icons } from '../components/icons.js';
import '../components/siaga-empty.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-pager.js';
import { fleetStyles, rowStyles } from '../fleet/fleet-styles.js';
import { ListPage } from '../fleet/list-page.js';
import { removeOrTell } from '../fleet/remove.js';
import '../fleet/siaga-site-form.js';
import { field } from '../forms/field.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { isolated } from '../i18n/isolated.js';
import { wholeNumber } from '../i18n/numbers.js';
import type { SiteGroup } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';

type Asked = readonly [search: string, region: string, sort: string, page: string];

/** Branches, ATM locations, data centres: how each fares, and the way to change them. */
@customElement('siaga-sites-page')
export class SiagaSitesPage extends ListPage<Site> {
  static override styles = [
    baseStyles,
    pageStyles,
    formStyles,
    tableStyles,
    healthStyles,
    fleetStyles,
    rowStyles,
  ];

  protected override readonly defaultSort = 'name';

  private readonly throttle = createThrottle(() => this.sites.refresh(), 2000);

  private readonly sites = new Loading(
    this,
    ([search, region, sort, page]: Asked, signal): Promise<Page<Site>> =>
      this.services.api.list('/monitoring/sites', { search, region, sort, page }, signal),
    (): Asked => [
      this.query('q').trim(),
      this.query('region'),
      this.query('sort') || this.defaultSort,
      this.query('page'),
    ],
  );

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.sites.size + change.agents.size + change.groups.size > 0,
      (change) => {
        if (change.snapshot || change.sites.size > 0) this.throttle.call();
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Sites');
  }

  protected override thing(id: string): Site | undefined {
    return this.sites.value?.items.find((site) => site.id === id);
  }

  protected override takeAway({ id, name }: Site): void {
    void removeOrTell(this.services, { kind: 'sites', id, name }).then((isGone) => {
      if (!isGone) return;
      this.sites.refresh();
      this.focusHeading();
    });
  }

  private readonly saved = (event: CustomEvent<Site>): void => {
    const { name } = event.detail;
    const isNew = this.editing === '';
    this.closeForm();
    this.sites.refresh();
    this.services.notices.show(
      isNew ? msg(str`Site ${isolated(name)} created.`) : msg(str`Site ${isolated(name)} saved.`),
    );
  };

  private renderFilters(): TemplateResult {
    const regions = [...this.services.store.state.sites.values()].map(({ region }) => region ?? '');
    const known = [...new Set([...regions, this.query('region')])].filter((region) => region !== '').sort();
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Name or code'),
        type: 'search',
        value: this.query('q'),
        onInput: this.filter,
        maxLength: 100,
        grow: true,
      })}
      ${field({
        name: 'region',
        label: msg('Region'),
        value: this.query('region'),
        onInput: this.filter,
        choices: [['', msg('All')], ...known.map((region): [string, string] => [region, region])],
      })}
    </form>`;
  }

  /** Who looks after the devices of a site that has no agent. */
  private renderWatched(group: SiteGroup | undefined): TemplateResult | typeof nothing {
    const count = group?.members.length ?? 0;
    if (count === 0) return nothing;
    return group?.counts.unknown === count
      ? html`<span class="note">${msg('nobody is looking')}</span>`
      : html`<span class="sub">${msg('watched from another site')}</span>`;
  }

  private renderRow(asked: Site, agentsOf: ReadonlyMap<string, number>): TemplateResult {
    const { groups, sites } = this.services.store.state;
    const site = { ...asked, ...sites.get(asked.id) };
    const group = groups.get(site.id);
    const agents = agentsOf.get(site.id) ?? 0;
    return html`<tr data-id=${site.id}>
      <th scope="row">
        <a href=${address('/devices', { site_id: site.id })}><bdi>${site.name}</bdi></a>
        <span class="sub">${site.code}</span>
      </th>
      <td>${this.renderCounts(group?.counts, { site_id: site.id })}</td>
      <td class="wide number">
        ${
          agents === 0
            ? html`<span class="quiet">0</span>${this.renderWatched(group)}`
            : html`<a href=${address('/fleet/agents', { site_id: site.id })}
                >${wholeNumber(agents, this.locale)}</a
              >`
        }
      </td>
      <td class="wide">${site.region ?? nothing}</td>
      <td class="wide">${site.timezone}</td>
      ${
        this.mayWrite
          ? html`<td>
              ${this.renderActions(site, {
                edit: msg(str`Edit site ${isolated(site.name)}`),
                remove: msg(str`Delete site ${isolated(site.name)}`),
              })}
            </td>`
          : nothing
      }
    </tr>`;
  }

  private renderEmpty(): TemplateResult {
    return this.query('q') !== '' || this.query('region') !== ''
      ? html`<siaga-empty icon="fleet" words=${msg('No site matches these filters.')}>
          <a href="/fleet/sites">${msg('Show all sites')}</a>
        </siaga-empty>`
      : html`<siaga-empty icon="fleet" words=${msg('There is no site yet.')}>
          <span>${msg('A site is a branch, an ATM location or a data centre.')}</span>
          ${this.mayWrite ? html`<a href="/fleet/sites?add=1">${msg('Create the first site')}</a>` : nothing}
        </siaga-empty>`;
  }

  private renderList({ items, pagination }: Page<Site>): TemplateResult {
    if (items.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    const agentsOf = new Map<string, number>();
    for (const { site_id } of this.services.store.state.agents.values())
      agentsOf.set(site_id, (agentsOf.get(site_id) ?? 0) + 1);
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderSortHead('name', msg('Site'))}
              <th scope="col">${msg('Devices')}</th>
              <th scope="col" class="wide number">${msg('Agents')}</th>
              ${this.renderSortHead('region', msg('Region'), { wide: true })}
              <th scope="col" class="wide">${msg('Time zone')}</th>
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
              (site) => this.renderRow(site, agentsOf),
            )}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  private renderDialog(): TemplateResult | typeof nothing {
    if (!this.mayWrite || (this.editing === '' && this.query('add') === '')) return nothing;
    const label = this.editing === '' ? msg('New site') : msg('Edit site');
    return html`<siaga-form-dialog label=${label} @siaga-close=${this.closeForm}>
      <siaga-site-form
        editedId=${this.editing}
        @siaga-saved=${this.saved}
        @siaga-cancel=${this.closeForm}
      ></siaga-site-form>
    </siaga-form-dialog>`;
  }

  protected override render(): TemplateResult {
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${
          this.mayWrite
            ? html`<div class="actions">
                <wa-button variant="brand" href=${this.services.router.withQuery({ add: '1' })}>
                  ${icons.add}${msg('New site')}
                </wa-button>
              </div>`
            : nothing
        }
      </div>
      ${this.renderNoRight()} ${this.renderFilters()}
      <div class=${this.staleClass} aria-busy=${this.sites.pending}>
        ${this.sites.render((page) => this.renderList(page), 10)}
      </div>
      ${this.renderDialog()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-sites-page': SiagaSitesPage;
  }
}
