import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveDevice } from '@siaga/shared';
import { address, deviceAddress } from '../app/routes.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { wholeNumber } from '../i18n/numbers.js';
import { devicesWord, healthWord } from '../i18n/words.js';
import type { SiteGroup } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { acknowledgedStyles, deviceShape } from './acknowledged-mark.js';
import { isCalmed, sizeOf, worstSince } from './board-model.js';
import { tellHover } from './hover.js';
import { siteTileStyles } from './site-tile-styles.js';
import { Slots } from './slots.js';
import { cellCountsOf, cellsOf } from './tile-layout.js';
import { tileQueue } from './tile-queue.js';

/**
 * A site and its devices as cells; `small`: its name alone, where all is well. Tells `siaga-cell`, and in
 * `siaga-tile-focus` the address of the link that has got the focus.
 */
@customElement('siaga-site-tile')
export class SiagaSiteTile extends LocalizedElement {
  static override styles = [baseStyles, healthStyles, acknowledgedStyles, siteTileStyles];

  @property({ attribute: false }) group!: SiteGroup;
  @property({ type: Boolean, reflect: true }) small = false;
  /** Cells side by side: the tile is as wide as its column. */
  @property({ attribute: false }) cellsPerLine = 8;

  /** All of the site is down: said once, by a bar, and the cells are calmer. */
  @property({ type: Boolean, reflect: true }) dark = false;
  /** How many failures began a moment ago that nobody has acknowledged. */
  @property({ attribute: false }) freshCount = 0;
  /**
   * In view or near it, or it holds the focus: another site is then drawn at once, not in its turn. Not reactive, as
   * scrolling alone renders no tile: whoever sets it lets the queue render what is urgent.
   */
  inSight = true;
  /** While it renders, a focus that is lost is not the reader's doing. */
  isFilling = false;

  private readonly slots = new Slots();
  /** The site that is rendered, or being rendered. */
  private renderedSite: string | undefined;

  private readonly enter = (event: Event): void => {
    const cell = event.currentTarget as HTMLElement;
    const deviceId = cell.dataset['deviceId'];
    if (deviceId !== undefined) tellHover(this, { deviceId, rect: cell.getBoundingClientRect() });
  };

  private readonly leave = (): void => tellHover(this, null);

  /** Gives the focus to what leads to this address, e.g. when the site has come to another tile; else to the name. */
  focusLink(href: string): void {
    const links = [...this.renderRoot.querySelectorAll('a')];
    (links.find((link) => link.href === href) ?? links[0])?.focus({ preventScroll: true });
  }

