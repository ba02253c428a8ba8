import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Series } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { percent } from '../i18n/numbers.js';
import { exactTime } from '../i18n/time.js';
import { baseStyles } from '../styles/shared.js';
import { placeAt } from './brush.js';
import { shownSpan, stepOf } from './latency.js';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';
import { isWithin, lengthOf, type Span } from './ranges.js';
import { meanColumns, pointsFor, summarise, type Columns, type Summary } from './series.js';
import './siaga-brush.js';
import './siaga-chart.js';

const METRICS = ['cpu', 'memory', 'disk'] as const;
type HostMetric = (typeof METRICS)[number];

interface Figures {
  series: Series;
  columns: Columns;
  summary: Summary | undefined;
}
interface Trio {
  span: Span;
  of: Record<HostMetric, Figures>;
}

const figuresOf = (series: Series): Figures => ({
  series,
  columns: meanColumns(series),
  summary: summarise(series),
});

/** A host's processor, memory and disk, each from 0 to 100 %, over one span; lets its brushes' events through. */
@customElement('siaga-host-charts')
export class SiagaHostCharts extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
        gap: var(--space-4);
        min-height: 160px;
      }
      .one {
        min-width: 0;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 var(--space-3);
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
      siaga-empty,
      siaga-failure {
        grid-column: 1 / -1;
      }
      .late {
        opacity: 0.55;
        transition: opacity var(--motion) 400ms;
      }
    `,
  ];

  @property() deviceId = '';
  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };

  /** How often the host is read. */
  @property({ type: Number }) intervalS = 10;

  /** One line through all three. */
  @state() private cursorMs: number | undefined = undefined;

  private readonly series = new Loading(
    this,
    async ([deviceId, span]: readonly [string, Span], signal): Promise<Trio> => {
      const ask = async (metric: HostMetric): Promise<Figures> =>
        figuresOf(
          await this.services.api.get<Series>(
            `/monitoring/devices/${encodeURIComponent(deviceId)}/series`,
            {
              metric,
              from: Math.round(span.fromMs),
              to: Math.round(span.toMs),
              points: pointsFor(this.plotWidth, lengthOf(span), this.intervalS * 1000),
            },
            signal,
          ),
        );
      const [cpu, memory, disk] = await Promise.all([ask('cpu'), ask('memory'), ask('disk')]);
      return { span, of: { cpu, memory, disk } };
    },
    () => [this.deviceId, this.span] as const,
  );

  /** True while figures are on their way. */
  get busy(): boolean {
    return this.series.pending;
  }

  private get plotWidth(): number {
    const width = this.clientWidth > 720 ? this.clientWidth / 3 : this.clientWidth;
    return width - PLOT_LEFT_PX - PLOT_RIGHT_PX;
  }

  private readonly onCursor = (event: CustomEvent<number | undefined>): void => {
    this.cursorMs = event.detail;
  };
  private readonly share = (value: number): string => percent(value, this.locale);

  private nameOf(metric: HostMetric): string {
    if (metric === 'cpu') return msg('Processor');
    return metric === 'memory' ? msg('Memory') : msg('Disk');
  }

  private renderHead(name: string, { series, summary }: Figures): TemplateResult {
    if (this.cursorMs !== undefined) {
      const avg = series.avg[placeAt(series.t, this.cursorMs)] ?? null;
      return html`<p class="head">
        <span>${name}</span>
        <span>
          <strong>${avg === null ? msg('not measured') : this.share(avg)}</strong> ·
          ${exactTime(this.cursorMs, this.locale)}
        </span>
      </p>`;
    }
    return html`<p class="head">
      <span>${name}</span>
      ${summary ? html`<span><strong>${this.share(summary.avg)}</strong> · ${msg('at most')} ${this.share(summary.max)}</span>` : nothing}
    </p>`;
  }

  private renderOne(metric: HostMetric, trio: Trio): TemplateResult {
    const figures = trio.of[metric];
    const { series, summary } = figures;
    const name = this.nameOf(metric);
    const words = summary
      ? msg(str`${name}: ${this.share(summary.avg)} on average, at most ${this.share(summary.max)}.`)
      : msg(str`${name}: not measured in this span.`);
    const at = this.cursorMs === undefined ? undefined : series.avg[placeAt(series.t, this.cursorMs)];
    const reading =
      this.cursorMs === undefined
        ? words
        : `${exactTime(this.cursorMs, this.locale)}, ${at === null || at === undefined ? msg('not measured') : this.share(at)}`;
    return html`<div class="one">
      ${this.renderHead(name, figures)}
      <siaga-brush
        class=${this.series.pending && !isWithin(this.span, trio.span) ? 'late' : ''}
        .span=${shownSpan(trio.span, this.span)}
        .cursorMs=${this.cursorMs}
        .stepMs=${stepOf(series) ?? this.intervalS * 1000}
        .reading=${reading}
        .label=${name}
        zoomable
        @siaga-cursor=${this.onCursor}
      >
        <siaga-chart
          kind="line"
          .columns=${figures.columns}
          .span=${shownSpan(trio.span, this.span)}
          .top=${100}
          .valueLabel=${this.share}
          time-axis
          label=${words}
        ></siaga-chart>
      </siaga-brush>
    </div>`;
  }

  private renderTrio(trio: Trio): TemplateResult {
    if (METRICS.every((metric) => trio.of[metric].summary === undefined)) {
      return html`<siaga-empty
        icon="board"
        words=${msg('Nothing was measured in this span.')}
      ></siaga-empty>`;
    }
    return html`${METRICS.map((metric) => this.renderOne(metric, trio))}`;
  }

  protected override render(): TemplateResult {
    return this.series.render((trio) => this.renderTrio(trio), 4);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-host-charts': SiagaHostCharts;
  }
}
