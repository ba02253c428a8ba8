import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Device, TicketSummary } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { address, incidentAddress } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import { RANGE_NAMES, rangeNamed, type RangeName } from '../charts/ranges.js';
import '../charts/siaga-host-charts.js';
import '../charts/siaga-latency.js';
import '../components/siaga-empty.js';
import '../components/siaga-health.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { icons } from '../components/icons.js';
import { deviceStyles } from '../devices/device-styles.js';
import '../devices/siaga-device-form.js';
import '../forms/siaga-confirm.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { milliseconds, percent, wholeNumber } from '../i18n/numbers.js';
import { kindWord, linkWord } from '../i18n/words.js';
import { incidentRow } from '../incidents/incident-row.js';
import { rowStyles } from '../incidents/row-styles.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles, tableStyles } from '../styles/shared.js';

const FACTS_REFRESH_MS = 10_000;

/** One device: how it is and since when, its charts, its incidents, its facts. */
@customElement('siaga-device-page')
export class SiagaDevicePage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, tableStyles, healthStyles, rowStyles, deviceStyles];

  @property() deviceId = '';

  @state() private dialog: 'none' | 'edit' | 'delete' = 'none';

  private refresh: ReturnType<typeof setInterval> | undefined;
  private removed = false;

  private readonly device = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<Device> =>
      this.services.api.get(`/monitoring/devices/${encodeURIComponent(id)}`, {}, signal),
    () => [this.deviceId] as const,
  );

  private readonly incidents = new Loading(
    this,
    ([id]: readonly [string | undefined], signal): Promise<Page<TicketSummary> | undefined> =>
      id === undefined
        ? Promise.resolve(undefined)
        : this.services.api.list('/tickets', { device_id: id, sort: '-created_at', per_page: 10 }, signal),
    () => [this.device.value?.id] as const,
  );

  private readonly throttle = createThrottle(() => {
    if (this.removed) return;
    this.device.refresh();
    this.incidents.refresh();
  }, 1000);

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.devices.has(this.deviceId) || change.incidents.size > 0,
      () => this.throttle.call(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.refresh = setInterval(() => {
      if (!document.hidden && !this.removed) this.device.refresh();
    }, FACTS_REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return this.device.value?.name ?? msg('Device');
  }

  private get range(): RangeName {
    return rangeNamed(this.services.router.location.value.query.get('range'));
  }

  private rangeWord(range: RangeName): string {
    switch (range) {
      case '1h':
        return msg('1 hour');
      case '6h':
        return msg('6 hours');
      case '24h':
        return msg('24 hours');
      case '7d':
        return msg('7 days');
    }
  }

  private readonly closeDialog = (): void => {
    this.dialog = 'none';
  };

  private readonly saved = (): void => {
    this.closeDialog();
    this.device.refresh();
    this.services.notices.show(msg('Saved.'));
  };

  private readonly deleteDevice = async (): Promise<void> => {
    const name = this.heading;
    this.removed = true;
    try {
      await this.services.api.send('DELETE', `/monitoring/devices/${encodeURIComponent(this.deviceId)}`);
    } catch (thrown) {
      this.removed = false;
      throw thrown;
    }
    this.services.router.go('/devices');
    this.services.notices.show(msg(str`${name} was deleted.`));
  };

  private renderCharts(device: Device): TemplateResult {
    const ranges = html`<nav class="ranges" aria-label=${msg('Time span')}>
      ${RANGE_NAMES.map(
        (range) =>
          html`<a
            href=${this.services.router.withQuery({ range: range === '1h' ? '' : range })}
            aria-current=${range === this.range ? 'true' : nothing}
            >${this.rangeWord(range)}</a
          >`,
      )}
    </nav>`;
    const icmp = device.checks.find(({ type }) => type === 'icmp');
    const host = device.checks.find(({ type }) => type === 'host');
    return html`<section class="card" aria-labelledby="latency">
        <div class="card-head">
          <h2 id="latency">${msg('Round trip and loss')}</h2>
          ${ranges}
        </div>
        <siaga-latency
          .deviceId=${device.id}
          .range=${this.range}
          .intervalS=${icmp?.interval_s ?? 5}
        ></siaga-latency>
      </section>
      ${
        host
          ? html`<section class="card" aria-labelledby="host">
              <h2 id="host">${msg('This host')}</h2>
              <siaga-host-charts
                .deviceId=${device.id}
                .range=${this.range}
                .intervalS=${host.interval_s}
              ></siaga-host-charts>
            </section>`
          : nothing
      }`;
  }

  private renderIncidents(): TemplateResult {
    const title = msg('Incidents of this device');
    const shown = this.incidents.render((page) => {
      if (!page || page.items.length === 0) {
        return html`<siaga-empty words=${msg('No incident so far.')}></siaga-empty>`;
      }
      return html`<div class="inner-scroll">
        <table aria-label=${title}>
          <thead>
            <tr>
              <th scope="col">${msg('Incident')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              <th scope="col" class="wide">${msg('Priority')}</th>
              <th scope="col" class="wide">${msg('Status')}</th>
              <th scope="col">${msg('Began')}</th>
              <th scope="col" class="wide">${msg('Lasted')}</th>
            </tr>
          </thead>
          <tbody>
            ${page.items.map((ticket) => incidentRow(ticket, this.services.store.state, this.locale))}
          </tbody>
        </table>
      </div>`;
    });
    return html`<section class="card" aria-labelledby="incidents">
      <h2 id="incidents">${title}</h2>
      ${shown}
    </section>`;
  }

  private renderChecks(device: Device): TemplateResult {
    return html`${device.checks.map(({ type, interval_s }) => {
      const every = wholeNumber(interval_s, this.locale);
      return html`<div>
        ${type === 'icmp' ? msg(str`Ping every ${every} s`) : msg(str`Host figures every ${every} s`)}
      </div>`;
    })}`;
  }

  private renderFacts(device: Device): TemplateResult {
    const { sites, agents } = this.services.store.state;
    const site = sites.get(device.site_id);
    return html`<section class="card" aria-labelledby="facts">
      <h2 id="facts">${msg('Facts')}</h2>
      <dl class="facts">
        <dt>${msg('Address')}</dt>
        <dd class="mono">${device.address}</dd>
        <dt>${msg('Round trip')}</dt>
        <dd>${device.rtt_ms === null ? '–' : milliseconds(device.rtt_ms, this.locale)}</dd>
        <dt>${msg('Loss, last 20')}</dt>
        <dd>${device.loss_percent === null ? '–' : percent(device.loss_percent, this.locale)}</dd>
        <dt>${msg('Last answer')}</dt>
        <dd>
          ${device.last_seen_at === null ? msg('never') : html`<siaga-time at=${device.last_seen_at}></siaga-time>`}
        </dd>
        <dt>${msg('Site')}</dt>
        <dd>${site ? html`<a href=${address('/devices', { site_id: site.id })}>${site.name}</a>` : '–'}</dd>
        <dt>${msg('Watched by')}</dt>
        <dd>
          <a href=${address('/devices', { agent_id: device.agent_id })}
            >${agents.get(device.agent_id)?.name ?? msg('its agent')}</a
          >
        </dd>
        <dt>${msg('Checks')}</dt>
        <dd>${this.renderChecks(device)}</dd>
        <dt>${msg('Kind')}</dt>
        <dd>${kindWord(device.kind)}</dd>
        <dt>${msg('Connection')}</dt>
        <dd>${linkWord(device.link)}</dd>
        ${
          device.model === null
            ? nothing
            : html`<dt>${msg('Model')}</dt>
                <dd>${device.model}</dd>`
        }
        <dt>${msg('Code')}</dt>
        <dd class="mono">${device.code}</dd>
      </dl>
    </section>`;
  }

  private renderHead(device: Device | undefined): TemplateResult {
    const state = device ? { ...device, ...this.services.store.state.devices.get(device.id) } : undefined;
    return html`<div class="page-head">
      <h1 tabindex="-1">${this.heading}</h1>
      ${
        state
          ? html`<span class="now ${state.health}">
                <siaga-health health=${state.health}></siaga-health>
                <siaga-time mode="for" at=${state.since}></siaga-time>
              </span>
              ${
                state.open_incident_id === null
                  ? nothing
                  : html`<a href=${incidentAddress(state.open_incident_id)}>${msg('Open incident')}</a>`
              }`
          : nothing
      }
      ${
        device && this.may('monitoring:write')
          ? html`<div class="actions">
              <wa-button appearance="outlined" @click=${() => (this.dialog = 'edit')}>
                ${icons.edit}${msg('Edit')}
              </wa-button>
              <wa-button appearance="outlined" variant="danger" @click=${() => (this.dialog = 'delete')}>
                ${icons.remove}${msg('Delete')}
              </wa-button>
            </div>`
          : nothing
      }
    </div>`;
  }

  private renderDialog(device: Device): TemplateResult | typeof nothing {
    if (this.dialog === 'none') return nothing;
    if (this.dialog === 'edit') {
      return html`<siaga-form-dialog label=${msg('Edit device')} @siaga-close=${this.closeDialog}>
        <siaga-device-form
          .device=${device}
          @siaga-saved=${this.saved}
          @siaga-cancel=${this.closeDialog}
        ></siaga-device-form>
      </siaga-form-dialog>`;
    }
    return html`<siaga-confirm
      label=${msg(str`Delete ${device.name}?`)}
      words=${msg(str`${device.name} (${device.address}) will no longer be watched. Its incidents are kept.`)}
      action=${msg('Delete device')}
      .act=${this.deleteDevice}
      @siaga-close=${this.closeDialog}
    ></siaga-confirm>`;
  }

  protected override render(): TemplateResult {
    const device = this.device.value;
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`${this.renderHead(device)}
      <div class=${stale}>
        ${this.device.render(
          (value) =>
            html`<div class="split">
              <div class="stack">${this.renderCharts(value)} ${this.renderIncidents()}</div>
              ${this.renderFacts(value)}
            </div>`,
          8,
        )}
      </div>
      ${device ? this.renderDialog(device) : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-page': SiagaDevicePage;
  }
}
