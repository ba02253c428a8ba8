import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Health } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { SiagaPage } from '../app/siaga-element.js';
import { renderAllWell } from '../board/all-well.js';
import {
  countFilters,
  NO_FILTER,
  readFilter,
  readSort,
  readView,
  writeFilter,
  writeView,
  type BoardFilter,
  type BoardQuery,
  type BoardView,
} from '../board/board-address.js';
import { boardStyles } from '../board/board-styles.js';
import type { CellHover } from '../board/hover.js';
import { LiveBoard, type Shown } from '../board/live-board.js';
import '../board/siaga-board-filters.js';
import '../board/siaga-health-counts.js';
import type { SiagaHoverCard } from '../board/siaga-hover-card.js';
import '../board/siaga-hover-card.js';
import '../board/siaga-incident-pane.js';
import '../board/siaga-view-switch.js';
import { renderCalm, renderTroubled } from '../board/site-sections.js';
import { ViewCode } from '../board/views.js';
import '../components/siaga-empty.js';
import '../components/siaga-skeleton.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** What is wrong, where, since when: all sites at a glance, four ways, and the open incidents beside them. */
@customElement('siaga-board-page')
export class SiagaBoardPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, boardStyles];

  @state() private calmOpen = false;
  @query('siaga-hover-card') private card!: SiagaHoverCard | null;

  private readonly board = new LiveBoard(this, () => this.services.store);
  private readonly code = new ViewCode(this);
  private wasPainted = false;

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
  }

  protected override get heading(): string {
    return msg('Board');
  }

  private get query(): URLSearchParams {
    return this.services.router.location.value.query;
  }

  private readonly onFilter = (event: CustomEvent<BoardQuery>): void =>
    this.services.router.setQuery(event.detail);

  private readonly onView = (event: CustomEvent<BoardView>): void => {
    this.hover(null);
    this.services.router.setQuery(writeView(event.detail));
  };

  // Straight to the card: the pointer passes many cells, and none of them is news to the rest of the page.
  private hover(hovered: CellHover | null): void {
    if (this.card) this.card.hover = hovered;
  }

  private readonly onCell = (event: CustomEvent<CellHover | null>): void => this.hover(event.detail);

  private readonly clearFilters = (): void => this.services.router.setQuery(writeFilter(NO_FILTER));

  private readonly healthAddress = (health: Health | undefined): string =>
    this.services.router.withQuery({ health });

  private readonly onCalm = (event: Event): void => {
    this.calmOpen = (event.currentTarget as HTMLDetailsElement).open;
  };

  private renderTiles(shown: Shown): TemplateResult {
    const calm = { isOpen: this.calmOpen, onToggle: this.onCalm };
    return html`${renderAllWell(shown, this.services.store.state.devices.size, this.locale)}${renderTroubled(shown, this.locale)}${renderCalm(shown, this.locale, calm)}`;
  }

  private renderView(view: BoardView, shown: Shown): TemplateResult {
    switch (view) {
      case 'tiles':
        return this.renderTiles(shown);
      case 'list':
        return html`<siaga-device-list
          .groups=${shown.groups}
          .sort=${readSort(this.query)}
          .filteredBy=${shown.filteredBy}
        ></siaga-device-list>`;
      case 'heat':
        return html`<siaga-heat .groups=${shown.groups}></siaga-heat>`;
      case 'map':
        return html`<siaga-site-map .groups=${shown.groups}></siaga-site-map
          >${renderTroubled(shown, this.locale)}`;
    }
  }

  private renderSites(view: BoardView, filter: BoardFilter): TemplateResult {
    const shown = this.board.by(filter);
    if (shown.shownDevices > 0) return this.code.render(view, () => this.renderView(view, shown));
    return html`<siaga-empty icon="board" words=${msg('No site or device matches this filter.')}>
      ${
        countFilters(filter) === 0
          ? nothing
          : html`<wa-button @click=${this.clearFilters}>${msg('Show everything')}</wa-button>`
      }
    </siaga-empty>`;
  }

  private renderFirstSteps(): TemplateResult | typeof nothing {
    const { devices } = this.services.store.state;
    if (devices.size > 1) return nothing;
    void import('../board/siaga-first-steps.js');
    const [machine] = devices.values();
    return html`<siaga-first-steps .machine=${machine}></siaga-first-steps>`;
  }

  private renderAge(): TemplateResult | typeof nothing {
    const { clock, feed } = this.services;
    const ageMs = feed.ageMs();
    if (feed.state.value.phase !== 'cut' || ageMs === undefined) return nothing;
    const heardAt = exactTime(clock.nowMs() - ageMs, this.locale);
    return html`<strong class="age">${msg(str`As of ${heardAt}`)}</strong>`;
  }

  private renderFilters(filter: BoardFilter): TemplateResult {
    const site = filter.siteId === undefined ? undefined : this.services.store.state.sites.get(filter.siteId);
    return html`<siaga-board-filters
      .filter=${filter}
      .regions=${this.board.regions}
      .siteName=${site?.name}
      @siaga-filter=${this.onFilter}
    ></siaga-board-filters>`;
  }

  override updated(): void {
    super.updated();
    if (this.wasPainted || !this.services.store.state.ready) return;
    this.wasPainted = true;
    // After the frame that paints it: what the bench counts as the moment when one can read and click.
    requestAnimationFrame(() => setTimeout(() => performance.mark('siaga-interactive')));
  }

  private renderLoading(): TemplateResult {
    return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>
      <div class="card"><siaga-skeleton lines="8"></siaga-skeleton></div>`;
  }

  protected override render(): TemplateResult {
    const { state } = this.services.store;
    if (!state.ready) return this.renderLoading();
    const filter = readFilter(this.query);
    const view = readView(this.query);
    const total = state.devices.size;
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        <siaga-health-counts
          class=${stale}
          .counts=${{ ...state.counts }}
          .chosen=${filter.health}
          .to=${this.healthAddress}
        ></siaga-health-counts>
        ${this.renderAge()}
        <span class="actions">
          <siaga-view-switch .view=${view} @siaga-view=${this.onView}></siaga-view-switch>
          <a class="wall" href="/wall">${msg('Wallboard')}</a>
        </span>
      </div>
      <div class="stack">
        <div class="split">
          <div class="sites" @siaga-cell=${this.onCell}>
            ${this.renderFirstSteps()}
            ${
              total === 0
                ? nothing
                : html`${this.renderFilters(filter)}
                    <div class="view ${stale}">${this.renderSites(view, filter)}</div>`
            }
          </div>
          <aside class=${stale} aria-label=${msg('Open incidents')}>
            <siaga-incident-pane></siaga-incident-pane>
          </aside>
        </div>
      </div>
      <siaga-hover-card></siaga-hover-card>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-board-page': SiagaBoardPage;
  }
}
