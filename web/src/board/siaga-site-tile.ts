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
import { cellsOf, worstSince } from './board-model.js';

/** The cell that the pointer or the focus is on; undefined when it left. */
export interface CellHover {
  device: LiveDevice;
  rect: DOMRect;
}

/** A site and its devices as cells. Tells `siaga-cell` (detail: CellHover or undefined). */
@customElement('siaga-site-tile')
export class SiagaSiteTile extends LocalizedElement {
  static override styles = [
    baseStyles,
    healthStyles,
    css`
      :host {
        display: block;
        padding: var(--space-3);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        box-shadow: var(--shadow);
      }
      :host([worst='down']) {
        border-color: var(--down-fill);
        box-shadow: inset 4px 0 0 var(--down-fill);
      }
      :host([worst='degraded']) {
        border-color: var(--degraded-fill);
        box-shadow: inset 4px 0 0 var(--degraded-fill);
      }
      :host([worst='unknown']) {
        border-color: var(--unknown-fill);
        border-style: dashed;
      }
      .head {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        margin-block-end: 2px;
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
        margin-block-end: var(--space-2);
        font-size: var(--text-xs);
        color: var(--text-quiet);
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
      .more {
        display: inline-flex;
        align-items: center;
        min-height: 24px;
        padding-inline: var(--space-1);
        font-size: var(--text-xs);
      }
    `,
  ];

  @property({ attribute: false }) group!: SiteGroup;

  private hover(device: LiveDevice, event: Event): void {
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.tell({ device, rect });
  }

  private readonly leave = (): void => this.tell(undefined);

  private tell(detail: CellHover | undefined): void {
    this.dispatchEvent(new CustomEvent('siaga-cell', { detail, bubbles: true, composed: true }));
  }

  protected override willUpdate(): void {
    this.setAttribute('worst', this.group.worst);
  }

  private renderCell(device: LiveDevice): TemplateResult {
    const enter = (event: Event): void => this.hover(device, event);
    return html`<li>
      <a
        class="cell"
        href=${deviceAddress(device.id)}
        aria-label="${device.name}: ${healthWord(device.health)}"
        @pointerenter=${enter}
        @pointerleave=${this.leave}
        @focus=${enter}
        @blur=${this.leave}
        >${healthShape(device.health)}</a
      >
    </li>`;
  }

  private renderMore(
    count: number,
    health: string | undefined,
    words: string,
  ): TemplateResult | typeof nothing {
    if (count === 0) return nothing;
    const to = address('/devices', { site_id: this.group.siteId, health });
    return html`<li><a class="more" href=${to}>${words}</a></li>`;
  }

  private renderState(): TemplateResult {
    const { counts, worst } = this.group;
    const since = worstSince(this.group);
    const total = counts.up + counts.degraded + counts.down + counts.unknown;
    const shown = wholeNumber(total, this.locale);
    if (worst === 'up') return html`<p class="state">${devicesWord(total, shown)}</p>`;
    return html`<p class="state">
      <span class="${worst}-words">
        ${healthWord(worst)}${since === undefined ? nothing : html` · <siaga-time mode="for" at=${since}></siaga-time>`}
      </span>
      <span>${msg(str`${wholeNumber(counts.up, this.locale)} of ${shown} up`)}</span>
    </p>`;
  }

  protected override render(): TemplateResult {
    const { site, siteId, devices, worst } = this.group;
    const { cells, moreInTrouble, moreUp } = cellsOf(devices);
    const shown = (count: number): string => wholeNumber(count, this.locale);
    return html`<div class="head">
        <h3>
          <a href=${address('/devices', { site_id: siteId })} title=${site?.name ?? ''}>
            ${site?.name ?? msg('Unnamed site')}
          </a>
        </h3>
        ${worst === 'up' ? nothing : healthShape(worst)}
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
