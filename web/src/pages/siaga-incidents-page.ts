import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketSummary } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { Keys } from '../app/shortcuts.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-pager.js';
import { healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import type { Page } from '../http/api-client.js';
import { incidentRow } from '../incidents/incident-row.js';
import {
  isFiltered,
  isPeriodReversed,
  queryOf,
  readFilter,
  type ListFilter,
  type SortName,
} from '../incidents/list-filter.js';
import { createListRows } from '../incidents/list-rows.js';
import { rowStyles } from '../incidents/row-styles.js';
import '../incidents/siaga-incident-filters.js';
import { WatchStore } from '../live/store.js';
import type { LiveChange } from '../live/state.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';

/** All incidents, the open ones unless told otherwise. Rows change where they stand; the order waits for the reader. */
@customElement('siaga-incidents-page')
export class SiagaIncidentsPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, formStyles, tableStyles, healthStyles, rowStyles];

  /** The list at the hub is another by now, and the reader points at this one. */
  @state() private isBehind = false;

  private readonly throttle = createThrottle(() => this.reload(), 2000);
  private readonly list = createListRows();
  private taken: Page<TicketSummary> | undefined;
  private takenFor = '';
  private isPointed = false;
  private hasFocus = false;

  private readonly incidents = new Loading(
    this,
    async ([key]: readonly [string], signal): Promise<Page<TicketSummary> & { key: string }> => {
      const query = queryOf(this.filter, this.services.clock.nowMs());
      return { ...(await this.services.api.list<TicketSummary>('/tickets', query, signal)), key };
    },
    () => [this.key] as const,
  );

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0,
      (change) => this.take(change),
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () => [
        { key: 'j', label: () => msg('Next incident'), run: () => this.move(1) },
        { key: 'k', label: () => msg('Previous incident'), run: () => this.move(-1) },
        { key: 'Enter', label: () => msg('Open the incident') },
      ],
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Incidents');
  }

  private get filter(): ListFilter {
    return readFilter(this.services.router.location.value.query);
  }

  /** What is asked for, as one text. */
  private get key(): string {
    return JSON.stringify(this.filter);
  }

  private get isHeld(): boolean {
    return this.isPointed || this.hasFocus;
  }

  private take(change: LiveChange): void {
    const { incidents } = this.services.store.state;
    for (const id of change.incidents) {
      const ticket = incidents.get(id) ?? change.resolved.find((one) => one.id === id);
      if (ticket) this.list.tell(ticket);
    }
    if (this.isHeld) this.isBehind = true;
    else this.throttle.call();
  }

  private readonly reload = (): void => {
    if (this.isHeld) {
      this.isBehind = true;
      return;
    }
    this.isBehind = false;
    this.incidents.refresh();
  };

  private readonly catchUp = (): void => {
    this.isBehind = false;
    this.incidents.refresh();
  };

  private release(): void {
    if (!this.isHeld && this.isBehind) this.throttle.call();
  }

  private readonly onPointer = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return;
    this.isPointed = event.type === 'pointerenter';
    this.release();
  };

  private readonly onFocus = (event: FocusEvent): void => {
    const to = event.type === 'focusin' ? event.target : event.relatedTarget;
    this.hasFocus = to instanceof Node && (event.currentTarget as HTMLElement).contains(to);
    this.release();
  };

  private move(step: 1 | -1): void {
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>('tbody th a')];
    const active = (this.renderRoot as ShadowRoot).activeElement;
    const place = links.findIndex((link) => link === active || link.closest('tr')?.contains(active));
    const wanted = place === -1 ? (step === 1 ? 0 : links.length - 1) : place + step;
    const link = links[Math.max(0, Math.min(links.length - 1, wanted))];
    link?.focus();
    link?.scrollIntoView({ block: 'nearest' });
  }

  override willUpdate(): void {
    const answer = this.incidents.value;
    if (!answer || answer === this.taken) return;
    if (answer.key !== this.takenFor) this.list.clear();
    this.takenFor = answer.key;
    this.taken = answer;
    this.list.take(answer.items);
  }

  private renderEmpty(): TemplateResult {
    const { filter } = this;
    if (isPeriodReversed(filter)) {
      return html`<siaga-empty
        icon="incidents"
        words=${msg('The last day lies before the first.')}
      ></siaga-empty>`;
    }
    if (!isFiltered(filter)) {
      return html`<siaga-empty words=${msg('No open incidents')}>
        <a href="/incidents?status=all">${msg('Show resolved ones too')}</a>
      </siaga-empty>`;
    }
    const isAll = filter.status === 'all' && !isFiltered({ ...filter, status: 'open' });
    if (isAll) return html`<siaga-empty words=${msg('There has been no incident yet.')}></siaga-empty>`;
    return html`<siaga-empty icon="incidents" words=${msg('No incident matches these filters.')}>
      <a href="/incidents?status=all">${msg('Show all incidents')}</a>
    </siaga-empty>`;
  }

  private renderHead(by: SortName, words: string, wide = false): TemplateResult {
    const { sort, descending } = this.filter;
    const order = sort !== by ? 'none' : descending ? 'descending' : 'ascending';
    // The newest first is what a time is sorted for; words begin at A, priorities with the worst.
    const first = by === 'created_at' ? `-${by}` : by;
    const next = order === 'none' ? first : order === 'ascending' ? `-${by}` : by;
    const arrow =
      order === 'none' ? nothing : html`<span aria-hidden="true">${order === 'ascending' ? '↑' : '↓'}</span>`;
    return html`<th scope="col" class=${wide ? 'wide' : ''} aria-sort=${order}>
      <a class="sort" href=${this.services.router.withQuery({ sort: next, page: '' })}>${words} ${arrow}</a>
    </th>`;
  }

  private renderList({ pagination }: Page<TicketSummary>): TemplateResult {
    const { rows, changed } = this.list;
    if (rows.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderHead('title', msg('Incident'))}
              <th scope="col" class="wide">${msg('Site')}</th>
              ${this.renderHead('priority', msg('Priority'), true)}
              ${this.renderHead('status', msg('Status'), true)} ${this.renderHead('created_at', msg('Began'))}
              <th scope="col" class="widest">${msg('Lasted')}</th>
            </tr>
          </thead>
          <tbody
            @pointerenter=${this.onPointer}
            @pointerleave=${this.onPointer}
            @focusin=${this.onFocus}
            @focusout=${this.onFocus}
          >
            ${repeat(
              rows,
              ({ id }) => id,
              (ticket) => incidentRow(ticket, this.services.store.state, this.locale, changed.has(ticket.id)),
            )}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  protected override render(): TemplateResult {
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : nothing;
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${
          this.isBehind
            ? html`<div class="actions">
                <wa-button appearance="outlined" @click=${this.catchUp}>
                  ${icons.retry}${msg('The list has changed: show it anew')}
                </wa-button>
              </div>`
            : nothing
        }
      </div>
      <siaga-incident-filters .filter=${this.filter}></siaga-incident-filters>
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
