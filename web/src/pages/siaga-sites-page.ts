import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Site } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import { healthStyles } from '../components/siaga-health.js';
import { fleetStyles, rowStyles } from '../fleet/fleet-styles.js';
import { renderHealthLinks } from '../fleet/health-links.js';
import { ListPage } from '../fleet/list-page.js';
import '../fleet/siaga-site-form.js';
import { field } from '../forms/field.js';
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

  protected override readonly kind = 'sites';
  protected override readonly defaultSort = 'name';
  protected override readonly filters = ['q', 'region'];
  protected override readonly throttle = createThrottle(() => this.listed.refresh(), 2000);

  protected override readonly listed = new Loading(
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

  protected override get heading(): string {
    return msg('Sites');
  }

  protected override get formWords(): { add: string; edit: string } {
    return { add: msg('New site'), edit: msg('Edit site') };
  }

  protected override actionWords(name: string): { edit: string; remove: string } {
    return { edit: msg(str`Edit site ${isolated(name)}`), remove: msg(str`Delete site ${isolated(name)}`) };
  }

  protected override now(site: Site): Site {
    return { ...site, ...this.services.store.state.sites.get(site.id) };
  }

  private readonly saved = (event: CustomEvent<Site>): void => {
    const { name } = event.detail;
    const isNew = this.editing === '';
    this.closeForm();
    this.listed.refresh();
    this.services.notices.show(
      isNew ? msg(str`Site ${isolated(name)} created.`) : msg(str`Site ${isolated(name)} saved.`),
    );
  };

  protected override renderFilters(): TemplateResult {
    const regions = [...this.services.store.state.sites.values()].map(({ region }) => region ?? '');
    const known = [...new Set([...regions, this.query('region')])].filter((region) => region !== '').sort();
    return html`${field({
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
    })}`;
  }

  /** Who looks after the devices of a site that has no agent. */
  private renderWatched(group: SiteGroup | undefined): TemplateResult | typeof nothing {
    const count = group?.members.length ?? 0;
    if (count === 0) return nothing;
    return group?.counts.unknown === count
      ? html`<span class="note">${msg('nobody is looking')}</span>`
      : html`<span class="sub">${msg('watched from another site')}</span>`;
  }

  protected override cellsOf(): (site: Site) => TemplateResult {
    const { agents, groups } = this.services.store.state;
    const agentsOf = new Map<string, number>();
    for (const { site_id } of agents.values()) agentsOf.set(site_id, (agentsOf.get(site_id) ?? 0) + 1);
    return (site) => this.renderCells(site, groups.get(site.id), agentsOf.get(site.id) ?? 0);
  }

  private renderCells(site: Site, group: SiteGroup | undefined, agents: number): TemplateResult {
    return html`<th scope="row">
        <a href=${address('/devices', { site_id: site.id })}><bdi>${site.name}</bdi></a>
        <span class="sub">${site.code}</span>
      </th>
      <td>${renderHealthLinks(group?.counts, { site_id: site.id }, this.locale)}</td>
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
      <td class="widest">${site.timezone}</td>`;
  }

  protected override renderEmpty(): TemplateResult {
    return this.isFiltered
      ? html`<siaga-empty icon="fleet" words=${msg('No site matches these filters.')}>
          <a href="/fleet/sites">${msg('Show all sites')}</a>
        </siaga-empty>`
      : html`<siaga-empty icon="fleet" words=${msg('There is no site yet.')}>
          <span>${msg('A site is a branch, an ATM location or a data centre.')}</span>
          ${this.mayWrite ? html`<a href="/fleet/sites?add=1">${msg('Create the first site')}</a>` : nothing}
        </siaga-empty>`;
  }

  protected override renderHeads(): TemplateResult {
    return html`${this.renderSortHead('name', msg('Site'))}
      <th scope="col">${msg('Devices')}</th>
      <th scope="col" class="wide number">${msg('Agents')}</th>
      ${this.renderSortHead('region', msg('Region'), { wide: true })}
      <th scope="col" class="widest">${msg('Time zone')}</th>`;
  }

  protected override renderForm(): TemplateResult {
    return html`<siaga-site-form
      editedId=${this.editing}
      @siaga-saved=${this.saved}
      @siaga-cancel=${this.closeForm}
    ></siaga-site-form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-sites-page': SiagaSitesPage;
  }
}
