import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-health.js';
import '../components/siaga-time.js';
import { isAcknowledged } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import type { CellHover } from './hover.js';

const AWAY_PX = 6;
const EDGE_PX = 8;

/** Name, address, health and since when, beside the cell that the pointer or the focus is on. */
@customElement('siaga-hover-card')
export class SiagaHoverCard extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      .card {
        position: fixed;
        inset: auto;
        display: grid;
        gap: 2px;
        margin: 0;
        padding: var(--space-2) var(--space-3);
        max-width: min(20rem, calc(100vw - 16px));
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
        font-size: var(--text-xs);
        box-shadow: var(--shadow-raised);
        pointer-events: none;
      }
      strong {
        font-size: var(--text-s);
      }
      strong,
      .site {
        display: -webkit-box;
        overflow: hidden;
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
    `,
  ];

  @property({ attribute: false }) hover: CellHover | null = null;

  constructor() {
    super();
    // The device may change, or go, under a pointer that lies still.
    new WatchStore(
      this,
      () => this.services.store,
      (change) =>
        this.hover !== null &&
        (change.devices.has(this.hover.deviceId) || change.incidents.size + change.sites.size > 0),
    );
  }

  protected override updated(): void {
    const card = this.renderRoot.querySelector<HTMLElement>('.card');
    if (!card || !this.hover) return;
    if (!card.matches(':popover-open')) card.showPopover();
    const { rect } = this.hover;
    const { offsetWidth, offsetHeight } = card;
    const middle = rect.left + rect.width / 2 - offsetWidth / 2;
    const left = Math.min(Math.max(EDGE_PX, middle), innerWidth - offsetWidth - EDGE_PX);
    const above = rect.top - offsetHeight - AWAY_PX;
    card.style.left = `${left}px`;
    card.style.top = `${above > EDGE_PX ? above : rect.bottom + AWAY_PX}px`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state } = this.services.store;
    const device = state.devices.get(this.hover?.deviceId ?? '');
    if (!device) return nothing;
    const siteName = state.sites.get(device.site_id)?.name;
    return html`<div class="card" popover="manual" aria-hidden="true">
      <strong dir="auto">${device.name}</strong>
      ${siteName === undefined ? nothing : html`<span class="site" dir="auto">${siteName}</span>`}
      <span class="mono">${device.address}</span>
      <span>
        <siaga-health health=${device.health}></siaga-health> ·
        <siaga-time mode="for" at=${device.since}></siaga-time>
        ${isAcknowledged(state, device) ? html`· ${msg('acknowledged')}` : nothing}
      </span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-hover-card': SiagaHoverCard;
  }
}
