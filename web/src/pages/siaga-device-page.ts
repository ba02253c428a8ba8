import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Device, LiveDevice } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { deviceAddress } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import { icons } from '../components/icons.js';
import { concernsDevice } from '../devices/concerns.js';
import { listIncidents, type ListedIncident } from '../devices/listed-incidents.js';
import { deviceStyles } from '../devices/device-styles.js';
import '../devices/siaga-device-charts.js';
import '../devices/siaga-device-facts.js';
import '../devices/siaga-device-form.js';
import '../devices/siaga-device-incidents.js';
import '../devices/siaga-device-now.js';
import '../devices/siaga-path.js';
import '../devices/siaga-timeline.js';
import '../devices/siaga-why.js';
import { removeOrTell } from '../fleet/remove.js';
import '../fleet/siaga-gone.js';
import '../forms/siaga-form-dialog.js';
import { toApiError } from '../http/api-error.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** How often what is known is asked for anew, also of a device that flaps; after a calm it is asked for sooner. */
const REFRESH_MS = 10_000;
const CALM_MS = 1250;
const NO_INCIDENTS: readonly ListedIncident[] = [];

/** One device: how it is and why, the way to it, its charts, what happened to it, what it is. */
@customElement('siaga-device-page')
export class SiagaDevicePage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, deviceStyles];

  @property() deviceId = '';

  @state() private isEditing = false;

  private refresh: ReturnType<typeof setInterval> | undefined;
  private removed = false;

  private readonly device = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<Device> =>
      this.services.api.get(`/monitoring/devices/${encodeURIComponent(id)}`, {}, signal),
    () => [this.deviceId] as const,
  );

  /** For the charts and the list alike. */
  private readonly incidents = new Loading(
    this,
    async ([id, may]: readonly [string, boolean], signal): Promise<ListedIncident[]> =>
      may ? listIncidents(this.services.api, id, this.incidents.value, signal) : [],
    () => [this.deviceId, this.may('tickets:read')] as const,
  );

  private readonly throttle = createThrottle(() => this.reload(), REFRESH_MS, { calmMs: CALM_MS });
  private readonly incidentsThrottle = createThrottle(() => this.incidents.refresh(), REFRESH_MS, {
    calmMs: CALM_MS,
  });

  constructor() {
    super();
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => concernsDevice(change, this.services.store.state, this.deviceId),
      () => {
        this.throttle.call();
        this.incidentsThrottle.call();
      },
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.refresh = setInterval(() => {
      // On a slow network the answer that is on its way is awaited.
      const isFresh = this.device.pending || this.throttle.resting;
      if (!document.hidden && !isFresh && !this.isGone) this.reload();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.throttle.cancel();
    this.incidentsThrottle.cancel();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('deviceId')) return;
    // The way to a device leads from page to page: nothing of one may stand on the other.
    this.device.value = undefined;
    this.incidents.value = undefined;
    this.isEditing = false;
    this.removed = false;
  }

  private reload(): void {
    if (!this.removed) this.device.refresh();
  }

  /** Not there; an address that cannot be a device's (422) leads nowhere either. */
  private get isGone(): boolean {
    const { error } = this.device;
    return error !== undefined && [404, 422].includes(toApiError(error).status);
  }

  protected override get heading(): string {
    return (
      this.device.value?.name ?? this.services.store.state.devices.get(this.deviceId)?.name ?? msg('Device')
    );
  }

  private readonly closeDialog = (): void => {
    this.isEditing = false;
  };

  private readonly saved = (): void => {
    this.closeDialog();
    this.device.refresh();
    this.services.notices.show(msg('Saved.'));
  };

  /** As in the list: done at once, and it can be taken back. */
  private async deleteDevice(): Promise<void> {
    const { services, deviceId: id, heading: name } = this;
    const { router } = services;
    this.removed = true;
    const onRestored = (): void => router.go(deviceAddress(id));
    const isGone = await removeOrTell(services, { kind: 'devices', id, name, onRestored });
    if (isGone) router.go('/devices');
    else this.removed = false;
  }

  /** What is known of it live, over what was asked for. */
  private liveOf(device: Device): Pick<LiveDevice, 'health' | 'since' | 'open_incident_id'> {
    return this.services.store.state.devices.get(device.id) ?? device;
  }

  private renderHead(device: Device | undefined): TemplateResult {
    const live = device ? this.liveOf(device) : undefined;
    return html`<div class="page-head">
      <h1 tabindex="-1" dir="auto" title=${this.heading}>${this.heading}</h1>
      ${
        device && live
          ? html`<siaga-device-now
              .device=${device}
              .health=${live.health}
              .since=${live.since}
              .incidentId=${live.open_incident_id}
            ></siaga-device-now>`
          : nothing
      }
      ${
        device && this.may('monitoring:write')
          ? html`<div class="actions">
              <wa-button appearance="outlined" @click=${() => (this.isEditing = true)}>
                ${icons.edit}${msg('Edit')}
              </wa-button>
              <wa-button appearance="outlined" variant="danger" @click=${() => void this.deleteDevice()}>
                ${icons.remove}${msg('Delete')}
              </wa-button>
            </div>`
          : nothing
      }
    </div>`;
  }

  private renderDevice(device: Device): TemplateResult {
    const live = this.liveOf(device);
    const maySeeTickets = this.may('tickets:read');
    const incident = this.services.store.state.incidents.get(live.open_incident_id ?? '');
    return html`<siaga-path .deviceId=${device.id}></siaga-path>
      <div class="areas">
        <section class="card why" aria-labelledby="why">
          <h2 id="why">${msg('Why?')}</h2>
          <siaga-why
            .deviceId=${device.id}
            .health=${live.health}
            .since=${live.since}
            .incidentId=${live.open_incident_id}
            .acknowledged=${incident ? incident.acknowledged_at !== null : device.acknowledged}
          ></siaga-why>
        </section>
        <div class="stack main">
          <siaga-device-charts
            .device=${device}
            .incidents=${this.incidents.value ?? NO_INCIDENTS}
          ></siaga-device-charts>
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">${msg('Timeline')}</h2>
            <siaga-timeline .deviceId=${device.id}></siaga-timeline>
          </section>
          ${
            maySeeTickets
              ? html`<section class="card" aria-labelledby="incidents">
                  <h2 id="incidents">${msg('Incidents of this device')}</h2>
                  ${this.incidents.render(
                    (incidents) =>
                      html`<siaga-device-incidents
                        .deviceId=${device.id}
                        .incidents=${incidents}
                      ></siaga-device-incidents>`,
                  )}
                </section>`
              : nothing
          }
        </div>
        <section class="card facts" aria-labelledby="facts">
          <h2 id="facts">${msg('Facts')}</h2>
          <siaga-device-facts .device=${device}></siaga-device-facts>
        </section>
      </div>`;
  }

  private renderDialog(device: Device): TemplateResult | typeof nothing {
    if (!this.isEditing) return nothing;
    return html`<siaga-form-dialog label=${msg('Edit device')} @siaga-close=${this.closeDialog}>
      <siaga-device-form
        .device=${device}
        @siaga-saved=${this.saved}
        @siaga-cancel=${this.closeDialog}
      ></siaga-device-form>
    </siaga-form-dialog>`;
  }

  protected override render(): TemplateResult {
    const device = this.isGone ? undefined : this.device.value;
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    if (this.isGone) {
      return html`${this.renderHead(undefined)}
        <siaga-gone
          .thingId=${this.deviceId}
          .deleted=${this.device.value !== undefined}
          @siaga-restored=${this.device.refresh}
        ></siaga-gone>`;
    }
    return html`${this.renderHead(device)}
      <div class=${stale}>
        ${this.device.render((value) => html`${keyed(value.id, this.renderDevice(value))}`, 8)}
      </div>
      ${device ? this.renderDialog(device) : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-page': SiagaDevicePage;
  }
}
