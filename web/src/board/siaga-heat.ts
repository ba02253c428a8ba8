import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LiveDevice } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { deviceAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { boxed } from '../components/placed.js';
import { healthStyles } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { healthWord } from '../i18n/words.js';
import type { SiteGroup } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { acknowledgedStyles } from './acknowledged-mark.js';
import { HeatCanvas } from './heat-canvas.js';
import { renderLegend } from './heat-legend.js';
import { cellByKey, movesCursor } from './heat-cursor.js';
import { cellOf, deviceAt, isSameSites } from './heat-devices.js';
import { renderHeadings } from './heat-headings.js';
import { cellAt, cellOfNumber, placeOf, type HeatCell, type HeatLayout } from './heat-layout.js';
import { layoutInRoom } from './heat-room.js';
import { heatStyles } from './heat-styles.js';
import { tellHover } from './hover.js';

/** Every device as a cell of one canvas, by region and site. The keyboard moves a cursor through it. Tells `siaga-cell`. */
@customElement('siaga-heat')
export class SiagaHeat extends SiagaElement {
  static override styles = [baseStyles, healthStyles, acknowledgedStyles, heatStyles];

  @property({ attribute: false }) groups: readonly SiteGroup[] = [];
  /** Height within which the cells are to stay, px; undefined: as the page has room. */
  @property({ attribute: false }) wantedHeight: number | undefined;
  /** Nothing to point at or to focus: a picture on the wall. */
  @property({ type: Boolean, reflect: true }) still = false;

  @state() private width = 0;
  @state() private cursor: HeatCell | undefined;
  @state() private hasFocus = false;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.probes') private probes!: HTMLElement;

  private layout: HeatLayout | undefined;
  private laidOutFor = 0;
  private told = '';
  private byId = new Map<string, SiteGroup>();
  private readonly painting = new HeatCanvas();
  private readonly resized = new ResizeObserver(([entry]) => {
    if (entry) this.width = Math.floor(entry.contentRect.width);
  });
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');
  private readonly onLook = (): void => {
    this.painting.forget();
    this.requestUpdate();
  };

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.preferences.theme,
      () => this.painting.forget(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
    this.dark.addEventListener('change', this.onLook);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.dark.removeEventListener('change', this.onLook);
    this.painting.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.width === 0) return;
    const density = window.devicePixelRatio || 1;
    const isSame =
      this.layout !== undefined &&
      this.width === this.laidOutFor &&
      !changed.has('wantedHeight') &&
      density === this.painting.density &&
      isSameSites(this.byId, this.groups);
    const { pointed } = this;
    this.byId = new Map(this.groups.map((group) => [group.siteId, group]));
    if (isSame) return;
    this.layout = layoutInRoom(this.groups, this.width, this.wantedHeight, density);
    this.laidOutFor = this.width;
    this.cursor = pointed && cellOf(this.layout, this.byId, pointed);
    this.painting.density = density;
    this.painting.forget();
  }

  protected override updated(): void {
    if (!this.layout || !this.canvas) return;
    this.painting.show(this.canvas, this.layout, this.width, this.byId, this.probes);
    if (this.cursor && this.hasFocus) this.tellCell();
  }

  /** The device under the cursor. */
  private get pointed(): LiveDevice | undefined {
    return this.cursor && this.layout && deviceAt(this.layout, this.byId, this.cursor);
  }

  private tellCell(): void {
    const device = this.pointed;
    if (!device || !this.cursor || !this.layout) {
      this.tellNothing();
      return;
    }
    const { x, y } = placeOf(this.layout, this.cursor);
    const { left, top } = this.canvas.getBoundingClientRect();
    const { pitch } = this.layout;
    const told = [device.id, left + x, top + y].join();
    if (told === this.told) return;
    this.told = told;
    tellHover(this, {
      deviceId: device.id,
      rect: { left: left + x, top: top + y, bottom: top + y + pitch, width: pitch },
    });
  }

  private tellNothing(): void {
    this.told = '';
    tellHover(this, null);
  }

  private readonly onPointer = (event: PointerEvent): void => {
    if (!this.layout) return;
    const { left, top } = this.canvas.getBoundingClientRect();
    const cell = cellAt(this.layout, event.clientX - left, event.clientY - top);
    if (cell?.site === this.cursor?.site && cell?.place === this.cursor?.place) return;
    this.cursor = cell;
    this.tellCell();
  };

  private readonly onLeave = (): void => {
    if (!this.hasFocus) this.cursor = undefined;
    this.tellNothing();
  };

  private readonly onFocus = (): void => {
    this.hasFocus = true;
    if (this.layout && !this.cursor) this.cursor = cellOfNumber(this.layout, 0);
  };

  private readonly onBlur = (): void => {
    this.hasFocus = false;
    this.cursor = undefined;
    this.tellNothing();
  };

  private readonly onClick = (event: MouseEvent): void => {
    const device = this.pointed;
    if (!device) return;
    if (event.ctrlKey || event.metaKey) window.open(deviceAddress(device.id), '_blank', 'noopener');
    else this.services.router.go(deviceAddress(device.id));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { layout } = this;
    if (!layout || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') {
      const device = this.pointed;
      if (device) this.services.router.go(deviceAddress(device.id));
      return;
    }
    if (!movesCursor(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const isTrouble = (cell: HeatCell): boolean =>
      (deviceAt(layout, this.byId, cell)?.health ?? 'up') !== 'up';
    const cell = cellByKey(layout, this.cursor ?? { site: 0, place: 0 }, event.key, isTrouble);
    if (!cell) return;
    this.cursor = cell;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('.cursor')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    );
  };

  private cellWords(): string {
    const device = this.hasFocus ? this.pointed : undefined;
    if (!device) return '';
    const group = this.byId.get(device.site_id);
    const passed = durationWords(this.services.clock.nowMs() - Date.parse(device.since), this.locale);
    const words = `${device.name}, ${group?.site?.name ?? msg('Unnamed site')}: ${healthWord(device.health)}, ${passed}`;
    return group?.acknowledged.has(device.id) ? msg(str`${words}, acknowledged`) : words;
  }

  private renderCursor(layout: HeatLayout): TemplateResult | typeof nothing {
    const device = this.pointed;
    if (!this.cursor || !device || this.still) return nothing;
    const { x, y } = placeOf(layout, this.cursor);
    const size = layout.pitch + 4;
    return html`<div
      class="cursor"
      data-device-id=${device.id}
      ${boxed({ x: x - 3, y: y - 3, width: size, height: size })}
    ></div>`;
  }

  private renderCanvas(layout: HeatLayout): TemplateResult {
    const shown = wholeNumber(layout.cellCount, this.locale);
    if (this.still)
      return html`<canvas role="img" aria-label=${msg(str`Heat map of ${shown} devices`)}></canvas>`;
    return html`<canvas
      tabindex="0"
      role="application"
      aria-label=${msg(str`Heat map of ${shown} devices`)}
      aria-describedby="how"
      @pointermove=${this.onPointer}
      @pointerdown=${this.onPointer}
      @pointerleave=${this.onLeave}
      @focus=${this.onFocus}
      @blur=${this.onBlur}
      @click=${this.onClick}
      @keydown=${this.onKey}
    ></canvas>`;
  }

  protected override render(): TemplateResult {
    const { layout } = this;
    return html`${this.still ? nothing : renderLegend()}
      ${
        layout
          ? html`<div class="frame" ${boxed({ x: 0, y: 0, height: layout.height })}>
              ${this.renderCanvas(layout)} ${renderHeadings(layout, this.byId, this.locale)}
              ${this.renderCursor(layout)}
            </div>`
          : nothing
      }
      <span class="probes" aria-hidden="true"></span>
      ${
        this.still
          ? nothing
          : html`<p id="how" class="visually-hidden">
                ${msg('Arrow keys go from cell to cell, Page Up and Page Down from site to site, n and p from trouble to trouble, Enter opens the device.')}
              </p>
              <p class="visually-hidden" role="status">${this.cellWords()}</p>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-heat': SiagaHeat;
  }
}
