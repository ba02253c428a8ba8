import { msg, str } from '@lit/localize';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Health, HealthCounts, HealthHistory } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { SiagaElement } from '../app/siaga-element.js';
import { fractionOf, momentAt } from '../charts/brush.js';
import { shownSpan } from '../charts/latency.js';
import { placed } from '../components/placed.js';
import { lengthOf, type Span } from '../charts/ranges.js';
import { spanWords } from '../i18n/spans.js';
import { percent } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { healthWord } from '../i18n/words.js';
import { baseStyles } from '../styles/shared.js';
import { stripStyles } from './strip-styles.js';
import { piecesOf, sharesOf, stretchAt, stretchesOf, totalsIn, type Piece, type Stretch } from './strip.js';

const HEIGHT_PX = 24;
/** A health's height within the strip, bottom up: told apart without colour too, and healthy is quiet. */
const HEIGHTS_PX: Readonly<Record<Health, number>> = { up: 8, degraded: 16, unknown: 20, down: 24 };

interface Shown {
  span: Span;
  stretches: Stretch[];
  totals: HealthCounts;
  merged: boolean;
}

/** A device's health over a span as one strip under the charts, with its totals in words. */
@customElement('siaga-state-strip')
export class SiagaStateStrip extends SiagaElement {
  static override styles = [baseStyles, stripStyles];

