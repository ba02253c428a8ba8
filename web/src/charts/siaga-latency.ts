import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Series, SeriesMetric } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { axisNumber, milliseconds, percent, wholeNumber } from '../i18n/numbers.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles } from '../styles/shared.js';
import { marksIn, type Mark } from './lane.js';
import { isEmpty, latencyOf, readingAt, shownSpan, stepOf, type Latency } from './latency.js';
import { latencyStyles } from './latency-styles.js';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';
import { isWithin, lengthOf, spanAroundFailure, type Span } from './ranges.js';
import { pointsFor, steadyTop } from './series.js';
import './siaga-brush.js';
import './siaga-chart.js';
import './siaga-incident-lane.js';

/** What the chart stands around; without an end it is still failing. */
export interface Failure {
  failedAtMs: number;
  endedAtMs: number | undefined;
}

type Asked = readonly [
  deviceId: string,
  span: Span | undefined,
  failedAtMs: number | undefined,
  endedAtMs: number | undefined,
];

/** detection.md, rule 1. */
const DEFAULT_INTERVAL_S = 5;
const AROUND_FAILURE_REFRESH_MS = 30_000;
/** A new device has its first figures within this. */
const FIRST_FIGURES_MS = 10_000;
const YOUNG_MS = 60_000;

/**
 * A device's round trip as a band (lowest, mean, highest) with its loss as bars below, over a span or around a failure.
 * Lets `siaga-zoom` and `siaga-undo` of its brush through.
 */
@customElement('siaga-latency')
export class SiagaLatency extends SiagaElement {
  static override styles = [baseStyles, latencyStyles];

  @property() deviceId = '';
  /** Without a span the chart stands around `failure`. */
  @property({ attribute: false }) span: Span | undefined = undefined;
  @property({ attribute: false }) failure: Failure | undefined = undefined;
  /** Incidents to shade behind. */
  @property({ attribute: false }) incidents: readonly Mark[] = [];
  @property({ type: Boolean }) zoomable = false;

  /** How often the device is probed. */
  @property({ type: Number }) intervalS = DEFAULT_INTERVAL_S;
  /** When the device was added; a new one is told when its first figures come. */
  @property({ attribute: false }) createdAtMs: number | undefined = undefined;

  @state() private cursorMs: number | undefined = undefined;

  private refresh: ReturnType<typeof setInterval> | undefined;
  private stopTicking: (() => void) | undefined;
  private top: number | undefined;
  private marks: readonly Span[] = [];

  private readonly series = new Loading(
    this,
    async ([deviceId, wanted, failedAtMs, endedAtMs]: Asked, signal): Promise<Latency> => {
      const nowMs = this.services.clock.nowMs();
      const span = wanted ?? spanAroundFailure(failedAtMs ?? nowMs, endedAtMs, nowMs);
      const ask = (metric: SeriesMetric): Promise<Series> =>
        this.services.api.get(
          `/monitoring/devices/${encodeURIComponent(deviceId)}/series`,
          {
            metric,
            from: Math.round(span.fromMs),
            to: Math.round(span.toMs),
            points: pointsFor(this.plotWidth, lengthOf(span), this.intervalS * 1000),
          },
          signal,
        );
      const [rtt, loss] = await Promise.all([ask('rtt'), ask('loss')]);
      return latencyOf(span, rtt, loss);
    },
    (): Asked => [this.deviceId, this.span, this.failure?.failedAtMs, this.failure?.endedAtMs],
  );

  /** True while figures are on their way. */
  get busy(): boolean {
    return this.series.pending;
  }

  /** True where nothing was measured in the span, as far as is known. */
  get empty(): boolean {
    return this.series.value !== undefined && isEmpty(this.series.value);
  }

  /** How long ago the device was added; endless where that is not known. */
  private get ageMs(): number {
    return this.createdAtMs === undefined ? Infinity : this.services.clock.nowMs() - this.createdAtMs;
  }

