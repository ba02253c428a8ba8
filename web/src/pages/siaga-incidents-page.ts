import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketSummary } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-pager.js';
import { field } from '../forms/field.js';
import type { Page } from '../http/api-client.js';
import { isOpen } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { incidentRow } from '../incidents/incident-row.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';
import { healthStyles } from '../components/siaga-health.js';
import { rowStyles } from '../incidents/row-styles.js';

/** All incidents, the open ones unless told otherwise, newest first. */
@customElement('siaga-incidents-page')
export class SiagaIncidentsPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, formStyles, tableStyles, healthStyles, rowStyles];

  private readonly throttle = createThrottle(() => this.incidents.refresh(), 2000);

  private readonly incidents = new Loading(
    this,
    ([status, search, page]: readonly [string, string, string], signal): Promise<Page<TicketSummary>> =>
      this.services.api.list(
        '/tickets',
        {
          ticket_type: 'incident',
          status: status === 'all' ? '' : 'open',
          search,
          page,
          sort: '-created_at',
        },
        signal,
      ),
    () => [this.show, this.query('q'), this.query('page')] as const,
  );

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0,
      () => this.throttle.call(),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Incidents');
  }

  private query(name: string): string {
    return this.services.router.location.value.query.get(name) ?? '';
  }

  private get show(): 'open' | 'all' {
    return this.query('show') === 'all' ? 'all' : 'open';
  }

  private readonly filter = (name: string, value: string): void => {
    this.services.router.setQuery({ [name]: value === 'open' ? '' : value, page: '' });
  };

  private renderEmpty(): TemplateResult {
    if (this.query('q') !== '') {
      return html`<siaga-empty icon="incidents" words=${msg('No incident matches this search.')}>
        <a href="/incidents?show=all">${msg('Show all incidents')}</a>
      </siaga-empty>`;
    }
    return this.show === 'all'
      ? html`<siaga-empty words=${msg('There has been no incident yet.')}></siaga-empty>`
      : html`<siaga-empty words=${msg('No open incidents')}>
          <a href="/incidents?show=all">${msg('Show resolved ones too')}</a>
        </siaga-empty>`;
  }

  private renderList({ items, pagination }: Page<TicketSummary>): TemplateResult {
    const { incidents } = this.services.store.state;
    // What the feed knows is newer than the page that was asked for.
    const newest = items.map((ticket) => incidents.get(ticket.id) ?? ticket);
    const rows = this.show === 'open' ? newest.filter(isOpen) : newest;
    if (rows.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              <th scope="col">${msg('Incident')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              <th scope="col" class="wide">${msg('Priority')}</th>
              <th scope="col" class="wide">${msg('Status')}</th>
              <th scope="col">${msg('Began')}</th>
              <th scope="col" class="wide">${msg('Lasted')}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              rows,
              ({ id }) => id,
              (ticket) => incidentRow(ticket, this.services.store.state, this.locale),
            )}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  protected override render(): TemplateResult {
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : nothing;
    return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>
      <form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
        ${field({
          name: 'q',
          label: msg('Title or number'),
          type: 'search',
          value: this.query('q'),
          onInput: this.filter,
          maxLength: 200,
          grow: true,
        })}
        ${field({
          name: 'show',
          label: msg('Show'),
          value: this.show,
          onInput: this.filter,
          choices: [
            ['open', msg('Open')],
            ['all', msg('Open and resolved')],
          ],
        })}
      </form>
      <div class=${stale} aria-busy=${this.incidents.pending}>
        ${this.incidents.render((page) => this.renderList(page), 8)}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incidents-page': SiagaIncidentsPage;
  }
}
