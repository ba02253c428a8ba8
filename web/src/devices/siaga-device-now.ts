import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Device, Health, TicketSummary } from '@siaga/shared';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-health.js';
import '../components/siaga-time.js';
import { icons } from '../components/icons.js';
import { isolated } from '../i18n/isolated.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { deviceStyles } from './device-styles.js';

/** How a device is just now: its health and since when, whether somebody has taken note, the incident about it. */
@customElement('siaga-device-now')
export class SiagaDeviceNow extends SiagaElement {
  static override styles = [
    baseStyles,
    deviceStyles,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
      }
      .noted {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        color: var(--text-quiet);
      }
      .noted svg.icon {
        width: 16px;
        height: 16px;
        color: var(--up-text);
      }
    `,
  ];

  @property({ attribute: false }) device!: Device;
  @property() health: Health = 'unknown';
  @property() since = '';
  @property() incidentId: string | null = null;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => this.incidentId !== null && change.incidents.has(this.incidentId),
    );
  }

  private get incident(): TicketSummary | undefined {
    return this.services.store.state.incidents.get(this.incidentId ?? '');
  }

  private get isNoted(): boolean {
    if (this.incidentId === null) return false;
    return this.incident ? this.incident.acknowledged_at !== null : this.device.acknowledged;
  }

  private renderNoted(): TemplateResult | typeof nothing {
    if (!this.isNoted) return nothing;
    const { incident } = this;
    const by = incident?.acknowledged_by?.name;
    return html`<span class="noted" title=${incident?.acknowledge_reason ?? nothing}>
      ${icons.calm}<span
        >${by === undefined ? msg('Acknowledged') : msg(str`Acknowledged by ${isolated(by)}`)}</span
      >
    </span>`;
  }

  protected override render(): TemplateResult {
    return html`<span class="now ${this.health} ${this.isNoted ? 'calm' : ''}">
        <siaga-health health=${this.health}></siaga-health>
        <siaga-time mode="for" at=${this.since}></siaga-time>
      </span>
      ${this.renderNoted()}
      ${
        this.incidentId === null
          ? nothing
          : html`<a href=${incidentAddress(this.incidentId)}>${msg('Open incident')}</a>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-now': SiagaDeviceNow;
  }
}