  @property() deviceId = '';
  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };

  @state() private atMs: number | undefined = undefined;
  @state() private widthPx = 0;

  @query('.bar') private bar!: HTMLElement | null;

  private observed: HTMLElement | undefined;
  private readonly resize = new ResizeObserver(() => this.measure());

  private readonly history = new Loading(
    this,
    async ([deviceId, span]: readonly [string, Span], signal): Promise<Shown> => {
      const told = await this.services.api.get<HealthHistory>(
        `/monitoring/devices/${encodeURIComponent(deviceId)}/health-history`,
        { from: Math.round(span.fromMs), to: Math.round(span.toMs) },
        signal,
      );
      return { span, stretches: stretchesOf(told), totals: told.totals_ms, merged: told.merged };
    },
    () => [this.deviceId, this.span] as const,
  );

  /** True while the history is on its way. */
  get busy(): boolean {
    return this.history.pending;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    this.observed = undefined;
  }

  private measure(): void {
    const width = this.bar?.clientWidth ?? 0;
    if (width > 0) this.widthPx = width;
  }

  override updated(): void {
    if (!this.bar) return;
    if (this.observed !== this.bar) {
      this.resize.disconnect();
      this.resize.observe(this.bar);
      this.observed = this.bar;
    }
    if (this.widthPx === 0) this.measure();
  }

  private readonly onMove = (event: PointerEvent): void => {
    const shown = this.history.value;
    if (!shown || !this.bar) return;
    const { left, width } = this.bar.getBoundingClientRect();
    this.atMs = momentAt(shownSpan(shown.span, this.span), (event.clientX - left) / Math.max(1, width));
  };

  private readonly onLeave = (): void => {
    if (!this.bar?.matches(':focus-visible')) this.atMs = undefined;
  };
  private readonly onBlur = (): void => {
    this.atMs = undefined;
  };

  /** Arrows go from stretch to stretch. */
  private readonly onKey = (event: KeyboardEvent): void => {
    const shown = this.history.value;
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const span = shownSpan(shown.span, this.span);
    const within = shown.stretches.filter(({ fromMs, toMs }) => toMs > span.fromMs && fromMs < span.toMs);
    const at = this.stretchHere(shown);
    const place = at ? within.indexOf(at) : within.length - 1;
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: place - 1,
      ArrowDown: place - 1,
      ArrowRight: place + 1,
      ArrowUp: place + 1,
      Home: 0,
      End: within.length - 1,
    };
    const wanted = places[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const stretch = within[Math.min(within.length - 1, Math.max(0, wanted))];
    if (!stretch) return;
    this.keyed = stretch;
    this.atMs = (Math.max(stretch.fromMs, span.fromMs) + Math.min(stretch.toMs, span.toMs)) / 2;
  };

  /** What the keys went to last: a stretch narrower than a pixel is found again by it. */
  private keyed: Stretch | undefined;

  private stretchHere({ stretches, span: loaded }: Shown): Stretch | undefined {
    if (this.atMs === undefined) return undefined;
    const { keyed, atMs } = this;
    if (keyed && keyed.fromMs <= atMs && atMs <= keyed.toMs && stretches.includes(keyed)) return keyed;
    const pixelMs = lengthOf(shownSpan(loaded, this.span)) / Math.max(1, this.widthPx);
    return stretchAt(stretches, atMs, pixelMs / 2);
  }

  private wordsOf(stretch: Stretch): string {
    const lengthMs = lengthOf(stretch);
    const length = durationWords(lengthMs, this.locale);
    const when = spanWords(stretch, this.locale, lengthOf(this.span) > 24 * 3_600_000);
    const words = msg(str`${healthWord(stretch.health)} ${length}, ${when}`);
    return stretch.late ? msg(str`${words} (from samples that came late)`) : words;
  }

  private totalWords(totals: HealthCounts): string {
    const shares = sharesOf(totals);
    if (!shares) return msg('The device did not exist in this span.');
    const length = (ms: number): string => durationWords(ms, this.locale);
    // 99.99 % must not be said to be 100 %: whoever reads it takes it for no outage at all.
    const up = percent(Math.floor(shares.up * 10) / 10, this.locale);
    const pieces = [msg(str`up ${up}`)];
    if (totals.degraded > 0) pieces.push(msg(str`degraded ${length(totals.degraded)}`));
    if (totals.down > 0) pieces.push(msg(str`down ${length(totals.down)}`));
    if (totals.unknown > 0) pieces.push(msg(str`unobserved ${length(totals.unknown)}`));
    return pieces.join(', ');
  }

  private renderPiece({ health, late, fromPx, toPx }: Piece): TemplateResult<2> {
    const height = HEIGHTS_PX[health];
    return svg`<rect class=${health} x=${fromPx} y=${HEIGHT_PX - height} width=${toPx - fromPx} height=${height} />
      ${
        health === 'unknown' || health === 'degraded'
          ? svg`<rect fill="url(#${health})" x=${fromPx} y=${HEIGHT_PX - height} width=${toPx - fromPx} height=${height} />`
          : nothing
      }
      ${late ? svg`<rect class="late" x=${fromPx} y=${HEIGHT_PX + 2} width=${toPx - fromPx} height="3" />` : nothing}`;
  }

  private renderStrip(shown: Shown): TemplateResult {
    const span = shownSpan(shown.span, this.span);
    const totals = span === shown.span ? shown.totals : totalsIn(shown.stretches, span);
    const words = this.totalWords(totals);
    const here = this.stretchHere(shown);
    const told = here ? this.wordsOf(here) : words;
    const pieces = piecesOf(shown.stretches, span, this.widthPx);
    const fraction = this.atMs === undefined ? undefined : fractionOf(span, this.atMs);
    const hasLate = shown.stretches.some(({ late }) => late);
    return html`<p class="name">${msg('Health')}</p>
      <div
        class="bar"
        role="slider"
        tabindex="0"
        aria-label=${msg('Health over time')}
        aria-valuemin=${Math.round(span.fromMs)}
        aria-valuemax=${Math.round(span.toMs)}
        aria-valuenow=${Math.round(this.atMs ?? span.toMs)}
        aria-valuetext=${told}
        @pointermove=${this.onMove}
        @pointerdown=${this.onMove}
        @pointerleave=${this.onLeave}
        @blur=${this.onBlur}
        @keydown=${this.onKey}
      >
        <svg width=${this.widthPx} height="30" aria-hidden="true">
          <defs>
            <pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse">
              <path class="hatch" d="M-1 7 7-1M-1 1l2-2M5 7l2-2" />
            </pattern>
            <pattern id="degraded" width="5" height="5" patternUnits="userSpaceOnUse">
              <path class="dot" d="M1 1h2v2h-2z" />
            </pattern>
          </defs>
          ${pieces.map((piece) => this.renderPiece(piece))}
        </svg>
        ${fraction === undefined ? nothing : html`<div class="cursor" ${placed({ left: `${fraction * 100}%` })}></div>`}
      </div>
      <p class="told">
        <span class=${here ? 'here' : ''}>${told}</span>
        ${hasLate ? html`<span class="key"><span class="late-key"></span>${msg('healed by late samples')}</span>` : nothing}
        ${shown.merged ? html`<span class="key">${msg('The shortest changes are drawn together.')}</span>` : nothing}
      </p>`;
  }

  protected override render(): TemplateResult {
    return this.history.render((shown) => this.renderStrip(shown), 1);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-state-strip': SiagaStateStrip;
  }
}
