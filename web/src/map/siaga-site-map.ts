import { msg, str } from '@lit/localize';
import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { address } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { acknowledgedStyles, deviceShape } from '../board/acknowledged-mark.js';
import { boxed } from '../components/placed.js';
import { healthStyles } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord } from '../i18n/words.js';
import type { SiteGroup } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { typeScale } from '../styles/type-scale.js';
import { createMarkMaker, isPlaced, type Mark } from './clusters.js';
import { MapHand } from './map-hand.js';
import { mapStyles } from './map-styles.js';
import { INDONESIA, NEIGHBOURS } from './outline.gen.js';
import {
  project,
  readMapView,
  toFrame,
  viewOf,
  writeMapView,
  type MapView,
  type Point,
  type Size,
} from './projection.js';

/** With at most so many marks in view each bears its name. */
const FEW = 14;
/** With less than this to the eastern edge, at 16 px type, a name stands west of its mark. */
const NAME_PX = 200;
/** Sites without a place that are named. */
const UNPLACED_SHOWN = 60;
/** The address follows when the map has come to rest. */
const REST_MS = 400;

const pointsOf = (groups: readonly SiteGroup[]): Point[] =>
  groups.flatMap(({ site }) =>
    site && site.latitude !== null && site.longitude !== null ? [project(site.longitude, site.latitude)] : [],
  );

/** Sites on an outline that comes with the app; those close together as one mark with the worst among them. */
@customElement('siaga-site-map')
export class SiagaSiteMap extends SiagaElement {
  static override styles = [baseStyles, healthStyles, acknowledgedStyles, mapStyles];

  @property({ attribute: false }) groups: readonly SiteGroup[] = [];
  /** Nothing to point at or to focus: a picture on the wall. */
  @property({ type: Boolean, reflect: true }) still = false;

  @state() private view: MapView | undefined;
  @query('.frame') private frame!: HTMLElement;

  private size: Size = { width: 0, height: 0 };
  private namePx = NAME_PX;
  /** Whether somebody has moved the map: until then it shows all sites, also those that come later. */
  private moved = false;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private readonly makeMarks = createMarkMaker();
  private readonly hand = new MapHand(
    () => this.view,
    () => this.size,
    (view) => this.moveTo(view),
  );
  private readonly resized = new ResizeObserver(([entry]) => {
    if (!entry) return;
    this.namePx = NAME_PX * typeScale();
    this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
    this.requestUpdate();
  });

