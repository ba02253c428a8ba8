import { css, html, unsafeCSS, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import uPlot from 'uplot';
import plotCss from 'uplot/dist/uPlot.min.css?inline';
import { Watch } from '../app/observable.js';
import { SiagaElement } from '../app/siaga-element.js';
import { chartOptions, type ChartKind, type ChartLook } from './chart-options.js';
import type { Span } from './ranges.js';
import type { Columns } from './series.js';

/**
 * The one wrapper around uPlot: made once, fed by setData, drawn again when its looks change, resized with its box and
 * destroyed with it.
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
    `,
  ];

  @property({ attribute: false }) columns: Columns = [[]];
  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };
  @property({ attribute: false }) marks: readonly Span[] = [];
  @property({ attribute: false }) valueLabel: (value: number) => string = String;
  /** Fixed once the chart is on the page, as is `timeAxis`. */
  @property() kind: ChartKind = 'line';
  @property({ type: Boolean, attribute: 'time-axis' }) timeAxis = false;
  @property({ type: Number }) top = 1;
  /** What the picture shows, in words: it is all that a screen reader has of it. */
  @property() label = '';

  @query('#plot', true) private box!: HTMLElement;

  private plot: uPlot | undefined;
  private readonly colours = new Map<string, string>();
  private readonly resize = new ResizeObserver(() => this.fit());
  private readonly scheme = window.matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.preferences.theme,
      () => this.recolour(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.scheme.addEventListener('change', this.recolour);
    this.recolour();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.scheme.removeEventListener('change', this.recolour);
    this.resize.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private readonly recolour = (): void => {
    this.colours.clear();
    this.requestUpdate();
  };

  private readonly colour = (token: string): string => {
    const known = this.colours.get(token);
    if (known !== undefined) return known;
    this.box.style.color = `var(${token})`;
    const resolved = getComputedStyle(this.box).color;
    this.box.style.color = '';
    this.colours.set(token, resolved);
    return resolved;
  };

  private readonly look = (): ChartLook => ({
    span: this.span,
    top: this.top,
    locale: this.locale,
    marks: this.marks,
    valueLabel: this.valueLabel,
    colour: this.colour,
  });

  private fit(): void {
    const { clientWidth, clientHeight } = this.box;
    if (!this.plot || clientWidth === 0) return;
    if (clientWidth !== this.plot.width || clientHeight !== this.plot.height) {
      this.plot.setSize({ width: clientWidth, height: clientHeight });
    }
  }

  private make(): uPlot {
    const { fontFamily } = getComputedStyle(this.box);
    const make = {
      kind: this.kind,
      timeAxis: this.timeAxis,
      font: `12px ${fontFamily}`,
      width: Math.max(1, this.box.clientWidth),
      height: Math.max(1, this.box.clientHeight),
    };
    const plot = new uPlot(chartOptions(make, this.look), this.columns, this.box);
    this.resize.observe(this.box);
    return plot;
  }

  protected override updated(): void {
    // Setting the data ranges the scales and builds the paths anew: span, top and colours are taken over with it.
    // The axes' words are made anew as well: language and zone may be other ones.
    if (this.plot) {
      this.plot.setData(this.columns);
      this.plot.redraw(false, true);
    } else this.plot = this.make();
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
