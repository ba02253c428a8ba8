import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
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
import { cellsOf } from './tile-layout.js';

/** A site and its devices as cells; `small`: its name alone, where all is well. Tells `siaga-cell`. */
@customElement('siaga-site-tile')
export class SiagaSiteTile extends LocalizedElement {
  static override styles = [
    baseStyles,
    healthStyles,
    acknowledgedStyles,
    css`
      /* The heights here are those that tile-layout.ts reckons with. */
      :host {
        display: block;
        height: 100%;
        overflow: hidden;
        padding: var(--space-3);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        box-shadow: var(--shadow);
      }
      :host([worst='down']) {
        box-shadow:
          inset 4px 0 0 var(--down-fill),
          var(--shadow);
      }
      /* Minutes old and nobody's: the eye goes here first. */
      :host([fresh]) {
        box-shadow:
          inset 4px 0 0 var(--down-fill),
          0 0 0 2px var(--down-fill);
        border-color: transparent;
      }
      /* Somebody is on it: the whole tile steps back. */
      :host([worst='down'][calmed]) {
        background: transparent;
        border-color: var(--line);
        box-shadow: inset 4px 0 0 var(--line);
      }
      :host([calmed]) h3 {
        font-weight: 400;
      }
      :host([worst='degraded']) {
        box-shadow:
          inset 4px 0 0 var(--degraded-fill),
          var(--shadow);
      }
      :host([worst='unknown']) {
        border-color: var(--unknown-fill);
        border-style: dashed;
      }
      :host([small]) {
        padding: 0 var(--space-3);
        box-shadow: none;
      }
      .small {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        height: 100%;
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
      .small a {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--text);
        text-decoration: none;
      }
      .small a:hover {
        text-decoration: underline;
      }
      .head {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        height: 1.25rem;
        margin-block-end: 2px;
      }
      .fresh {
        flex: none;
        padding-inline: 6px;
        border-radius: 999px;
        background: var(--down-fill);
        color: var(--on-down);
        font-size: var(--text-xs);
        font-weight: 700;
        line-height: 1.125rem;
      }
      h3 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      h3 a {
        color: inherit;
        text-decoration: none;
      }
      h3 a:hover {
        text-decoration: underline;
      }
      .state {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-2);
        height: 1.125rem;
        overflow: hidden;
        margin-block-end: var(--space-2);
        font-size: var(--text-xs);
        line-height: 1.125rem;
        color: var(--text-quiet);
      }
      /* A site that is down as a whole says so once: its cells need not each shout it again. */
      .bar {
        justify-content: space-between;
        height: 1.375rem;
        margin-block-end: calc(var(--space-2) - 0.25rem);
        padding-inline: var(--space-2);
        border-radius: var(--radius-s);
        background: var(--down-fill);
        color: var(--on-down);
        font-weight: 600;
        line-height: 1.375rem;
      }
      /* Where somebody looks after part of it, and nothing is new, it need not shout. */
      .bar.seen {
        background: var(--down-quiet);
        color: var(--down-text);
      }
      :host([dark]:not([calmed])) .cell > .shape.down {
        transform: scale(0.75);
        background: var(--down-quiet);
        stroke: var(--down-text);
        box-shadow: inset 0 0 0 1px var(--down-text);
      }
      .acknowledged-words {
        color: var(--text);
      }
      .down-words {
        color: var(--down-text);
        font-weight: 600;
      }
      .degraded-words {
        color: var(--degraded-text);
        font-weight: 600;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        margin: 0 -4px -4px;
        padding: 0;
        list-style: none;
      }
      .cell {
        display: grid;
        place-items: center;
        width: 24px;
        height: 24px;
      }
      li.line {
        flex: 0 0 100%;
      }
      :host([dark]) .cell > .acknowledged {
        transform: scale(0.75);
      }
      .more {
        display: inline-flex;
        align-items: center;
        height: 1.5rem;
        padding-inline: var(--space-1);
        font-size: var(--text-xs);
      }
    `,
  ];

  @property({ attribute: false }) group!: SiteGroup;
  @property({ type: Boolean, reflect: true }) small = false;
  /** Cells side by side: the tile is as wide as its column. */
  @property({ attribute: false }) cellsPerLine = 8;

  /** All of the site is down: said once, by a bar, and the cells are calmer. */
  @property({ type: Boolean, reflect: true }) dark = false;
  /** How many failures began a moment ago that nobody has acknowledged. */
  @property({ attribute: false }) freshCount = 0;

  private hover(device: LiveDevice, event: Event): void {
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const acknowledged = this.group.acknowledged.has(device.id);
    tellHover(this, { device, siteName: this.group.site?.name, acknowledged, rect });
  }

  private readonly leave = (): void => tellHover(this, undefined);

  protected override willUpdate(): void {
    this.setAttribute('worst', this.group.worst);
    this.toggleAttribute('calmed', isCalmed(this.group));
    this.toggleAttribute('fresh', this.freshCount > 0);
  }

  private cellWords(device: LiveDevice): string {
    const words = `${device.name}: ${healthWord(device.health)}`;
    return this.group.acknowledged.has(device.id) ? msg(str`${words}, acknowledged`) : words;
  }

  private renderCell(device: LiveDevice): TemplateResult {
    const enter = (event: Event): void => this.hover(device, event);
    return html`<li>
      <a
        class="cell"
        data-device-id=${device.id}
        href=${deviceAddress(device.id)}
        aria-label=${this.cellWords(device)}
        @pointerenter=${enter}
        @pointerleave=${this.leave}
        @focus=${enter}
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
    const { cells, moreInTrouble, moreUp } = cellsOf(devices, this.cellsPerLine);
    const shown = (count: number): string => wholeNumber(count, this.locale);
    return html`<div class="head">
        <h3>${this.renderName()}</h3>
        ${this.renderFresh()}
        ${worst === 'up' || this.dark ? nothing : deviceShape(worst, isCalmed(this.group))}
      </div>
      ${this.renderState()}
      <ul>
        ${repeat(
          cells,
          ({ id }) => id,
          (device) => this.renderCell(device),
        )}
        ${this.renderMore(moreInTrouble, undefined, msg(str`+${shown(moreInTrouble)} more in trouble`))}
        ${this.renderMore(moreUp, 'up', msg(str`+${shown(moreUp)} more up`))}
      </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-site-tile': SiagaSiteTile;
  }
}
