import { msg, str } from '@lit/localize';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Series, SeriesMetric } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { axisNumber, milliseconds, percent } from '../i18n/numbers.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles } from '../styles/shared.js';
import { RANGES, spanAroundFailure, spanOf, type RangeName, type Span } from './ranges.js';
import { bandColumns, meanColumns, niceTop, pointsFor, summarise } from './series.js';
import './siaga-chart.js';

/** What the chart stands around; without an end it is still failing. */
export interface Failure {
  failedAtMs: number;
  endedAtMs: number | undefined;
}

type Asked = readonly [
  deviceId: string,
  range: RangeName | undefined,
  failedAtMs: number | undefined,
  endedAtMs: number | undefined,
];

/** detection.md, rule 1. */
const DEFAULT_INTERVAL_S = 5;
const AROUND_FAILURE_REFRESH_MS = 30_000;

interface Pair {
  span: Span;
  marks: Span[];
  rtt: Series;
  loss: Series;
}

/** A device's round trip as a band (lowest, mean, highest) with its loss as bars below. */
@customElement('siaga-latency')
export class SiagaLatency extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        min-height: 320px;
      }
      .reading {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-4);
        min-height: 24px;
        color: var(--text-quiet);
        font-size: var(--text-xs);
      }
      .reading strong {
        color: var(--text);
        font-weight: 600;
      }
      .band {
        --chart-height: 200px;
      }
      .loss {
        --chart-height: 88px;
      }
      .name {
        margin-block-start: var(--space-2);
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
    `,
  ];

  @property() deviceId = '';
  /** The span that ends now and moves on; without it the chart stands around `failure`. */
  @property() range: RangeName | undefined = undefined;
  @property({ attribute: false }) failure: Failure | undefined = undefined;

  /** How often the device is probed. */
  @property({ type: Number }) intervalS = DEFAULT_INTERVAL_S;

  @state() private place: number | undefined = undefined;

  private refresh: ReturnType<typeof setInterval> | undefined;

  private readonly series = new Loading(
    this,
    async ([deviceId, range, failedAtMs, endedAtMs]: Asked, signal): Promise<Pair> => {
      const nowMs = this.services.clock.nowMs();
      const span =
        failedAtMs === undefined
          ? spanOf(range ?? '1h', nowMs)
          : spanAroundFailure(failedAtMs, endedAtMs, nowMs);
      const ask = (metric: SeriesMetric): Promise<Series> =>
        this.services.api.get(
          `/monitoring/devices/${encodeURIComponent(deviceId)}/series`,
          {
            metric,
            from: Math.round(span.fromMs),
            to: Math.round(span.toMs),
            points: pointsFor(this.clientWidth, span.toMs - span.fromMs, this.intervalS * 1000),
          },
          signal,
        );
      const [rtt, loss] = await Promise.all([ask('rtt'), ask('loss')]);
      const marks = failedAtMs === undefined ? [] : [{ fromMs: failedAtMs, toMs: endedAtMs ?? nowMs }];
      return { span, marks, rtt, loss };
    },
    (): Asked => [this.deviceId, this.range, this.failure?.failedAtMs, this.failure?.endedAtMs],
  );

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('range') && this.refresh !== undefined) return;
    clearInterval(this.refresh);
    const everyMs = this.range === undefined ? AROUND_FAILURE_REFRESH_MS : RANGES[this.range].refreshMs;
    this.refresh = setInterval(() => {
      if (!document.hidden) this.series.refresh();
    }, everyMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.refresh = undefined;
  }

  private readonly onCursor = (event: CustomEvent<number | undefined>): void => {
    this.place = event.detail;
  };

  private renderReading({ rtt, loss }: Pair): TemplateResult {
    const ms = (value: number): string => milliseconds(value, this.locale);
    const at = this.place === undefined ? undefined : rtt.t[this.place];
    if (this.place !== undefined && at !== undefined) {
      const [min, avg, max] = [rtt.min[this.place], rtt.avg[this.place], rtt.max[this.place]];
      const lost = loss.avg[this.place];
      return html`<div class="reading">
        <span>${exactTime(at, this.locale)}</span>
        ${
          avg === null || avg === undefined
            ? html`<span>${msg('no answer')}</span>`
            : html`<span><strong>${ms(avg)}</strong> (${ms(min ?? avg)} – ${ms(max ?? avg)})</span>`
        }
        ${
          lost === null || lost === undefined
            ? nothing
            : html`<span>${msg('loss')} <strong>${percent(lost, this.locale)}</strong></span>`
        }
      </div>`;
    }
    return html`<div class="reading">${this.summary(rtt, loss)}</div>`;
  }

  /** The picture in words. */
  private summary(rtt: Series, loss: Series): string {
    const trip = summarise(rtt);
    const lost = summarise(loss);
    const lossWords = lost ? percent(lost.avg, this.locale) : '–';
    if (!trip)
      return lost ? msg(str`No answer in this span; loss ${lossWords}.`) : msg('Not measured in this span.');
    const [low, mean, high] = [trip.min, trip.avg, trip.max].map((value) => milliseconds(value, this.locale));
    return msg(str`Round trip ${mean ?? ''} on average, ${low ?? ''} to ${high ?? ''}; loss ${lossWords}.`);
  }

  private renderCharts(pair: Pair): TemplateResult {
    const { span, marks, rtt, loss } = pair;
    const trip = summarise(rtt);
    if (!trip && !summarise(loss)) {
      return html`<siaga-empty icon="board" words=${msg('Nothing was measured in this span.')}>
        <span>${msg('The first figures come about ten seconds after a device is added.')}</span>
      </siaga-empty>`;
    }
    const figure = (value: number): string => axisNumber(value, this.locale);
    const share = (value: number): string => percent(value, this.locale);
    const words = this.summary(rtt, loss);
    return html`${this.renderReading(pair)}
      <div @siaga-cursor=${this.onCursor}>
        <p class="name">${msg('Round trip, ms')}</p>
        <siaga-chart
          class="band"
          kind="band"
          .columns=${bandColumns(rtt)}
          .span=${span}
          .marks=${marks}
          .top=${niceTop(trip?.max, 1)}
          .valueLabel=${figure}
          sync-key="latency"
          label=${words}
        ></siaga-chart>
        <p class="name">${msg('Packet loss')}</p>
        <siaga-chart
          class="loss"
          kind="bars"
          .columns=${meanColumns(loss)}
          .span=${span}
          .marks=${marks}
          .top=${100}
          .valueLabel=${share}
          sync-key="latency"
          time-axis
          label=${words}
        ></siaga-chart>
      </div>`;
  }

  protected override render(): TemplateResult {
    return this.series.render((pair) => this.renderCharts(pair), 6);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-latency': SiagaLatency;
  }
}
