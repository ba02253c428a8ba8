import { msg, str } from '@lit/localize';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Series } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import { percent } from '../i18n/numbers.js';
import { baseStyles } from '../styles/shared.js';
import { RANGES, spanOf, type RangeName, type Span } from './ranges.js';
import { meanColumns, pointsFor, summarise } from './series.js';
import './siaga-chart.js';

const METRICS = ['cpu', 'memory', 'disk'] as const;
type HostMetric = (typeof METRICS)[number];

interface Trio {
  span: Span;
  series: Record<HostMetric, Series>;
}

/** A host's processor, memory and disk, each from 0 to 100 %. */
@customElement('siaga-host-charts')
export class SiagaHostCharts extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(280px, 1fr));
        gap: var(--space-4) var(--space-6);
        min-height: 160px;
      }
      .head {
        display: flex;
        justify-content: space-between;
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
      .head strong {
        color: var(--text);
      }
      siaga-chart {
        --chart-height: 128px;
      }
      siaga-skeleton,
      siaga-failure {
        grid-column: 1 / -1;
      }
    `,
  ];

  @property() deviceId = '';
  @property() range: RangeName = '1h';

  /** How often the host is read. */
  @property({ type: Number }) intervalS = 10;

  private refresh: ReturnType<typeof setInterval> | undefined;

  private readonly series = new Loading(
    this,
    async ([deviceId, range]: readonly [string, RangeName], signal): Promise<Trio> => {
      const span = spanOf(range, this.services.clock.nowMs());
      const ask = (metric: HostMetric): Promise<Series> =>
        this.services.api.get(
          `/monitoring/devices/${encodeURIComponent(deviceId)}/series`,
          {
            metric,
            from: Math.round(span.fromMs),
            to: Math.round(span.toMs),
            points: pointsFor(this.clientWidth / 3, span.toMs - span.fromMs, this.intervalS * 1000),
          },
          signal,
        );
      const [cpu, memory, disk] = await Promise.all([ask('cpu'), ask('memory'), ask('disk')]);
      return { span, series: { cpu, memory, disk } };
    },
    () => [this.deviceId, this.range] as const,
  );

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('range') && this.refresh !== undefined) return;
    clearInterval(this.refresh);
    this.refresh = setInterval(() => {
      if (!document.hidden) this.series.refresh();
    }, RANGES[this.range].refreshMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.refresh = undefined;
  }

  private nameOf(metric: HostMetric): string {
    if (metric === 'cpu') return msg('Processor');
    return metric === 'memory' ? msg('Memory') : msg('Disk');
  }

  private renderOne(metric: HostMetric, { span, series }: Trio): TemplateResult {
    const summary = summarise(series[metric]);
    const share = (value: number): string => percent(value, this.locale);
    const name = this.nameOf(metric);
    const words = summary
      ? msg(str`${name}: ${share(summary.avg)} on average, at most ${share(summary.max)}.`)
      : msg(str`${name}: not measured in this span.`);
    return html`<div>
      <p class="head">
        <span>${name}</span>
        ${summary ? html`<span><strong>${share(summary.avg)}</strong> · ${msg('at most')} ${share(summary.max)}</span>` : nothing}
      </p>
      <siaga-chart
        kind="line"
        .columns=${meanColumns(series[metric])}
        .span=${span}
        .top=${100}
        .valueLabel=${share}
        sync-key="host"
        time-axis
        label=${words}
      ></siaga-chart>
    </div>`;
  }

  protected override render(): TemplateResult {
    return this.series.render((trio) => html`${METRICS.map((metric) => this.renderOne(metric, trio))}`, 4);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-host-charts': SiagaHostCharts;
  }
}
