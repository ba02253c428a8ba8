import { css, html, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import uPlot from 'uplot';
import plotCss from 'uplot/dist/uPlot.min.css?inline';
import { Watch } from '../app/observable.js';
import { SiagaElement } from '../app/siaga-element.js';
import { chartOptions, type ChartKind } from './chart-options.js';
import type { Span } from './ranges.js';
import type { Columns } from './series.js';

/**
 * The one wrapper around uPlot: made once, fed by setData, made anew when its looks change, resized with its box and
 * destroyed with it. Tells the place under the cursor as `siaga-cursor` (detail: index or undefined).
 */
@customElement('siaga-chart')
export class SiagaChart extends SiagaElement {
  static override styles = [
    unsafeCSS(plotCss),
    css`
      :host {
        display: block;
        min-width: 0;
      }
      #plot {
        height: var(--chart-height, 200px);
        overflow: hidden;
      }
      .u-cursor-x {
        border-inline-end: 1px solid var(--line-strong);
      }
    `,
  ];

  @property({ attribute: false }) columns: Columns = [[]];
  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };
  @property({ attribute: false }) marks: readonly Span[] = [];
  @property({ attribute: false }) valueLabel: (value: number) => string = String;
  @property() kind: ChartKind = 'line';
  @property({ type: Number }) top = 1;
  @property({ attribute: 'sync-key' }) syncKey = 'siaga';
  @property({ type: Boolean, attribute: 'time-axis' }) timeAxis = false;
  /** What the picture shows, in words: it is all that a screen reader has of it. */
  @property() label = '';

  @query('#plot', true) private box!: HTMLElement;

  private plot: uPlot | undefined;
  private stale = true;
  private readonly resize = new ResizeObserver(() => this.fit());
  private readonly scheme = window.matchMedia('(prefers-color-scheme: dark)');
  private readonly onScheme = (): void => this.redress();

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.preferences.theme,
      () => this.redress(),
    );
    new Watch(
      this,
      () => this.services.preferences.zone,
      () => this.redress(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.scheme.addEventListener('change', this.onScheme);
    this.stale = true;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.scheme.removeEventListener('change', this.onScheme);
    this.resize.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private redress(): void {
    this.stale = true;
    this.requestUpdate();
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.box;
    if (!this.plot || clientWidth === 0) return;
    if (clientWidth !== this.plot.width || clientHeight !== this.plot.height) {
      this.plot.setSize({ width: clientWidth, height: clientHeight });
    }
  }

  private make(): void {
    this.plot?.destroy();
    const probe = getComputedStyle(this.box);
    const colour = (token: string): string => {
      this.box.style.color = `var(${token})`;
      const resolved = getComputedStyle(this.box).color;
      this.box.style.color = '';
      return resolved;
    };
    const options = chartOptions(
      {
        kind: this.kind,
        span: this.span,
        top: this.top,
        locale: this.locale,
        syncKey: this.syncKey,
        marks: this.marks,
        timeAxis: this.timeAxis,
        valueLabel: this.valueLabel,
        colour,
        font: `12px ${probe.fontFamily}`,
        onCursor: (place) =>
          this.dispatchEvent(new CustomEvent('siaga-cursor', { detail: place, bubbles: true })),
      },
      Math.max(1, this.box.clientWidth),
      Math.max(1, this.box.clientHeight),
    );
    this.plot = new uPlot(options, this.columns, this.box);
    this.stale = false;
    this.resize.observe(this.box);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const looks: (keyof SiagaChart)[] = ['span', 'marks', 'kind', 'top', 'timeAxis', 'syncKey'];
    if (this.stale || !this.plot || looks.some((name) => changed.has(name))) this.make();
    else if (changed.has('columns')) this.plot.setData(this.columns);
  }

  protected override render(): TemplateResult {
    return html`<div id="plot" role="img" aria-label=${this.label}></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-chart': SiagaChart;
  }
}
