import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { healthStyles } from '../components/siaga-health.js';
import { incidentRow } from '../incidents/incident-row.js';
import { rowStyles } from '../incidents/row-styles.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, tableStyles } from '../styles/shared.js';
import { concernsDevice } from './concerns.js';
import type { ListedIncident } from './listed-incidents.js';

const SHOWN = 10;

/** The newest incidents of a device. */
@customElement('siaga-device-incidents')
export class SiagaDeviceIncidents extends SiagaElement {
  static override styles = [
    baseStyles,
    tableStyles,
    healthStyles,
    rowStyles,
    css`
      :host {
        display: block;
      }
      .inner-scroll {
        overflow-x: auto;
        margin-inline: calc(-1 * var(--space-3));
      }
    `,
  ];

  @property() deviceId = '';

  /** Newest first. */
  @property({ attribute: false }) incidents: readonly ListedIncident[] = [];

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => concernsDevice(change, this.services.store.state, this.deviceId),
    );
  }

  protected override render(): TemplateResult {
    const items = this.incidents.slice(0, SHOWN);
    if (items.length === 0) return html`<siaga-empty words=${msg('No incident so far.')}></siaga-empty>`;
    return html`<div class="inner-scroll">
      <table aria-label=${msg('Incidents of this device')}>
        <thead>
          <tr>
            <th scope="col">${msg('Incident')}</th>
            <th scope="col" class="wide">${msg('Priority')}</th>
            <th scope="col" class="wide">${msg('Status')}</th>
            <th scope="col">${msg('Began')}</th>
            <th scope="col" class="widest">${msg('Lasted')}</th>
          </tr>
        </thead>
        <tbody>
          ${items.map((ticket) => incidentRow(ticket, this.services.store.state, this.locale, false, false))}
        </tbody>
      </table>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-incidents': SiagaDeviceIncidents;
  }
}