  private get plotWidth(): number {
    return this.clientWidth - PLOT_LEFT_PX - PLOT_RIGHT_PX;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A span moves on by whoever gave it; what stands around a failure moves on by itself.
    this.refresh = setInterval(() => {
      if (!document.hidden && this.span === undefined && !this.series.pending) this.series.refresh();
    }, AROUND_FAILURE_REFRESH_MS);
    this.stopTicking = this.services.clock.tick.subscribe(() => {
      if (this.empty && this.ageMs < YOUNG_MS + 2000) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.stopTicking?.();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('span');
    // The axis keeps its top while the time moves on; another span has another one.
    if (
      changed.has('deviceId') ||
      (before && this.span && Math.abs(lengthOf(before) - lengthOf(this.span)) > 1)
    )
      this.top = undefined;
  }

  private readonly onCursor = (event: CustomEvent<number | undefined>): void => {
    this.cursorMs = event.detail;
  };
  private readonly figure = (value: number): string => axisNumber(value, this.locale);
  private readonly share = (value: number): string => percent(value, this.locale);

  /** What stands at the cursor, a piece each: when, how long, what was lost, in which incident. */
  private pieces(latency: Latency): string[] {
    const at = this.cursorMs === undefined ? undefined : readingAt(latency, this.cursorMs);
    if (!at) return [];
    const ms = (value: number): string => milliseconds(value, this.locale);
    const pieces = [exactTime(at.atMs, this.locale)];
    if (at.avg === null) pieces.push(at.lossPercent === null ? msg('not measured') : msg('no answer'));
    else pieces.push(`${ms(at.avg)} (${ms(at.min ?? at.avg)} – ${ms(at.max ?? at.avg)})`);
    if (at.lossPercent !== null) pieces.push(msg(str`loss ${percent(at.lossPercent, this.locale)}`));
    const moment = { fromMs: at.atMs, toMs: at.atMs + (stepOf(latency.rtt) ?? 1) };
    for (const { incident } of marksIn(this.incidents, moment).slice(0, 2))
      pieces.push(incident.ticket_number);
    return pieces;
  }

  /** The picture in words. */
  private summary({ trip, lost }: Latency): string {
    const lossWords = lost ? percent(lost.avg, this.locale) : '–';
    if (!trip)
      return lost ? msg(str`No answer in this span; loss ${lossWords}.`) : msg('Not measured in this span.');
    const [low, mean, high] = [trip.min, trip.avg, trip.max].map((value) => milliseconds(value, this.locale));
    return msg(str`Round trip ${mean ?? ''} on average, ${low ?? ''} to ${high ?? ''}; loss ${lossWords}.`);
  }

  private renderEmpty(): TemplateResult {
    if (this.ageMs < YOUNG_MS) {
      const seconds = Math.ceil((FIRST_FIGURES_MS - Math.max(0, this.ageMs)) / 1000);
      const words =
        seconds > 0
          ? msg(str`First figures in about ${wholeNumber(seconds, this.locale)} s.`)
          : msg('The first figures are due any moment.');
      return html`<siaga-empty icon="board" words=${words}>
        <span>${msg('They are drawn here by themselves.')}</span>
      </siaga-empty>`;
    }
    return html`<siaga-empty icon="board" words=${msg('Nothing was measured in this span.')}>
      <span>${msg('Nobody looked: the device was not watched yet, or its agent was away.')}</span>
    </siaga-empty>`;
  }

  private marksOf(span: Span): readonly Span[] {
    const found: readonly Span[] =
      this.failure && !this.span
        ? [{ fromMs: this.failure.failedAtMs, toMs: this.failure.endedAtMs ?? span.toMs }]
        : marksIn(this.incidents, span);
    // The same array while it says the same: a chart is drawn anew for another one only.
    const same =
      found.length === this.marks.length &&
      found.every(({ fromMs, toMs }, n) => this.marks[n]?.fromMs === fromMs && this.marks[n]?.toMs === toMs);
    if (!same) this.marks = found;
    return this.marks;
  }

  private renderCharts(latency: Latency): TemplateResult {
    const span = this.span ? shownSpan(latency.span, this.span) : latency.span;
    const pending = this.span !== undefined && !isWithin(this.span, latency.span);
    const pieces = this.pieces(latency);
    const words = this.summary(latency);
    const marks = this.marksOf(span);
    const nothingMeasured = isEmpty(latency);
    this.top = steadyTop(this.top, latency.trip?.max, 1);
    return html`<div class="reading" aria-hidden=${pieces.length > 0 ? 'true' : nothing}>
        ${
          pieces.length === 0
            ? nothingMeasured
              ? nothing
              : words
            : pieces.map((piece, n) =>
                n === 1 ? html`<strong>${piece}</strong>` : html`<span>${piece}</span>`,
              )
        }
      </div>
      ${
        this.incidents.length === 0
          ? nothing
          : html`<siaga-incident-lane
              .marks=${this.incidents}
              .span=${span}
              ?zoomable=${this.zoomable}
            ></siaga-incident-lane>`
      }
      <siaga-brush
        class="charts ${pending && this.series.pending ? 'late' : ''}"
        aria-busy=${this.series.pending ? 'true' : 'false'}
        .span=${span}
        .cursorMs=${this.cursorMs}
        .stepMs=${stepOf(latency.rtt) ?? this.intervalS * 1000}
        .reading=${pieces.length === 0 ? words : pieces.join(', ')}
        .label=${msg('Round trip and loss over time')}
        ?zoomable=${this.zoomable}
        @siaga-cursor=${this.onCursor}
      >
        ${
          // Within the brush: the keyboard that led here leads back.
          nothingMeasured ? this.renderEmpty() : this.renderPlots(latency, span, marks, words)
        }
      </siaga-brush>`;
  }

  private renderPlots(latency: Latency, span: Span, marks: readonly Span[], words: string): TemplateResult {
    return html`<p class="name">${msg('Round trip, ms')}</p>
      ${
        latency.trip
          ? html`<siaga-chart
              class="band"
              kind="band"
              .columns=${latency.band}
              .span=${span}
              .marks=${marks}
              .top=${this.top ?? 1}
              .valueLabel=${this.figure}
              label=${words}
            ></siaga-chart>`
          : // An axis of 0 to 1 ms would look as if something had been measured.
            html`<p class="silent">${msg('No answer in this span')}</p>`
      }
      <p class="name">${msg('Packet loss')}</p>
      <siaga-chart
        class="loss"
        kind="bars"
        .columns=${latency.bars}
        .span=${span}
        .marks=${marks}
        .top=${100}
        .valueLabel=${this.share}
        time-axis
        label=${words}
      ></siaga-chart>`;
  }

  protected override render(): TemplateResult {
    return this.series.render((latency) => this.renderCharts(latency), 6);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-latency': SiagaLatency;
  }
}
