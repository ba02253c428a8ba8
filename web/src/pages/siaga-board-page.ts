import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Health } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
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
import { createBoardModeller, regionsOf, type BoardModel } from '../board/board-model.js';
import { boardStyles } from '../board/board-styles.js';
import type { CellHover } from '../board/hover.js';
import '../board/siaga-board-filters.js';
import '../board/siaga-health-counts.js';
import type { SiagaHoverCard } from '../board/siaga-hover-card.js';
import '../board/siaga-hover-card.js';
import '../board/siaga-incident-pane.js';
import '../board/siaga-tiles.js';
import '../board/siaga-view-switch.js';
import { VIEW_ELEMENTS } from '../board/views.js';
import '../components/siaga-empty.js';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';
import { wholeNumber } from '../i18n/numbers.js';
import { exactTime } from '../i18n/time.js';
import type { SiteGroup } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** With more calm sites than this they are folded into one line. */
const CALM_TILES = 24;
/** Changes are gathered for so long at most, and the less the fewer sites they touch: a few cost next to nothing. */
const SETTLE_MS = 250;
const SETTLE_LEAST_MS = 50;
const SETTLE_PER_SITE_MS = 2;

/** What is wrong, where, since when: all sites at a glance, four ways, and the open incidents beside them. */
@customElement('siaga-board-page')
export class SiagaBoardPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, boardStyles];

  @state() private calmOpen = false;
  @state() private viewError: unknown = undefined;
  @query('siaga-hover-card') private card!: SiagaHoverCard | null;

  private readonly modeller = createBoardModeller();
  /** Sites that changed since they were last drawn. */
  private readonly touched = new Set<string>();
  private readonly settle = createThrottle(() => this.renew(), SETTLE_MS, {
    pauseMs: () => SETTLE_LEAST_MS + SETTLE_PER_SITE_MS * this.touched.size,
  });
  private model: BoardModel = { troubled: [], calm: [], shownDevices: 0 };
  private groups: readonly SiteGroup[] = [];
  /** What the model was made by; undefined: the devices have changed since. */
  private modelledBy: string | undefined;
  private readonly loaded = new Set<BoardView>(['tiles']);
  private regions: readonly string[] = [];
  private wasPainted = false;

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      // A snapshot is shown at once; changes are gathered, see below.
      () => false,
      () => this.onSnapshot(),
    );
  }

  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.onSnapshot();
    this.stop = this.services.store.subscribe((change) => {
      if (change.snapshot) return;
      if (change.sites.size > 0) this.onSites();
      for (const siteId of change.groups) this.touched.add(siteId);
      if (change.groups.size > 0) this.settle.call();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
    this.settle.cancel();
  }

  private renew(): void {
    this.touched.clear();
    this.modelledBy = undefined;
    this.requestUpdate();
  }

  private onSnapshot(): void {
    this.modelledBy = undefined;
    this.onSites();
  }

  private onSites(): void {
    this.regions = regionsOf(this.services.store.state.groups.values());
  }

  protected override get heading(): string {
    return msg('Board');
  }

  private get query(): URLSearchParams {
    return this.services.router.location.value.query;
  }

  /** Brings the code of a view when it is first looked at. */
  private async load(view: BoardView): Promise<void> {
    if (this.loaded.has(view)) return;
    try {
      await VIEW_ELEMENTS[view]();
      this.loaded.add(view);
      this.viewError = undefined;
    } catch (thrown) {
      this.viewError = thrown;
    }
    this.requestUpdate();
  }

  private readonly onFilter = (event: CustomEvent<BoardQuery>): void =>
    this.services.router.setQuery(event.detail);

  private readonly onView = (event: CustomEvent<BoardView>): void => {
    this.hover(undefined);
    this.viewError = undefined;
    this.services.router.setQuery(writeView(event.detail));
  };

  // Straight to the card: the pointer passes many cells, and none of them is news to the rest of the page.
  private hover(hovered: CellHover | undefined): void {
    if (this.card) this.card.hover = hovered;
  }

  private readonly onCell = (event: CustomEvent<CellHover | undefined>): void => this.hover(event.detail);

  private readonly clearFilters = (): void => this.services.router.setQuery(writeFilter(NO_FILTER));

  private readonly healthAddress = (health: Health | undefined): string =>
    this.services.router.withQuery({ health });

  /** Calm sites are quiet: small where they are few, one foldable line where they are many. */
  private renderCalm({ calm, troubled }: BoardModel, filteredBy: string): TemplateResult | typeof nothing {
    if (calm.length === 0) return nothing;
    const tiles = html`<siaga-tiles small .groups=${calm} .filteredBy=${filteredBy}></siaga-tiles>`;
    if (calm.length <= CALM_TILES) {
      return html`<section aria-labelledby="calm">
        <h2 id="calm" class=${troubled.length === 0 ? 'visually-hidden' : ''}>${msg('All well')}</h2>
        ${tiles}
      </section>`;
    }
    const shown = wholeNumber(calm.length, this.locale);
    const onToggle = (event: Event): void => {
      this.calmOpen = (event.currentTarget as HTMLDetailsElement).open;
    };
    return html`<details class="card" @toggle=${onToggle}>
      <summary>${msg(str`${shown} sites where all is well`)}</summary>
      ${this.calmOpen ? html`<div class="calm">${tiles}</div>` : nothing}
    </details>`;
  }

  /** The model is made when devices or filters changed, not at each rendering. */
  private modelBy(filter: BoardFilter, filteredBy: string): BoardModel {
    if (this.modelledBy === filteredBy) return this.model;
    this.model = this.modeller(this.services.store.state.groups.values(), filter);
    this.groups = [...this.model.troubled, ...this.model.calm];
    this.modelledBy = filteredBy;
    return this.model;
  }

  private renderTroubled({ troubled }: BoardModel, filteredBy: string): TemplateResult | typeof nothing {
    if (troubled.length === 0) return nothing;
    return html`<section aria-labelledby="troubled">
      <h2 id="troubled">
        ${msg('Needs attention')} <span class="count">${wholeNumber(troubled.length, this.locale)}</span>
      </h2>
      <siaga-tiles .groups=${troubled} .filteredBy=${filteredBy}></siaga-tiles>
    </section>`;
  }

  private renderTiles(model: BoardModel, filteredBy: string): TemplateResult {
    return html`${renderAllWell(model, this.services.store.state.devices.size, this.locale)}${this.renderTroubled(model, filteredBy)}${this.renderCalm(model, filteredBy)}`;
  }

  private renderView(view: BoardView, model: BoardModel, filteredBy: string): TemplateResult {
    if (this.viewError !== undefined) {
      const retry = (): void => void this.load(view);
      return html`<siaga-failure .error=${this.viewError} @siaga-retry=${retry}></siaga-failure>`;
    }
    if (!this.loaded.has(view)) {
      void this.load(view);
      return html`<div class="card"><siaga-skeleton lines="8"></siaga-skeleton></div>`;
    }
    switch (view) {
      case 'tiles':
        return this.renderTiles(model, filteredBy);
      case 'list':
        return html`<siaga-device-list
          .groups=${this.groups}
          .sort=${readSort(this.query)}
          .filteredBy=${filteredBy}
        ></siaga-device-list>`;
      case 'heat':
        return html`<siaga-heat .groups=${this.groups}></siaga-heat>`;
      case 'map':
        return html`<siaga-site-map .groups=${this.groups}></siaga-site-map
          >${this.renderTroubled(model, filteredBy)}`;
    }
  }

  private renderSites(view: BoardView, filter: BoardFilter): TemplateResult {
    const filteredBy = JSON.stringify(filter);
    const model = this.modelBy(filter, filteredBy);
    if (model.shownDevices > 0) return this.renderView(view, model, filteredBy);
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
      .regions=${this.regions}
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
