import { msg, str } from '@lit/localize';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Device } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { SiagaElement } from '../app/siaga-element.js';
import { markOf, type Mark, type MarkedIncident } from '../charts/lane.js';
import { lengthOf, RANGE_NAMES, type RangeName, type Span } from '../charts/ranges.js';
import '../charts/siaga-host-charts.js';
import '../charts/siaga-latency.js';
import { queryOf, refreshOf, sameView, spanOfView, trailWith, viewOf, type View } from '../charts/view.js';
import { icons } from '../components/icons.js';
import { durationWords } from '../i18n/time.js';
import { spanWords } from '../i18n/spans.js';
import { baseStyles, pageStyles } from '../styles/shared.js';
import { deviceStyles } from './device-styles.js';
import './siaga-state-strip.js';

/** How often a new device without figures is looked at. */
const FIRST_FIGURES_EVERY_MS = 2000;
const YOUNG_MS = 90_000;

/** A device's charts, its strip of health and the choice of what span they show. The view is in the address. */
@customElement('siaga-device-charts')
export class SiagaDeviceCharts extends SiagaElement {
  static override styles = [
    baseStyles,
    pageStyles,
    deviceStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
        padding: 0;
        max-width: none;
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) device!: Device;
  /** Incidents to shade. */
  @property({ attribute: false }) incidents: readonly MarkedIncident[] = [];

  @state() private span: Span = { fromMs: 0, toMs: 1 };

  private view: View | undefined;
  private trail: readonly View[] = [];
  private movedAtMs = 0;
  private stopTicking: (() => void) | undefined;

  private marksFor: { incidents: readonly MarkedIncident[]; toMs: number; marks: Mark[] } | undefined;

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTicking = this.services.clock.tick.subscribe(() => this.tick());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTicking?.();
  }

  /** Asks for the charts and the strip alike. */
  private get panels(): { busy: boolean; empty?: boolean }[] {
    return [
      ...this.renderRoot.querySelectorAll('siaga-latency, siaga-host-charts, siaga-state-strip'),
    ].filter((panel): panel is Element & { busy: boolean; empty?: boolean } => 'busy' in panel);
  }

  /** Moves a live range on, but not away from under a request: on a slow network none would ever be answered. */
  private tick(): void {
    if (!this.view || document.hidden) return;
    const nowMs = this.services.clock.nowMs();
    const everyMs = refreshOf(this.view);
    if (everyMs === undefined) return;
    const { panels } = this;
    const isWaiting =
      nowMs - Date.parse(this.device.created_at) < YOUNG_MS && panels.some(({ empty }) => empty === true);
    const dueMs = isWaiting ? FIRST_FIGURES_EVERY_MS : everyMs;
    // A clock that was set back counts as due, too.
    if (Math.abs(nowMs - this.movedAtMs) < dueMs || panels.some(({ busy }) => busy)) return;
    this.showAt(nowMs);
  }

  private showAt(nowMs: number): void {
    if (!this.view) return;
    this.movedAtMs = nowMs;
    this.span = spanOfView(this.view, nowMs);
  }

  override willUpdate(_changed: PropertyValues<this>): void {
    const view = viewOf(this.services.router.location.value.query);
    if (this.view && sameView(this.view, view)) return;
    this.view = view;
    this.trail = trailWith(this.trail, view);
    this.showAt(this.services.clock.nowMs());
  }

  private go(view: View): void {
    this.services.router.go(this.services.router.withQuery(queryOf(view)));
  }

  private readonly onZoom = (event: CustomEvent<Span>): void => {
    if (this.view) this.go({ range: this.view.range, span: event.detail });
  };
  private readonly onUndo = (): void => {
    const before = this.trail.at(-2);
    if (before) this.go(before);
  };

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
      case '30d':
        return msg('30 days');
      case '90d':
        return msg('90 days');
    }
  }

  /** The same array while it says the same. An open incident ends where the span does. */
  private get marks(): Mark[] {
    const { incidents } = this;
    const { toMs } = this.span;
    if (this.marksFor?.incidents !== incidents || this.marksFor?.toMs !== toMs) {
      const nowMs = Math.max(toMs, this.services.clock.nowMs());
      this.marksFor = { incidents, toMs, marks: incidents.map((one) => markOf(one, nowMs)) };
    }
    return this.marksFor.marks;
  }

  private renderRanges(view: View): TemplateResult {
    return html`<nav class="ranges" aria-label=${msg('Time span')}>
      ${RANGE_NAMES.map((range) => {
        const wanted: View = { range, span: undefined };
        return html`<a
          href=${this.services.router.withQuery(queryOf(wanted))}
          aria-current=${sameView(view, wanted) ? 'true' : nothing}
          >${this.rangeWord(range)}</a
        >`;
      })}
    </nav>`;
  }

  private renderZoom(view: View): TemplateResult | typeof nothing {
    if (!view.span) return nothing;
    const before = this.trail.at(-2) ?? { range: view.range, span: undefined };
    const words = before.span ? spanWords(before.span, this.locale, true) : this.rangeWord(before.range);
    const length = durationWords(lengthOf(view.span), this.locale);
    return html`<p class="zoom">
      <span class="zoom-span">${spanWords(view.span, this.locale, true)}</span>
      <span class="quiet">${length}</span>
      <a class="back" href=${this.services.router.withQuery(queryOf(before))}
        >${icons.back}${msg(str`Back to ${words}`)}</a
      >
    </p>`;
  }

  protected override render(): TemplateResult {
    const view = this.view ?? viewOf(new URLSearchParams());
    const { device, span } = this;
    const icmp = device.checks.find(({ type }) => type === 'icmp');
    const host = device.checks.find(({ type }) => type === 'host');
    return html`<section
        class="card"
        aria-labelledby="latency"
        @siaga-zoom=${this.onZoom}
        @siaga-undo=${this.onUndo}
      >
        <div class="card-head">
          <h2 id="latency">${msg('Round trip and loss')}</h2>
          ${this.renderRanges(view)}
        </div>
        ${this.renderZoom(view)}
        <siaga-latency
          .deviceId=${device.id}
          .span=${span}
          .incidents=${this.marks}
          .intervalS=${icmp?.interval_s ?? 5}
          .createdAtMs=${Date.parse(device.created_at)}
          zoomable
        ></siaga-latency>
        <siaga-state-strip .deviceId=${device.id} .span=${span}></siaga-state-strip>
      </section>
      ${
        host
          ? html`<section
              class="card"
              aria-labelledby="host"
              @siaga-zoom=${this.onZoom}
              @siaga-undo=${this.onUndo}
            >
              <h2 id="host">${msg('This host')}</h2>
              <siaga-host-charts
                .deviceId=${device.id}
                .span=${span}
                .intervalS=${host.interval_s}
              ></siaga-host-charts>
            </section>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-charts': SiagaDeviceCharts;
  }
}