  protected override firstUpdated(): void {
    this.resized.observe(this.frame);
    // Not passive: the wheel moves the map, not the page.
    this.frame.addEventListener('wheel', this.onWheel, { passive: false });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    clearTimeout(this.rest);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.resized.observe(this.frame);
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.size.width === 0) return;
    if (!this.view && !this.still) {
      this.view = readMapView(this.services.router.location.value.query.get('at'), this.size);
      this.moved = this.view !== undefined;
    }
    if (!this.moved) this.view = viewOf(pointsOf(this.groups), this.size);
  }

  private moveTo(view: MapView): void {
    this.moved = true;
    this.view = view;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (this.view) this.services.router.setQuery({ at: writeMapView(this.view, this.size) });
    }, REST_MS);
  }

  private readonly showAll = (): void => {
    this.moved = false;
    clearTimeout(this.rest);
    this.services.router.setQuery({ at: undefined });
    this.requestUpdate();
  };

  private readonly onWheel = (event: WheelEvent): void => {
    if (!this.still) this.hand.wheel(event, this.frame);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === '0' || event.key === 'Home') this.showAll();
    else if (!this.hand.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private openUp(mark: Mark): void {
    const { view } = this;
    if (!view || mark.splitsAt === undefined) return;
    const scale = Math.max(view.scale * 1.6, mark.splitsAt * 1.05);
    this.hand.centre({ x: mark.x, y: mark.y }, scale);
    // What was pressed falls apart and is gone: the map takes the focus, and its marks are next.
    this.frame.focus({ preventScroll: true });
  }

  private nameOf(group: SiteGroup | undefined): string {
    return group?.site?.name ?? msg('Unnamed site');
  }

  /** How many sites a mark stands for; where some are in trouble, how many of them. */
  private shareOf({ groups }: Mark): string {
    const count = wholeNumber(groups.length, this.locale);
    const troubled = groups.filter(({ worst }) => worst !== 'up').length;
    return troubled === 0 ? count : `${wholeNumber(troubled, this.locale)}/${count}`;
  }

  private markWords(mark: Mark): string {
    const { groups, worst, calmed } = mark;
    const name = groups.length === 1 ? this.nameOf(groups[0]) : msg(str`${this.shareOf(mark)} sites`);
    return `${name}: ${calmed ? msg('Down, acknowledged') : healthWord(worst)}`;
  }

  private renderMark(mark: Mark, view: MapView): TemplateResult {
    const at = toFrame(view, mark);
    const words = this.markWords(mark);
    const shape = deviceShape(mark.worst, mark.calmed);
    const [first] = mark.groups;
    const calmed = mark.calmed ? 'calmed' : '';
    const several = html`${shape}${this.shareOf(mark)}`;
    const east = at.x > this.size.width - this.namePx ? 'east' : '';
    const one = html`${shape}<span class="name" dir="auto">${this.nameOf(first)}</span>`;
    return html`<div
      class="mark ${mark.worst} ${east}"
      ${boxed({ x: at.x + mark.asideX, y: at.y + mark.asideY })}
    >
      ${
        this.still
          ? html`<span class="${calmed} ${mark.groups.length > 1 ? 'several' : ''}"
              >${mark.groups.length > 1 ? several : one}</span
            >`
          : mark.groups.length > 1
            ? html`<button
                type="button"
                class="several ${calmed}"
                title=${words}
                aria-label=${words}
                @click=${() => this.openUp(mark)}
              >
                ${several}
              </button>`
            : html`<a
                class=${calmed}
                href=${address('/', { view: 'list', site: first?.siteId })}
                title=${words}
                aria-label=${words}
                data-site-id=${first?.siteId ?? ''}
                >${one}</a
              >`
      }
    </div>`;
  }

  private renderLand(view: MapView): TemplateResult {
    const { x, y, scale } = view;
    return html`<svg class="land" aria-hidden="true">
      <g transform="scale(${scale}) translate(${-x} ${-y})">
        ${svg`<path class="neighbours" d=${NEIGHBOURS} /><path d=${INDONESIA} />`}
      </g>
    </svg>`;
  }

  private renderButtons(): TemplateResult {
    return html`<div class="buttons">
      <button
        type="button"
        aria-label=${msg('Nearer')}
        title=${msg('Nearer')}
        @click=${() => this.hand.step(1)}
      >
        +
      </button>
      <button
        type="button"
        aria-label=${msg('Farther')}
        title=${msg('Farther')}
        @click=${() => this.hand.step(-1)}
      >
        −
      </button>
      <button
        type="button"
        aria-label=${msg('Show all sites')}
        title=${msg('Show all sites')}
        @click=${this.showAll}
      >
        ⤢
      </button>
    </div>`;
  }

  private renderUnplaced(): TemplateResult | typeof nothing {
    const unplaced = this.groups.filter((group) => !isPlaced(group));
    if (unplaced.length === 0 || this.still) return nothing;
    const shown = wholeNumber(unplaced.length, this.locale);
    const rest = unplaced.length - UNPLACED_SHOWN;
    return html`<section class="unplaced" aria-labelledby="unplaced">
      <h2 id="unplaced">
        ${unplaced.length === 1 ? msg('1 site is not on the map') : msg(str`${shown} sites are not on the map`)}
      </h2>
      <p class="quiet">
        ${msg('They have no latitude and longitude.')}
        ${this.may('monitoring:write') ? html`<a href="/fleet">${msg('Add them under Sites')}</a>` : nothing}
      </p>
      <ul>
        ${repeat(
          unplaced.slice(0, UNPLACED_SHOWN),
          ({ siteId }) => siteId,
          (group) =>
            html`<li>
              ${deviceShape(group.worst, false)}
              <a href=${address('/', { view: 'list', site: group.siteId })} dir="auto"
                >${this.nameOf(group)}</a
              >
            </li>`,
        )}
        ${rest > 0 ? html`<li class="quiet">${msg(str`and ${wholeNumber(rest, this.locale)} more`)}</li>` : nothing}
      </ul>
    </section>`;
  }

  protected override render(): TemplateResult {
    const { view } = this;
    const marks = view ? this.makeMarks(this.groups, view, this.size) : [];
    const drawn = view
      ? html`${this.renderLand(view)}
        ${repeat(
          marks,
          ({ key }) => key,
          (mark) => this.renderMark(mark, view),
        )}`
      : nothing;
    const few = marks.length <= FEW ? 'few' : '';
    if (this.still)
      return html`<div class="frame ${few}" role="img" aria-label=${msg('Map of the sites')}>${drawn}</div>`;
    return html`<div
        class="frame ${few}"
        role="group"
        tabindex="0"
        aria-label=${msg('Map of the sites')}
        aria-describedby="how"
        @keydown=${this.onKey}
        @pointerdown=${this.hand.down}
        @pointermove=${this.hand.move}
        @pointerup=${this.hand.up}
        @pointercancel=${this.hand.up}
      >
        ${drawn} ${this.renderButtons()}
      </div>
      <p id="how" class="visually-hidden">
        ${msg('Arrow keys move the map, plus and minus zoom, 0 shows all sites. Tab goes from mark to mark, the worst first.')}
      </p>
      ${this.renderUnplaced()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-site-map': SiagaSiteMap;
  }
}