  /** `focusin` is listened for inside: of a focus that moves between two links of one shadow root nobody outside hears. */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    root.addEventListener('focusin', this.onFocus);
    return root;
  }

  private readonly onFocus = ({ target }: Event): void => {
    if (this.renderedSite !== this.group.siteId) {
      // The link that was aimed at is another device's by now: the reader begins at the name of the site that is here.
      tileQueue.renderUrgent();
      const name = this.renderRoot.querySelector('a');
      if (name && name !== target) {
        name.focus({ preventScroll: true });
        return;
      }
    }
    if (target instanceof HTMLAnchorElement)
      this.dispatchEvent(new CustomEvent('siaga-tile-focus', { detail: target.href }));
  };

  private isUrgent(): boolean {
    if (this.renderedSite === this.group.siteId || !this.isConnected) return false;
    return this.inSight || Boolean(this.shadowRoot?.activeElement);
  }

  /** A change of the same site waits its turn; so does another site while the tile is out of sight. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    if (this.isUrgent()) return super.scheduleUpdate();
    return tileQueue.inTurn({
      render: () => void super.scheduleUpdate(),
      isUrgent: () => this.isUrgent(),
      isInSight: () => this.inSight && this.isConnected,
    });
  }

  protected override update(changed: PropertyValues<this>): void {
    this.isFilling = true;
    try {
      super.update(changed);
    } finally {
      this.isFilling = false;
    }
  }

  protected override willUpdate(): void {
    this.renderedSite = this.group.siteId;
    this.setAttribute('worst', this.group.worst);
    this.toggleAttribute('calmed', isCalmed(this.group));
    this.toggleAttribute('fresh', this.freshCount > 0);
  }

  private cellWords(device: LiveDevice): string {
    const words = `${device.name}: ${healthWord(device.health)}`;
    return this.group.acknowledged.has(device.id) ? msg(str`${words}, acknowledged`) : words;
  }

  private renderCell(device: LiveDevice): TemplateResult {
    return html`<li>
      <a
        class="cell"
        data-device-id=${device.id}
        href=${deviceAddress(device.id)}
        aria-label=${this.cellWords(device)}
        @pointerenter=${this.enter}
        @pointerleave=${this.leave}
        @focus=${this.enter}
        @blur=${this.leave}
        >${deviceShape(device.health, this.group.acknowledged.has(device.id))}</a
      >
    </li>`;
  }

  private renderMore(
    count: number,
    health: string | undefined,
    words: string,
  ): TemplateResult | typeof nothing {
    if (count === 0) return nothing;
    return html`<li class="line"><a class="more" href=${this.listAddress(health)}>${words}</a></li>`;
  }

  private listAddress(health?: string): string {
    return address('/', { view: 'list', site: this.group.siteId, health });
  }

  private renderState(): TemplateResult {
    const { counts, worst } = this.group;
    const since = worstSince(this.group);
    const total = sizeOf(this.group);
    const shown = wholeNumber(total, this.locale);
    if (worst === 'up') return html`<p class="state">${devicesWord(total, shown)}</p>`;
    const calmed = isCalmed(this.group);
    if (this.dark && !calmed) {
      const seen = this.freshCount === 0 && this.group.acknowledged.size > 0;
      return html`<p class="state bar ${seen ? 'seen' : ''}">
        <span>${msg(str`${shown} of ${shown} down`)}</span>
        ${since === undefined ? nothing : html`<siaga-time mode="for" at=${since}></siaga-time>`}
      </p>`;
    }
    return html`<p class="state">
      <span class=${calmed ? 'acknowledged-words' : `${worst}-words`}>
        ${calmed ? msg('Down, acknowledged') : healthWord(worst)}${
          since === undefined ? nothing : html` · <siaga-time mode="for" at=${since}></siaga-time>`
        }
      </span>
      <span>${msg(str`${wholeNumber(counts.up, this.locale)} of ${shown} up`)}</span>
    </p>`;
  }

  private renderFresh(): TemplateResult | typeof nothing {
    if (this.freshCount === 0) return nothing;
    return html`<span class="fresh">${msg(str`${wholeNumber(this.freshCount, this.locale)} new`)}</span>`;
  }

  private renderName(): TemplateResult {
    const name = this.group.site?.name ?? msg('Unnamed site');
    return html`<a href=${this.listAddress()} title=${name} dir="auto">${name}</a>`;
  }

  private renderSmall(): TemplateResult {
    const total = sizeOf(this.group);
    const words = devicesWord(total, wholeNumber(total, this.locale));
    return html`<div class="small">
      ${healthShape(this.group.worst)}${this.renderName()}<span>${words}</span>
    </div>`;
  }

  protected override render(): TemplateResult {
    if (this.small) return this.renderSmall();
    const { devices, worst } = this.group;
    const counts = cellCountsOf(this.group.counts, this.cellsPerLine);
    const { moreInTrouble, moreUp } = counts;
    const cells = cellsOf(devices, counts);
    const shown = (count: number): string => wholeNumber(count, this.locale);
    const slots = this.slots.assign(cells.map(({ id }) => id));
    return html`<div class="head">
        <h3>${this.renderName()}</h3>
        ${this.renderFresh()}
        ${worst === 'up' || this.dark ? nothing : deviceShape(worst, isCalmed(this.group))}
      </div>
      ${this.renderState()}
      <ul>
        ${repeat(
          cells,
          ({ id }) => slots.get(id),
          // Most cells stay as they are when one device changes.
          (device) =>
            guard([device, this.group.acknowledged.has(device.id), this.locale], () =>
              this.renderCell(device),
            ),
        )}
        ${this.renderMore(moreInTrouble, undefined, msg(str`+${shown(moreInTrouble)} more in trouble`))}
        ${this.renderMore(moreUp, 'up', msg(str`+${shown(moreUp)} more up`))}
      </ul>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    'siaga-tile-focus': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'siaga-site-tile': SiagaSiteTile;
  }
}
