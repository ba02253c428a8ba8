import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { SiagaElement } from '../app/siaga-element.js';
import { boxed } from '../components/placed.js';
import type { SiteGroup } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { isDark, downSince, sizeOf } from './board-model.js';
import { HoldOrder } from './hold-order.js';
import type { SiagaSiteTile } from './siaga-site-tile.js';
import './siaga-site-tile.js';
import { Slots } from './slots.js';
import {
  boxOf,
  cellCountsOf,
  columnsOf,
  rowsOf,
  rowsWithin,
  smallTileHeight,
  tileHeight,
  type Columns,
  type TileRows,
} from './tile-layout.js';
import { tileQueue } from './tile-queue.js';
import { ViewWindow } from './view-window.js';

/** A failure is new for so long. */
const FRESH_MS = 10 * 60_000;
/** Whether one still is, is looked at so often. */
const AGEING_MS = 15_000;
/** Between small tiles. */
const SMALL_GAP_PX = 8;

/** Tiles of sites, as many as there may be: only those in view are drawn. */
@customElement('siaga-tiles')
export class SiagaTiles extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }
      ul {
        position: relative;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: absolute;
        inset: 0 auto auto 0;
        /*
         * Cuts off, as the tile itself may not (site-tile-styles.ts); the margin is for its ring of 2 px and its shadow of
         * 3. Where a browser knows none with contain, both are cut off.
         */
        contain: strict;
        overflow-clip-margin: 4px;
      }
    `,
  ];

  @property({ attribute: false }) groups: readonly SiteGroup[] = [];
  @property({ type: Boolean }) small = false;
  /** What the sites were filtered by: under another filter nothing is held in its place. */
  @property({ attribute: false }) filteredBy = '';

  private readonly view = new ViewWindow(this);
  private readonly hold = new HoldOrder<SiteGroup>(
    this,
    ({ siteId }) => siteId,
    (id) => this.services.store.state.groups.get(id),
  );
  private readonly slots = new Slots();
  /** The site in whose tile the focus is: it stays drawn wherever it stands. */
  private focusedSite: string | undefined;
  /** The link in it that has the focus. */
  private focusedHref: string | undefined;

  private shown: readonly SiteGroup[] = [];
  private columns: Columns = columnsOf(0, 1);
  private heights: readonly number[] = [];
  private rows: TileRows = { tops: [0], height: 0 };
  private laidOutFor = -1;

  private readonly onTileFocus = ({ currentTarget, detail }: CustomEvent<string>): void => {
    this.focusedSite = (currentTarget as SiagaSiteTile).dataset['siteId'];
    this.focusedHref = detail;
  };
  private readonly onBlur = ({ target }: FocusEvent): void => {
    if (!this.isFilling && !(target as SiagaSiteTile).isFilling) this.focusedSite = undefined;
  };
  /** While elements are filled with other sites, or moved, a lost focus is not the reader's doing. */
  private isFilling = false;

  private ageing: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      ({ groups }) => this.hold.holdsGone(groups),
      () => this.hold.applyAgain(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ageing = setInterval(() => this.requestUpdate(), AGEING_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ageing);
  }

  private freshOf(group: SiteGroup): number {
    return this.small ? 0 : downSince(group, this.services.clock.nowMs() - FRESH_MS);
  }

  /** The site, not only what the filter leaves of it. */
  private isWhollyDown(group: SiteGroup): boolean {
    const whole = this.services.store.state.groups.get(group.siteId);
    return isDark(group) && whole !== undefined && sizeOf(whole) === sizeOf(group);
  }

  private heightOf(group: SiteGroup, { cellsPerLine }: Columns): number {
    const { scale } = this.view;
    if (this.small) return smallTileHeight(scale);
    return tileHeight(cellCountsOf(group.counts, cellsPerLine), cellsPerLine, scale);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { width, scale } = this.view;
    // Scrolling renders too, and changes none of this.
    if (width === this.laidOutFor && !this.hold.isStale && !changed.has('groups')) return;
    this.laidOutFor = width;
    this.shown = this.hold.apply(this.groups, this.filteredBy);
    this.columns = columnsOf(width, scale);
    this.heights = this.shown.map((group) => this.heightOf(group, this.columns));
    this.rows = rowsOf(this.heights, this.columns.count, this.small ? SMALL_GAP_PX : undefined);
  }

  protected override update(changed: PropertyValues<this>): void {
    this.isFilling = true;
    try {
      super.update(changed);
    } finally {
      this.isFilling = false;
    }
  }

  /** A site that is no longer here takes no focus when it comes back: the reader is elsewhere by then. */
  private forgetGone(): void {
    if (this.focusedSite === undefined) return;
    if (this.shown.some(({ siteId }) => siteId === this.focusedSite)) return;
    this.focusedSite = undefined;
    this.focusedHref = undefined;
    // Its element may have been filled with another site: Enter must not open that.
    const tile = this.shadowRoot?.activeElement?.shadowRoot;
    if (tile?.activeElement instanceof HTMLElement) tile.activeElement.blur();
  }

  /** The focus follows its site to the tile in which that now is. */
  private async keepFocus(siteId: string, href: string): Promise<void> {
    const tile = this.renderRoot.querySelector<SiagaSiteTile>(`siaga-site-tile[data-site-id="${siteId}"]`);
    if (!tile) return;
    await tile.updateComplete;
    // That may have taken some frames, in which the reader went on, or the tile was given another site.
    if (this.focusedSite !== siteId || this.focusedHref !== href || tile.dataset['siteId'] !== siteId) return;
    const focused = tile.shadowRoot?.activeElement;
    if (focused instanceof HTMLAnchorElement && focused.href === href) return;
    tile.focusLink(href);
  }

  protected override updated(): void {
    tileQueue.renderUrgent();
    this.forgetGone();
    const { focusedSite, focusedHref } = this;
    if (focusedSite !== undefined && focusedHref !== undefined) void this.keepFocus(focusedSite, focusedHref);
    this.view.measureSoon();
  }

  /** Where the tiles to draw stand among all: those in view, and the one with the focus. */
  private placesToDraw(): number[] {
    const { count } = this.columns;
    const { first, end } = rowsWithin(this.rows, this.view.extent);
    const last = Math.min(this.shown.length, end * count);
    const places: number[] = [];
    for (let at = first * count; at < last; at += 1) places.push(at);
    if (this.focusedSite === undefined) return places;
    const focused = this.shown.findIndex(({ siteId }) => siteId === this.focusedSite);
    if (focused >= 0 && focused < first * count) places.unshift(focused);
    else if (focused >= last) places.push(focused);
    return places;
  }

  protected override render(): TemplateResult {
    if (this.view.width === 0) return html``;
    const { columns, rows, heights, shown } = this;
    const near = rowsWithin(rows, this.view.nearView);
    const isInSight = (siteId: string, at: number): boolean =>
      siteId === this.focusedSite || (at >= near.first * columns.count && at < near.end * columns.count);
    const drawn = this.placesToDraw().flatMap((at) => {
      const group = shown[at];
      return group ? { group, at } : [];
    });
    const slots = this.slots.assign(
      drawn.map(({ group }) => group.siteId),
      true,
    );
    return html`<ul ${boxed({ x: 0, y: 0, height: rows.height })} @focusout=${this.onBlur}>
      ${repeat(
        drawn,
        ({ group }) => slots.get(group.siteId),
        ({ group, at }) =>
          html`<li
            aria-posinset=${at + 1}
            aria-setsize=${shown.length}
            ${boxed(boxOf(at, columns, rows, heights[at] ?? 0))}
          >
            <siaga-site-tile
              data-site-id=${group.siteId}
              .group=${group}
              .small=${this.small}
              .dark=${this.isWhollyDown(group)}
              .freshCount=${this.freshOf(group)}
              .cellsPerLine=${columns.cellsPerLine}
              .inSight=${isInSight(group.siteId, at)}
              @siaga-tile-focus=${this.onTileFocus}
            ></siaga-site-tile>
          </li>`,
      )}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-tiles': SiagaTiles;
  }
}
